// CVAT for images: annotations.xml.
#include "source/cvat.h"

#include "annotations.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  parse_annotations(signpost::parse_cvat, data, size);
  return 0;
}
