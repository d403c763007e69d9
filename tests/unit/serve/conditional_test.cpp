#include "serve/conditional.h"

#include <catch2/catch.hpp>

namespace signpost {
namespace {

using Kind = ByteRange::Kind;

std::string range(std::string_view header, std::uint64_t size = 100) {
  const ByteRange range = parse_range(header, size);
  if (range.kind == Kind::whole) return "whole";
  if (range.kind == Kind::unsatisfiable) return "none";
  return std::to_string(range.offset) + "+" + std::to_string(range.length);
}

WebAnswer ask(std::vector<std::pair<std::string, std::string>> headers) {
  WebRequest request;
  request.headers = std::move(headers);
  const ByteView bytes = as_bytes("0123456789");
  return conditional_answer(request, std::make_shared<const Bytes>(bytes.begin(), bytes.end()),
                            "\"tag\"", "text/plain");
}

std::string header(const WebAnswer& answer, std::string_view name) {
  for (const auto& [key, value] : answer.headers) {
    if (key == name) return value;
  }
  return {};
}

std::string sent(const WebAnswer& answer) {
  return answer.blob ? std::string(as_text(*answer.blob).substr(answer.offset, answer.length)) : "";
}

}  // namespace

TEST_CASE("one range of bytes is understood, whatever else asks for the whole") {
  CHECK(range("bytes=0-9") == "0+10");
  CHECK(range("bytes=90-") == "90+10");
  CHECK(range("bytes=-10") == "90+10");
  CHECK(range("bytes=-1000") == "0+100");
  CHECK(range("bytes=99-99") == "99+1");
  CHECK(range("bytes=50-1000") == "50+50");
  CHECK(range("bytes=100-") == "none");
  CHECK(range("bytes=18446744073709551615-") == "none");
  CHECK(range("bytes=-0") == "none");
  CHECK(range("bytes=-5", 0) == "none");
  for (const char* header : {"", "bytes=", "bytes=-", "bytes=5-4", "bytes=0-1,3-4", "lines=0-1",
                             "bytes=a-b", "bytes=99999999999999999999-", "bytes=+1-2", "bytes 0-1"})
    CHECK(range(header) == "whole");
}

TEST_CASE("a tag is found in a list, and nothing else for it") {
  CHECK(etag_listed("\"tag\"", "\"tag\""));
  CHECK(etag_listed("\"a\", W/\"tag\"", "\"tag\""));
  CHECK(etag_listed(" * ", "\"tag\""));
  CHECK(etag_listed("\"a,b\", \"tag\"", "\"tag\""));
  CHECK_FALSE(etag_listed("", "\"tag\""));
  CHECK_FALSE(etag_listed("tag", "\"tag\""));
  CHECK_FALSE(etag_listed("\"tag", "\"tag\""));
  CHECK_FALSE(etag_listed("\"a\"tag\"", "\"tag\""));
}

TEST_CASE("bytes are answered whole, in part, or not at all") {
  const WebAnswer whole = ask({});
  CHECK(whole.status == 200);
  CHECK(sent(whole) == "0123456789");
  CHECK(header(whole, "ETag") == "\"tag\"");

  const WebAnswer part = ask({{"Range", "bytes=2-4"}});
  CHECK(part.status == 206);
  CHECK(sent(part) == "234");
  CHECK(header(part, "Content-Range") == "bytes 2-4/10");

  CHECK(sent(ask({{"range", "bytes=7-"}, {"if-range", "\"tag\""}})) == "789");
  CHECK(ask({{"Range", "bytes=7-"}, {"If-Range", "\"old\""}}).status == 200);

  const WebAnswer known = ask({{"If-None-Match", "\"tag\""}, {"Range", "bytes=7-"}});
  CHECK(known.status == 304);
  CHECK(sent(known).empty());

  const WebAnswer behind = ask({{"Range", "bytes=10-"}});
  CHECK(behind.status == 416);
  CHECK(header(behind, "Content-Range") == "bytes */10");
}

}  // namespace signpost
