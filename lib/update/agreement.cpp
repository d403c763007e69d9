#include "update/agreement.h"

#include <algorithm>
#include <optional>

#include "base/interrupt.h"
#include "codecs/decode.h"
#include "device/answer.h"
#include "queue/capture_metadata.h"
#include "queue/capture_queue.h"

namespace signpost {

std::vector<Agreement> measure_agreement(const std::filesystem::path& folder,
                                         std::span<Classifier* const> models) {
  std::vector<Agreement> result(models.size());
  if (!std::filesystem::is_directory(folder)) return result;
  const CaptureQueue captures(folder);
  Bytes bytes;
  Image image;
  for (const std::string& key : captures.pending()) {
    stop_if_interrupted();
    std::string wrong;
    const std::optional<QueuedCapture> capture = captures.read(key, bytes, wrong);
    if (!capture || !decode_image(bytes, image, wrong)) continue;
    const UserLabel said = user_label_of(capture->metadata);
    if (!said.label) continue;
    Box roi{0, 0, image.width, image.height};
    if (said.roi) roi = {(*said.roi)[0], (*said.roi)[1], (*said.roi)[2], (*said.roi)[3]};
    const bool fits = std::ranges::all_of(
        models, [&](const Classifier* model) { return model->refusal(image, roi).empty(); });
    if (!fits) continue;
    for (std::size_t i = 0; i < models.size(); ++i) {
      const std::size_t best = highest(models[i]->classify(image, roi), 1).front();
      ++result[i].asked;
      result[i].agreed += models[i]->labels()[best].id == *said.label;
    }
  }
  return result;
}

}  // namespace signpost
