// What a signed-in annotator's page sends. The input is the name of a call and a newline, then the
// body. Whatever it is, the answer is not the server's fault (5xx) and is JSON, and the store still
// hands out work.
#include "serve/annotate_api.h"

#include <cstdlib>
#include <filesystem>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>

#include "harness.h"
#include "pixels/pnm.h"
#include "support/scratch.h"

namespace {

using namespace signpost;

constexpr int kCaptures = 20;

/// One store for all inputs.
struct Bench {
  Scratch folder;
  StorePool store{folder / "captures.db", Database::Missing::create};
  AnnotateApi api{store, {}};

  Bench() {
    for (int i = 0; i < kCaptures; ++i) {
      Image image(8, 8);
      image.rgb[0] = static_cast<std::uint8_t>(i);
      Bytes bytes;
      encode_ppm(image, bytes);
      Submission submission;
      submission.file = "photo.ppm";
      std::string wrong;
      const auto staged = CaptureStore::stage(submission, bytes, wrong);
      PROMISE(staged.has_value());
      store.writer()->admit(std::span(&*staged, 1));
    }
  }
};

WebRequest request(std::string_view body) {
  WebRequest made;
  made.method = "POST";
  made.headers = {{"Content-Type", "application/json"}};
  made.body = body;
  made.account = Account{1, Role::admin, "ann", {}, {}, {}};
  return made;
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using Call = WebAnswer (AnnotateApi::*)(const WebRequest&);
  static const std::map<std::string, Call, std::less<>> calls = {
      {"next", &AnnotateApi::next},       {"annotations", &AnnotateApi::annotations},
      {"undo", &AnnotateApi::undo},       {"skip", &AnnotateApi::skip},
      {"release", &AnnotateApi::release}, {"adjudicate", &AnnotateApi::adjudicate},
      {"history", &AnnotateApi::history},
  };
  static const std::unique_ptr<Bench> made = [] {
    // Each call is one transaction, which a disk takes its time for.
    if (std::filesystem::is_directory("/dev/shm")) ::setenv("TMPDIR", "/dev/shm", 0);
    return std::make_unique<Bench>();
  }();
  Bench& bench = *made;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::size_t end = text.find('\n');
  if (end == text.npos) return 0;
  const auto call = calls.find(text.substr(0, end));
  if (call == calls.end()) return 0;
  const std::string_view body = text.substr(end + 1);
  WebRequest asked = request(body);
  asked.rest = std::string(body);
  const WebAnswer answer = (bench.api.*call->second)(asked);
  PROMISE(answer.status >= 200 && answer.status < 500);
  PROMISE(nlohmann::json::accept(answer.body));
  (void)bench.api.release(request("{}"));
  PROMISE(bench.api.next(request(R"({"count":1,"order":"newest"})")).status == 200);
  return 0;
}
