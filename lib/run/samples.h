#pragma once

#include <istream>
#include <string>

#include "run/subject.h"

namespace signpost {

/// The longest line of a manifest or of corrections that is read.
inline constexpr std::size_t kLongestLine = std::size_t{16} << 20;

/// The next line of `in` without its end; false at the end. Throws Error{input} that names `name`
/// on one over kLongestLine, and Interrupted after a signal.
bool next_line(std::istream& in, const std::string& name, std::string& line);

/// The samples of an NDJSON stream (schema/sample.schema.json): of each its image, id, group and
/// roi, and its label as what a person says that it is. The crop of a sample is the package's own,
/// so a `crop` among its operations does not matter; a sample that is turned or augmented is a
/// subject with a complaint, and so is a line that is no sample.
class SampleSource : public SubjectSource {
 public:
  /// `in` must stay; `name` stands in messages.
  SampleSource(std::istream& in, std::string name) : in_(in), name_(std::move(name)) {}
  std::optional<Subject> next() override;

 private:
  std::istream& in_;
  std::string name_, line_;
  std::uint64_t number_ = 0;
};

}  // namespace signpost
