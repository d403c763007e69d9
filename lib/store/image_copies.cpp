#include "store/image_copies.h"

#include "store/media_type.h"

namespace signpost {

std::filesystem::path ImageCopies::put(const CaptureState& capture, std::string& wrong) {
  if (!store_.image(capture, content_, wrong)) return {};
  const std::string_view ending = ending_of(capture.media_type);
  files_.write(capture.sha256, ending, content_);
  return ImageFolder::name(capture.sha256, ending);
}

}  // namespace signpost
