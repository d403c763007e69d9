#include "reference.h"

#include <algorithm>
#include <cmath>

namespace signpost {

Map reference_convolution(const Map& input, const std::vector<float>& weights,
                          const std::vector<float>& bias, int outputs, int groups,
                          const ReferenceWindow& window) {
  Map output(outputs, window.out_height(input), window.out_width(input));
  const int depth = input.channels / groups, area = window.kernel_y * window.kernel_x;
  for (int o = 0; o < outputs; ++o) {
    const int first = o / (outputs / groups) * depth;
    for (int y = 0; y < output.height; ++y) {
      for (int x = 0; x < output.width; ++x) {
        double sum = bias.empty() ? 0 : bias[static_cast<std::size_t>(o)];
        under_window(input, window, y, x, [&](int iy, int ix, int tap) {
          for (int d = 0; d < depth; ++d) {
            sum += double{input.at(first + d, iy, ix)} *
                   weights[static_cast<std::size_t>((o * depth + d) * area + tap)];
          }
        });
        output.at(o, y, x) = static_cast<float>(sum);
      }
    }
  }
  return output;
}

Map reference_max_pool(const Map& input, const ReferenceWindow& window) {
  Map output(input.channels, window.out_height(input), window.out_width(input));
  for (int c = 0; c < output.channels; ++c) {
    for (int y = 0; y < output.height; ++y) {
      for (int x = 0; x < output.width; ++x) {
        float best = -std::numeric_limits<float>::infinity();
        under_window(input, window, y, x,
                     [&](int iy, int ix, int) { best = std::max(best, input.at(c, iy, ix)); });
        output.at(c, y, x) = best;
      }
    }
  }
  return output;
}

Map reference_average_pool(const Map& input, const ReferenceWindow& window) {
  Map output(input.channels, window.out_height(input), window.out_width(input));
  for (int c = 0; c < output.channels; ++c) {
    for (int y = 0; y < output.height; ++y) {
      for (int x = 0; x < output.width; ++x) {
        double sum = 0;
        int count = 0;
        under_window(input, window, y, x, [&](int iy, int ix, int) {
          sum += input.at(c, iy, ix);
          ++count;
        });
        output.at(c, y, x) = static_cast<float>(sum / count);
      }
    }
  }
  return output;
}

Map reference_global_average(const Map& input) {
  ReferenceWindow whole;
  whole.kernel_y = input.height;
  whole.kernel_x = input.width;
  return reference_average_pool(input, whole);
}

Map reference_clamp(Map map, float low, float high) {
  for (float& value : map.values) value = std::clamp(value, low, high);
  return map;
}

Map reference_add(Map left, const Map& right) {
  for (std::size_t i = 0; i < left.values.size(); ++i) left.values[i] += right.values[i];
  return left;
}

std::vector<float> reference_dense(const std::vector<float>& input,
                                   const std::vector<float>& weights,
                                   const std::vector<float>& bias) {
  std::vector<float> output;
  for (std::size_t o = 0; o < bias.size(); ++o) {
    double sum = bias[o];
    for (std::size_t i = 0; i < input.size(); ++i)
      sum += double{input[i]} * weights[o * input.size() + i];
    output.push_back(static_cast<float>(sum));
  }
  return output;
}

std::vector<float> reference_softmax(const std::vector<float>& input) {
  const double top = *std::max_element(input.begin(), input.end());
  double sum = 0;
  for (const float value : input) sum += std::exp(value - top);
  std::vector<float> output;
  for (const float value : input) output.push_back(static_cast<float>(std::exp(value - top) / sum));
  return output;
}

Map reference_image(const std::vector<std::uint8_t>& image, int size, std::array<float, 3> scale,
                    std::array<float, 3> bias) {
  Map map(3, size, size);
  for (std::size_t i = 0; i < image.size(); ++i) {
    const std::size_t c = i % 3;
    map.values[c * image.size() / 3 + i / 3] = static_cast<float>(image[i]) * scale[c] + bias[c];
  }
  return map;
}

}  // namespace signpost
