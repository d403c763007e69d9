#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace signpost {

enum class Severity { warning, error };

/// One thing that `check` found. docs/commands/check.md lists the kinds.
struct Finding {
  Severity severity = Severity::error;
  std::string_view kind;  ///< "duplicate-id"; a literal
  std::string where;      ///< "FILE:LINE", or the file alone where the whole stream is meant
  std::string id;         ///< of the sample; may be empty
  std::string what;       ///< what is wrong
  std::string remedy;     ///< what to do
  std::vector<std::string> others;  ///< where the other records stand that have a part in it
};

/// One line: where: severity: id: what; remedy [kind].
std::string text_line(const Finding& finding);

/// One JSON object, without a newline.
std::string json_line(const Finding& finding);

}  // namespace signpost
