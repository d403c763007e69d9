#include "serve/capture_request.h"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "base/json_object.h"
#include "store/records.h"

namespace signpost {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kDigestBytes = 32, kDigestText = 44;

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

/// The hexadecimal digits of 32 bytes in base64; nothing for any other text.
std::optional<std::string> hex_of_base64(std::string_view text) {
  if (text.size() != kDigestText) return std::nullopt;
  std::array<unsigned char, kDigestText> bytes{};
  std::array<unsigned char, kDigestText + 1> again{};
  const auto* in = reinterpret_cast<const unsigned char*>(text.data());
  if (EVP_DecodeBlock(bytes.data(), in, static_cast<int>(text.size())) < 0) return std::nullopt;
  EVP_EncodeBlock(again.data(), bytes.data(), kDigestBytes);
  if (!std::equal(text.begin(), text.end(), again.begin())) return std::nullopt;
  constexpr char kDigits[] = "0123456789abcdef";
  std::string hex;
  for (std::size_t i = 0; i < kDigestBytes; ++i) {
    hex += kDigits[bytes[i] >> 4];
    hex += kDigits[bytes[i] & 15];
  }
  return hex;
}

std::string parse_digest(std::string_view header, std::optional<std::string>& sha256) {
  constexpr std::string_view kName = "sha-256=";
  while (!header.empty()) {
    const std::size_t end = std::min(header.find(','), header.size());
    std::string_view member = trimmed(header.substr(0, end));
    header.remove_prefix(std::min(end + 1, header.size()));
    if (!member.starts_with(kName)) continue;
    member.remove_prefix(kName.size());
    const bool quoted = member.size() > 2 && member.front() == ':' && member.back() == ':';
    if (quoted) sha256 = hex_of_base64(member.substr(1, member.size() - 2));
    if (!sha256) return "Content-Digest: sha-256 must be 32 bytes in base64 between colons";
  }
  return {};
}

bool has_control(std::string_view text) {
  return std::ranges::any_of(
      text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

}  // namespace

std::string parse_capture_request(std::string_view metadata, std::string_view digest,
                                  CaptureRequest& request) {
  constexpr const char* kHeader = "Signpost-Capture: ";
  if (std::string wrong = parse_digest(digest, request.sha256); !wrong.empty()) return wrong;
  request.submission.file = "unnamed";
  if (trimmed(metadata).empty()) return {};
  std::optional<Json> parsed = parse_json_object<Json>(metadata);
  if (!parsed) return std::string(kHeader) + "is not a JSON object";
  Json& json = *parsed;
  const auto file = json.find("file");
  if (file == json.end() || file->is_null() || (file->is_string() && file->empty()))
    json["file"] = request.submission.file;
  const std::string wrong = parse_submission(json.dump(), request.submission);
  if (!wrong.empty()) return kHeader + wrong;
  if (has_control(request.submission.file))
    return std::string(kHeader) + "has a control character in its file name; take it out";
  return {};
}

}  // namespace signpost
