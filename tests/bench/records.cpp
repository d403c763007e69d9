// Synthetic samples for benchmarks, as ingest would print them for GTSRB: groups of 30 frames, 43
// classes, about 300 bytes each. Usage: bench_records COUNT

#include <fmt/format.h>

#include <cstdio>
#include <exception>
#include <string>

#include "base/random.h"
#include "sample/stream.h"

namespace signpost {
namespace {

void print_records(std::uint64_t count) {
  LineWriter out;
  Sample sample;
  for (std::uint64_t i = 0; i < count; ++i) {
    const std::uint64_t track = i / 30, frame = i % 30, label = track % 43;
    const int width = 25 + static_cast<int>(i * 7 % 200),
              height = 25 + static_cast<int>(i * 11 % 200);
    sample.id = fmt::format("gtsrb/train/{:05}/{:05}_{:05}", label, track, frame);
    sample.image = fmt::format(
        "GTSRB_Final_Training_Images.zip!GTSRB/Final_Training/Images/{:05}/{:05}_{:05}.ppm", label,
        track, frame);
    sample.width = width;
    sample.height = height;
    sample.roi = Roi{5, 5, width - 5, height - 6};
    sample.label = static_cast<int>(label);
    sample.group = fmt::format("gtsrb/{:05}/{:05}", label, track);
    sample.frame = static_cast<int>(frame);
    const std::uint64_t hash = stable_hash(sample.id);
    sample.sha256 =
        fmt::format("{:016x}{:016x}{:016x}{:016x}", hash, hash * 3, hash * 7, hash * 13);
    out.write(sample);
  }
  out.finish();
}

}  // namespace
}  // namespace signpost

int main(int argc, char** argv) {
  try {
    if (argc != 2) throw std::runtime_error("usage: bench_records COUNT");
    signpost::print_records(std::stoull(argv[1]));
  } catch (const std::exception& error) {
    fmt::print(stderr, "bench_records: {}\n", error.what());
    return 1;
  }
}
