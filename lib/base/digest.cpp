// The low-level functions, which OpenSSL 3 calls deprecated: its EVP interface looks algorithms up
// in a library context, which costs a program 1.6 ms at its start and, linked statically, two
// megabytes of it.
#define OPENSSL_SUPPRESS_DEPRECATED
#include "base/digest.h"

#include <openssl/sha.h>

#include <array>

namespace signpost {
namespace {

using Digest = std::array<unsigned char, SHA256_DIGEST_LENGTH>;

std::string hex_of(const Digest& digest) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string text(2 * digest.size(), '0');
  for (std::size_t i = 0; i < digest.size(); ++i) {
    text[2 * i] = kDigits[digest[i] >> 4];
    text[2 * i + 1] = kDigits[digest[i] & 15];
  }
  return text;
}

}  // namespace

std::string sha256_hex(ByteView bytes) {
  Sha256 digest;
  digest.add(bytes);
  return digest.hex();
}

struct Sha256::State {
  SHA256_CTX context;
};

Sha256::Sha256() : state_(std::make_unique<State>()) { SHA256_Init(&state_->context); }
Sha256::Sha256(Sha256&& other) noexcept = default;
Sha256::~Sha256() = default;

void Sha256::add(ByteView bytes) { SHA256_Update(&state_->context, bytes.data(), bytes.size()); }

std::string Sha256::hex() {
  Digest digest;
  SHA256_Final(digest.data(), &state_->context);
  return hex_of(digest);
}

}  // namespace signpost
