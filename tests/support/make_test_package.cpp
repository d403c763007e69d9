// make_test_package DIR [WHAT...]: writes DIR/tiny.signpost (random weights, 16x16, three classes)
// and pictures to classify: DIR/a.ppm, DIR/b.png. WHAT else:
//   careful  careful.signpost, the same with thresholds
//   large    large.signpost, which takes a wider margin and calls its outputs otherwise, so that
//            its answers differ
//   broken   broken.signpost, which opens but does not give its golden vectors
//   deep     deep.signpost, a residual network of 0.5 M weights for 48x48
//   signed   minisign.pub, other.pub, and tiny.signpost.minisig by the first one's key
#include <algorithm>
#include <cstdio>
#include <exception>
#include <filesystem>

#include "base/file.h"
#include "codecs/decode.h"
#include "model/signing_key.h"
#include "support/test_package.h"

namespace signpost {
namespace {

void write_key(const std::filesystem::path& path, const PublicKey& key) {
  OutputFile file(path, true);
  file.write("untrusted comment: minisign public key\n" + public_key_text(key) + "\n");
  file.commit();
}

void write_deep(const std::filesystem::path& folder) {
  const Preprocessing preprocessing{48, 0};
  const TestPackage package(preprocessing, residual_network(3, encode_contract(preprocessing)));
  write_package(folder / "deep.signpost", package.contents, true);
}

void write_extra(const std::filesystem::path& folder, const std::string& what) {
  if (what == "deep") return write_deep(folder);
  TestPackage package(what == "large" ? Preprocessing{16, 1500} : Preprocessing{16, 50});
  package.contents.name = what;
  if (what == "careful") package.contents.abstain = {0.99, 0.5, {0.6f, 0.5f, kNeverAccepted}};
  if (what == "large")
    std::ranges::rotate(package.contents.labels, package.contents.labels.begin() + 1);
  if (what == "broken") package.contents.golden[0].probabilities = {0.25f, 0.25f, 0.5f};
  if (what == "signed") {
    const SigningKey key = SigningKey::generate(), other = SigningKey::generate();
    write_key(folder / "minisign.pub", key.public_key());
    write_key(folder / "other.pub", other.public_key());
    sign_file(folder / "tiny.signpost", key, true);
  } else {
    write_package(folder / (what + ".signpost"), package.contents, true);
  }
}

}  // namespace
}  // namespace signpost

int main(int argc, char** argv) {
  using namespace signpost;
  if (argc < 2) return 2;
  try {
    const std::filesystem::path folder = argv[1];
    const TestPackage package;
    write_package(folder / "tiny.signpost", package.contents, true);
    OutputFile ppm(folder / "a.ppm", true), png(folder / "b.png", true);
    ppm.write(package.images[0]);
    ppm.commit();
    png.write(encode_png(TestPackage::picture(1)));
    png.commit();
    for (int i = 2; i < argc; ++i) write_extra(folder, argv[i]);
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "make_test_package: %s\n", error.what());
    return 3;
  }
}
