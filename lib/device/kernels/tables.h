#pragma once

#include "device/kernels/kernels.h"

namespace signpost::kernels {

/// One a kernel file; each is linked only where its processors are.
extern const Table kGeneric, kSse2, kAvx2, kAvx512, kNeon, kNeonDot;

}  // namespace signpost::kernels

/// The table of a file that has included body.h.
#define SIGNPOST_KERNEL_TABLE(NAME, OFFSET)                                                 \
  {                                                                                         \
    NAME, kFloatLanes, kInt8Lanes, kAccumulators, OFFSET, compute_row<FloatRow>,            \
        compute_row<Int8Row>, float_depthwise_row, int8_depthwise_row, float_sum, int8_sum, \
        float_maximum, int8_maximum                                                         \
  }
