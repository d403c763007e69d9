#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace signpost {

enum class Severity { warning, error };

/// One thing that `check` found.
struct Finding {
  Severity severity = Severity::error;
  std::string_view kind = {};  ///< one of kFindingKinds
  std::string where = {};      ///< "FILE:LINE", or the file alone where the whole stream is meant
  std::string id = {};         ///< of the sample; may be empty
  std::string what = {};       ///< what is wrong
  std::string remedy = {};     ///< what to do
  std::vector<std::string> others = {};  ///< where the other records stand that have a part in it
  std::string group = {};                ///< of the sample; may be empty
  std::optional<int> label = {};         ///< likewise
  std::vector<std::pair<std::string_view, double>> values = {};  ///< what was measured, by its name
};

/// Every kind of finding, as docs/commands/check.md lists them.
inline constexpr std::array<std::string_view, 32> kFindingKinds = {"bad-record",
                                                                   "no-label",
                                                                   "unknown-class",
                                                                   "bad-split",
                                                                   "bad-roi",
                                                                   "bad-operation",
                                                                   "no-image",
                                                                   "bad-image",
                                                                   "wrong-size",
                                                                   "changed-image",
                                                                   "tiny",
                                                                   "dark",
                                                                   "flat",
                                                                   "blurred",
                                                                   "duplicate-id",
                                                                   "group-leak",
                                                                   "group-labels",
                                                                   "copy-leak",
                                                                   "copy-labels",
                                                                   "copy-groups",
                                                                   "copy",
                                                                   "near-copy-leak",
                                                                   "near-copy-labels",
                                                                   "near-copy",
                                                                   "frame-twice",
                                                                   "frame-missing",
                                                                   "frame-count",
                                                                   "unassigned",
                                                                   "untrained-class",
                                                                   "few-groups",
                                                                   "imbalance",
                                                                   "suspect-label"};

/// One line: where: severity: id: what; remedy [kind].
std::string text_line(const Finding& finding);

/// One JSON object, without a newline.
std::string json_line(const Finding& finding);

}  // namespace signpost
