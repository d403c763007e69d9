#include "source/new_file.h"

#include <fcntl.h>
#include <unistd.h>

#include "base/error.h"

namespace signpost {

void write_new_file(const std::filesystem::path& path, ByteView bytes) {
  const int descriptor = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  if (descriptor < 0) throw_errno("cannot write " + path.string());
  try {
    write_all(descriptor, bytes, path.string());
  } catch (...) {
    ::close(descriptor);
    throw;
  }
  if (::close(descriptor) != 0) throw_errno("cannot write " + path.string());
}

}  // namespace signpost
