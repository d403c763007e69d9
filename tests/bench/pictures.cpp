// From a picture's bytes to its label, on one thread: bench_pictures PACKAGE IMAGE...
// The files are read first; each pass decodes, crops, resizes and classifies all of them.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <exception>
#include <vector>

#include "base/error.h"
#include "codecs/decode.h"
#include "device/classifier.h"

namespace {

using namespace signpost;

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

void measure(Classifier& classifier, const std::vector<Bytes>& files) {
  constexpr int kPasses = 5;
  double best_decode = 1e9, best_whole = 1e9;
  Image image;
  std::string wrong;
  for (int pass = 0; pass < kPasses; ++pass) {
    auto start = std::chrono::steady_clock::now();
    for (const Bytes& bytes : files) {
      if (!decode_image(bytes, image, wrong)) throw Error(Blame::input, "a picture " + wrong);
    }
    best_decode = std::min(best_decode, seconds_since(start));
    start = std::chrono::steady_clock::now();
    for (const Bytes& bytes : files) {
      decode_image(bytes, image, wrong);
      classifier.classify(image, {0, 0, image.width, image.height});
    }
    best_whole = std::min(best_whole, seconds_since(start));
  }
  const auto count = static_cast<double>(files.size());
  std::printf(
      "{\"model\":\"%s\",\"images\":%zu,\"decoded_per_s\":%.0f,\"classified_per_s\":%.0f,"
      "\"us_per_image\":%.0f}\n",
      classifier.package().id().c_str(), files.size(), count / best_decode, count / best_whole,
      1e6 * best_whole / count);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) {
    std::fprintf(stderr, "usage: %s PACKAGE IMAGE...\n", argv[0]);
    return 2;
  }
  try {
    Classifier classifier = Classifier::open(argv[1]);
    std::vector<Bytes> files(static_cast<std::size_t>(argc - 2));
    for (int i = 2; i < argc; ++i) read_file(argv[i], files[static_cast<std::size_t>(i - 2)]);
    measure(classifier, files);
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "bench_pictures: %s\n", error.what());
    return 3;
  }
}
