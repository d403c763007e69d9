#include "fetch/verify.h"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <memory>

#include "base/archive.h"
#include "base/digest.h"
#include "base/error.h"
#include "base/file.h"
#include "base/interrupt.h"

namespace signpost {
namespace {

struct FreeDigest {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};

/// MD5 (RFC 1321): no defence against forgery, but what is published for these files.
class Md5 {
 public:
  Md5() : context_(EVP_MD_CTX_new()) {
    check(EVP_DigestInit_ex(context_.get(), EVP_md5(), nullptr));
  }
  void add(ByteView bytes) { check(EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size())); }
  std::string hex() {
    std::array<unsigned char, 16> digest;
    check(EVP_DigestFinal_ex(context_.get(), digest.data(), nullptr));
    return fmt::format("{:02x}", fmt::join(digest, ""));
  }

 private:
  static void check(int result) {
    if (result != 1) throw Error(Blame::environment, "OpenSSL cannot compute MD5");
  }
  std::unique_ptr<EVP_MD_CTX, FreeDigest> context_;
};

/// Empty, or what is wrong with the archive. Reads every member.
std::string wrong_with_archive(const std::filesystem::path& path) {
  try {
    const Archive archive(path);
    if (!archive.damage().empty()) return "is damaged: " + archive.damage();
    Bytes buffer;
    for (const Archive::Member& member : archive.members()) {
      stop_if_interrupted();
      archive.read(member, buffer);
    }
  } catch (const Error& error) {
    return std::string("is damaged: ") + error.what();
  }
  return {};
}

}  // namespace

FileVerdict verify(const std::filesystem::path& path, const SourceFile& expected) {
  constexpr std::size_t kPiece = std::size_t{4} << 20;
  const MappedFile file(path);
  FileVerdict verdict;
  verdict.bytes = file.bytes().size();
  if (expected.size && verdict.bytes != *expected.size) {
    verdict.wrong = fmt::format("has {} bytes, not {}", verdict.bytes, *expected.size);
    return verdict;
  }
  Sha256 sha256;
  Md5 md5;
  for (ByteView rest = file.bytes(); !rest.empty();) {
    stop_if_interrupted();
    const ByteView piece = rest.first(std::min(kPiece, rest.size()));
    sha256.add(piece);
    md5.add(piece);
    rest = rest.subspan(piece.size());
  }
  verdict.sha256 = sha256.hex();
  verdict.md5 = md5.hex();
  if (!expected.sha256.empty()) {
    verdict.checked_by = "sha256";
    if (verdict.sha256 != expected.sha256)
      verdict.wrong = fmt::format("has the SHA-256 {}, not {}", verdict.sha256, expected.sha256);
  } else if (!expected.md5.empty()) {
    verdict.checked_by = "md5";
  } else {
    verdict.checked_by = "crc32";
    verdict.wrong = wrong_with_archive(path);
  }
  if (verdict.wrong.empty() && !expected.md5.empty() && verdict.md5 != expected.md5)
    verdict.wrong = fmt::format("has the MD5 {}, not {}", verdict.md5, expected.md5);
  return verdict;
}

}  // namespace signpost
