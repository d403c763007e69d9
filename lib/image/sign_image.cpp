#include "image/sign_image.h"

#include <algorithm>

#include "image/sign_raster.h"

namespace signpost {

Image sign_image(const SignDrawing& drawing, int size, const Rgb& background) {
  constexpr int kMarginShare = 24;
  const int margin = size / kMarginShare;
  const cv::Mat sign = draw_sign(drawing, std::max(1, size - 2 * margin));
  Image image(size, size);
  for (std::size_t i = 0; i < image.rgb.size(); i += 3) {
    image.rgb[i] = background.r;
    image.rgb[i + 1] = background.g;
    image.rgb[i + 2] = background.b;
  }
  for (int y = 0; y < sign.rows; ++y) {
    std::uint8_t* out = image.rgb.data() +
                        static_cast<std::size_t>(y + margin) * image.row_bytes() +
                        static_cast<std::size_t>(margin) * 3;
    const auto* in = sign.ptr<std::uint8_t>(y);
    for (int x = 0; x < sign.cols; ++x, in += 4, out += 3) {
      constexpr int kOpaque = 255;
      for (int c = 0; c < 3; ++c) {
        const int value = in[c] + (out[c] * (kOpaque - in[3]) + kOpaque / 2) / kOpaque;
        out[c] = static_cast<std::uint8_t>(std::min(value, kOpaque));
      }
    }
  }
  return image;
}

}  // namespace signpost
