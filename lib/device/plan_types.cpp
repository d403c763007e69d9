#include <unordered_map>
#include <utility>

#include "device/plan.h"
#include "device/plan_weights.h"

namespace signpost {
namespace {

/// Turns the steps of a plan, in order, into steps of one type each.
class Settler {
 public:
  explicit Settler(Plan& plan) : plan_(plan) {}

  void settle() {
    std::vector<Step> steps;
    steps.swap(plan_.steps);
    for (Step& step : steps) {
      if (whole(step)) {
        done_.push_back(std::move(step));
        continue;
      }
      to_floats(step);
      const std::size_t result = step.output;
      if (step.operation == Operation::quantise || !type(result)) {
        done_.push_back(std::move(step));
        continue;
      }
      step.output = add_value(plan_.values[result].shape);
      Step quantise = between(Operation::quantise, step.output, result, step.name);
      done_.push_back(std::move(step));
      done_.push_back(std::move(quantise));
    }
    if (type(plan_.output)) plan_.output = in_floats(plan_.output, "the output");
    plan_.steps = std::move(done_);
  }

 private:
  const std::optional<Quantisation>& type(std::size_t value) const {
    return plan_.values[value].quantisation;
  }

  /// Whether the step computes in int8 as it stands.
  bool whole(const Step& step) const {
    for (const std::size_t input : step.inputs) {
      if (!type(input)) return false;
    }
    const bool output = type(step.output).has_value();
    switch (step.operation) {
      case Operation::convolution:
      case Operation::dense: {
        const std::size_t depth = plan_.values[step.inputs[0]].shape.channels;
        const bool depthwise = step.groups > 1 && step.groups == depth &&
                               plan_.values[step.output].shape.channels == depth;
        return !step.weights.codes.empty() && step.weights.bias.empty() && (output || !depthwise) &&
               sums_fit(step);
      }
      case Operation::add:
      case Operation::global_average_pool:
        return output;
      case Operation::max_pool:
        return type(step.inputs[0]) == type(step.output);
      default:
        return false;
    }
  }

  /// Whether no sum of products can leave 32 bits, whatever the image shows.
  bool sums_fit(const Step& step) const {
    constexpr std::int64_t kMost = std::int64_t{1} << 30, kLargest = 255 * 128;
    const std::size_t outputs = plan_.values[step.output].shape.channels,
                      window = step.weights.codes.size() / outputs;
    if (static_cast<std::int64_t>(window) > kMost / kLargest) return false;
    for (const std::int64_t bias : step.weights.whole_bias) {
      if (bias > kMost || bias < -kMost) return false;
    }
    return true;
  }

  void to_floats(Step& step) {
    StepWeights& weights = step.weights;
    if (!weights.whole_bias.empty()) {
      const float unit = type(step.inputs[0])->scale;
      std::vector<float> bias;
      for (std::size_t c = 0; c < weights.whole_bias.size(); ++c) {
        bias.push_back(static_cast<float>(weights.whole_bias[c]) * unit * weights.scale(c));
      }
      weights.bias = keep(std::move(bias));
      weights.whole_bias = {};
    }
    if (!weights.codes.empty()) {
      weights.floats = keep(dequantised(weights.codes, weights.scales));
      weights.codes = {};
    }
    for (std::size_t& input : step.inputs) {
      if (type(input)) input = in_floats(input, step.name);
    }
  }

  std::span<const float> keep(std::vector<float> values) {
    plan_.owned.push_back(std::move(values));
    return plan_.owned.back();
  }

  /// The value in float32, computed where it is first asked for.
  std::size_t in_floats(std::size_t value, const std::string& who) {
    const auto found = copies_.find(value);
    if (found != copies_.end()) return found->second;
    const std::size_t floats = add_value(plan_.values[value].shape);
    copies_.emplace(value, floats);
    done_.push_back(between(Operation::dequantise, value, floats, who));
    return floats;
  }

  std::size_t add_value(const Shape& shape) {
    plan_.values.push_back({shape, {}});
    return plan_.values.size() - 1;
  }

  static Step between(Operation operation, std::size_t from, std::size_t to,
                      const std::string& name) {
    Step step;
    step.operation = operation;
    step.inputs = {from};
    step.output = to;
    step.name = name;
    return step;
  }

  Plan& plan_;
  std::vector<Step> done_;
  std::unordered_map<std::size_t, std::size_t> copies_;  ///< of quantised values in float32
};

}  // namespace

void settle_types(Plan& plan) { Settler(plan).settle(); }

}  // namespace signpost
