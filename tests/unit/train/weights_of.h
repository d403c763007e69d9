#pragma once

#include <cmath>

#include "train/network_spec.h"
#include "train/run_folder.h"
#include "train/weights.h"

namespace signpost {

/// Weights of the right shapes with small pseudo-random values and lively batch norms.
inline Weights weights_of(const NetworkSpec& spec) {
  Weights weights;
  std::uint32_t state = 1;
  for (const WeightShape& wanted : spec.weight_shapes()) {
    const auto is = [&](const char* suffix) { return wanted.name.ends_with(suffix); };
    float low = -0.2f, high = 0.2f;
    if (wanted.shape.size() > 1) {
      std::int64_t inputs = 1;
      for (std::size_t i = 1; i < wanted.shape.size(); ++i) inputs *= wanted.shape[i];
      high = std::sqrt(3.0f / static_cast<float>(inputs));
      low = -high;
    } else if (is(".running_var") || is(".weight")) {
      low = 0.5f;
      high = 1.5f;
    }
    WeightTensor& tensor = weights[wanted.name];
    tensor.shape = wanted.shape;
    std::size_t count = 1;
    for (const std::int64_t side : wanted.shape) count *= static_cast<std::size_t>(side);
    for (std::size_t i = 0; i < count; ++i) {
      state = state * 1664525u + 1013904223u;
      tensor.values.push_back(low + (high - low) * static_cast<float>(state >> 8) / 16777216.0f);
    }
  }
  return weights;
}

inline RunInfo info_of(const NetworkSpec& spec) {
  RunInfo info;
  info.network.name = spec.name;
  info.preprocessing.size = spec.input_px;
  for (int id = 0; id < spec.classes; ++id) info.classes.push_back({id, "sign", "Zeichen"});
  info.mean = {90, 80, 85};
  info.deviation = {60, 62, 64};
  return info;
}

/// A photograph's worth of pseudo-random pixels.
inline std::vector<std::uint8_t> pixels_of(int px, std::uint32_t seed) {
  std::vector<std::uint8_t> pixels(static_cast<std::size_t>(px) * static_cast<std::size_t>(px) * 3);
  for (std::uint8_t& value : pixels) {
    seed = seed * 1664525u + 1013904223u;
    value = static_cast<std::uint8_t>(seed >> 24);
  }
  return pixels;
}

/// The four networks, each at a size at which it is quick to run.
inline std::vector<NetworkOptions> small_networks() {
  return {{.name = "signnet", .input_px = 32, .classes = 5},
          {.name = "cnn", .input_px = 64, .classes = 5, .conv_layers = 5, .fc1 = 24, .fc2 = 12},
          {.name = "mobilenet_v2", .input_px = 48, .classes = 5},
          {.name = "mobilenet_v2", .input_px = 48, .classes = 5, .pad_as_tensorflow = true},
          {.name = "resnet34", .input_px = 40, .classes = 5}};
}

}  // namespace signpost
