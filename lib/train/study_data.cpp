#include "train/study_data.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <vector>

#include "base/error.h"
#include "base/file.h"
#include "curate/picks.h"
#include "sample/history.h"

namespace signpost {
namespace {

void refuse_crop(const Sample& sample, const std::string& where, SampleDecoder& decoder) {
  if (sample.ops.empty()) return;
  for (const Op& op : decoder.ops(sample)) {
    if (!std::holds_alternative<CropOp>(op)) continue;
    throw Error(Blame::input, where +
                                  ": is cropped already, but each network of a study has a size "
                                  "of its own; leave signpost crop out");
  }
}

const std::string& group_of(const Sample& sample) {
  return sample.group.empty() ? sample.id : sample.group;
}

/// Records, with the history of what was read on the first one. This program's own step is left
/// out: calls that differ in what they run must see the same data.
class RecordWriter {
 public:
  RecordWriter(const std::filesystem::path& path, const std::string& history)
      : file_(path, true), history_(history) {}

  void write(const Sample& sample) {
    text_.clear();
    encode(sample, text_);
    if (!history_.empty() && history_ != "[]") {
      text_.pop_back();
      text_ += ",\"history\":" + history_ + "}";
    }
    history_.clear();
    text_ += '\n';
    file_.write(text_);
  }

  OutputFile& file() { return file_; }
  void commit() { file_.commit(); }

 private:
  OutputFile file_;
  std::string history_, text_;
};

}  // namespace

StudySamples::StudySamples(const std::string& manifest, double fraction, std::uint64_t seed,
                           Rejects& rejects)
    : reader_(manifest, rejects, Passes::two) {
  struct Frame {
    std::uint64_t lot, line;
    auto operator<=>(const Frame&) const = default;
  };
  std::map<std::string, std::vector<Frame>> train, validation;
  SampleDecoder decoder;
  Sample sample;
  while (reader_.next(sample)) {
    const bool learns = sample.split == "train";
    if ((!learns && sample.split != "val") || !sample.label) continue;
    refuse_crop(sample, reader_.where(), decoder);
    (learns ? train : validation)[group_of(sample)].push_back(
        {lot_of(seed, sample.id, "study"), reader_.lines().line_number()});
  }
  history_ = stream_history().known();
  const auto keep = [&](std::map<std::string, std::vector<Frame>>& groups, Count& count) {
    for (auto& [group, frames] : groups) {
      std::ranges::sort(frames);
      // 0.1 of 30 frames is 3, though 0.1 * 30 is a little more.
      const double share = std::ceil(fraction * static_cast<double>(frames.size()) - 1e-9);
      frames.resize(std::clamp<std::size_t>(static_cast<std::size_t>(share), 1, frames.size()));
      for (const Frame& frame : frames) kept_.insert(frame.line);
      count.samples += frames.size();
      ++count.groups;
    }
  };
  keep(train, train_);
  keep(validation, validation_);
  if (train_.samples == 0 || validation_.samples == 0) {
    throw Error(
        Blame::input,
        fmt::format("{}: has no labelled {} samples; divide it with signpost split --val",
                    reader_.lines().name(), train_.samples == 0 ? "training" : "validation"));
  }
}

void StudySamples::write(const std::filesystem::path& path) {
  reader_.rewind();
  RecordWriter out(path, history_);
  Sample sample;
  while (reader_.next(sample)) {
    if (kept_.contains(reader_.lines().line_number())) out.write(sample);
  }
  out.commit();
}

FieldSamples::FieldSamples(const std::string& manifest, std::uint64_t seed, Rejects& rejects)
    : reader_(manifest, rejects, Passes::two) {
  struct Group {
    std::uint64_t lot = 0, samples = 0;
  };
  std::map<int, std::map<std::string, Group>> classes;
  SampleDecoder decoder;
  Sample sample;
  while (reader_.next(sample)) {
    if (!sample.label) continue;
    refuse_crop(sample, reader_.where(), decoder);
    const std::string group = group_of(sample);
    Group& found = classes[*sample.label][group];
    found.lot = lot_of(seed, group, "study field");
    ++found.samples;
  }
  history_ = stream_history().known();
  // By turns, through all classes, so that the halves are of one size however few a class has.
  bool learns = true;
  std::unordered_set<std::string> seen;
  for (const auto& [label, groups] : classes) {
    std::vector<std::pair<std::uint64_t, std::string>> order;
    for (const auto& [name, group] : groups) {
      if (seen.insert(name).second) order.emplace_back(group.lot, name);
    }
    std::ranges::sort(order);
    for (const auto& [lot, name] : order) {
      if (learns) learning_.insert(name);
      ++(learns ? learned_ : judged_).groups;
      learns = !learns;
    }
    for (const auto& [name, group] : groups)
      (learning_.contains(name) ? learned_ : judged_).samples += group.samples;
  }
  if (judged_.groups == 0) {
    throw Error(Blame::input, fmt::format("{}: has fewer than two labelled signs to divide",
                                          reader_.lines().name()));
  }
}

void FieldSamples::write(const std::filesystem::path& base, const std::filesystem::path& learned,
                         const std::filesystem::path& judged) {
  std::optional<RecordWriter> learned_file;
  if (!learned.empty()) {
    learned_file.emplace(learned, history_);
    learned_file->file().write(read_text(base));
  }
  RecordWriter judged_file(judged, history_);
  reader_.rewind();
  Sample sample;
  while (reader_.next(sample)) {
    if (!sample.label) continue;
    if (!learning_.contains(group_of(sample))) {
      sample.split = "test";
      judged_file.write(sample);
    } else if (learned_file) {
      sample.split = "train";
      learned_file->write(sample);
    }
  }
  if (learned_file) learned_file->commit();
  judged_file.commit();
}

}  // namespace signpost
