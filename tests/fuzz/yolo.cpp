// A file of labels, with what signpost.ndjson knows of them.
#include "data_set.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  read_data_set(
      "yolo", "labels/a.txt",
      {{"images/a.ppm", "P6 1 1 255 abc"},
       {"data.yaml", "train: images\nnames: [Stop, Yield]\n"},
       {"signpost.ndjson",
        "{\"id\":\"s/1\",\"image\":\"images/a.ppm\",\"width\":640,\"height\":480,\"roi\":[256,"
        "192,384,288],\"group\":\"s\",\"x\":1}\n"}},
      data, size);
  return 0;
}
