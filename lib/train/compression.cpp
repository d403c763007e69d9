#include "train/compression.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/random.h"
#include "base/rejects.h"
#include "compress/float16.h"
#include "image/render.h"
#include "sample/stream.h"
#include "train/activation_ranges.h"

namespace signpost {
namespace {

constexpr std::size_t kCalibrationImages = 320;

std::size_t best_of(std::span<const float> probabilities) {
  return static_cast<std::size_t>(std::ranges::max_element(probabilities) - probabilities.begin());
}

double rounded(double value) { return std::round(value * 1e6) / 1e6; }

}  // namespace

Images calibration_images(const std::filesystem::path& run, const std::filesystem::path& root,
                          const Preprocessing& preprocessing) {
  Rejects rejects("package", {.file = {}, .strict = true, .quiet = true});
  SampleReader reader((run / "validation.ndjson").string(), rejects);
  std::vector<Sample> samples;
  for (Sample sample; reader.next(sample);) samples.push_back(std::move(sample));
  const Renderer renderer(root);
  const auto bytes = static_cast<std::size_t>(preprocessing.size) *
                     static_cast<std::size_t>(preprocessing.size) * 3;
  Images images;
  Image photograph;
  for (const std::size_t i : spread_over_tracks(samples, kCalibrationImages)) {
    std::string wrong;
    if (!renderer.decode(samples[i], photograph, wrong)) {
      throw Error(Blame::input,
                  wrong + "; the validation images are needed to choose int8 scales (--root?)");
    }
    images.pixels.resize(images.pixels.size() + bytes);
    preprocess(photograph, box_of(samples[i], photograph), preprocessing,
               std::span(images.pixels).last(bytes));
    ++images.count;
  }
  return images;
}

Bytes in_precision(Bytes onnx, const std::string& precision, const std::filesystem::path& run,
                   const std::filesystem::path& root, const Preprocessing& preprocessing) {
  if (precision == "float16") return to_float16(onnx);
  if (precision != "int8") return onnx;
  const Images images = calibration_images(run, root, preprocessing);
  return quantise(onnx, measure_ranges(onnx, images.pixels, images.count));
}

CompressionCost::CompressionCost(std::string precision, std::vector<int> class_ids,
                                 std::vector<std::string> names)
    : precision_(std::move(precision)),
      class_ids_(std::move(class_ids)),
      names_(std::move(names)),
      classes_(class_ids_.size()) {}

double CompressionCost::Class::change() const {
  return samples == 0 ? 0
                      : (static_cast<double>(right_compressed) - static_cast<double>(right)) /
                            static_cast<double>(samples);
}

void CompressionCost::add(std::size_t target, const std::string& group,
                          std::span<const float> trained, std::span<const float> compressed) {
  const std::size_t before = best_of(trained), after = best_of(compressed);
  Class& of = classes_.at(target);
  ++of.samples;
  of.right += before == target;
  of.right_compressed += after == target;
  changed_ += before != after;
  apart_.add(stable_hash(group), (before == target) - double(after == target));
  for (std::size_t c = 0; c < trained.size(); ++c)
    largest_ = std::max(largest_, std::abs(trained[c] - compressed[c]));
}

std::vector<std::size_t> CompressionCost::changed_classes() const {
  std::vector<std::size_t> changed;
  for (std::size_t c = 0; c < classes_.size(); ++c) {
    if (classes_[c].right != classes_[c].right_compressed) changed.push_back(c);
  }
  std::ranges::stable_sort(changed, {}, [&](std::size_t c) { return classes_[c].change(); });
  return changed;
}

double CompressionCost::accuracy(std::uint64_t Class::*right) const {
  std::uint64_t sum = 0;
  for (const Class& each : classes_) sum += each.*right;
  return samples() == 0 ? 0 : static_cast<double>(sum) / static_cast<double>(samples());
}

std::string CompressionCost::json() const {
  const Interval cost = apart_.intervals().at(0);
  nlohmann::ordered_json json = {
      {"precision", precision_},
      {"samples", samples()},
      {"accuracy_float", rounded(accuracy(&Class::right))},
      {"accuracy", rounded(accuracy(&Class::right_compressed))},
      {"cost_points", rounded(100 * cost.value)},
      {"cost_points_95", {rounded(100 * cost.low), rounded(100 * cost.high)}},
      {"changed", changed_},
      {"largest_difference", rounded(double{largest_})},
      {"classes", nlohmann::ordered_json::array()},
  };
  for (const std::size_t c : changed_classes()) {
    const auto count = static_cast<double>(classes_[c].samples);
    json["classes"].push_back(
        {{"label", class_ids_[c]},
         {"name", names_[c]},
         {"samples", classes_[c].samples},
         {"recall_float", rounded(static_cast<double>(classes_[c].right) / count)},
         {"recall", rounded(static_cast<double>(classes_[c].right_compressed) / count)}});
  }
  return json.dump();
}

std::string CompressionCost::line() const {
  std::string line = fmt::format(
      "{}: accuracy {:.2f} % on {} validation images, {:.2f} % as trained; another label on {}",
      precision_, 100 * accuracy(&Class::right_compressed), samples(),
      100 * accuracy(&Class::right), changed_);
  const std::vector<std::size_t> changed = changed_classes();
  if (!changed.empty() && classes_[changed[0]].change() < 0) {
    line +=
        fmt::format("; most lost in class {} ({}), {:.2f} points of recall", class_ids_[changed[0]],
                    names_[changed[0]], -100 * classes_[changed[0]].change());
  }
  return line;
}

}  // namespace signpost
