#pragma once

#include <string>
#include <string_view>

namespace signpost {

/// Appends `text` as a JSON string (RFC 8259), quotes included. Bytes that are not UTF-8 become
/// U+FFFD, so that the output is always valid JSON.
void append_json_string(std::string& out, std::string_view text);
std::string json_string(std::string_view text);

/// True if the text stands between quotes as it is: printable ASCII without quotes or backslashes.
bool is_plain_json(std::string_view text);

/// Appends the shortest decimal that reads back as the same number; NaN and infinities become null.
void append_json_number(std::string& out, double value);
void append_json_number(std::string& out, float value);

}  // namespace signpost
