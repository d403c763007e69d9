#include "curate/merge_inputs.h"

#include <algorithm>

namespace signpost {

MergeInputs::MergeInputs(const std::vector<std::string>& paths, Rejects& rejects) {
  for (const std::string& path : paths)
    readers_.push_back(std::make_unique<SampleReader>(path, rejects, Passes::two));
}

void MergeInputs::read_into(Merger& merger) {
  Sample sample;
  std::uint64_t before = 0;
  for (std::size_t i = 0; i < readers_.size(); ++i) {
    const LineReader& lines = readers_[i]->lines();
    while (readers_[i]->next(sample)) merger.add(sample, before + lines.line_number() - 1, i);
    before += lines.line_number();
    readers_[i]->rewind();
  }
}

std::vector<MergeInputs::Place> MergeInputs::places(std::vector<std::uint64_t> numbers) {
  std::vector<Place> places;
  if (numbers.empty()) return places;
  std::sort(numbers.begin(), numbers.end());
  numbers.erase(std::unique(numbers.begin(), numbers.end()), numbers.end());
  places.reserve(numbers.size());
  each_line([&](std::uint64_t number, std::string_view text, std::size_t input) {
    if (places.size() == numbers.size() || numbers[places.size()] != number) return;
    const LineReader& lines = readers_[input]->lines();
    places.push_back({number, lines.line_number(), lines.offset(),
                      static_cast<std::uint32_t>(text.size()), static_cast<std::uint32_t>(input)});
  });
  return places;
}

std::string MergeInputs::text(const Place& place) const {
  std::string line;
  readers_[place.input]->lines().read_at(place.offset, place.size, line);
  return line;
}

std::string MergeInputs::where(const Place& place) const {
  return name(place.input) + ":" + std::to_string(place.line);
}

const MergeInputs::Place& place_of(std::uint64_t number,
                                   const std::vector<MergeInputs::Place>& places) {
  return *std::lower_bound(
      places.begin(), places.end(), number,
      [](const MergeInputs::Place& place, std::uint64_t n) { return place.number < n; });
}

}  // namespace signpost
