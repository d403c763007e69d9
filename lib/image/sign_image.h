#pragma once

#include "image/sign_drawing.h"
#include "pixels/image.h"

namespace signpost {

/// A sign for people to look at: a square of `size` pixels (1 to 2048) in one colour, and the
/// drawing on it with a small margin.
Image sign_image(const SignDrawing& drawing, int size, const Rgb& background);

}  // namespace signpost
