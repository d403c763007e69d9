#include "image/photograph.h"

#include "base/error.h"
#include "codecs/decode.h"

namespace signpost {

Box box_of(const Sample& sample, const Image& photograph) {
  if (!sample.roi) return {0, 0, photograph.width, photograph.height};
  return {sample.roi->x1, sample.roi->y1, sample.roi->x2, sample.roi->y2};
}

bool read_photograph(const BlobReader& blobs, const Sample& sample, Image& photograph,
                     std::string& wrong) {
  thread_local Bytes bytes;
  try {
    blobs.read(sample.image, bytes);
  } catch (const Error& error) {
    wrong = error.what();
    return false;
  }
  if (!decode_image(bytes, photograph, wrong)) {
    wrong = sample.image + " " + wrong + "; copy the image again";
  } else if ((sample.width && *sample.width != photograph.width) ||
             (sample.height && *sample.height != photograph.height)) {
    wrong = sample.image + " is " + std::to_string(photograph.width) + "x" +
            std::to_string(photograph.height) + ", not as the record says; ingest it again";
  } else if (sample.roi && !inside(*sample.roi, photograph.width, photograph.height)) {
    wrong = "the ROI is empty or outside the " + std::to_string(photograph.width) + "x" +
            std::to_string(photograph.height) + " image; correct the record";
  } else {
    return true;
  }
  return false;
}

}  // namespace signpost
