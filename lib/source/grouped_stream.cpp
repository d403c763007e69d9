#include "source/grouped_stream.h"

#include <fmt/format.h>

#include <unordered_map>

#include "base/error.h"
#include "base/interrupt.h"
#include "base/random.h"

namespace signpost {

GroupedStream::GroupedStream(const std::string& manifest, bool group, Rejects& rejects)
    : group_(group), reader_(manifest, rejects, group ? Passes::two : Passes::one) {
  if (group_) index();
}

void GroupedStream::index() {
  std::unordered_map<std::uint64_t, std::uint32_t> last;  // by image and side of the split
  Sample sample;
  while (reader_.next(sample)) {
    if (entries_.size() == kEnd) {
      throw Error(Blame::input,
                  reader_.lines().name() +
                      ": holds over four thousand million samples; export it in parts");
    }
    const auto number = static_cast<std::uint32_t>(entries_.size());
    const LineReader& lines = reader_.lines();
    entries_.push_back({lines.offset(), static_cast<std::uint32_t>(reader_.text().size()), kEnd,
                        lines.line_number()});
    if (sample.ops.empty()) {
      const auto [at, first] =
          last.emplace(stable_hash(sample.image, stable_hash(sample.split)), number);
      if (!first) {
        entries_[at->second].next = number;
        at->second = number;
        continue;
      }
    }
    images_.push_back(number);
  }
  reader_.rewind();
}

std::optional<std::uint64_t> GroupedStream::total() const {
  return group_ ? std::optional<std::uint64_t>(entries_.size()) : std::nullopt;
}

bool GroupedStream::next(std::vector<Record>& records) {
  records.clear();
  if (!group_) {
    Sample sample;
    if (!reader_.next(sample)) return false;
    records.push_back({std::move(sample), reader_.where(), std::string(reader_.text())});
    return true;
  }
  stop_if_interrupted();
  if (at_ == images_.size()) return false;
  for (std::uint32_t number = images_[at_++]; number != kEnd; number = entries_[number].next) {
    const Entry& entry = entries_[number];
    Record& record = records.emplace_back();
    reader_.lines().read_at(entry.offset, entry.size, record.text);
    record.where = fmt::format("{}:{}", reader_.lines().name(), entry.line);
    const std::string wrong = decoder_.decode(record.text, record.sample);
    if (!wrong.empty())
      throw Error(Blame::input, record.where + ": has changed while it was read: " + wrong);
  }
  return true;
}

}  // namespace signpost
