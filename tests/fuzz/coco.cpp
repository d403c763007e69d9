// COCO: images, annotations and categories.
#include "source/coco.h"

#include "annotations.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  parse_annotations(signpost::parse_coco, data, size);
  return 0;
}
