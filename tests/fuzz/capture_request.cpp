// The headers of a submitted capture, and those of conditional requests. The input is lines:
// Signpost-Capture, Content-Digest, Range, If-None-Match, Authorization, Cookie.
#include "serve/capture_request.h"

#include <array>
#include <string_view>

#include "harness.h"
#include "queue/capture_metadata.h"
#include "serve/authority.h"
#include "serve/conditional.h"

namespace {

using namespace signpost;

std::array<std::string_view, 6> lines(std::string_view text) {
  std::array<std::string_view, 6> found;
  for (std::string_view& line : found) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return found;
}

void check_capture(std::string_view metadata, std::string_view digest) {
  CaptureRequest request;
  const std::string wrong = parse_capture_request(metadata, digest, request);
  PROMISE(wrong.find('\n') == std::string::npos);
  if (wrong.empty()) {
    PROMISE(!request.submission.file.empty());
    if (request.sha256) PROMISE(request.sha256->size() == 64);
    const auto& prediction = request.submission.prediction;
    if (prediction && prediction->confidence)
      PROMISE(*prediction->confidence >= 0 && *prediction->confidence <= 1);
  }
  // What a device makes of a record fits a header.
  std::string why;
  if (const auto kept = capture_metadata(metadata, why)) {
    PROMISE(kept->size() <= kMaxMetadata);
    for (const char c : *kept) PROMISE(c >= 0x20 && c < 0x7f);
    std::string again;
    PROMISE(capture_metadata(*kept, again) == kept);
  } else {
    PROMISE(!why.empty());
  }
}

void check_range(std::string_view header) {
  for (const std::uint64_t size : {0ULL, 1ULL, 1000ULL, ~0ULL}) {
    const ByteRange range = parse_range(header, size);
    if (range.kind == ByteRange::Kind::part) {
      PROMISE(range.length > 0);
      PROMISE(range.offset < size && range.length <= size - range.offset);
    }
  }
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto line = lines({reinterpret_cast<const char*>(data), size});
  check_capture(line[0], line[1]);
  check_range(line[2]);
  (void)etag_listed(line[3], "\"tag\"");
  const std::string token = bearer_token(line[4]);
  PROMISE(token.size() <= line[4].size());
  PROMISE(cookie_value(line[5], "signpost_token").size() <= line[5].size());
  return 0;
}
