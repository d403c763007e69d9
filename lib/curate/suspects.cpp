#include "curate/suspects.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <tuple>

#include "base/error.h"
#include "base/interrupt.h"
#include "base/parallel.h"
#include "curate/confident_learning.h"
#include "curate/reread.h"
#include "curate/variant.h"
#include "image/photograph.h"

namespace signpost {
namespace {

/// Predictors of one judge for as many threads as ask at once.
class Pool {
 public:
  explicit Pool(const Judge& judge) : judge_(judge) {}

  void predict(std::span<const std::uint8_t> pixels, std::span<float> probabilities) {
    Judge::Predict predict = take();
    predict(pixels, probabilities);
    const std::lock_guard lock(mutex_);
    free_.push_back(std::move(predict));
  }

 private:
  Judge::Predict take() {
    {
      const std::lock_guard lock(mutex_);
      if (!free_.empty()) {
        Judge::Predict predict = std::move(free_.back());
        free_.pop_back();
        return predict;
      }
    }
    return judge_.predictor();
  }
  const Judge& judge_;
  std::mutex mutex_;
  std::vector<Judge::Predict> free_;
};

struct Item {
  Sample sample;
  std::uint64_t line = 0;
  std::size_t given = 0;
  std::vector<std::size_t> judges;
  std::vector<float> probabilities;  ///< empty: its picture cannot be read
};

/// For each output of each judge, its place among the classes of the first.
std::vector<std::vector<std::size_t>> class_places(const std::vector<Judge>& judges) {
  const std::vector<int>& ids = judges.front().class_ids;
  std::vector<std::vector<std::size_t>> places;
  for (const Judge& judge : judges) {
    std::vector<std::size_t>& own = places.emplace_back();
    for (const int id : judge.class_ids) {
      const auto at = std::find(ids.begin(), ids.end(), id);
      if (at == ids.end() || judge.class_ids.size() != ids.size()) {
        throw Error(Blame::input, judge.name + ": knows other classes than " + judges.front().name +
                                      "; models that judge together were trained on the same");
      }
      own.push_back(static_cast<std::size_t>(at - ids.begin()));
    }
  }
  return places;
}

/// The samples that some judge may judge, with their probabilities, in the order of the stream.
class Judging {
 public:
  Judging(LineReader& lines, const std::vector<Judge>& judges, const SuspectOptions& options)
      : lines_(lines),
        judges_(judges),
        options_(options),
        blobs_(options.root),
        places_(class_places(judges)) {
    for (const Judge& judge : judges) pools_.push_back(std::make_unique<Pool>(judge));
  }

  template <typename Sink>
  void run(Sink sink) {
    lines_.rewind();
    using Handle = std::unique_ptr<Item>;
    ordered_pipeline<Handle, Handle>(
        options_.jobs, [this] { return next(); },
        [this](Handle item) {
          judge(*item);
          return item;
        },
        [&](const Handle& item) { sink(*item); });
  }

 private:
  std::optional<std::unique_ptr<Item>> next() {
    std::string_view text;
    auto item = std::make_unique<Item>();
    while (lines_.next(text)) {
      stop_if_interrupted();
      if (!decoder_.decode(text, lines_.readable_after(text), item->sample).empty()) continue;
      const Sample& sample = item->sample;
      if (!sample.label || is_variant(sample)) continue;
      const std::vector<int>& ids = judges_.front().class_ids;
      const auto at = std::find(ids.begin(), ids.end(), *sample.label);
      if (at == ids.end()) continue;
      item->judges.clear();
      for (std::size_t j = 0; j < judges_.size(); ++j) {
        if (judges_[j].unseen(sample)) item->judges.push_back(j);
      }
      if (item->judges.empty()) continue;
      item->given = static_cast<std::size_t>(at - ids.begin());
      item->line = lines_.line_number();
      return item;
    }
    return std::nullopt;
  }

  void judge(Item& item) {
    thread_local Image photograph;
    std::string wrong;
    if (!read_photograph(blobs_, item.sample, photograph, wrong)) return;
    const std::size_t classes = judges_.front().class_ids.size();
    std::vector<float> answer(classes);
    std::vector<std::uint8_t> pixels;
    item.probabilities.assign(classes, 0.0f);
    for (const std::size_t j : item.judges) {
      const Preprocessing& contract = judges_[j].preprocessing;
      const auto side = static_cast<std::size_t>(contract.size);
      pixels.resize(side * side * 3);
      preprocess(photograph, box_of(item.sample, photograph), contract, pixels);
      pools_[j]->predict(pixels, answer);
      for (std::size_t c = 0; c < classes; ++c) {
        item.probabilities[places_[j][c]] += answer[c] / static_cast<float>(item.judges.size());
      }
    }
  }

  LineReader& lines_;
  const std::vector<Judge>& judges_;
  const SuspectOptions& options_;
  BlobReader blobs_;
  SampleDecoder decoder_;
  std::vector<std::vector<std::size_t>> places_;
  std::vector<std::unique_ptr<Pool>> pools_;
};

std::string class_text(int id, const Catalogue& catalogue) {
  const SignClass* sign = catalogue.find(id);
  return sign ? fmt::format("{} ({})", id, sign->name) : std::to_string(id);
}

}  // namespace

std::uint64_t find_suspects(LineReader& lines, const std::vector<Judge>& judges,
                            const Catalogue& catalogue, const SuspectOptions& options,
                            const std::function<void(const Finding&)>& found) {
  const std::vector<int>& ids = judges.front().class_ids;
  ConfidentLearning learning(ids.size());
  std::vector<std::uint64_t> line_of;
  {
    Progress progress("suspects", "samples", 0, options.progress);
    Judging judging(lines, judges, options);
    judging.run([&](const Item& item) {
      progress.add();
      if (item.probabilities.empty()) return;
      learning.add(item.given, item.probabilities);
      line_of.push_back(item.line);
    });
  }
  if (line_of.empty()) {
    throw Error(Blame::input,
                lines.name() + ": has no readable sample that " + judges.front().name +
                    " knows the class of and was not trained on; a run judges its own validation "
                    "samples and those in test, a package those in val and test");
  }
  const std::vector<ConfidentLearning::Suspect> suspects = learning.suspects();
  std::set<std::uint64_t> wanted;
  for (const auto& suspect : suspects) wanted.insert(line_of[suspect.index]);
  const auto samples = samples_on({wanted.begin(), wanted.end()}, lines);

  std::vector<Finding> findings;
  std::map<std::tuple<std::string, std::size_t, std::size_t>, std::size_t> by_group;
  for (const ConfidentLearning::Suspect& suspect : suspects) {
    const std::uint64_t line = line_of[suspect.index];
    const Sample& sample = samples.at(line);
    const std::string where = lines.name() + ":" + std::to_string(line);
    if (!sample.group.empty()) {
      const auto [at, first] =
          by_group.try_emplace({sample.group, suspect.given, suspect.suggested}, findings.size());
      if (!first) {
        findings[at->second].others.push_back(where);
        continue;
      }
    }
    Finding& finding = findings.emplace_back();
    finding = {Severity::warning, "suspect-label", where, sample.id};
    finding.what = fmt::format(
        "is labelled {}, but a network that never saw it says {} with probability {:.3f}, and its "
        "label with {:.3f}",
        class_text(ids[suspect.given], catalogue), class_text(ids[suspect.suggested], catalogue),
        suspect.other, suspect.own);
    finding.remedy = "look at it, and correct the label if it is wrong";
    finding.group = sample.group;
    finding.label = sample.label;
    finding.values = {{"suggested", ids[suspect.suggested]}, {"margin", suspect.margin}};
  }
  for (Finding& finding : findings) {
    if (!finding.others.empty()) {
      finding.what +=
          fmt::format(", and so for {} more of group {}", finding.others.size(), finding.group);
    }
    found(finding);
  }
  return line_of.size();
}

}  // namespace signpost
