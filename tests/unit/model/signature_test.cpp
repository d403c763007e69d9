#include "model/signature.h"

#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <fstream>

#include "base/error.h"
#include "model/signing_key.h"
#include "support/scratch.h"

namespace signpost {
namespace {

// What minisign 0.11 made: `minisign -G -W`, `minisign -S` and `minisign -S -l` of "traffic
// signs\n".
constexpr std::string_view kText = "traffic signs\n";
const std::string kPublic = "RWQ4WecADWkOSM7/XMQM1hdQN6xjDJh4okDaRGSFU7eZ8j+yS2Qc4Ysu";
const std::string kSecret =
    "untrusted comment: minisign encrypted secret key\n"
    "RWQAAEIyAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAOFnnAA1pDkhvVs61wkno"
    "W3y3tRj1OgmnPrST3DHQPl0DsZ5vfLt+7c7/XMQM1hdQN6xjDJh4okDaRGSFU7eZ8j+yS2Qc4YsuAAAAAAAAAAAAAAAAAA"
    "AAAAAAAAAAAAAAAAAAAAAAAAA=\n";
const std::string kPrehashed =
    "untrusted comment: signature from minisign secret key\n"
    "RUQ4WecADWkOSK4zf8uKyJ4lMzDWlYsEIPHFE+ISF1n1sbxtxE+MC/9Fx3ffOmE4DVXzUhibAd3+Wz60siebJPF0xwQzQE"
    "KoYg4=\n"
    "trusted comment: told by minisign\n"
    "0O6lbcSsxOTLYbFx+nrTrr6K2b4BYhUJkYI1Jq9aXwYyAcJQ6MQxj9K6PWC1+yZRyJLktFuzyvCqh/xmUtm8DQ==\n";
const std::string kLegacy =
    "untrusted comment: signature from minisign secret key\n"
    "RWQ4WecADWkOSJiMdyZeqrGr4l5iER34PwyC4HTiY0uQcJrQJu+izjcs9UIsoApYBQmTh3C26Olv1S2tmXdy6W8zqWfR3X"
    "u+mgU=\n"
    "trusted comment: as older ones did\n"
    "GBlpBY6nFzccXlaXnq5CdY9eS+0Cggks+PyDXrCMbo7ZzUJiLWKtfrQwd1y7is395rG275u58BPTUp8Dqa8WAg==\n";

/// Little, so that tests are quick.
constexpr SigningKey::Cost kCheap{32768, 16'777'216};

std::string message(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

std::string refusal(std::string_view text, const std::string& signature) {
  return message(
      [&] { verify_signature(as_bytes(text), signature, read_public_key(kPublic), "x.minisig"); });
}

std::string changed(std::string text, const std::string& from, const std::string& to) {
  REQUIRE(text.find(from) != std::string::npos);
  return text.replace(text.find(from), from.size(), to);
}

std::string no_passphrase() {
  FAIL("a passphrase was asked for");
  return {};
}

void write_text(const std::filesystem::path& path, std::string_view text) {
  std::ofstream(path, std::ios::binary) << text;
}

}  // namespace

TEST_CASE("minisign's own signatures are verified, prehashed and legacy ones") {
  const PublicKey key = read_public_key(kPublic);
  CHECK(key_number(key.id) == "480E690D00E75938");
  CHECK(public_key_text(key) == kPublic);
  CHECK(verify_signature(as_bytes(kText), kPrehashed, key, "x") == "told by minisign");
  CHECK(verify_signature(as_bytes(kText), kLegacy, key, "x") == "as older ones did");
}

TEST_CASE("our signatures by minisign's key are the ones that minisign makes") {
  const Scratch scratch;
  write_text(scratch / "k.key", kSecret);
  const SigningKey key = SigningKey::read(scratch / "k.key", no_passphrase);
  CHECK(key.public_key() == read_public_key(kPublic));
  const std::string text = key.sign(as_bytes(kText), "told by minisign");
  CHECK(text.substr(text.find('\n')) == kPrehashed.substr(kPrehashed.find('\n')));
}

TEST_CASE("what was changed after it was signed is refused") {
  const std::string changed_file =
      "x.minisig: does not fit the file; it was damaged or changed after it was signed, or the "
      "signature is forged: get both again";
  CHECK(refusal("traffic sings\n", kPrehashed) == changed_file);
  CHECK(refusal("traffic sings\n", kLegacy) == changed_file);
  CHECK(refusal("", kPrehashed) == changed_file);
  // A prehashed signature is not one of the file itself, nor the other way round.
  CHECK(refusal(kText, changed(kPrehashed, "RUQ4", "RWQ4")) == changed_file);
  CHECK(refusal(kText, changed(kLegacy, "RWQ4", "RUQ4")) == changed_file);
  CHECK(refusal(kText, changed(kPrehashed, "told by", "sold by")) ==
        "x.minisig: its trusted comment was changed after it was signed; get it again");
  CHECK(refusal(kText, changed(kPrehashed, "signature from minisign", "anything")) == "no error");
}

TEST_CASE("a signature by another key is refused, and names both") {
  const SigningKey other = SigningKey::generate();
  CHECK(refusal(kText, other.sign(as_bytes(kText), "c")) == "x.minisig: is by the key " +
                                                                key_number(other.public_key().id) +
                                                                ", not by 480E690D00E75938");
}

TEST_CASE("a signature that pretends to be by the key is refused") {
  // The number of a key is no secret: only the mathematics counts.
  const SigningKey other = SigningKey::generate();
  PublicKey mixed = read_public_key(kPublic);
  mixed.id = other.public_key().id;
  const std::string forged = other.sign(as_bytes(kText), "c");
  CHECK(message([&] {
          verify_signature(as_bytes(kText), forged, mixed, "x");
        }).starts_with("x: does not fit the file"));
}

TEST_CASE("every prefix of a signature, and every changed character of it, is refused") {
  for (std::size_t size = 0; size < kPrehashed.size() - 1; ++size)
    REQUIRE(refusal(kText, kPrehashed.substr(0, size)) != "no error");
  for (std::size_t at = kPrehashed.find('\n') + 1; at + 1 < kPrehashed.size(); ++at) {
    std::string bad = kPrehashed;
    bad[at] = bad[at] == 'A' ? 'B' : 'A';
    INFO(at);
    REQUIRE(refusal(kText, bad) != "no error");
  }
  CHECK(refusal(kText, kPrehashed + "more\n") ==
        "x.minisig: is not a whole signature of minisign; copy it again, or sign again");
}

TEST_CASE("a signature with the line ends of Windows is read") {
  std::string text;
  for (const char letter : kPrehashed)
    text += letter == '\n' ? std::string("\r\n") : std::string(1, letter);
  CHECK(refusal(kText, text) == "no error");
}

TEST_CASE("keys are written, encrypted or not, and read again") {
  const Scratch scratch;
  const std::string path = (scratch / "k.key").string();
  const SigningKey key = SigningKey::generate();
  key.write(path, "geheim", false, kCheap);
  struct stat status {};
  REQUIRE(::stat(path.c_str(), &status) == 0);
  CHECK((status.st_mode & 0777) == 0600);
  const SigningKey read = SigningKey::read(path, [] { return std::string("geheim"); });
  CHECK(read.public_key() == key.public_key());
  CHECK(read.sign(as_bytes(kText), "c") == key.sign(as_bytes(kText), "c"));
  CHECK(message([&] { SigningKey::read(path, [] { return std::string("geheim "); }); }) ==
        path + ": the passphrase is wrong");
  CHECK(message([&] { key.write(path, "", false); }) ==
        path + ": exists already; name another output or pass --force");
  key.write(path, "", true);
  CHECK(SigningKey::read(path, no_passphrase).public_key() == key.public_key());
}

TEST_CASE("what is no key is refused") {
  const Scratch scratch;
  const std::string path = (scratch / "k").string();
  CHECK(message([] { read_public_key("RWQnonsense"); }) ==
        "RWQnonsense: is neither a public key of minisign (56 characters that begin with RW) nor a "
        "file with one");
  write_text(path, kSecret);
  CHECK(message([&] { read_public_key(path); }) ==
        path +
            ": is not a public key of minisign; signpost package keygen and minisign -G write "
            "one");
  write_text(path, kPublic);
  CHECK(read_public_key(path) == read_public_key(kPublic));
  CHECK(message([&] { SigningKey::read(path, no_passphrase); }) ==
        path +
            ": is not a secret key of minisign; signpost package keygen and minisign -G write "
            "one");
}

TEST_CASE("a file is signed beside itself, each time with the same bytes") {
  const Scratch scratch;
  const std::string path = (scratch / "a.signpost").string();
  write_text(path, kText);
  const SigningKey key = SigningKey::generate();
  CHECK(message([&] { verify_file(path, key.public_key()); }) ==
        path + ": is not signed: there is no " + path + ".minisig");
  sign_file(path, key, false);
  const std::string first = read_text(signature_path(path));
  CHECK(verify_file(path, key.public_key()) == "file:a.signpost\thashed");
  CHECK(verify_file(path, public_key_text(key.public_key())) == "file:a.signpost\thashed");
  sign_file(path, key, true);
  CHECK(read_text(signature_path(path)) == first);
}

}  // namespace signpost
