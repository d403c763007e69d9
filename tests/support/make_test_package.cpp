// make_test_package DIR: writes DIR/tiny.signpost (random weights, 16x16, three classes) and
// pictures to classify: DIR/a.ppm, DIR/b.png.
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
    const TestPackage package;
    write_package(folder / "tiny.signpost", package.contents, true);
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
