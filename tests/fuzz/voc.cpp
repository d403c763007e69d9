// Pascal VOC: one XML file an image.
#include "source/voc.h"

#include "annotations.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  parse_annotations(signpost::parse_voc, data, size);
  return 0;
}
