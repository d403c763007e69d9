#include "submit/judgement.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

namespace signpost {
namespace {

using Json = nlohmann::json;
using Kind = Judgement::Kind;

std::string text_of(const Json& json, const char* key) {
  if (!json.is_object()) return {};
  const auto found = json.find(key);
  return found != json.end() && found->is_string() ? found->get<std::string>() : std::string();
}

/// Words of a server, fit for a terminal.
std::string printable(std::string text) {
  constexpr std::size_t kLongest = 500;
  if (text.size() > kLongest) text = text.substr(0, kLongest) + "…";
  for (char& c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = ' ';
  }
  return text;
}

}  // namespace

Judgement judge(const UploadAnswer& answer, const std::string& sha256) {
  if (answer.status == 0) return {answer.final ? Kind::stop : Kind::again, answer.what, {}};
  const Json json = Json::parse(answer.body, nullptr, false);
  const int status = answer.status;
  if (status == 200 || status == 201) {
    const std::string capture = text_of(json, "capture");
    if (!capture.empty() && text_of(json, "sha256") == sha256)
      return {Kind::accepted, {}, printable(capture)};
    return {Kind::again,
            fmt::format("something that is no signpost server answered {}; is there a page to sign "
                        "in to this network?",
                        status),
            {}};
  }
  const std::string detail = printable(text_of(json, "detail"));
  const std::string what =
      fmt::format("the server answered {}{}{}", status, detail.empty() ? "" : ": ", detail);
  switch (status) {
    case 400:
    case 409:
    case 410:
    case 411:
    case 413:
    case 415:
    case 422:
    case 431:
      // Only a server of ours can refuse for good: anything in between may be gone tomorrow.
      return {detail.empty() ? Kind::again : Kind::refused, what, {}};
    case 401:
    case 403:
    case 404:
    case 405:
      return {Kind::stop, what, {}};
    default:
      if (status >= 300 && status < 400)
        return {
            Kind::stop, what + ": it sends on to another address; give that one with --url", {}};
      return {Kind::again, what, {}};
  }
}

}  // namespace signpost
