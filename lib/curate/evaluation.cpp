#include "curate/evaluation.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>

#include "base/json_text.h"
#include "base/progress.h"
#include "base/random.h"
#include "curate/split.h"

namespace signpost {
namespace {

double ratio(std::uint64_t part, std::uint64_t whole) {
  return whole ? static_cast<double>(part) / static_cast<double>(whole) : 0;
}

}  // namespace

Evaluation::Evaluation(std::vector<int> class_ids, std::vector<std::string> names)
    : class_ids_(std::move(class_ids)),
      names_(std::move(names)),
      confusion_(class_ids_.size() * class_ids_.size()) {}

void Evaluation::add(const Sample& sample, std::size_t target,
                     std::span<const float> probabilities) {
  const auto best = std::max_element(probabilities.begin(), probabilities.end());
  const auto predicted = static_cast<std::size_t>(best - probabilities.begin());
  const auto above = std::count_if(probabilities.begin(), probabilities.end(),
                                   [&](float p) { return p > probabilities[target]; });
  const std::uint64_t group = stable_hash(group_of(sample));
  rows_.push_back({static_cast<std::uint32_t>(target), static_cast<std::uint32_t>(predicted), *best,
                   -std::log(std::max(probabilities[target], 1e-12f)), above < 5});
  group_keys_.push_back(group);
  ++confusion_[target * class_ids_.size() + predicted];
}

double Evaluation::accuracy() const {
  std::uint64_t right = 0;
  for (const Row& row : rows_) right += row.target == row.predicted;
  return ratio(right, rows_.size());
}

double Evaluation::top5_accuracy() const {
  std::uint64_t right = 0;
  for (const Row& row : rows_) right += row.in_top5;
  return ratio(right, rows_.size());
}

double Evaluation::mean_loss() const {
  double sum = 0;
  for (const Row& row : rows_) sum += row.loss;
  return rows_.empty() ? 0 : sum / static_cast<double>(rows_.size());
}

std::uint64_t Evaluation::support(std::size_t target) const {
  std::uint64_t sum = 0;
  for (std::size_t p = 0; p < classes(); ++p) sum += confusion(target, p);
  return sum;
}

double Evaluation::recall(std::size_t target) const {
  return ratio(confusion(target, target), support(target));
}

double Evaluation::precision(std::size_t predicted) const {
  std::uint64_t sum = 0;
  for (std::size_t t = 0; t < classes(); ++t) sum += confusion(t, predicted);
  return ratio(confusion(predicted, predicted), sum);
}

double Evaluation::macro_recall() const {
  double sum = 0;
  std::uint64_t present = 0;
  for (std::size_t t = 0; t < classes(); ++t) {
    if (support(t) == 0) continue;
    sum += recall(t);
    ++present;
  }
  return present ? sum / static_cast<double>(present) : 0;
}

double Evaluation::macro_f1() const {
  double sum = 0;
  std::uint64_t present = 0;
  for (std::size_t t = 0; t < classes(); ++t) {
    if (support(t) == 0) continue;
    const double r = recall(t), p = precision(t);
    if (r + p > 0) sum += 2 * r * p / (r + p);
    ++present;
  }
  return present ? sum / static_cast<double>(present) : 0;
}

double Evaluation::calibration_error() const {
  constexpr std::size_t kBins = 15;
  std::array<double, kBins> confidence{}, right{};
  for (const Row& row : rows_) {
    const auto bin =
        std::min(kBins - 1, static_cast<std::size_t>(static_cast<double>(row.confidence) * kBins));
    confidence[bin] += row.confidence;
    right[bin] += row.target == row.predicted;
  }
  double sum = 0;
  for (std::size_t bin = 0; bin < kBins; ++bin) sum += std::abs(confidence[bin] - right[bin]);
  return rows_.empty() ? 0 : sum / static_cast<double>(rows_.size());
}

std::size_t Evaluation::group_count() const {
  std::vector<std::uint64_t> keys = group_keys_;
  std::sort(keys.begin(), keys.end());
  return static_cast<std::size_t>(std::unique(keys.begin(), keys.end()) - keys.begin());
}

Interval Evaluation::accuracy_by_group() const {
  struct Group {
    std::uint64_t count = 0, right = 0;
  };
  std::map<std::uint64_t, Group> by_key;
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    Group& group = by_key[group_keys_[i]];
    ++group.count;
    group.right += rows_[i].target == rows_[i].predicted;
  }
  std::vector<Group> groups;
  for (const auto& [key, group] : by_key) groups.push_back(group);
  Interval interval;
  interval.value = interval.low = interval.high = accuracy();
  if (groups.size() < 2) return interval;
  constexpr std::size_t kDraws = 1000;
  std::vector<double> accuracies;
  accuracies.reserve(kDraws);
  for (std::size_t draw = 0; draw < kDraws; ++draw) {
    Random random(0, "accuracy", draw, "bootstrap");
    std::uint64_t count = 0, right = 0;
    for (std::size_t i = 0; i < groups.size(); ++i) {
      const Group& group = groups[random.below(static_cast<std::uint32_t>(groups.size()))];
      count += group.count;
      right += group.right;
    }
    accuracies.push_back(ratio(right, count));
  }
  std::sort(accuracies.begin(), accuracies.end());
  interval.low = accuracies[kDraws / 40];
  interval.high = accuracies[kDraws - 1 - kDraws / 40];
  return interval;
}

std::string Evaluation::json() const {
  const Interval interval = accuracy_by_group();
  std::string out = fmt::format(
      "{{\"samples\":{},\"groups\":{},\"accuracy\":{:.6f},\"accuracy_95\":[{:.6f},{:.6f}],",
      count(), group_count(), interval.value, interval.low, interval.high);
  out += fmt::format(
      "\"top5_accuracy\":{:.6f},\"macro_f1\":{:.6f},\"macro_recall\":{:.6f},\"loss\":{:.6f},",
      top5_accuracy(), macro_f1(), macro_recall(), mean_loss());
  out += fmt::format("\"calibration_error\":{:.6f},\"classes\":[", calibration_error());
  for (std::size_t t = 0; t < classes(); ++t) {
    out += fmt::format(
        "{}{{\"label\":{},\"name\":{},\"samples\":{},\"recall\":{:.6f},\"precision\":{:.6f}}}",
        t ? "," : "", class_ids_[t], json_string(names_[t]), support(t), recall(t), precision(t));
  }
  out += "],\"confusion\":[";
  for (std::size_t t = 0; t < classes(); ++t) {
    out += t ? ",[" : "[";
    for (std::size_t p = 0; p < classes(); ++p)
      out += fmt::format("{}{}", p ? "," : "", confusion(t, p));
    out += "]";
  }
  return out + "]}";
}

std::string Evaluation::text() const {
  const Interval interval = accuracy_by_group();
  std::string out = fmt::format(
      "accuracy      {:6.2f} %   95 % interval over {} groups: {:.2f} to {:.2f} %\n",
      100 * interval.value, grouped(group_count()), 100 * interval.low, 100 * interval.high);
  out += fmt::format("top 5         {:6.2f} %\nmacro recall  {:6.2f} %\nmacro F1      {:6.2f} %\n",
                     100 * top5_accuracy(), 100 * macro_recall(), 100 * macro_f1());
  out += fmt::format("calibration   {:6.2f} %   expected calibration error\nsamples       {}\n",
                     100 * calibration_error(), grouped(count()));
  std::vector<std::size_t> worst;
  for (std::size_t t = 0; t < classes(); ++t) {
    if (support(t) > 0 && recall(t) < 1) worst.push_back(t);
  }
  std::stable_sort(worst.begin(), worst.end(),
                   [&](std::size_t a, std::size_t b) { return recall(a) < recall(b); });
  if (!worst.empty()) out += "\nworst classes            recall  samples  most often called\n";
  for (std::size_t i = 0; i < std::min<std::size_t>(worst.size(), 10); ++i) {
    const std::size_t t = worst[i];
    std::size_t most = t == 0 ? 1 : 0;
    for (std::size_t p = 0; p < classes(); ++p) {
      if (p != t && confusion(t, p) > confusion(t, most)) most = p;
    }
    out += fmt::format("{:>3} {:<20.20} {:6.2f} %  {:>7}  {} {} ({})\n", class_ids_[t], names_[t],
                       100 * recall(t), grouped(support(t)), class_ids_[most], names_[most],
                       confusion(t, most));
  }
  return out;
}

}  // namespace signpost
