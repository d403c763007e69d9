// Label Studio: a list of tasks.
#include "source/label_studio.h"

#include "annotations.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  parse_annotations(signpost::parse_label_studio, data, size);
  return 0;
}
