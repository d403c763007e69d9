#include "model/signing_key.h"

#include <fcntl.h>
#include <sodium.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <optional>

#include "base/error.h"
#include "model/minisign_format.h"

namespace signpost {
namespace {

namespace fs = std::filesystem;

/// Key number, secret key, and a checksum that minisign leaves zero where nothing is encrypted.
constexpr std::size_t kSecretPart = 104;

/// The bytes behind a key file's base64: 158 of them.
struct KeyFile {
  std::array<std::uint8_t, 2> algorithm, derivation, checksum;
  std::array<std::uint8_t, 32> salt;
  std::array<std::uint8_t, 8> operations, memory;  ///< little-endian
  std::array<std::uint8_t, kSecretPart> secret;
};
static_assert(sizeof(KeyFile) == 158);

constexpr std::array<std::uint8_t, 2> kScrypt{'S', 'c'}, kNotEncrypted{0, 0}, kBlake2b{'B', '2'};

std::uint64_t little_endian(const std::array<std::uint8_t, 8>& bytes) {
  std::uint64_t value = 0;
  for (std::size_t i = 8; i-- > 0;) value = value << 8 | bytes[i];
  return value;
}

std::array<std::uint8_t, 8> little_endian(std::uint64_t value) {
  std::array<std::uint8_t, 8> bytes;
  for (std::uint8_t& byte : bytes) {
    byte = static_cast<std::uint8_t>(value);
    value >>= 8;
  }
  return bytes;
}

/// XORs `secret` with what scrypt makes of the passphrase; false if the memory is not to be had.
bool encipher(std::array<std::uint8_t, kSecretPart>& secret, const std::string& passphrase,
              const std::array<std::uint8_t, 32>& salt, SigningKey::Cost cost) {
  std::array<std::uint8_t, kSecretPart> stream;
  const bool done = ::crypto_pwhash_scryptsalsa208sha256(
                        stream.data(), stream.size(), passphrase.data(), passphrase.size(),
                        salt.data(), cost.operations, static_cast<std::size_t>(cost.memory)) == 0;
  for (std::size_t i = 0; done && i < secret.size(); ++i) secret[i] ^= stream[i];
  ::sodium_memzero(stream.data(), stream.size());
  return done;
}

/// Of the algorithm, the key number and the secret key.
std::array<std::uint8_t, 32> checksum(const std::array<std::uint8_t, kSecretPart>& secret) {
  std::array<std::uint8_t, 2 + 72> covered;
  std::copy(kPlainEd25519.begin(), kPlainEd25519.end(), covered.begin());
  std::copy_n(secret.begin(), 72, covered.begin() + 2);
  std::array<std::uint8_t, 32> digest;
  ::crypto_generichash(digest.data(), digest.size(), covered.data(), covered.size(), nullptr, 0);
  ::sodium_memzero(covered.data(), covered.size());
  return digest;
}

/// Writes what only the owner may read; appears whole or not at all.
void write_private(const fs::path& path, std::string_view text) {
  const std::string beside = path.string() + ".partial";
  const int descriptor = ::open(beside.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (descriptor < 0) throw_errno("cannot write " + beside);
  std::optional<Error> failed;
  try {
    write_all(descriptor, as_bytes(text), beside);
    if (::fsync(descriptor) != 0) throw_errno("cannot write " + beside);
    if (::rename(beside.c_str(), path.c_str()) != 0) throw_errno("cannot write " + path.string());
  } catch (const Error& error) {
    failed = error;
    ::unlink(beside.c_str());
  }
  ::close(descriptor);
  if (failed) throw *failed;
}

}  // namespace

SigningKey::SigningKey() { start_sodium(); }

SigningKey::SigningKey(SigningKey&& other) noexcept : id_(other.id_), secret_(other.secret_) {
  ::sodium_memzero(other.secret_.data(), other.secret_.size());
}

SigningKey::~SigningKey() { ::sodium_memzero(secret_.data(), secret_.size()); }

SigningKey SigningKey::generate() {
  SigningKey key;
  std::array<std::uint8_t, 32> open;
  ::crypto_sign_keypair(open.data(), key.secret_.data());
  ::randombytes_buf(key.id_.data(), key.id_.size());
  return key;
}

SigningKey SigningKey::read(const fs::path& path, const std::function<std::string()>& passphrase) {
  SigningKey key;
  std::string text = read_text(path);
  std::string_view rest = text;
  KeyFile file;
  const bool named = take_line(rest).starts_with(kUntrustedComment);
  const bool whole =
      named && decode_base64(take_line(rest), {reinterpret_cast<std::uint8_t*>(&file), 158});
  ::sodium_memzero(text.data(), text.size());
  const bool encrypted = file.derivation == kScrypt;
  if (!whole || file.algorithm != kPlainEd25519 || file.checksum != kBlake2b ||
      !(encrypted || file.derivation == kNotEncrypted)) {
    throw Error(Blame::input, path.string() +
                                  ": is not a secret key of minisign; signpost package keygen "
                                  "and minisign -G write one");
  }
  if (encrypted) {
    std::string secret = passphrase();
    const bool done = encipher(file.secret, secret, file.salt,
                               {little_endian(file.operations), little_endian(file.memory)});
    ::sodium_memzero(secret.data(), secret.size());
    if (!done) {
      throw Error(Blame::environment, path.string() + ": cannot be deciphered: scrypt asks for " +
                                          std::to_string(little_endian(file.memory)) +
                                          " bytes of memory");
    }
  }
  const auto expected = checksum(file.secret);
  if (encrypted && ::sodium_memcmp(expected.data(), file.secret.data() + 72, expected.size()) != 0)
    throw Error(Blame::input, path.string() + ": the passphrase is wrong");
  std::copy_n(file.secret.begin(), 8, key.id_.begin());
  std::copy_n(file.secret.begin() + 8, 64, key.secret_.begin());
  ::sodium_memzero(&file, sizeof file);
  return key;
}

PublicKey SigningKey::public_key() const {
  PublicKey key{id_, {}};
  ::crypto_sign_ed25519_sk_to_pk(key.key.data(), secret_.data());
  return key;
}

void SigningKey::write(const fs::path& path, const std::string& passphrase, bool force,
                       Cost cost) const {
  refuse_existing(path, force);
  KeyFile file{};
  file.algorithm = kPlainEd25519;
  file.checksum = kBlake2b;
  std::copy(id_.begin(), id_.end(), file.secret.begin());
  std::copy(secret_.begin(), secret_.end(), file.secret.begin() + 8);
  if (!passphrase.empty()) {
    const auto sum = checksum(file.secret);
    std::copy(sum.begin(), sum.end(), file.secret.begin() + 72);
    file.derivation = kScrypt;
    ::randombytes_buf(file.salt.data(), file.salt.size());
    while (!encipher(file.secret, passphrase, file.salt, cost)) {
      cost = {cost.operations / 2, cost.memory / 2};
      if (cost.memory < crypto_pwhash_scryptsalsa208sha256_MEMLIMIT_MIN)
        throw Error(Blame::environment, "there is no memory to encrypt the key " + path.string());
    }
    file.operations = little_endian(cost.operations);
    file.memory = little_endian(cost.memory);
  }
  std::string text(kUntrustedComment);
  text += passphrase.empty() ? "minisign secret key " : "minisign encrypted secret key ";
  text += key_number(id_);
  text += "\n" + encode_base64({reinterpret_cast<const std::uint8_t*>(&file), 158}) + "\n";
  write_private(path, text);
  ::sodium_memzero(&file, sizeof file);
  ::sodium_memzero(text.data(), text.size());
}

std::string SigningKey::sign(ByteView bytes, std::string_view comment) const {
  const auto digest = blake2b_512(bytes);
  Bytes line(kPrehashedEd25519.begin(), kPrehashedEd25519.end());
  line.insert(line.end(), id_.begin(), id_.end());
  std::array<std::uint8_t, 64> signature, over_comment;
  ::crypto_sign_detached(signature.data(), nullptr, digest.data(), digest.size(), secret_.data());
  line.insert(line.end(), signature.begin(), signature.end());
  Bytes commented(signature.begin(), signature.end());
  commented.insert(commented.end(), comment.begin(), comment.end());
  ::crypto_sign_detached(over_comment.data(), nullptr, commented.data(), commented.size(),
                         secret_.data());
  std::string text(kUntrustedComment);
  text += "signature from signpost, key " + key_number(id_) + "\n" + encode_base64(line) + "\n";
  text += kTrustedComment;
  text += comment;
  text += "\n" + encode_base64(over_comment) + "\n";
  return text;
}

std::string signed_comment(const fs::path& file) {
  return "file:" + file.filename().string() + "\thashed";
}

void sign_file(const fs::path& file, const SigningKey& key, bool force) {
  const MappedFile mapped(file);
  OutputFile output(signature_path(file), force);
  output.write(key.sign(mapped.bytes(), signed_comment(file)));
  output.commit();
}

}  // namespace signpost
