// signpost.ndjson beside labels that it speaks of.
#include "data_set.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  read_data_set("gtsdb", "signpost.ndjson",
                {{"00000.ppm", "P6 1 1 255 abc"},
                 {"gt.txt", "00000.ppm;10;10;30;30;14\n00000.ppm;40;40;60;60;1\n"}},
                data, size);
  return 0;
}
