#include "serve/sign_pictures.h"

#include <charconv>
#include <map>
#include <memory>
#include <mutex>

#include "base/digest.h"
#include "codecs/decode.h"
#include "image/sign_image.h"
#include "serve/conditional.h"

namespace signpost {
namespace {

class SignPictures {
 public:
  WebAnswer answer(const WebRequest& request) {
    constexpr std::string_view kEnding = ".png";
    std::string_view name = request.rest;
    int id = -1;
    if (name.ends_with(kEnding)) {
      name.remove_suffix(kEnding.size());
      const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), id);
      if (error != std::errc() || end != name.data() + name.size()) id = -1;
    }
    const SignDrawing* drawing = find_sign_drawing(id);
    if (!drawing) return problem(404, "there is no drawing of this sign");
    const Picture picture = of(*drawing);
    return conditional_answer(request, picture.bytes, picture.etag, "image/png");
  }

 private:
  struct Picture {
    std::shared_ptr<const Bytes> bytes;
    std::string etag;
  };

  Picture of(const SignDrawing& drawing) {
    constexpr int kSize = 160;
    constexpr Rgb kPaper{255, 255, 255};
    const std::lock_guard lock(mutex_);
    Picture& picture = pictures_[drawing.class_id];
    if (!picture.bytes) {
      picture.bytes = std::make_shared<const Bytes>(encode_png(sign_image(drawing, kSize, kPaper)));
      picture.etag = "\"" + sha256_hex(*picture.bytes) + "\"";
    }
    return picture;
  }

  std::mutex mutex_;
  std::map<int, Picture> pictures_;
};

}  // namespace

void add_sign_pictures(WebServer& server) {
  const auto pictures = std::make_shared<SignPictures>();
  server.add({"GET",
              "/signs/*",
              {},
              [pictures](const WebRequest& request) { return pictures->answer(request); },
              0});
}

}  // namespace signpost
