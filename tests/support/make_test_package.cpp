// make_test_package DIR: writes packages with random weights, 16x16, three classes:
// DIR/tiny.signpost; DIR/careful.signpost, the same with thresholds; DIR/large.signpost, which takes
// a wider margin, so that its answers differ. And pictures to classify: DIR/a.ppm, DIR/b.png.
#include <cstdio>
#include <exception>
#include <filesystem>

#include "base/file.h"
#include "codecs/decode.h"
#include "support/test_package.h"

int main(int argc, char** argv) {
  using namespace signpost;
  if (argc != 2) return 2;
  try {
    const std::filesystem::path folder = argv[1];
    TestPackage package;
    write_package(folder / "tiny.signpost", package.contents, true);
    package.contents.name = "careful";
    package.contents.abstain = {0.99, 0.5, {0.6f, 0.5f, kNeverAccepted}};
    write_package(folder / "careful.signpost", package.contents, true);
    TestPackage large({16, 1500});
    large.contents.name = "large";
    write_package(folder / "large.signpost", large.contents, true);
    OutputFile ppm(folder / "a.ppm", true), png(folder / "b.png", true);
    ppm.write(package.images[0]);
    ppm.commit();
    png.write(encode_png(TestPackage::picture(1)));
    png.commit();
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "make_test_package: %s\n", error.what());
    return 3;
  }
}
