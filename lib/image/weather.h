#pragma once

#include <opencv2/core.hpp>

#include "base/random.h"
#include "image/sign_drawing.h"

namespace signpost {

/// What the years did to a sign's paint: `age` 0 is new, 1 very old (red goes orange, black grey).
Palette faded_palette(double age);

/// Puts dirt, a gleam, at times a shadow or a sticker on a drawn sign (8UC4, premultiplied, as
/// draw_sign makes it).
void weather(cv::Mat& sign, Random& random);

}  // namespace signpost
