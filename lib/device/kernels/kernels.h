#pragma once

#include <cstddef>
#include <cstdint>

/// The inner loops of the engine, once for each kind of processor. Everything here works on
/// activations of one image in memory as height x width x channels (HWC).
namespace signpost::kernels {

/// How an int8 result comes from the 32-bit sum of products, by the rule of ONNX's QuantizeLinear:
/// sum * scale, clamped to [low, high], rounded half to even, plus the zero point. Never a fused
/// multiply-add, so that all processors give the same bytes.
struct Requantisation {
  const float* scale;           ///< one an output channel, padded as the bias is
  float low = 0, high = 0;      ///< whole numbers; bounds before the zero point is added
  std::int32_t zero_point = 0;  ///< as stored: see Table::offset
};

/// One row of output pixels against one panel of output channels: a convolution without groups or
/// one group of it, or a dense layer (one pixel). A window is `runs` runs of `run` numbers each
/// that are contiguous in memory; the border of an activation is in memory too (zeros, or zero
/// points).
struct FloatRow {
  const float* input;            ///< where the first pixel's window starts
  std::size_t input_step;        ///< from one output pixel's window to the next one's
  const std::uint32_t* offsets;  ///< of the runs in a window
  std::size_t runs, run;
  const float* weights;  ///< the panel: runs x run x panel channels
  const float* bias;     ///< of the panel
  float* output;         ///< the first pixel's first channel of the panel
  std::size_t output_step;
  std::size_t pixels, channels;  ///< channels: those of the panel that exist
  float low, high;
};

/// The same in int8. `run` is a multiple of 4; weights that fill up are zero.
struct Int8Row {
  const std::uint8_t* input;
  std::size_t input_step;
  const std::uint32_t* offsets;
  std::size_t runs, run;
  const std::int8_t* weights;  ///< the panel: runs x run/4 x panel channels x 4
  const std::int32_t* bias;    ///< with what the zero point of the input adds, of the panel
  Requantisation requantisation;
  std::uint8_t* output;  ///< or
  float* floats;         ///< sum * scale, clamped to [low, high], not rounded
  std::size_t output_step;
  std::size_t pixels, channels;
};

/// One row of output pixels of a convolution with one input and one output channel a group.
struct FloatDepthwiseRow {
  const float* input;
  std::size_t input_step;
  const std::uint32_t* offsets;  ///< of the taps
  std::size_t taps;
  const float* weights;  ///< taps x channels
  const float* bias;
  float* output;  ///< pixel after pixel
  std::size_t pixels, channels;
  float low, high;
};

struct Int8DepthwiseRow {
  const std::uint8_t* input;
  std::size_t input_step;
  const std::uint32_t* offsets;
  std::size_t taps;
  const std::int8_t* weights;
  const std::int32_t* bias;
  Requantisation requantisation;
  std::uint8_t* output;
  std::size_t pixels, channels;
};

/// Of two int8 activations, by the rule of ONNX: both turned to float32, added, clamped, quantised.
struct Int8Sum {
  float left_scale, right_scale;
  std::int32_t left_zero_point, right_zero_point;  ///< as stored
  float scale;                                     ///< of the result
  float low, high;                                 ///< bounds before the zero point is added
  std::int32_t zero_point;                         ///< as stored
};

/// What a kind of processor does best.
struct Table {
  const char* name;
  std::size_t float_lanes, int8_lanes;  ///< output channels in one register
  std::size_t accumulators;             ///< registers for sums, at most
  int offset;                           ///< an int8 number q is stored as the byte q + offset
  void (*float_row)(const FloatRow&, std::size_t tile, std::size_t vectors);
  void (*int8_row)(const Int8Row&, std::size_t tile, std::size_t vectors);
  void (*float_depthwise_row)(const FloatDepthwiseRow&);
  void (*int8_depthwise_row)(const Int8DepthwiseRow&);
  void (*float_sum)(const float*, const float*, float*, std::size_t, float low, float high);
  void (*int8_sum)(const std::uint8_t*, const std::uint8_t*, std::uint8_t*, std::size_t,
                   const Int8Sum&);
  void (*float_maximum)(const float*, float*, std::size_t);  ///< of both, into the second
  void (*int8_maximum)(const std::uint8_t*, std::uint8_t*, std::size_t);
};

/// Most pixels of a tile and most registers of a panel.
inline constexpr std::size_t kMaxTile = 14, kMaxVectors = 4;

/// How a row of `pixels` is cut into tiles and `channels` into panels.
struct Tiling {
  std::size_t tile = 1, vectors = 1;
};
Tiling choose_tiling(const Table& table, std::size_t lanes, std::size_t pixels,
                     std::size_t channels);

/// What this processor can run, best first; a null pointer ends the list.
const Table* const* tables();

/// The best of them, or the one that the environment's SIGNPOST_KERNELS names: "avx512", "avx2",
/// "sse2", "neon-dot", "neon" or "generic".
const Table& table();

}  // namespace signpost::kernels
