// A package from outside: opened, proven, and asked once.
#include "base/error.h"
#include "device/classifier.h"
#include "harness.h"

using namespace signpost;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    Classifier classifier(Package::open_bytes({data, size}, "p.signpost"));
    Image image(5, 4);
    const std::vector<float> probabilities = classifier.classify(image, {0, 0, 5, 4});
    PROMISE(probabilities.size() == classifier.labels().size());
    PROMISE(!classifier.package().id().empty());
  } catch (const Error& error) {
    PROMISE(error.blame() == Blame::input);
    PROMISE(std::string_view(error.what()).starts_with("p.signpost"));
    PROMISE(std::string_view(error.what()).find('\n') == std::string_view::npos);
  }
  return 0;
}
