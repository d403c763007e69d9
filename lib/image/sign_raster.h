#pragma once

#include <opencv2/core.hpp>

#include "image/sign_drawing.h"

namespace signpost {

/// Draws a sign on a transparent square of `size` x `size` pixels: 8UC4, RGB and alpha, the colours
/// premultiplied by alpha. Antialiased by 4 x 4 samples a pixel. `size` from 1 to 2048.
cv::Mat draw_sign(const SignDrawing& drawing, int size,
                  const Palette& palette = new_sign_palette());

/// Paints `contour`, in pixels, on an 8UC4 `canvas` in one opaque colour; the subpixel corners are
/// kept, the edge is not antialiased.
void fill_contours(cv::Mat& canvas, const std::vector<Contour>& contours, const Rgb& colour);

}  // namespace signpost
