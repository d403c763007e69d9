// Kernels for x86-64 with AVX2 and FMA: 8 floats, or 4 channels' sums of products of bytes, which
// are widened to 16 bits first, as the instruction for bytes would saturate.
#include <immintrin.h>

#include "device/kernels/tables.h"

namespace signpost::kernels {
namespace {

constexpr int kFloatLanes = 8, kInt8Lanes = 4, kAccumulators = 12;

using F = __m256;
inline F f_load(const float* from) { return _mm256_loadu_ps(from); }
inline void f_store(float* to, F value) { _mm256_storeu_ps(to, value); }
inline F f_set(float value) { return _mm256_set1_ps(value); }
inline F f_fma(F x, F y, F z) { return _mm256_fmadd_ps(x, y, z); }
inline F f_max(F x, F y) { return _mm256_max_ps(x, y); }
inline F f_min(F x, F y) { return _mm256_min_ps(x, y); }

using Sums = __m256i;  ///< two halves of each of 4 channels' sums
using Weights = __m256i;
using Quad = __m256i;
typedef int I __attribute__((vector_size(16)));
using G = __m128;
inline Sums s_zero() { return _mm256_setzero_si256(); }
inline Weights w_load(const std::int8_t* from) {
  return _mm256_cvtepi8_epi16(_mm_loadu_si128(reinterpret_cast<const __m128i*>(from)));
}
inline Quad q_set(const std::uint8_t* from) {
  int quad;
  __builtin_memcpy(&quad, from, sizeof quad);
  return _mm256_cvtepu8_epi16(_mm_set1_epi32(quad));
}
inline Sums s_dot(Sums sums, Quad x, Weights w) {
  return _mm256_add_epi32(sums, _mm256_madd_epi16(x, w));
}
inline I s_reduce(Sums sums) {
  return (I)_mm_hadd_epi32(_mm256_castsi256_si128(sums), _mm256_extracti128_si256(sums, 1));
}
inline G g_set(float value) { return _mm_set1_ps(value); }
inline G g_max(G x, G y) { return _mm_max_ps(x, y); }
inline G g_min(G x, G y) { return _mm_min_ps(x, y); }
inline void i_store_bytes(std::uint8_t* to, I codes) {
  const __m128i lowest = _mm_setr_epi8(0, 4, 8, 12, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1);
  const int bytes = _mm_cvtsi128_si32(_mm_shuffle_epi8((__m128i)codes, lowest));
  __builtin_memcpy(to, &bytes, sizeof bytes);
}
inline int stored(std::uint8_t byte) { return byte; }

#include "device/kernels/body.h"

}  // namespace

const Table kAvx2 = SIGNPOST_KERNEL_TABLE("avx2", 128);

}  // namespace signpost::kernels
