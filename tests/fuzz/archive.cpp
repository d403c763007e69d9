// Zip and tar: the directory, recovery of what was cut, and every member.
#include "base/archive.h"

#include <sys/mman.h>
#include <unistd.h>

#include "base/error.h"
#include "harness.h"

using namespace signpost;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const int file = ::memfd_create("archive", 0);
  PROMISE(::ftruncate(file, 0) == 0 && ::pwrite(file, data, size, 0) >= 0);
  try {
    const Archive archive("/proc/self/fd/" + std::to_string(file));
    std::uint64_t budget = std::uint64_t{4} << 20;
    for (const Archive::Member& member : archive.members()) {
      PROMISE(!member.name.empty() && archive.find(member.name) != nullptr);
      try {
        const ByteView stored = archive.stored_bytes(member);
        PROMISE(stored.size() <= size);
        if (member.size > budget) continue;
        budget -= member.size;
        Bytes bytes;
        archive.read(member, bytes);
        PROMISE(bytes.size() == member.size && bytes.size() <= (size + 1) * 1032);
      } catch (const Error& error) {
        PROMISE(error.blame() == Blame::input);
      }
    }
  } catch (const Error& error) {
    PROMISE(error.blame() == Blame::input);
  }
  return 0;
}
