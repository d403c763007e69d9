// A stream of PPM frames: whatever the bytes, each subject is a whole picture or a complaint, their
// numbers go up one by one, and no more pixels come out than bytes went in.
#include "run/frames.h"

#include <sys/mman.h>
#include <unistd.h>

#include "harness.h"

using namespace signpost;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const int file = ::memfd_create("frames", MFD_CLOEXEC);
  PROMISE(file >= 0);
  write_all(file, {data, size}, "frames");
  ::lseek(file, 0, SEEK_SET);
  FrameSource source(file, {}, 25);
  std::uint64_t count = 0;
  std::size_t pixels = 0;
  while (const std::optional<Subject> subject = source.next()) {
    PROMISE(subject->frame == count++);
    PROMISE(subject->time_s && *subject->time_s >= 0);
    const Image& image = subject->image;
    if (!subject->wrong.empty()) continue;
    PROMISE(image.width > 0 && image.height > 0);
    PROMISE(image.rgb.size() == image.row_bytes() * static_cast<std::size_t>(image.height));
    pixels += image.rgb.size() / 3;
  }
  PROMISE(count <= size && pixels <= size);
  PROMISE(!source.next());
  ::close(file);
  return 0;
}
