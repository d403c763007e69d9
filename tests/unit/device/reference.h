#pragma once

#include <cstdint>
#include <vector>

#include "device/plan.h"

namespace signpost {

/// An activation in ONNX's order, channels x height x width, and the operators of the engine in the
/// plainest form, with double sums.
struct Map {
  int channels = 0, height = 0, width = 0;
  std::vector<float> values;
  Map() = default;
  Map(int c, int h, int w)
      : channels(c), height(h), width(w), values(static_cast<std::size_t>(c * h * w)) {}
  float& at(int c, int y, int x) {
    return values[static_cast<std::size_t>((c * height + y) * width + x)];
  }
  float at(int c, int y, int x) const {
    return values[static_cast<std::size_t>((c * height + y) * width + x)];
  }
};

struct ReferenceWindow {
  int kernel_y = 3, kernel_x = 3, stride_y = 1, stride_x = 1, dilation_y = 1, dilation_x = 1;
  int top = 0, left = 0, bottom = 0, right = 0;
  std::vector<std::int64_t> kernel() const { return {kernel_y, kernel_x}; }
  std::vector<std::int64_t> strides() const { return {stride_y, stride_x}; }
  std::vector<std::int64_t> dilations() const { return {dilation_y, dilation_x}; }
  std::vector<std::int64_t> pads() const { return {top, left, bottom, right}; }
  int out_height(const Map& map) const {
    return (map.height + top + bottom - dilation_y * (kernel_y - 1) - 1) / stride_y + 1;
  }
  int out_width(const Map& map) const {
    return (map.width + left + right - dilation_x * (kernel_x - 1) - 1) / stride_x + 1;
  }
};

/// Calls visit(c, y, x) for each pixel of `map` under the window whose output is at (oy, ox), with
/// the tap's place in the kernel.
template <typename Visit>
void under_window(const Map& map, const ReferenceWindow& w, int oy, int ox, Visit&& visit) {
  for (int ky = 0; ky < w.kernel_y; ++ky) {
    for (int kx = 0; kx < w.kernel_x; ++kx) {
      const int y = oy * w.stride_y - w.top + ky * w.dilation_y,
                x = ox * w.stride_x - w.left + kx * w.dilation_x;
      if (y >= 0 && y < map.height && x >= 0 && x < map.width) visit(y, x, ky * w.kernel_x + kx);
    }
  }
}

Map reference_convolution(const Map& input, const std::vector<float>& weights,
                          const std::vector<float>& bias, int outputs, int groups,
                          const ReferenceWindow& window);
Map reference_max_pool(const Map& input, const ReferenceWindow& window);
/// The mean of what lies inside the image.
Map reference_average_pool(const Map& input, const ReferenceWindow& window);
Map reference_global_average(const Map& input);
Map reference_clamp(Map map, float low, float high);
Map reference_add(Map left, const Map& right);
std::vector<float> reference_dense(const std::vector<float>& input,
                                   const std::vector<float>& weights,
                                   const std::vector<float>& bias);
std::vector<float> reference_softmax(const std::vector<float>& input);

/// The uint8 image (HWC) as `image * scale + bias`.
Map reference_image(const std::vector<std::uint8_t>& image, int size, std::array<float, 3> scale,
                    std::array<float, 3> bias);

}  // namespace signpost
