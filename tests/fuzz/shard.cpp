// A shard of WebDataset.
#include "data_set.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  read_data_set("webdataset", "shard-000000.tar", {}, data, size);
  return 0;
}
