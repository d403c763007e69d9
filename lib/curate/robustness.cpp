#include "curate/robustness.h"

#include <fmt/format.h>

#include <algorithm>

#include "curate/split.h"

namespace signpost {
namespace {

constexpr std::size_t kStatistics = 3;

}  // namespace

Robustness::Robustness(int size)
    : disturbances_(signpost::disturbances(size)), bootstrap_(kStatistics * disturbances_.size()) {
  for (const Disturbance& each : disturbances_) images_ += each.images();
}

void Robustness::draw(const CropSource& source, Crops& crops) const {
  crops.outside.clear();
  for (const Disturbance& each : disturbances_)
    crops.outside.push_back(static_cast<std::uint8_t>(disturb(each, source, crops.pixels)));
}

void Robustness::add(const Sample& sample, std::size_t target, bool plain,
                     std::span<const float> probabilities, std::size_t outputs,
                     std::span<const std::uint8_t> outside) {
  std::vector<double> values;
  std::size_t image = 0;
  for (std::size_t d = 0; d < disturbances_.size(); ++d) {
    const std::size_t images = disturbances_[d].images();
    std::size_t right = 0;
    for (std::size_t i = 0; i < images; ++i, ++image) {
      const std::span<const float> answer = probabilities.subspan(image * outputs, outputs);
      right +=
          static_cast<std::size_t>(std::ranges::max_element(answer) - answer.begin()) == target;
    }
    const double share = static_cast<double>(right) / static_cast<double>(images);
    values.insert(values.end(), {share, share - plain,
                                 static_cast<double>(outside[d]) / static_cast<double>(images)});
  }
  bootstrap_.add(group_of(sample), values);
}

std::vector<Robustness::Result> Robustness::results() const {
  const std::vector<Interval> intervals = bootstrap_.intervals();
  std::vector<Result> results;
  for (std::size_t d = 0; d < disturbances_.size(); ++d) {
    results.push_back({&disturbances_[d], intervals[d * kStatistics],
                       intervals[d * kStatistics + 1], intervals[d * kStatistics + 2].value});
  }
  return results;
}

std::string Robustness::json() const {
  std::string out = "[";
  for (const Result& each : results()) {
    if (out.size() > 1) out += ',';
    out += fmt::format(
        "{{\"disturbance\":\"{}\",\"accuracy\":{:.6f},\"accuracy_95\":[{:.6f},{:.6f}],"
        "\"difference\":{:.6f},\"difference_95\":[{:.6f},{:.6f}]",
        each.disturbance->key, each.accuracy.value, each.accuracy.low, each.accuracy.high,
        each.difference.value, each.difference.low, each.difference.high);
    if (each.disturbance->of_framing()) out += fmt::format(",\"outside\":{:.6f}", each.outside);
    out += '}';
  }
  return out + "]";
}

std::string Robustness::text() const {
  std::string out =
      "\nrobustness               accuracy   95 % interval        difference to plain\n";
  for (const Result& each : results()) {
    out += fmt::format("{:<24} {:6.2f} %   {:6.2f} to {:6.2f} %   {:+6.2f} ({:+.2f} to {:+.2f})\n",
                       each.disturbance->name, 100 * each.accuracy.value, 100 * each.accuracy.low,
                       100 * each.accuracy.high, 100 * each.difference.value,
                       100 * each.difference.low, 100 * each.difference.high);
  }
  return out;
}

}  // namespace signpost
