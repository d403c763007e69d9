// Kernels for arm64 without extensions.
#include <arm_neon.h>

#include "device/kernels/tables.h"

namespace signpost::kernels {
namespace {

#include "device/kernels/neon_primitives.h"

/// Two halves of each of 4 channels' sums.
struct Sums {
  int32x4_t low, high;
};
inline Sums s_zero() { return {vdupq_n_s32(0), vdupq_n_s32(0)}; }
inline Sums s_dot(Sums sums, Quad x, Weights w) {
  sums.low = vpadalq_s16(sums.low, vmull_s8(vget_low_s8(x), vget_low_s8(w)));
  sums.high = vpadalq_s16(sums.high, vmull_high_s8(x, w));
  return sums;
}
inline I s_reduce(Sums sums) { return vpaddq_s32(sums.low, sums.high); }

#include "device/kernels/body.h"

}  // namespace

const Table kNeon = SIGNPOST_KERNEL_TABLE("neon", 0);

}  // namespace signpost::kernels
