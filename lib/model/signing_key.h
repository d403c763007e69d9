#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

#include "base/file.h"
#include "model/signature.h"

namespace signpost {

/// A secret key of minisign (https://jedisct1.github.io/minisign/, "Secret key format"). Its bytes
/// are wiped when the object goes. Movable, not copyable.
class SigningKey {
 public:
  static SigningKey generate();

  /// Reads a key file of minisign's or ours. `passphrase` is asked for one where the file is
  /// encrypted. Throws Error{input} that names the file if it is no key or the passphrase is wrong.
  static SigningKey read(const std::filesystem::path& path,
                         const std::function<std::string()>& passphrase);

  SigningKey(SigningKey&& other) noexcept;
  SigningKey(const SigningKey&) = delete;
  SigningKey& operator=(const SigningKey&) = delete;
  ~SigningKey();

  PublicKey public_key() const;

  /// What scrypt may cost: operations, and bytes of memory.
  struct Cost {
    std::uint64_t operations, memory;
  };
  /// What minisign takes: about 1 GiB and two seconds.
  static constexpr Cost kMinisignCost{33'554'432, 1'073'741'824};

  /// Writes a key file that only its owner may read, encrypted unless `passphrase` is empty. On a
  /// machine that has less memory than `cost` asks for, half as much is taken, and so on, as
  /// minisign does. Throws Error{usage} if `path` exists and `force` is not set.
  void write(const std::filesystem::path& path, const std::string& passphrase, bool force,
             Cost cost = kMinisignCost) const;

  /// The text of a .minisig file: the prehashed signature of `bytes`, with `comment` (one line)
  /// signed along. The same bytes and comment give the same text.
  std::string sign(ByteView bytes, std::string_view comment) const;

 private:
  SigningKey();
  std::array<std::uint8_t, 8> id_{};
  std::array<std::uint8_t, 64> secret_{};
};

/// The trusted comment for `file`: its name and "hashed", as minisign writes it, but without a
/// time: signing again gives the same bytes.
std::string signed_comment(const std::filesystem::path& file);

/// Signs `file` into FILE.minisig, which appears whole or not at all.
void sign_file(const std::filesystem::path& file, const SigningKey& key, bool force);

}  // namespace signpost
