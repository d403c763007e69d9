#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/file.h"
#include "curate/merge.h"
#include "curate/merge_inputs.h"

namespace signpost {

/// A field in which two records of one id differ: its values as JSON text, "null" for none.
struct FieldChange {
  std::string field, stood, came;
};

/// The fields in which `came` differs from `stood`, unknown ones among them, in their order.
std::vector<FieldChange> changes_between(const Sample& stood, const Sample& came);

/// "label 3 -> 4, roi null -> [1,2,3,4]"; long values are cut.
std::string changes_text(const std::vector<FieldChange>& changes);

/// What a merge did, and every difference that it met.
class MergeReport {
 public:
  /// Reads the differing records again, one pass and two reads for each difference; writes them to
  /// `file` as they come, unless it is null. `rule` is how they were decided, as on the command
  /// line. `places` hold every line of the differences.
  MergeReport(const Merger& merger, const MergeInputs& inputs,
              const std::vector<MergeInputs::Place>& places, const std::string& rule,
              OutputFile* file);

  /// How often each field differed.
  const std::map<std::string, std::uint64_t>& fields() const { return fields_; }
  /// The first kExamples differences, a sentence each: "b.ndjson:2: a replaces a.ndjson:2: label 1
  /// -> 2".
  const std::vector<std::string>& examples() const { return examples_; }
  static constexpr std::size_t kExamples = 10;

 private:
  std::map<std::string, std::uint64_t> fields_;
  std::vector<std::string> examples_;
};

}  // namespace signpost
