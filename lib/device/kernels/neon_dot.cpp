// Kernels for arm64 with the dot product instructions (Armv8.2 and most phones since 2018).
#include <arm_neon.h>

#include "device/kernels/tables.h"

namespace signpost::kernels {
namespace {

#include "device/kernels/neon_primitives.h"

using Sums = int32x4_t;
inline Sums s_zero() { return vdupq_n_s32(0); }
inline Sums s_dot(Sums sums, Quad x, Weights w) { return vdotq_s32(sums, w, x); }
inline I s_reduce(Sums sums) { return sums; }

#include "device/kernels/body.h"

}  // namespace

const Table kNeonDot = SIGNPOST_KERNEL_TABLE("neon-dot", 0);

}  // namespace signpost::kernels
