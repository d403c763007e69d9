// Kernels for x86-64 with AVX-512 and its VNNI: 16 floats, or 16 sums of 4 products of bytes.
#include <immintrin.h>

#include "device/kernels/tables.h"

namespace signpost::kernels {
namespace {

constexpr int kFloatLanes = 16, kInt8Lanes = 16, kAccumulators = 28;

using F = __m512;
inline F f_load(const float* from) { return _mm512_loadu_ps(from); }
inline void f_store(float* to, F value) { _mm512_storeu_ps(to, value); }
inline F f_set(float value) { return _mm512_set1_ps(value); }
inline F f_fma(F x, F y, F z) { return _mm512_fmadd_ps(x, y, z); }
inline F f_max(F x, F y) { return _mm512_max_ps(x, y); }
inline F f_min(F x, F y) { return _mm512_min_ps(x, y); }

typedef int I __attribute__((vector_size(64)));
using Sums = I;
using Weights = __m512i;
using Quad = __m512i;
using G = __m512;
inline Sums s_zero() { return I{}; }
inline Weights w_load(const std::int8_t* from) { return _mm512_loadu_si512(from); }
inline Quad q_set(const std::uint8_t* from) {
  int quad;
  __builtin_memcpy(&quad, from, sizeof quad);
  return _mm512_set1_epi32(quad);
}
inline Sums s_dot(Sums sums, Quad x, Weights w) {
  return (I)_mm512_dpbusd_epi32((__m512i)sums, x, w);
}
inline I s_reduce(Sums sums) { return sums; }
inline G g_set(float value) { return _mm512_set1_ps(value); }
inline G g_max(G x, G y) { return _mm512_max_ps(x, y); }
inline G g_min(G x, G y) { return _mm512_min_ps(x, y); }
inline void i_store_bytes(std::uint8_t* to, I codes) {
  _mm_storeu_si128(reinterpret_cast<__m128i*>(to), _mm512_cvtepi32_epi8((__m512i)codes));
}
inline int stored(std::uint8_t byte) { return byte; }

#include "device/kernels/body.h"

}  // namespace

const Table kAvx512 = SIGNPOST_KERNEL_TABLE("avx512", 128);

}  // namespace signpost::kernels
