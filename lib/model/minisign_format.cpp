#include "model/minisign_format.h"

#include <sodium.h>

#include "base/error.h"

namespace signpost {

void start_sodium() {
  if (::sodium_init() < 0) throw Error(Blame::environment, "libsodium cannot be started");
}

std::string_view take_line(std::string_view& text) {
  const std::size_t end = text.find('\n');
  std::string_view line = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

bool decode_base64(std::string_view line, std::span<std::uint8_t> out) {
  std::size_t length = 0;
  const char* end = nullptr;
  return ::sodium_base642bin(out.data(), out.size(), line.data(), line.size(), nullptr, &length,
                             &end, sodium_base64_VARIANT_ORIGINAL) == 0 &&
         length == out.size() && end == line.data() + line.size();
}

std::string encode_base64(ByteView bytes) {
  std::string text(sodium_base64_encoded_len(bytes.size(), sodium_base64_VARIANT_ORIGINAL), '\0');
  ::sodium_bin2base64(text.data(), text.size(), bytes.data(), bytes.size(),
                      sodium_base64_VARIANT_ORIGINAL);
  text.pop_back();  // the terminating zero
  return text;
}

std::array<std::uint8_t, 64> blake2b_512(ByteView bytes) {
  std::array<std::uint8_t, 64> digest;
  ::crypto_generichash(digest.data(), digest.size(), bytes.data(), bytes.size(), nullptr, 0);
  return digest;
}

}  // namespace signpost
