#include "model/signature.h"

#include <sodium.h>

#include <algorithm>

#include "base/error.h"
#include "model/minisign_format.h"

namespace signpost {
namespace {

namespace fs = std::filesystem;

bool decode_public_key(std::string_view line, PublicKey& key) {
  std::array<std::uint8_t, 42> bytes;
  if (!decode_base64(line, bytes) ||
      !std::equal(kPlainEd25519.begin(), kPlainEd25519.end(), bytes.begin()))
    return false;
  std::copy_n(bytes.begin() + 2, key.id.size(), key.id.begin());
  std::copy_n(bytes.begin() + 10, key.key.size(), key.key.begin());
  return true;
}

/// The four lines of a .minisig file, decoded.
struct Lines {
  std::array<std::uint8_t, 74> signature;  ///< algorithm, key number, Ed25519
  std::string_view comment;
  std::array<std::uint8_t, 64> over_comment;  ///< of the signature and the comment
};

bool parse(std::string_view text, Lines& lines) {
  if (!take_line(text).starts_with(kUntrustedComment)) return false;
  if (!decode_base64(take_line(text), lines.signature)) return false;
  lines.comment = take_line(text);
  if (!lines.comment.starts_with(kTrustedComment)) return false;
  lines.comment.remove_prefix(kTrustedComment.size());
  return decode_base64(take_line(text), lines.over_comment) && text.empty();
}

bool signed_by(const PublicKey& key, ByteView message, const std::uint8_t* signature) {
  return ::crypto_sign_verify_detached(signature, message.data(), message.size(), key.key.data()) ==
         0;
}

}  // namespace

PublicKey read_public_key(const std::string& key) {
  start_sodium();
  PublicKey found;
  if (decode_public_key(key, found)) return found;
  std::error_code error;
  if (!fs::exists(key, error)) {
    throw Error(Blame::usage,
                key +
                    ": is neither a public key of minisign (56 characters that begin with RW) "
                    "nor a file with one");
  }
  const std::string text = read_text(key);
  std::string_view rest = text;
  if (rest.starts_with(kUntrustedComment)) take_line(rest);
  if (!decode_public_key(take_line(rest), found)) {
    throw Error(Blame::input, key +
                                  ": is not a public key of minisign; signpost package keygen "
                                  "and minisign -G write one");
  }
  return found;
}

std::string public_key_text(const PublicKey& key) {
  Bytes bytes(kPlainEd25519.begin(), kPlainEd25519.end());
  bytes.insert(bytes.end(), key.id.begin(), key.id.end());
  bytes.insert(bytes.end(), key.key.begin(), key.key.end());
  return encode_base64(bytes);
}

std::string key_number(const std::array<std::uint8_t, 8>& id) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string text;
  for (auto byte = id.rbegin(); byte != id.rend(); ++byte) {
    text += kDigits[*byte >> 4];
    text += kDigits[*byte & 15];
  }
  return text;
}

fs::path signature_path(const fs::path& file) { return file.string() + ".minisig"; }

std::string verify_signature(ByteView bytes, std::string_view signature, const PublicKey& key,
                             const std::string& where) {
  start_sodium();
  const auto refuse = [&](const std::string& what) {
    return Error(Blame::input, where + ": " + what);
  };
  Lines lines;
  const bool whole = parse(signature, lines);
  const std::span<const std::uint8_t> given(lines.signature);
  if (!whole || given[0] != 'E' || (given[1] != 'd' && given[1] != 'D')) {
    throw refuse("is not a whole signature of minisign; copy it again, or sign again");
  }
  if (!std::equal(key.id.begin(), key.id.end(), given.begin() + 2)) {
    std::array<std::uint8_t, 8> id;
    std::copy_n(given.begin() + 2, id.size(), id.begin());
    throw refuse("is by the key " + key_number(id) + ", not by " + key_number(key.id));
  }
  const auto digest = blake2b_512(given[1] == 'D' ? bytes : ByteView{});
  const ByteView message = given[1] == 'D' ? ByteView(digest) : bytes;
  if (!signed_by(key, message, given.data() + 10)) {
    throw refuse(
        "does not fit the file; it was damaged or changed after it was signed, or the "
        "signature is forged: get both again");
  }
  Bytes commented(given.begin() + 10, given.end());
  commented.insert(commented.end(), lines.comment.begin(), lines.comment.end());
  if (!signed_by(key, commented, lines.over_comment.data()))
    throw refuse("its trusted comment was changed after it was signed; get it again");
  return std::string(lines.comment);
}

std::string verify_signature_beside(const fs::path& file, ByteView bytes, const PublicKey& key) {
  const fs::path beside = signature_path(file);
  std::error_code error;
  if (!fs::exists(beside, error)) {
    throw Error(Blame::input, file.string() + ": is not signed: there is no " + beside.string());
  }
  if (fs::file_size(beside, error) > 16384 || error)
    throw Error(Blame::input, beside.string() + ": is not a signature of minisign");
  return verify_signature(bytes, read_text(beside), key, beside.string());
}

std::string verify_file(const fs::path& file, const PublicKey& key) {
  const MappedFile mapped(file);
  return verify_signature_beside(file, mapped.bytes(), key);
}

std::string verify_file(const fs::path& file, const std::string& key) {
  return verify_file(file, read_public_key(key));
}

}  // namespace signpost
