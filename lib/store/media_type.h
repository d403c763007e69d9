#pragma once

#include <string_view>

#include "base/file.h"

namespace signpost {

/// The media type of an image that has been decoded, by its first bytes: "image/png".
std::string_view media_type_of(ByteView image);

/// How a file of that type is named: ".png".
std::string_view ending_of(std::string_view media_type);

}  // namespace signpost
