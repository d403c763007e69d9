#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/interrupt.h"
#include "curate/merge.h"
#include "sample/stream.h"

namespace signpost {

/// Several streams of samples as one run of lines, numbered from 0 across all of them, which can be
/// read as often as needed.
class MergeInputs {
 public:
  /// Throws as LineReader does. `rejects` must outlive the object.
  MergeInputs(const std::vector<std::string>& paths, Rejects& rejects);

  std::size_t count() const { return readers_.size(); }
  /// The name of an input, for messages.
  const std::string& name(std::size_t input) const { return readers_[input]->lines().name(); }

  /// The first pass: hands every sample to `merger`; bad records go to the rejects. Call it before
  /// the other passes.
  void read_into(Merger& merger);

  /// Calls visit(number, text, input) for every line.
  template <typename Visit>
  void each_line(Visit visit) {
    std::uint64_t number = 0;
    std::string_view text;
    for (std::size_t input = 0; input < readers_.size(); ++input) {
      while (readers_[input]->lines().next(text)) {
        stop_if_interrupted();
        visit(number++, text, input);
      }
      readers_[input]->rewind();
    }
  }

  /// Where a line stands in its input.
  struct Place {
    std::uint64_t number = 0;  ///< among all lines
    std::uint64_t line = 0;    ///< in its input, from 1
    std::uint64_t offset = 0;
    std::uint32_t size = 0, input = 0;
  };
  /// The places of these lines, ascending, each once; one pass.
  std::vector<Place> places(std::vector<std::uint64_t> numbers);
  /// The text of a line.
  std::string text(const Place& place) const;
  /// "FILE:12".
  std::string where(const Place& place) const;

 private:
  std::vector<std::unique_ptr<SampleReader>> readers_;
};

/// The one of `places`, which are ascending, with this number. It must be there.
const MergeInputs::Place& place_of(std::uint64_t number,
                                   const std::vector<MergeInputs::Place>& places);

}  // namespace signpost
