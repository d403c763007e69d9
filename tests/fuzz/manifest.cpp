// package.json and labels.json, in a package whose other members are sound and whose digests fit:
// what a fuzzer that changes a whole package never reaches. The input is package.json, a zero byte,
// labels.json; "@labels" in the first stands for the digest of the second.
#include <algorithm>
#include <string>

#include "base/digest.h"
#include "base/error.h"
#include "device/classifier.h"
#include "harness.h"
#include "support/stored_zip.h"
#include "support/test_package.h"

using namespace signpost;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const TestPackage sound;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::size_t cut = std::min(text.find('\0'), size);
  std::string manifest(text.substr(0, cut));
  const std::string labels(text.substr(std::min(cut + 1, size)));
  constexpr std::string_view kPlace = "@labels";
  if (const std::size_t at = manifest.find(kPlace); at != std::string::npos)
    manifest.replace(at, kPlace.size(), sha256_hex(as_bytes(labels)));
  const auto bytes = [](ByteView view) { return std::string(as_text(view)); };
  const std::string zip = stored_zip({{"package.json", manifest},
                                      {"labels.json", labels},
                                      {"MODEL_CARD.md", sound.contents.model_card},
                                      {"golden/0.ppm", bytes(sound.images[0])},
                                      {"golden/0.tensor", bytes(sound.tensors[0])},
                                      {"golden/1.ppm", bytes(sound.images[1])},
                                      {"golden/1.tensor", bytes(sound.tensors[1])},
                                      {"model.onnx", sound.onnx}});
  try {
    Classifier classifier(Package::open_bytes(as_bytes(zip), "p.signpost"));
    PROMISE(classifier.labels().size() == 3);
    PROMISE(classifier.classify(Image(5, 4), {0, 0, 5, 4}).size() == 3);
  } catch (const Error& error) {
    PROMISE(error.blame() == Blame::input);
    PROMISE(std::string_view(error.what()).starts_with("p.signpost"));
    PROMISE(std::string_view(error.what()).find('\n') == std::string_view::npos);
  }
  return 0;
}
