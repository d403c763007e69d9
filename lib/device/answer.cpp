#include "device/answer.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/json_text.h"

namespace signpost {
namespace {

void append_label(std::string& json, const Label& label, float probability) {
  json += "\"label\":" + std::to_string(label.id) + ",\"name\":";
  append_json_string(json, label.name);
  json += ",\"confidence\":";
  append_json_number(json, probability);
}

}  // namespace

std::vector<std::size_t> highest(std::span<const float> probabilities, std::size_t count) {
  std::vector<std::size_t> order(probabilities.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  const auto key = [&](std::size_t i) {
    return std::isnan(probabilities[i]) ? -1 : probabilities[i];
  };
  const std::size_t kept = std::min(count, order.size());
  std::partial_sort(
      order.begin(), order.begin() + static_cast<std::ptrdiff_t>(kept), order.end(),
      [&](std::size_t a, std::size_t b) { return key(a) != key(b) ? key(a) > key(b) : a < b; });
  order.resize(kept);
  return order;
}

std::optional<bool> abstains(const Package& package, std::size_t index, float confidence) {
  const std::vector<float>& thresholds = package.contents().abstain.thresholds;
  if (thresholds.empty()) return std::nullopt;
  return !(confidence >= thresholds[index]);
}

void append_prediction(std::string& json, const Package& package,
                       std::span<const float> probabilities, std::size_t top,
                       std::optional<bool> abstain) {
  const std::vector<Label>& labels = package.contents().labels;
  const std::vector<std::size_t> order = highest(probabilities, top);
  append_label(json, labels[order[0]], probabilities[order[0]]);
  if (abstain) json += *abstain ? ",\"abstain\":true" : ",\"abstain\":false";
  json += ",\"top\":[";
  for (const std::size_t i : order) {
    json += json.back() == '[' ? "{" : ",{";
    append_label(json, labels[i], probabilities[i]);
    json += '}';
  }
  json += "],\"model\":" + json_string(package.id());
}

}  // namespace signpost
