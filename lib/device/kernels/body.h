// The loops themselves, written once over a few primitives. Each kernel file defines them for its
// instruction set, in a namespace of its own, and includes this file inside of it; so nothing here
// may call what another file could share (no standard library): the linker would choose one copy.
//
// It expects, for floats: F (a vector of kFloatLanes), f_load, f_store, f_set, f_fma (x * y + z),
// f_max, f_min; for int8: Sums (of kInt8Lanes channels), Weights (4 a channel), Quad (4 bytes of
// the input for all channels), s_zero, w_load, q_set, s_dot, s_reduce to I (a vector of int), and G
// (floats, as many).

/// Half to even, of a number within +-2^22: what is added pushes the fraction out of the mantissa.
constexpr float kRounder = 12582912.0f;  // 1.5 * 2^23
constexpr int kRounderBits = 0x4B400000;

template <typename T>
inline T smaller(T a, T b) {
  return a < b ? a : b;
}
template <typename T>
inline T larger(T a, T b) {
  return a > b ? a : b;
}

inline int rounded(float value) {
  const float moved = value + kRounder;
  int bits;
  __builtin_memcpy(&bits, &moved, sizeof bits);
  return bits - kRounderBits;
}

template <int kTile, int kVectors>
void compute_tile(const FloatRow& row, std::size_t pixel) {
  const float* input = row.input + pixel * row.input_step;
  float* output = row.output + pixel * row.output_step;
  F sums[kTile][kVectors];
#pragma GCC unroll 16
  for (int v = 0; v < kVectors; ++v) {
    const F start = f_load(row.bias + v * kFloatLanes);
#pragma GCC unroll 16
    for (int m = 0; m < kTile; ++m) sums[m][v] = start;
  }
  const float* weights = row.weights;
  const std::size_t step = row.input_step;
  for (std::size_t r = 0; r < row.runs; ++r) {
    constexpr int kPointers = (kTile + 2) / 3;  // each reaches three pixels
    const float* at[kPointers];
#pragma GCC unroll 16
    for (int i = 0; i < kPointers; ++i)
      at[i] = input + row.offsets[r] + 3 * static_cast<std::size_t>(i) * step;
    for (std::size_t k = row.run; k > 0; --k) {
      F w[kVectors];
#pragma GCC unroll 16
      for (int v = 0; v < kVectors; ++v) w[v] = f_load(weights + v * kFloatLanes);
      weights += kVectors * kFloatLanes;
#pragma GCC unroll 16
      for (int m = 0; m < kTile; ++m) {
        const F x = f_set(at[m / 3][static_cast<std::size_t>(m % 3) * step]);
#pragma GCC unroll 16
        for (int v = 0; v < kVectors; ++v) sums[m][v] = f_fma(x, w[v], sums[m][v]);
      }
#pragma GCC unroll 16
      for (int i = 0; i < kPointers; ++i) ++at[i];
    }
  }
  const F low = f_set(row.low), high = f_set(row.high);
  if (row.channels >= kVectors * kFloatLanes) {
#pragma GCC unroll 16
    for (int m = 0; m < kTile; ++m) {
#pragma GCC unroll 16
      for (int v = 0; v < kVectors; ++v) {
        f_store(output + static_cast<std::size_t>(m) * row.output_step + v * kFloatLanes,
                f_min(f_max(sums[m][v], low), high));
      }
    }
    return;
  }
  float part[kTile][kVectors * kFloatLanes];
#pragma GCC unroll 16
  for (int m = 0; m < kTile; ++m) {
#pragma GCC unroll 16
    for (int v = 0; v < kVectors; ++v)
      f_store(part[m] + v * kFloatLanes, f_min(f_max(sums[m][v], low), high));
  }
  for (std::size_t m = 0; m < kTile; ++m) {
    for (std::size_t c = 0; c < row.channels; ++c) output[m * row.output_step + c] = part[m][c];
  }
}

/// Makes results of the sums of `tile` pixels and writes them.
__attribute__((noinline)) void int8_finish(const Int8Row& row, const I* totals, int tile,
                                           int vectors, std::size_t pixel) {
  const Requantisation& to = row.requantisation;
  const G low = g_set(to.low), high = g_set(to.high);
  for (int v = 0; v < vectors; ++v) {
    const std::size_t first = static_cast<std::size_t>(v) * kInt8Lanes;
    if (first >= row.channels) return;
    const std::size_t count = smaller<std::size_t>(kInt8Lanes, row.channels - first);
    I bias;
    G scale;
    __builtin_memcpy(&bias, row.bias + first, sizeof bias);
    __builtin_memcpy(&scale, to.scale + first, sizeof scale);
    for (int m = 0; m < tile; ++m) {
      const std::size_t place = (pixel + static_cast<std::size_t>(m)) * row.output_step + first;
      const G product = __builtin_convertvector(totals[m * vectors + v] + bias, G) * scale;
      const G bounded = g_min(g_max(product, low), high);
      if (row.floats) {
        float part[kInt8Lanes];
        __builtin_memcpy(part, &bounded, sizeof part);
        for (std::size_t c = 0; c < count; ++c) row.floats[place + c] = part[c];
        continue;
      }
      const I codes = (I)(bounded + kRounder) - kRounderBits + to.zero_point;
      if (count == kInt8Lanes) {
        i_store_bytes(row.output + place, codes);
      } else {
        int part[kInt8Lanes];
        __builtin_memcpy(part, &codes, sizeof part);
        for (std::size_t c = 0; c < count; ++c)
          row.output[place + c] = static_cast<std::uint8_t>(part[c]);
      }
    }
  }
}

template <int kTile, int kVectors>
void compute_tile(const Int8Row& row, std::size_t pixel) {
  const std::uint8_t* input = row.input + pixel * row.input_step;
  Sums sums[kTile][kVectors];
#pragma GCC unroll 16
  for (int v = 0; v < kVectors; ++v) {
#pragma GCC unroll 16
    for (int m = 0; m < kTile; ++m) sums[m][v] = s_zero();
  }
  const std::int8_t* weights = row.weights;
  const std::size_t step = row.input_step;
  for (std::size_t r = 0; r < row.runs; ++r) {
    constexpr int kPointers = (kTile + 2) / 3;
    const std::uint8_t* at[kPointers];
#pragma GCC unroll 16
    for (int i = 0; i < kPointers; ++i)
      at[i] = input + row.offsets[r] + 3 * static_cast<std::size_t>(i) * step;
    for (std::size_t k = row.run; k > 0; k -= 4) {
      Weights w[kVectors];
#pragma GCC unroll 16
      for (int v = 0; v < kVectors; ++v) w[v] = w_load(weights + v * kInt8Lanes * 4);
      weights += kVectors * kInt8Lanes * 4;
#pragma GCC unroll 16
      for (int m = 0; m < kTile; ++m) {
        const Quad x = q_set(at[m / 3] + static_cast<std::size_t>(m % 3) * step);
#pragma GCC unroll 16
        for (int v = 0; v < kVectors; ++v) sums[m][v] = s_dot(sums[m][v], x, w[v]);
      }
#pragma GCC unroll 16
      for (int i = 0; i < kPointers; ++i) at[i] += 4;
    }
  }
  I totals[kTile][kVectors];
#pragma GCC unroll 16
  for (int m = 0; m < kTile; ++m) {
#pragma GCC unroll 16
    for (int v = 0; v < kVectors; ++v) totals[m][v] = s_reduce(sums[m][v]);
  }
  int8_finish(row, totals[0], kTile, kVectors, pixel);
}

template <int kVectors, int kTile, typename Row>
void compute_tiles(const Row& row, std::size_t tile, std::size_t& done) {
  if constexpr (kTile * kVectors <= kAccumulators) {
    if (tile == kTile) {
      for (; done + kTile <= row.pixels; done += kTile) compute_tile<kTile, kVectors>(row, done);
      return;
    }
  }
  if constexpr (kTile > 1) compute_tiles<kVectors, kTile - 1>(row, tile, done);
}

template <int kVectors, typename Row>
void compute_row_of(const Row& row, std::size_t tile) {
  for (std::size_t done = 0; done < row.pixels;)
    compute_tiles<kVectors, kMaxTile>(row, smaller(tile, row.pixels - done), done);
}

template <typename Row>
void compute_row(const Row& row, std::size_t tile, std::size_t vectors) {
  switch (vectors) {
    case 1:
      return compute_row_of<1>(row, tile);
    case 2:
      return compute_row_of<2>(row, tile);
    case 3:
      return compute_row_of<3>(row, tile);
    default:
      return compute_row_of<4>(row, tile);
  }
}

/// Channels that are summed at once in depthwise loops, which the compiler turns into vectors.
constexpr std::size_t kBlock = 32;

void float_depthwise_row(const FloatDepthwiseRow& row) {
  for (std::size_t p = 0; p < row.pixels; ++p) {
    const float* input = row.input + p * row.input_step;
    float* output = row.output + p * row.channels;
    std::size_t c = 0;
    for (; c + kFloatLanes <= row.channels; c += kFloatLanes) {
      F sum = f_load(row.bias + c);
      for (std::size_t t = 0; t < row.taps; ++t)
        sum = f_fma(f_load(input + row.offsets[t] + c), f_load(row.weights + t * row.channels + c),
                    sum);
      f_store(output + c, f_min(f_max(sum, f_set(row.low)), f_set(row.high)));
    }
    for (; c < row.channels; ++c) {
      float sum = row.bias[c];
      for (std::size_t t = 0; t < row.taps; ++t)
        sum += input[row.offsets[t] + c] * row.weights[t * row.channels + c];
      output[c] = smaller(larger(sum, row.low), row.high);
    }
  }
}

void int8_depthwise_row(const Int8DepthwiseRow& row) {
  const Requantisation& to = row.requantisation;
  for (std::size_t p = 0; p < row.pixels; ++p) {
    for (std::size_t first = 0; first < row.channels; first += kBlock) {
      const std::size_t count = smaller(kBlock, row.channels - first);
      int sums[kBlock];
      for (std::size_t c = 0; c < count; ++c) sums[c] = row.bias[first + c];
      for (std::size_t t = 0; t < row.taps; ++t) {
        const std::uint8_t* input = row.input + p * row.input_step + row.offsets[t] + first;
        const std::int8_t* weights = row.weights + t * row.channels + first;
        if (count == kBlock) {
          for (std::size_t c = 0; c < kBlock; ++c) sums[c] += stored(input[c]) * weights[c];
        } else {
          for (std::size_t c = 0; c < count; ++c) sums[c] += stored(input[c]) * weights[c];
        }
      }
      std::uint8_t* output = row.output + p * row.channels + first;
      for (std::size_t c = 0; c < count; ++c) {
        const float product = static_cast<float>(sums[c]) * to.scale[first + c];
        output[c] = static_cast<std::uint8_t>(rounded(smaller(larger(product, to.low), to.high)) +
                                              to.zero_point);
      }
    }
  }
}

void float_sum(const float* left, const float* right, float* sum, std::size_t count, float low,
               float high) {
  std::size_t i = 0;
  for (; i + kFloatLanes <= count; i += kFloatLanes)
    f_store(sum + i, f_min(f_max(f_load(left + i) + f_load(right + i), f_set(low)), f_set(high)));
  for (; i < count; ++i) sum[i] = smaller(larger(left[i] + right[i], low), high);
}

void int8_sum(const std::uint8_t* left, const std::uint8_t* right, std::uint8_t* sum,
              std::size_t count, const Int8Sum& how) {
  for (std::size_t i = 0; i < count; ++i) {
    const float a = static_cast<float>(stored(left[i]) - how.left_zero_point) * how.left_scale,
                b = static_cast<float>(stored(right[i]) - how.right_zero_point) * how.right_scale;
    const float quotient = (a + b) / how.scale;
    sum[i] = static_cast<std::uint8_t>(rounded(smaller(larger(quotient, how.low), how.high)) +
                                       how.zero_point);
  }
}

void float_maximum(const float* from, float* to, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) to[i] = larger(from[i], to[i]);
}

void int8_maximum(const std::uint8_t* from, std::uint8_t* to, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i)
    to[i] = static_cast<std::uint8_t>(larger(stored(from[i]), stored(to[i])));
}
