// Kernels for any x86-64: 4 floats, or 4 channels' sums of products of bytes, widened to 16 bits.
#include <emmintrin.h>

#include "device/kernels/tables.h"

namespace signpost::kernels {
namespace {

constexpr int kFloatLanes = 4, kInt8Lanes = 4, kAccumulators = 10;

using F = __m128;
inline F f_load(const float* from) { return _mm_loadu_ps(from); }
inline void f_store(float* to, F value) { _mm_storeu_ps(to, value); }
inline F f_set(float value) { return _mm_set1_ps(value); }
inline F f_fma(F x, F y, F z) { return _mm_add_ps(_mm_mul_ps(x, y), z); }
inline F f_max(F x, F y) { return _mm_max_ps(x, y); }
inline F f_min(F x, F y) { return _mm_min_ps(x, y); }

typedef int I __attribute__((vector_size(16)));
using G = __m128;
/// Two halves of each of 4 channels' sums.
struct Sums {
  I low, high;
};
struct Weights {
  __m128i low, high;
};
using Quad = __m128i;  ///< twice
inline Sums s_zero() { return {I{}, I{}}; }
inline Weights w_load(const std::int8_t* from) {
  const __m128i codes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(from));
  return {_mm_srai_epi16(_mm_unpacklo_epi8(codes, codes), 8),
          _mm_srai_epi16(_mm_unpackhi_epi8(codes, codes), 8)};
}
inline Quad q_set(const std::uint8_t* from) {
  int quad;
  __builtin_memcpy(&quad, from, sizeof quad);
  return _mm_unpacklo_epi8(_mm_set1_epi32(quad), _mm_setzero_si128());
}
inline Sums s_dot(Sums sums, Quad x, Weights w) {
  return {sums.low + (I)_mm_madd_epi16(x, w.low), sums.high + (I)_mm_madd_epi16(x, w.high)};
}
inline I s_reduce(Sums sums) {
  const __m128 low = (__m128)sums.low, high = (__m128)sums.high;
  return (I)_mm_shuffle_ps(low, high, 0x88) + (I)_mm_shuffle_ps(low, high, 0xDD);
}
inline G g_set(float value) { return _mm_set1_ps(value); }
inline G g_max(G x, G y) { return _mm_max_ps(x, y); }
inline G g_min(G x, G y) { return _mm_min_ps(x, y); }
inline void i_store_bytes(std::uint8_t* to, I codes) {
  const __m128i whole = (__m128i)(codes & 255), halves = _mm_packs_epi32(whole, whole);
  const int bytes = _mm_cvtsi128_si32(_mm_packus_epi16(halves, halves));
  __builtin_memcpy(to, &bytes, sizeof bytes);
}
inline int stored(std::uint8_t byte) { return byte; }

#include "device/kernels/body.h"

}  // namespace

const Table kSse2 = SIGNPOST_KERNEL_TABLE("sse2", 128);

}  // namespace signpost::kernels
