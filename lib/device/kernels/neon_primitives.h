// What neon.cpp and neon_dot.cpp share: body.h's primitives but the dot product of bytes.
constexpr int kFloatLanes = 4, kInt8Lanes = 4, kAccumulators = 24;

using F = float32x4_t;
inline F f_load(const float* from) { return vld1q_f32(from); }
inline void f_store(float* to, F value) { vst1q_f32(to, value); }
inline F f_set(float value) { return vdupq_n_f32(value); }
inline F f_fma(F x, F y, F z) { return vfmaq_f32(z, x, y); }
inline F f_max(F x, F y) { return vmaxq_f32(x, y); }
inline F f_min(F x, F y) { return vminq_f32(x, y); }

using Weights = int8x16_t;
using Quad = int8x16_t;
using I = int32x4_t;
using G = float32x4_t;
inline Weights w_load(const std::int8_t* from) { return vld1q_s8(from); }
inline Quad q_set(const std::uint8_t* from) {
  int quad;
  __builtin_memcpy(&quad, from, sizeof quad);
  return vreinterpretq_s8_s32(vdupq_n_s32(quad));
}
inline G g_set(float value) { return vdupq_n_f32(value); }
inline G g_max(G x, G y) { return vmaxq_f32(x, y); }
inline G g_min(G x, G y) { return vminq_f32(x, y); }
inline void i_store_bytes(std::uint8_t* to, I codes) {
  const int16x4_t halves = vmovn_s32(codes);
  const int8x8_t bytes = vmovn_s16(vcombine_s16(halves, halves));
  const int quad = vget_lane_s32(vreinterpret_s32_s8(bytes), 0);
  __builtin_memcpy(to, &quad, sizeof quad);
}
inline int stored(std::uint8_t byte) { return static_cast<std::int8_t>(byte); }
