#pragma once

#include <csetjmp>
#include <cstdio>
#include <cstdlib>

// jpeglib.h needs size_t and FILE before it.
#include <jpeglib.h>

namespace signpost {

/// libjpeg ends a program on an error unless it is led back: to where `setjmp(back)` was called,
/// with the reason in `message`. Between the two no object with a destructor may be made.
struct JpegErrors {
  jpeg_error_mgr manager;
  std::jmp_buf back;
  char message[JMSG_LENGTH_MAX];
};

/// For `manager.error_exit`.
extern "C" inline void on_jpeg_error(j_common_ptr info) {
  auto* errors = reinterpret_cast<JpegErrors*>(info->err);
  errors->manager.format_message(info, errors->message);
  std::longjmp(errors->back, 1);
}

}  // namespace signpost
