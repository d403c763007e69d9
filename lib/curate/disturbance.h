#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "pixels/image.h"
#include "pixels/preprocess.h"
#include "sample/transform.h"

namespace signpost {

/// One way in which a photograph from the field is worse than one of a curated data set. Nothing
/// about it is random.
struct Disturbance {
  enum class Kind {
    scale,    ///< each side of the box becomes `amount` thousandths of itself, about its centre
    shift,    ///< the box moves by `amount` thousandths of its side: left, right, up and down, as
              ///< four images whose mean counts
    blur,     ///< Gaussian, with a sigma of `amount` 48ths of the crop's side
    dim,      ///< every value of the crop becomes `amount` thousandths of itself
    coarsen,  ///< the crop is shrunk to `amount` x `amount` pixels and grown back
    jpeg      ///< the crop as JPEG of that quality, 4:2:0
  };
  Kind kind = Kind::scale;
  int amount = 0;
  std::string key;   ///< for programs: "shrunk_15"
  std::string name;  ///< for people: "box shrunk by 15 %"
  std::size_t images() const { return kind == Kind::shift ? 4 : 1; }
  bool of_framing() const { return kind == Kind::scale || kind == Kind::shift; }
};

/// Those that `eval` measures, for a network whose input is size x size: framing first. Shrinking
/// to as many pixels as the network has, or more, would be no disturbance and is left out.
std::vector<Disturbance> disturbances(int size);

/// A photograph, and how the network is shown it.
struct CropSource {
  const Image& photograph;
  Box box;  ///< what is resampled: the ROI with the contract's margin
  Transform transform = Transform::identity;
  int size = 48;
  std::span<const std::uint8_t> plain;  ///< the undisturbed crop, size x size x 3
};

/// The box of image `index` under a disturbance of the framing: in whole pixels, rounded to the
/// nearest, at least one and at most 2^13 a side. It may leave the image.
Box disturbed_box(const Disturbance& disturbance, const Box& box, std::size_t index);

/// Appends the disturbed crops, images() of them. A box that leaves the image is not clipped, so
/// that it shows the sign at the scale it is named after: what lies outside repeats the image's
/// border, as `resample` has it. Returns how many of the boxes left the image. Thread-safe.
std::size_t disturb(const Disturbance& disturbance, const CropSource& source,
                    std::vector<std::uint8_t>& out);

}  // namespace signpost
