#pragma once

#include <string>

#include "curate/diff.h"
#include "sample/catalogue.h"

namespace signpost {

/// {"change":"relabelled"…}: one change as a JSON object, without a newline. docs/commands/diff.md.
std::string change_json(const Change& change);

/// All numbers as one JSON object, without a newline.
std::string diff_json(const DiffSummary& summary, const std::string& a, const std::string& b);

/// The same for people, as several lines: samples, kinds of changes, classes whose numbers differ,
/// and how the ways in which the two were made differ. `a` and `b` name the data sets.
std::string diff_text(const DiffSummary& summary, const std::string& a, const std::string& b,
                      const Catalogue& catalogue);

}  // namespace signpost
