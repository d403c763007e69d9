#include "serve/web.h"

#include <algorithm>
#include <array>

#include "base/json_text.h"

namespace signpost {
namespace {

bool same_name(std::string_view left, std::string_view right) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  return std::ranges::equal(left, right, {}, lower, lower);
}

struct Title {
  int status;
  const char* words;
};

constexpr std::array kTitles = {
    Title{200, "OK"},
    Title{201, "Created"},
    Title{204, "No Content"},
    Title{206, "Partial Content"},
    Title{303, "See Other"},
    Title{304, "Not Modified"},
    Title{400, "Bad Request"},
    Title{401, "Unauthorized"},
    Title{403, "Forbidden"},
    Title{404, "Not Found"},
    Title{405, "Method Not Allowed"},
    Title{408, "Request Timeout"},
    Title{409, "Conflict"},
    Title{410, "Gone"},
    Title{411, "Length Required"},
    Title{413, "Content Too Large"},
    Title{414, "URI Too Long"},
    Title{415, "Unsupported Media Type"},
    Title{416, "Range Not Satisfiable"},
    Title{422, "Unprocessable Content"},
    Title{429, "Too Many Requests"},
    Title{431, "Request Header Fields Too Large"},
    Title{500, "Internal Server Error"},
    Title{503, "Service Unavailable"},
};

}  // namespace

std::string_view WebRequest::header(std::string_view name) const {
  const auto found =
      std::ranges::find_if(headers, [&](const auto& one) { return same_name(one.first, name); });
  return found == headers.end() ? std::string_view() : std::string_view(found->second);
}

std::size_t WebRequest::header_count(std::string_view name) const {
  return static_cast<std::size_t>(
      std::ranges::count_if(headers, [&](const auto& one) { return same_name(one.first, name); }));
}

WebAnswer&& WebAnswer::with(std::string name, std::string value) && {
  headers.emplace_back(std::move(name), std::move(value));
  return std::move(*this);
}

WebAnswer json_answer(int status, std::string json) {
  WebAnswer answer;
  answer.status = status;
  answer.body = std::move(json);
  answer.body += '\n';
  return answer;
}

WebAnswer empty_answer(int status) {
  WebAnswer answer;
  answer.status = status;
  answer.type.clear();
  return answer;
}

std::string_view status_title(int status) {
  const auto* found = std::ranges::find(kTitles, status, &Title::status);
  return found == kTitles.end() ? "Error" : found->words;
}

WebAnswer problem(int status, std::string_view detail) {
  WebAnswer answer = json_answer(status, "{\"title\":" + json_string(status_title(status)) +
                                             ",\"status\":" + std::to_string(status) +
                                             ",\"detail\":" + json_string(detail) + "}");
  answer.type = "application/problem+json";
  return answer;
}

void add_security_headers(WebAnswer& answer) {
  const auto add = [&](const char* name, const char* value) {
    const auto there = [&](const auto& one) { return same_name(one.first, name); };
    if (std::ranges::none_of(answer.headers, there)) answer.headers.emplace_back(name, value);
  };
  add("Cache-Control", "no-store");
  add("Content-Security-Policy", "default-src 'self'; frame-ancestors 'none'; base-uri 'none'");
  add("X-Content-Type-Options", "nosniff");
  add("Referrer-Policy", "no-referrer");
}

bool same_secret(std::string_view left, std::string_view right) {
  if (left.size() != right.size()) return false;
  unsigned difference = 0;
  for (std::size_t i = 0; i < left.size(); ++i)
    difference |= static_cast<unsigned char>(left[i]) ^ static_cast<unsigned char>(right[i]);
  return difference == 0;
}

}  // namespace signpost
