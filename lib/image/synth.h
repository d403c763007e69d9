#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "image/camera.h"
#include "image/sign_drawing.h"

namespace signpost {

/// One physical sign by the road: how it is tilted, faded, dirty, mounted and lit, what stands
/// behind it, and how near a camera comes to it. A pure function of (seed, set, class, number).
/// Taking pictures of it is thread-safe.
///
/// The look follows GTSRB: sides of about 15 to 25 pixels in the first frame and 60 to 130 in the
/// last, a fifth of the tracks in low light, signs against a bright sky, motion blur, defocus and
/// sensor noise.
class SignTrack {
 public:
  /// `drive` is filmed by a car that comes nearer, `photograph` is seen by a phone: larger, more
  /// askew.
  enum class Kind { drive, photograph };

  /// `set` ("train", "test", "field") keeps the signs of two sets apart. `sign` must outlive this.
  SignTrack(std::uint64_t seed, const SignDrawing& sign, std::string_view set, int number,
            Kind kind = Kind::drive);
  ~SignTrack();
  SignTrack(SignTrack&&) noexcept;

  /// Frame 0 <= `frame` < `frames` of a drive towards the sign at constant speed, cut as GTSRB
  /// cuts: a tenth of the sign around it on each side, at least 5 pixels.
  SignPicture frame(int frame, int frames) const;

  /// The sign as somebody catches it in the guide box of a phone's app: 160 to 320 pixels a side,
  /// the sign half to four fifths of the shorter one, somewhere, often shaken.
  SignPicture photograph() const;

 private:
  struct Look;
  std::unique_ptr<const Look> look_;
};

}  // namespace signpost
