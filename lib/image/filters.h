#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "base/random.h"
#include "pixels/image.h"

namespace signpost {

/// What light, lenses and sensors do to a square of RGB pixels (size x size x 3, HWC, uint8), in
/// place. Each gives the same bytes on every machine that has IEEE 754 floats.
class PatchFilters {
 public:
  /// One soft-edged shadow: on the far side of the line { p : p . (x, y) = distance }, where p is
  /// counted from the middle in shares of the side, the share `light` is left. The edge is `edge`
  /// sides wide.
  void shade(std::span<std::uint8_t> rgb, int size, double x, double y, double distance,
             double edge, double light);

  /// Shrinks to small x small and grows back: what few pixels on a sensor leave.
  void coarsen(std::span<std::uint8_t> rgb, int size, int small);

  /// Gaussian blur.
  void blur(std::span<std::uint8_t> rgb, int size, double sigma_px);

  /// Blur along a line of `length_px` in the direction (x, y), a unit vector.
  void smear(std::span<std::uint8_t> rgb, int size, double length_px, double x, double y);

  struct Light {
    double gain = 1, contrast = 1, brightness = 0, gamma = 1;
    std::array<double, 3> cast{1, 1, 1};
  };
  /// 255 ((gain v, its distance from the mean times contrast, + brightness) / 255)^gamma, times
  /// each channel's cast.
  void relight(std::span<std::uint8_t> rgb, const Light& light);

  /// Noise of mean 0, for each channel by itself. Four uniform bytes make a bell: near enough to a
  /// normal for a sensor.
  void add_noise(std::span<std::uint8_t> rgb, double sigma, Random& random);

 private:
  struct Tap {
    int dx = 0, dy = 0;
    std::uint32_t weight = 0;  ///< of 2^8, or of 2^16 for wide kernels
  };
  void mix(std::span<std::uint8_t> rgb, int size, int reach, bool wide);

  std::vector<Tap> taps_;
  std::vector<std::uint8_t> framed_;
  std::vector<std::uint16_t> sums_;
  std::vector<std::uint32_t> wide_sums_;
  std::vector<std::int32_t> factors_;
  Image whole_, coarse_;
};

}  // namespace signpost
