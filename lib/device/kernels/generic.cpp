// Kernels for any processor, in the compiler's own vectors: small rather than fast, and what tests
// compare the others with.
#include "device/kernels/tables.h"

namespace signpost::kernels {
namespace {

constexpr int kFloatLanes = 4, kInt8Lanes = 4, kAccumulators = 4;

typedef float F __attribute__((vector_size(16)));
typedef int I __attribute__((vector_size(16)));
using G = F;
inline F f_load(const float* from) {
  F value;
  __builtin_memcpy(&value, from, sizeof value);
  return value;
}
inline void f_store(float* to, F value) { __builtin_memcpy(to, &value, sizeof value); }
inline F f_set(float value) { return F{value, value, value, value}; }
inline F f_fma(F x, F y, F z) { return x * y + z; }
inline F f_max(F x, F y) { return x > y ? x : y; }
inline F f_min(F x, F y) { return x < y ? x : y; }

using Sums = I;
struct Weights {
  const std::int8_t* at;
};
struct Quad {
  const std::uint8_t* at;
};
inline int stored(std::uint8_t byte) { return static_cast<std::int8_t>(byte); }
inline Sums s_zero() { return I{}; }
inline Weights w_load(const std::int8_t* from) { return {from}; }
inline Quad q_set(const std::uint8_t* from) { return {from}; }
inline Sums s_dot(Sums sums, Quad x, Weights w) {
  for (int k = 0; k < 4; ++k)
    sums += stored(x.at[k]) * I{w.at[k], w.at[4 + k], w.at[8 + k], w.at[12 + k]};
  return sums;
}
inline I s_reduce(Sums sums) { return sums; }
inline G g_set(float value) { return f_set(value); }
inline G g_max(G x, G y) { return f_max(x, y); }
inline G g_min(G x, G y) { return f_min(x, y); }
inline void i_store_bytes(std::uint8_t* to, I codes) {
  for (int c = 0; c < kInt8Lanes; ++c) to[c] = static_cast<std::uint8_t>(codes[c]);
}

#include "device/kernels/body.h"

}  // namespace

const Table kGeneric = SIGNPOST_KERNEL_TABLE("generic", 0);

}  // namespace signpost::kernels
