#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "serve/web.h"

namespace signpost {

/// A part of `size` bytes, or all of them.
struct ByteRange {
  enum class Kind { whole, part, unsatisfiable } kind = Kind::whole;
  std::uint64_t offset = 0, length = 0;
};

/// What a Range header asks for (RFC 9110, section 14): one range of bytes. Several, another unit,
/// and what is no range ask for the whole, as a server may answer.
ByteRange parse_range(std::string_view header, std::uint64_t size);

/// Whether `etag`, quotes included, stands in an If-None-Match header (section 13.1.2).
bool etag_listed(std::string_view header, std::string_view etag);

/// Answers a request for bytes that others may have in part or whole: 200, 206, 304 or 416, with
/// ETag. `etag` is a strong one.
WebAnswer conditional_answer(const WebRequest& request, std::shared_ptr<const Bytes> bytes,
                             const std::string& etag, const std::string& type);

}  // namespace signpost
