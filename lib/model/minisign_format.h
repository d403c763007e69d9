#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/file.h"

namespace signpost {

/// What signatures and keys of minisign have in common.

inline constexpr std::array<std::uint8_t, 2> kPlainEd25519{'E', 'd'}, kPrehashedEd25519{'E', 'D'};
inline constexpr std::string_view kUntrustedComment = "untrusted comment: ",
                                  kTrustedComment = "trusted comment: ";

/// libsodium must be told once that it is going to be used. Throws Error{environment}.
void start_sodium();

/// Cuts the first line off `text`, without its end (LF or CRLF).
std::string_view take_line(std::string_view& text);

/// Decodes a line into bytes of exactly that number; false if it is anything else.
bool decode_base64(std::string_view line, std::span<std::uint8_t> out);
std::string encode_base64(ByteView bytes);

/// BLAKE2b with 64 bytes (RFC 7693).
std::array<std::uint8_t, 64> blake2b_512(ByteView bytes);

}  // namespace signpost
