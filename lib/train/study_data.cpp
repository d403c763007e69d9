#include "train/study_data.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <set>
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

/// The record with the history of what was read on the first one. This program's own step is left
/// out: calls that differ in what they run must see the same data.
class RecordWriter {
 public:
  explicit RecordWriter(const std::filesystem::path& path) : file_(path, true) {}

  void write(const Sample& sample) {
    text_.clear();
    encode(sample, text_);
    if (first_) {
      const std::string history = stream_history().known();
      if (history != "[]") {
        text_.pop_back();
        text_ += ",\"history\":" + history + "}";
      }
      first_ = false;
    }
    text_ += '\n';
    file_.write(text_);
  }

  OutputFile& file() { return file_; }
  void commit() { file_.commit(); }

 private:
  OutputFile file_;
  std::string text_;
  bool first_ = true;
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
    const std::string& group = sample.group.empty() ? sample.id : sample.group;
    (learns ? train : validation)[group].push_back(
        {lot_of(seed, sample.id, "study"), reader_.lines().line_number()});
  }
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
  RecordWriter out(path);
  Sample sample;
  while (reader_.next(sample)) {
    if (kept_.contains(reader_.lines().line_number())) out.write(sample);
  }
  out.commit();
}

FieldHalves divide_field(const std::string& manifest, std::uint64_t seed,
                         const std::filesystem::path& base, const std::filesystem::path& learn,
                         const std::filesystem::path& judge, Rejects& rejects) {
  SampleReader reader(manifest, rejects, Passes::two);
  SampleDecoder decoder;
  Sample sample;
  const auto group_of = [](const Sample& s) { return s.group.empty() ? s.id : s.group; };
  std::map<int, std::map<std::pair<std::uint64_t, std::string>, int>> classes;
  while (reader.next(sample)) {
    if (!sample.label) continue;
    refuse_crop(sample, reader.where(), decoder);
    const std::string group = group_of(sample);
    classes[*sample.label][{lot_of(seed, group, "study field"), group}] = 0;
  }
  // Turn about, through all classes, so that the halves are of one size however few a class has.
  std::set<std::string> learning;
  std::set<std::string> seen;
  bool turn = true;
  for (const auto& [label, groups] : classes) {
    for (const auto& [key, unused] : groups) {
      if (!seen.insert(key.second).second) continue;
      if (turn) learning.insert(key.second);
      turn = !turn;
    }
  }
  FieldHalves halves;
  halves.judge_groups = seen.size() - learning.size();
  std::optional<RecordWriter> learn_file, judge_file;
  if (!learn.empty()) {
    learn_file.emplace(learn);
    learn_file->file().write(read_text(base));
  }
  if (!judge.empty()) judge_file.emplace(judge);
  reader.rewind();
  while (reader.next(sample)) {
    if (!sample.label) continue;
    const bool learns = learning.contains(group_of(sample));
    ++(learns ? halves.learn : halves.judge);
    sample.split = learns ? "train" : "test";
    std::optional<RecordWriter>& file = learns ? learn_file : judge_file;
    if (file) file->write(sample);
  }
  if (halves.learn == 0 || halves.judge == 0) {
    throw Error(Blame::input, fmt::format("{}: has fewer than two labelled signs to divide",
                                          reader.lines().name()));
  }
  if (learn_file) learn_file->commit();
  if (judge_file) judge_file->commit();
  return halves;
}

}  // namespace signpost
