// data.yaml.
#include "data_set.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  read_data_set("yolo", "data.yaml",
                {{"images/train/a.ppm", "P6 1 1 255 abc"},
                 {"labels/train/a.txt", "0 0.5 0.5 0.2 0.2\n"},
                 {"val.txt", "images/train/a.ppm\n"}},
                data, size);
  return 0;
}
