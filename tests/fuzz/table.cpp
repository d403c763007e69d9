// A table of images, with columns of all kinds.
#include "data_set.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  read_data_set("csv", "list.csv", {{"a.ppm", "P6 1 1 255 abc"}}, data, size);
  return 0;
}
