#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "base/file.h"

namespace signpost {

/// Detached signatures in minisign's format (https://jedisct1.github.io/minisign/, "Signature
/// format"): Ed25519 over the file's BLAKE2b-512 ("ED"), as minisign 0.11 writes them, or over the
/// file itself ("Ed"), as older ones did. model/signing_key.h makes them.

/// A public key and the number that tells which it is.
struct PublicKey {
  std::array<std::uint8_t, 8> id{};
  std::array<std::uint8_t, 32> key{};
  bool operator==(const PublicKey&) const = default;
};

/// `key`: the line that minisign prints ("RW…"), or the name of a file that holds it below a
/// comment. Throws Error{input} that names the file, or Error{usage} on a text that is neither.
PublicKey read_public_key(const std::string& key);

/// The line that read_public_key reads.
std::string public_key_text(const PublicKey& key);

/// How minisign shows a key's number: sixteen hexadecimal digits, the last byte first.
std::string key_number(const std::array<std::uint8_t, 8>& id);

/// Where the signature of `file` stands: "FILE.minisig".
std::filesystem::path signature_path(const std::filesystem::path& file);

/// Throws Error{input} that starts with `where` unless `signature`, the text of a .minisig file,
/// is one of `bytes` by `key`, trusted comment included. Returns the trusted comment.
std::string verify_signature(ByteView bytes, std::string_view signature, const PublicKey& key,
                             const std::string& where);

/// The same for a file and the signature beside it; one that is missing is refused too.
std::string verify_file(const std::filesystem::path& file, const PublicKey& key);

/// The same for a file that was read already: `bytes` are what it held.
std::string verify_signature_beside(const std::filesystem::path& file, ByteView bytes,
                                    const PublicKey& key);

/// `key` is text or a file, as for read_public_key.
std::string verify_file(const std::filesystem::path& file, const std::string& key);

}  // namespace signpost
