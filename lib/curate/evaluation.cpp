#include "curate/evaluation.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "base/random.h"
#include "curate/split.h"

namespace signpost {
namespace {

double ratio(std::uint64_t part, std::uint64_t whole) {
  return whole ? static_cast<double>(part) / static_cast<double>(whole) : 0;
}

int side_of(const Sample& sample) {
  if (sample.roi) return std::min(sample.roi->width(), sample.roi->height());
  return sample.width && sample.height ? std::min(*sample.width, *sample.height) : 0;
}

std::int16_t luminance_of(std::span<const std::uint8_t> rgb) {
  if (rgb.empty()) return -1;
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < rgb.size(); i += 3)
    sum += 299u * rgb[i] + 587u * rgb[i + 1] + 114u * rgb[i + 2];
  return static_cast<std::int16_t>(sum / 1000 / (rgb.size() / 3));
}

int side_of_square(std::span<const std::uint8_t> rgb) {
  return static_cast<int>(std::lround(std::sqrt(static_cast<double>(rgb.size() / 3))));
}

bool is_worse(const Evaluation::Failure& a, const Evaluation::Failure& b) {
  const bool a_wrong = a.target != a.predicted, b_wrong = b.target != b.predicted;
  if (a_wrong != b_wrong) return a_wrong;
  return a_wrong ? a.confidence > b.confidence : a.loss > b.loss;
}

}  // namespace

Evaluation::Evaluation(std::vector<int> class_ids, std::vector<std::string> names)
    : class_ids_(std::move(class_ids)),
      names_(std::move(names)),
      confusion_(class_ids_.size() * class_ids_.size()) {}

void Evaluation::add(const Sample& sample, std::size_t target, std::span<const float> probabilities,
                     std::span<const std::uint8_t> shown) {
  const auto best = std::max_element(probabilities.begin(), probabilities.end());
  const auto above = std::count_if(probabilities.begin(), probabilities.end(),
                                   [&](float p) { return p > probabilities[target]; });
  Row row;
  row.group = stable_hash(group_of(sample));
  row.target = static_cast<std::uint32_t>(target);
  row.predicted = static_cast<std::uint32_t>(best - probabilities.begin());
  row.confidence = *best;
  row.loss = -std::log(std::max(probabilities[target], 1e-12f));
  row.side_px = side_of(sample);
  row.luminance = luminance_of(shown);
  row.in_top5 = above < 5;
  rows_.push_back(row);
  ++confusion_[target * class_ids_.size() + row.predicted];
  keep_if_among_worst(sample, row, shown);
}

/// Equals stay in the order in which they came.
void Evaluation::keep_if_among_worst(const Sample& sample, const Row& row,
                                     std::span<const std::uint8_t> shown) {
  Failure failure{{}, row.target, row.predicted, row.confidence, row.loss, {}};
  const auto place = std::upper_bound(worst_.begin(), worst_.end(), failure, is_worse);
  if (worst_.size() == kFailures && place == worst_.end()) return;
  failure.id = sample.id;
  if (!shown.empty()) {
    failure.picture = Image(side_of_square(shown), side_of_square(shown));
    failure.picture.rgb.assign(shown.begin(), shown.end());
  }
  worst_.insert(place, std::move(failure));
  if (worst_.size() > kFailures) worst_.pop_back();
}

double Evaluation::accuracy() const {
  std::uint64_t right = 0;
  for (const Row& row : rows_) right += row.right();
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

std::vector<Evaluation::Reliability> Evaluation::reliability() const {
  constexpr std::size_t kBins = 15;
  std::array<Reliability, kBins> bins;
  for (const Row& row : rows_) {
    Reliability& bin = bins[std::min(
        kBins - 1, static_cast<std::size_t>(static_cast<double>(row.confidence) * kBins))];
    ++bin.samples;
    bin.confidence += row.confidence;
    bin.accuracy += row.right();
  }
  std::vector<Reliability> filled;
  for (std::size_t i = 0; i < kBins; ++i) {
    if (bins[i].samples == 0) continue;
    Reliability& bin = filled.emplace_back(bins[i]);
    bin.low = static_cast<double>(i) / kBins;
    bin.high = static_cast<double>(i + 1) / kBins;
    bin.confidence /= static_cast<double>(bin.samples);
    bin.accuracy /= static_cast<double>(bin.samples);
  }
  return filled;
}

double Evaluation::calibration_error() const {
  double sum = 0;
  for (const Reliability& bin : reliability())
    sum += std::abs(bin.confidence - bin.accuracy) * static_cast<double>(bin.samples);
  return rows_.empty() ? 0 : sum / static_cast<double>(rows_.size());
}

template <typename Value>
std::vector<Evaluation::Part> Evaluation::parts(std::span<const int> edges, Value value) const {
  std::vector<ClusterBootstrap> bins(edges.size());
  for (const Row& row : rows_) {
    const auto above = std::upper_bound(edges.begin(), edges.end(), value(row));
    if (above == edges.begin()) continue;
    bins[static_cast<std::size_t>(above - edges.begin()) - 1].add(row.group, row.right());
  }
  std::vector<Part> filled;
  for (std::size_t i = 0; i < edges.size(); ++i) {
    if (bins[i].sample_count() == 0) continue;
    filled.push_back({edges[i], i + 1 < edges.size() ? edges[i + 1] : 0, bins[i].sample_count(),
                      bins[i].group_count(), bins[i].intervals().front()});
  }
  return filled;
}

std::vector<Evaluation::Part> Evaluation::by_size() const {
  static constexpr int kEdges[] = {1, 20, 32, 48, 72};
  return parts(kEdges, [](const Row& row) { return row.side_px; });
}

std::vector<Evaluation::Part> Evaluation::by_brightness() const {
  static constexpr int kEdges[] = {0, 40, 80, 120, 160};
  return parts(kEdges, [](const Row& row) { return int{row.luminance}; });
}

std::size_t Evaluation::group_count() const { return accuracies().group_count(); }

Interval Evaluation::accuracy_by_group() const { return accuracies().intervals().front(); }

ClusterBootstrap Evaluation::accuracies() const {
  ClusterBootstrap bootstrap;
  for (const Row& row : rows_) bootstrap.add(row.group, row.right());
  return bootstrap;
}

}  // namespace signpost
