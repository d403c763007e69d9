// Datumaro: items and their annotations.
#include "source/datumaro.h"

#include "annotations.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  parse_annotations(signpost::parse_datumaro, data, size);
  return 0;
}
