#include "image/sign_raster.h"

#include <cmath>
#include <opencv2/imgproc.hpp>

namespace signpost {
namespace {

constexpr int kSamples = 4;  // along each side of a pixel
constexpr int kShift = 4;    // fractional bits of a corner

}  // namespace

void fill_contours(cv::Mat& canvas, const std::vector<Contour>& contours, const Rgb& colour) {
  std::vector<std::vector<cv::Point>> corners(contours.size());
  for (std::size_t i = 0; i < contours.size(); ++i) {
    for (const Point& point : contours[i]) {
      // A pixel's centre, not its corner, has whole coordinates for OpenCV.
      corners[i].emplace_back(cvRound((point.x - 0.5) * (1 << kShift)),
                              cvRound((point.y - 0.5) * (1 << kShift)));
    }
  }
  cv::fillPoly(canvas, corners, cv::Scalar(colour.r, colour.g, colour.b, 255), cv::LINE_8, kShift);
}

cv::Mat draw_sign(const SignDrawing& drawing, int size, const Palette& palette) {
  cv::Mat canvas = cv::Mat::zeros(size * kSamples, size * kSamples, CV_8UC4);
  const AffineMap scale = scaling(size * kSamples, size * kSamples);
  for (const SignPart& shape : drawing.shapes) {
    const Rgb& colour = palette[static_cast<std::size_t>(shape.ink)];
    if (shape.stroke == 0) {
      fill_contours(canvas, mapped(shape.contours, scale), colour);
      continue;
    }
    for (const Contour& contour : shape.contours) {
      for (Contour& part : stroke_outline(contour, shape.stroke, shape.round_ends))
        fill_contours(canvas, mapped({std::move(part)}, scale), colour);
    }
  }
  cv::Mat drawn;
  cv::resize(canvas, drawn, cv::Size(size, size), 0, 0, cv::INTER_AREA);
  return drawn;
}

}  // namespace signpost
