#pragma once

#include <opencv2/core.hpp>

#include "base/random.h"
#include "image/sign_drawing.h"
#include "pixels/image.h"
#include "sample/sample.h"

namespace signpost {

/// A picture and the box of the sign in it.
struct SignPicture {
  Image image;
  Roi roi;
};

/// A sign's plane seen by a camera: turned in the plane, around the vertical and around the
/// horizontal axis (degrees), then projected from `distance` sign widths away. Maps the unit square
/// to a plane around the origin.
struct View {
  double roll = 0, yaw = 0, pitch = 0, distance = 5;
  Point operator()(Point p) const;
};

/// A box with fractional sides.
struct Extent {
  double left = 0, top = 0, right = 0, bottom = 0;
  double width() const { return right - left; }
  double height() const { return bottom - top; }
};

/// The box of the sign's plate in the view's plane, and of the same plate scaled so that the longer
/// side of its box is `size`.
Extent extent(const SignDrawing& drawing, const View& view);
Extent extent(const SignDrawing& drawing, const View& view, double size);

/// What a sign hangs on and what hangs below it.
struct Mount {
  bool pole = false, plate = false, round_sign = false;
  double pole_width = 0;    ///< in sign widths, as all of this
  double plate_height = 0;  ///< of the lower edge of the plate below the sign
  Rgb metal;
};

/// What stands before the camera.
struct Subject {
  const SignDrawing* drawing = nullptr;
  cv::Mat sign;   ///< 8UC4 square, premultiplied, as draw_sign makes it
  cv::Mat scene;  ///< 8UC3, what is behind the sign
  Mount mount;
};

/// One exposure.
struct Shot {
  View view;
  int width = 0, height = 0;                     ///< of the picture
  double size = 0;                               ///< the longer side of the sign's box, in pixels
  double left = 0, top = 0;                      ///< of the sign's box
  double scene_x = 0, scene_y = 0, scene_z = 1;  ///< centre of what is seen of the scene, and how
                                                 ///< many of its pixels make one of the picture
  double sign_light = 1, scene_light = 1;        ///< exposure; 1 shows the colours as they are
  cv::Vec3d balance = {1, 1, 1};                 ///< white balance, gain by channel
  double contrast = 1;                           ///< gain
  double haze = 0;                               ///< grey levels added
  double defocus = 0;                            ///< sigma of the blur, in pixels
  double shake = 0, shake_angle = 0;             ///< length in pixels, direction in radians
  double noise = 0;                              ///< sigma of the sensor's noise, in grey levels
};

/// Takes the picture. `random` serves the sensor noise alone. Thread-safe.
SignPicture take_picture(const Subject& subject, const Shot& shot, Random& random);

}  // namespace signpost
