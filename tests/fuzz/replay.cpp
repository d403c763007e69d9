// Feeds a corpus to a harness without a fuzzer: every file as it is, cut at every length (at most
// 64 of them) and with 2,000 random changes. The changes are always the same ones, so a failure
// repeats; the input that broke a promise is kept as ./broken-HARNESS and can join the corpus.
#include <sys/resource.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <memory>
#include <vector>

#include "base/file.h"
#include "base/random.h"
#include "harness.h"

namespace {

using signpost::Bytes;

constexpr std::size_t kChanges = 2000;

std::string broken_name;
const Bytes* under_test = nullptr;

extern "C" void keep_input(int signal) {
  if (std::FILE* file = std::fopen(broken_name.c_str(), "wb")) {
    std::fwrite(under_test->data(), 1, under_test->size(), file);
    std::fclose(file);
    std::fprintf(stderr, "the input is kept in %s\n", broken_name.c_str());
  }
  std::signal(signal, SIG_DFL);
  std::raise(signal);
}

void feed(const Bytes& bytes) {
  under_test = &bytes;
  const auto exact = std::make_unique<std::uint8_t[]>(bytes.size());
  std::copy(bytes.begin(), bytes.end(), exact.get());
  LLVMFuzzerTestOneInput(exact.get(), bytes.size());
}

/// One to eight changes: a bit, a byte of special value, a copied, removed or repeated stretch.
Bytes changed(Bytes bytes, signpost::Random& random) {
  constexpr std::uint8_t kSpecial[] = {0, 1, 0x7f, 0x80, 0xff, '"', '\\', '{', '[', '<', ';', '\n'};
  for (std::uint32_t left = 1 + random.below(8); left-- > 0 && !bytes.empty();) {
    const auto size = static_cast<std::uint32_t>(bytes.size());
    const std::uint32_t at = random.below(size),
                        length = 1 + random.below(std::min(size - at, 32u));
    const auto from = bytes.begin() + at;
    switch (random.below(5)) {
      case 0:
        bytes[at] = static_cast<std::uint8_t>(bytes[at] ^ 1u << random.below(8));
        break;
      case 1:
        bytes[at] = kSpecial[random.below(sizeof kSpecial)];
        break;
      case 2: {
        const Bytes stretch(from, from + length);
        bytes.insert(bytes.begin() + random.below(size + 1), stretch.begin(), stretch.end());
        break;
      }
      case 3:
        bytes.erase(from, from + length);
        break;
      default:
        std::copy_n(from, length, bytes.begin() + random.below(size - length + 1));
    }
  }
  return bytes;
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 2) {
    std::fprintf(stderr, "usage: %s CORPUS\n", arguments[0]);
    return 2;
  }
  // No input of a few kilobytes may take more: a header that claims gigabytes must be refused
  // first.
  constexpr rlim_t kMemory = rlim_t{2} << 30;
#if !defined(__SANITIZE_ADDRESS__)
  const rlimit limit{kMemory, kMemory};
  ::setrlimit(RLIMIT_AS, &limit);
#else
  (void)kMemory;
#endif
  broken_name = "broken-" + std::filesystem::path(arguments[0]).filename().string();
  std::signal(SIGABRT, keep_input);
  std::signal(SIGSEGV, keep_input);
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(arguments[1])) {
    files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  std::size_t fed = 0;
  for (const std::filesystem::path& file : files) {
    Bytes bytes;
    signpost::read_file(file, bytes);
    feed(bytes);
    const std::size_t cuts = std::min<std::size_t>(bytes.size(), 64);
    for (std::size_t i = 0; i < cuts; ++i) {
      feed(Bytes(bytes.begin(),
                 bytes.begin() + static_cast<std::ptrdiff_t>(bytes.size() * i / cuts)));
    }
    signpost::Random random(0, file.filename().string(), 0, "fuzz");
    for (std::size_t i = 0; i < kChanges; ++i) feed(changed(bytes, random));
    fed += 1 + cuts + kChanges;
  }
  std::printf("%zu inputs from %zu files\n", fed, files.size());
  return files.empty() ? 1 : 0;
}
