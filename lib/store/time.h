#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace signpost {

/// Milliseconds since 1970 by the system's clock, which may jump.
std::int64_t clock_ms();

/// "2026-01-02T03:04:05.678Z"
std::string utc_text(std::int64_t milliseconds);

/// A date (ISO 8601: 2026-01-02, then midnight) or a time (2026-01-02T03:04, :05, .678, a space
/// instead of the T, Z or +02:00) as utc_text writes it. Without a zone it is UTC. Nothing for
/// anything else, for years before 1900 and after 9999, and for days that there are not.
std::optional<std::string> parse_time(std::string_view text);

}  // namespace signpost
