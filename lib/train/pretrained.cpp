#include "train/pretrained.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "base/digest.h"
#include "base/error.h"
#include "train/pth.h"
#include "train/run_folder.h"

namespace signpost {
namespace {

namespace fs = std::filesystem;

constexpr std::array<float, 3> kImageNetMean = {0.485f * 255, 0.456f * 255, 0.406f * 255},
                               kImageNetDeviation = {0.229f * 255, 0.224f * 255, 0.225f * 255},
                               kHalf = {127.5f, 127.5f, 127.5f};
constexpr const char* kRunWeights = "weights.safetensors";

bool has_weights_suffix(const fs::path& path) {
  const std::string suffix = path.extension().string();
  return suffix == ".safetensors" || suffix == ".pth" || suffix == ".pt";
}

std::string shape_text(const std::vector<std::int64_t>& shape) {
  return fmt::format("{}", fmt::join(shape, "x"));
}

Weights read_weights(const fs::path& path, ByteView bytes) {
  const auto starts_with = [&](std::initializer_list<std::uint8_t> start) {
    return bytes.size() >= start.size() && std::equal(start.begin(), start.end(), bytes.begin());
  };
  if (starts_with({'P', 'K', 3, 4})) return read_pth(path);
  if (starts_with({0x80})) {  // a bare pickle
    throw Error(Blame::input, path.string() +
                                  ": was saved in the format of PyTorch before 1.6, whose pickle "
                                  "is not read; load it in PyTorch and torch.save it again");
  }
  if (bytes.size() > 8 && bytes[8] == '{') return decode_safetensors(bytes, path.string());
  throw Error(Blame::input,
              path.string() + ": is neither a safetensors file nor a state dict of PyTorch");
}

void refuse_non_finite(const Weights& weights, const fs::path& path) {
  for (const auto& [name, tensor] : weights) {
    if (!std::all_of(tensor.values.begin(), tensor.values.end(),
                     [](float value) { return std::isfinite(value); })) {
      throw Error(Blame::input, path.string() + ": " + name + " holds numbers that are not finite");
    }
  }
}

/// The outputs of the network's last layer in `weights`; 0 if it is not there.
std::int64_t outputs_of(const Weights& weights, const std::string& network) {
  const NetworkSpec spec =
      make_network({.name = network, .input_px = native_input_px(network), .classes = 1});
  const auto found = weights.find(spec.layers.back().name + ".bias");
  return found == weights.end() || found->second.shape.empty() ? 0 : found->second.shape[0];
}

}  // namespace

fs::path find_weights(const std::string& given, const fs::path& folder) {
  if (is_run(given)) {
    const fs::path path = fs::path(given) / kRunWeights;
    if (fs::exists(path)) return path;
    throw Error(Blame::usage, given + ": the run is not finished, so it has no weights yet");
  }
  std::error_code ignored;
  if (fs::is_regular_file(given, ignored)) return given;
  if (folder.empty()) {
    throw Error(Blame::usage,
                given +
                    ": no such file or run; to find weights by name, tell where they lie with "
                    "--weights-folder or SIGNPOST_WEIGHTS");
  }
  std::set<fs::path> found, others;
  for (const auto& entry : fs::directory_iterator(folder, ignored)) {
    if (!has_weights_suffix(entry.path())) continue;
    const std::string stem = entry.path().stem().string();
    const bool matches = entry.path().filename() == given || stem == given ||
                         stem.starts_with(given + "-") || stem.starts_with(given + "_");
    (matches ? found : others).insert(entry.path());
  }
  if (found.size() == 1) return *found.begin();
  if (found.size() > 1) {
    throw Error(Blame::usage,
                fmt::format("{}: is the beginning of more than one name in {}: {} and {}", given,
                            folder.string(), found.begin()->filename().string(),
                            std::next(found.begin())->filename().string()));
  }
  throw Error(
      Blame::usage,
      fmt::format("{}: is no file, and {} holds no weights of that name{}", given, folder.string(),
                  others.empty() ? std::string() : ", but " + others.begin()->filename().string()));
}

StartingWeights read_starting_weights(const fs::path& path, const std::string& network,
                                      WeightsConvention convention) {
  StartingWeights start;
  start.path = path;
  {
    const MappedFile file(path);
    start.digest = sha256_hex(file.bytes());
    start.weights = read_weights(path, file.bytes());
  }
  refuse_non_finite(start.weights, path);
  const fs::path folder = path.parent_path();
  if (path.filename() == kRunWeights && is_run(folder)) {
    if (convention != WeightsConvention::automatic) {
      throw Error(Blame::usage, folder.string() +
                                    ": the run says itself what its images were; leave "
                                    "--weights-convention out");
    }
    const RunInfo info = read_run(folder);
    if (info.network.name != network) {
      throw Error(Blame::input,
                  fmt::format("{}: is a run of {}, not of {}; train with --model {}",
                              folder.string(), info.network.name, network, info.network.name));
    }
    start.mean = info.mean;
    start.deviation = info.deviation;
    start.pad_as_tensorflow = info.network.pad_as_tensorflow;
    start.origin = "the run's";
    return start;
  }
  if (network != "mobilenet_v2" && network != "resnet34") {
    throw Error(Blame::input, path.string() + ": tells nothing of the images that its " + network +
                                  " was trained on; give the folder of the run that made it");
  }
  const bool tensorflow =
      convention == WeightsConvention::tensorflow ||
      (convention == WeightsConvention::automatic && outputs_of(start.weights, network) == 1001);
  start.mean = tensorflow ? kHalf : kImageNetMean;
  start.deviation = tensorflow ? kHalf : kImageNetDeviation;
  start.pad_as_tensorflow = tensorflow && network == "mobilenet_v2";
  start.origin = tensorflow ? "TensorFlow's" : "torchvision's";
  return start;
}

void fit_weights(const NetworkSpec& spec, StartingWeights& start) {
  Weights& weights = start.weights;
  const std::string head = spec.layers.back().name + ".";
  const auto is_head = [&](const std::string& name) { return name.starts_with(head); };
  const auto differs_in_classes = [](const std::vector<std::int64_t>& a,
                                     const std::vector<std::int64_t>& b) {
    return a.size() == b.size() && std::equal(a.begin() + 1, a.end(), b.begin() + 1);
  };
  std::vector<std::string> wrong;
  std::set<std::string> known;
  start.fresh_head = false;
  for (const WeightShape& expected : spec.weight_shapes()) {
    known.insert(expected.name);
    const auto found = weights.find(expected.name);
    const bool present = found != weights.end();
    if (present && found->second.shape == expected.shape) continue;
    if (is_head(expected.name) &&
        (!present || differs_in_classes(found->second.shape, expected.shape))) {
      start.fresh_head = true;
    } else if (!present) {
      wrong.push_back(expected.name + " is missing");
    } else {
      wrong.push_back(fmt::format("{} is {}, not {}", expected.name,
                                  shape_text(found->second.shape), shape_text(expected.shape)));
    }
  }
  if (!wrong.empty()) {
    const std::size_t named = std::min<std::size_t>(wrong.size(), 3);
    std::string text = fmt::format(
        "{}", fmt::join(wrong.begin(), wrong.begin() + static_cast<std::ptrdiff_t>(named), ", "));
    if (wrong.size() > named) text += fmt::format(", and {} more", wrong.size() - named);
    throw Error(Blame::input, fmt::format("{}: does not fit {} at {} px: {}", start.path.string(),
                                          spec.name, spec.input_px, text));
  }
  start.unused +=
      std::erase_if(weights, [&](const auto& each) { return !known.contains(each.first); });
  if (start.fresh_head)
    std::erase_if(weights, [&](const auto& each) { return is_head(each.first); });
}

}  // namespace signpost
