#include <algorithm>
#include <cmath>
#include <cstring>
#include <stdexcept>

#include "device/layer.h"

namespace signpost {
namespace {

/// What reads the activation `from` and writes `to`.
class SimpleLayer : public Layer {
 public:
  SimpleLayer(const Step& step, const LayerContext& context)
      : Layer(context.output(step)),
        from_(context.input(step)),
        range_(step.range),
        table_(context.table) {}

 protected:
  float bounded(float value) const { return std::min(std::max(value, range_.low), range_.high); }

  /// The bounded means of the pixels of some rows and columns, by channel.
  void average(std::byte* memory, std::size_t y1, std::size_t y2, std::size_t x1, std::size_t x2,
               float* means) const {
    const float* from = pixels<float>(memory, from_);
    const std::size_t channels = from_.shape.channels;
    std::fill_n(means, channels, 0.0f);
    for (std::size_t y = y1; y < y2; ++y) {
      for (std::size_t x = x1; x < x2; ++x) {
        const float* pixel = from + y * from_.row() + x * channels;
        for (std::size_t c = 0; c < channels; ++c) means[c] += pixel[c];
      }
    }
    const float share = 1 / static_cast<float>((y2 - y1) * (x2 - x1));
    for (std::size_t c = 0; c < channels; ++c) means[c] = bounded(means[c] * share);
  }

  const Place from_;
  Range range_;
  const kernels::Table& table_;
};

/// The int8 number behind a stored byte, and back.
class Codes {
 public:
  explicit Codes(const kernels::Table& table) : offset_(table.offset) {}
  std::int32_t code(std::uint8_t byte) const {
    return static_cast<std::int8_t>(static_cast<std::uint8_t>(byte - offset_));
  }
  std::uint8_t byte(std::int32_t code) const { return static_cast<std::uint8_t>(code + offset_); }

 private:
  int offset_;
};

/// Half to even, for what code_bounds has bounded.
std::int32_t rounded(float value) { return static_cast<std::int32_t>(std::nearbyint(value)); }

float between(float value, const CodeBounds& bounds) {
  return value > bounds.low ? std::min(value, bounds.high) : bounds.low;  // no number: low
}

/// Of two activations of one shape.
class Sum : public SimpleLayer {
 public:
  Sum(const Step& step, const LayerContext& context)
      : SimpleLayer(step, context), other_(context.input(step, 1)) {}

 protected:
  /// Calls add(left, right, sum, count) for each row.
  template <typename Number, typename Add>
  void add_rows(std::byte* memory, const Add& add) const {
    const Number *left = pixels<Number>(memory, from_), *right = pixels<Number>(memory, other_);
    Number* sum = pixels<Number>(memory, output_);
    const std::size_t count = from_.shape.width * from_.shape.channels;
    for (std::size_t y = 0; y < from_.shape.height; ++y)
      add(left + y * from_.row(), right + y * other_.row(), sum + y * output_.row(), count);
  }

 private:
  const Place other_;
};

class FloatSum : public Sum {
 public:
  using Sum::Sum;
  void compute(std::byte* memory) const override {
    add_rows<float>(memory,
                    [&](const float* left, const float* right, float* sum, std::size_t count) {
                      table_.float_sum(left, right, sum, count, range_.low, range_.high);
                    });
  }
};

class Int8Sum : public Sum {
 public:
  Int8Sum(const Step& step, const LayerContext& context) : Sum(step, context) {
    const Quantisation left = *context.type(step.inputs[0]), right = *context.type(step.inputs[1]),
                       to = *context.type(step.output);
    const CodeBounds bounds = code_bounds(step.range, to);
    const int offset = context.table.offset;
    how_ = {left.scale, right.scale, left.zero_point + offset, right.zero_point + offset, to.scale,
            bounds.low, bounds.high, to.zero_point + offset};
  }
  void compute(std::byte* memory) const override {
    add_rows<std::uint8_t>(
        memory, [&](const std::uint8_t* left, const std::uint8_t* right, std::uint8_t* sum,
                    std::size_t count) { table_.int8_sum(left, right, sum, count, how_); });
  }

 private:
  kernels::Int8Sum how_{};
};

/// Windows without weights, over what lies inside the image.
class Pool : public SimpleLayer {
 public:
  Pool(const Step& step, const LayerContext& context)
      : SimpleLayer(step, context), window_(step.window) {}

 protected:
  /// visit(oy, ox, y1, y2, x1, x2): the part of each output's window that lies in the image.
  template <typename Visit>
  void windows(const Visit& visit) const {
    for (std::size_t oy = 0; oy < output_.shape.height; ++oy) {
      const auto [y1, y2] =
          part(oy, window_.stride_height, window_.top, window_.kernel_height, from_.shape.height);
      for (std::size_t ox = 0; ox < output_.shape.width; ++ox) {
        const auto [x1, x2] =
            part(ox, window_.stride_width, window_.left, window_.kernel_width, from_.shape.width);
        visit(oy, ox, y1, y2, x1, x2);
      }
    }
  }

  /// The largest numbers of each window, on which finish(output pixel) has the last word.
  template <typename Number, typename Finish>
  void maxima(std::byte* memory, void (*maximum)(const Number*, Number*, std::size_t),
              const Finish& finish) const {
    const Number* from = pixels<Number>(memory, from_);
    Number* to = pixels<Number>(memory, output_);
    const std::size_t channels = from_.shape.channels;
    windows([&](std::size_t oy, std::size_t ox, std::size_t y1, std::size_t y2, std::size_t x1,
                std::size_t x2) {
      Number* result = to + oy * output_.row() + ox * channels;
      std::copy_n(from + y1 * from_.row() + x1 * channels, channels, result);
      for (std::size_t y = y1; y < y2; ++y) {
        for (std::size_t x = x1; x < x2; ++x)
          maximum(from + y * from_.row() + x * channels, result, channels);
      }
      finish(result);
    });
  }

 private:
  static std::pair<std::size_t, std::size_t> part(std::size_t at, std::size_t stride,
                                                  std::size_t before, std::size_t kernel,
                                                  std::size_t length) {
    const std::size_t start = at * stride;
    return {start > before ? start - before : 0, std::min(start + kernel - before, length)};
  }

  Window window_;
};

class FloatMaxPool : public Pool {
 public:
  using Pool::Pool;
  void compute(std::byte* memory) const override {
    maxima<float>(memory, table_.float_maximum, [this](float* pixel) {
      for (std::size_t c = 0; c < from_.shape.channels; ++c) pixel[c] = bounded(pixel[c]);
    });
  }
};

class Int8MaxPool : public Pool {
 public:
  Int8MaxPool(const Step& step, const LayerContext& context) : Pool(step, context) {
    const Quantisation how = *context.type(step.output);
    const CodeBounds bounds = code_bounds(step.range, how);
    low_ = static_cast<std::int32_t>(bounds.low) + how.zero_point;
    high_ = static_cast<std::int32_t>(bounds.high) + how.zero_point;
  }
  void compute(std::byte* memory) const override {
    const Codes codes(table_);
    const bool clips = low_ > -128 || high_ < 127;
    maxima<std::uint8_t>(memory, table_.int8_maximum, [&](std::uint8_t* pixel) {
      for (std::size_t c = 0; clips && c < from_.shape.channels; ++c)
        pixel[c] = codes.byte(std::clamp(codes.code(pixel[c]), low_, high_));
    });
  }

 private:
  std::int32_t low_ = -128, high_ = 127;
};

class FloatAveragePool : public Pool {
 public:
  using Pool::Pool;
  void compute(std::byte* memory) const override {
    float* to = pixels<float>(memory, output_);
    windows([&](std::size_t oy, std::size_t ox, std::size_t y1, std::size_t y2, std::size_t x1,
                std::size_t x2) {
      average(memory, y1, y2, x1, x2, to + oy * output_.row() + ox * from_.shape.channels);
    });
  }
};

class FloatGlobalAverage : public SimpleLayer {
 public:
  using SimpleLayer::SimpleLayer;
  void compute(std::byte* memory) const override {
    average(memory, 0, from_.shape.height, 0, from_.shape.width, pixels<float>(memory, output_));
  }
};

class Int8GlobalAverage : public SimpleLayer {
 public:
  Int8GlobalAverage(const Step& step, const LayerContext& context)
      : SimpleLayer(step, context),
        in_(*context.type(step.inputs[0])),
        out_(*context.type(step.output)),
        bounds_(code_bounds(step.range, out_)) {}

  void compute(std::byte* memory) const override {
    const Codes codes(table_);
    const auto* from = pixels<std::uint8_t>(memory, from_);
    auto* to = pixels<std::uint8_t>(memory, output_);
    const std::size_t channels = from_.shape.channels;
    const auto area = static_cast<float>(from_.shape.height * from_.shape.width);
    for (std::size_t c = 0; c < channels; ++c) {
      std::int64_t sum = 0;
      for (std::size_t y = 0; y < from_.shape.height; ++y) {
        for (std::size_t x = 0; x < from_.shape.width; ++x)
          sum += codes.code(from[y * from_.row() + x * channels + c]) - in_.zero_point;
      }
      const float mean = static_cast<float>(sum) * in_.scale / area;
      to[c] = codes.byte(rounded(between(mean / out_.scale, bounds_)) + out_.zero_point);
    }
  }

 private:
  Quantisation in_, out_;
  CodeBounds bounds_;
};

/// Calls visit(input number, output number) for each number of both, rows by rows.
template <typename From, typename To, typename Visit>
void each_number(std::byte* memory, const Place& from, const Place& to, const Visit& visit) {
  const From* source = pixels<From>(memory, from);
  To* target = pixels<To>(memory, to);
  const std::size_t count = from.shape.width * from.shape.channels;
  for (std::size_t y = 0; y < from.shape.height; ++y) {
    for (std::size_t i = 0; i < count; ++i)
      target[y * to.row() + i] = visit(source[y * from.row() + i]);
  }
}

class FloatClamp : public SimpleLayer {
 public:
  using SimpleLayer::SimpleLayer;
  void compute(std::byte* memory) const override {
    each_number<float, float>(memory, from_, output_, [this](float x) { return bounded(x); });
  }
};

class Quantise : public SimpleLayer {
 public:
  Quantise(const Step& step, const LayerContext& context)
      : SimpleLayer(step, context),
        out_(*context.type(step.output)),
        bounds_(code_bounds(step.range, out_)) {}
  void compute(std::byte* memory) const override {
    const Codes codes(table_);
    each_number<float, std::uint8_t>(memory, from_, output_, [&](float x) {
      return codes.byte(rounded(between(x / out_.scale, bounds_)) + out_.zero_point);
    });
  }

 private:
  Quantisation out_;
  CodeBounds bounds_;
};

class Dequantise : public SimpleLayer {
 public:
  Dequantise(const Step& step, const LayerContext& context)
      : SimpleLayer(step, context), in_(*context.type(step.inputs[0])) {}
  void compute(std::byte* memory) const override {
    const Codes codes(table_);
    each_number<std::uint8_t, float>(memory, from_, output_, [&](std::uint8_t byte) {
      return static_cast<float>(codes.code(byte) - in_.zero_point) * in_.scale;
    });
  }

 private:
  Quantisation in_;
};

class Softmax : public SimpleLayer {
 public:
  using SimpleLayer::SimpleLayer;
  void compute(std::byte* memory) const override {
    const float* from = pixels<float>(memory, from_);
    float* to = pixels<float>(memory, output_);
    const std::size_t count = from_.shape.channels;
    const float most = *std::max_element(from, from + count);
    float sum = 0;
    for (std::size_t i = 0; i < count; ++i) sum += to[i] = std::exp(from[i] - most);
    for (std::size_t i = 0; i < count; ++i) to[i] /= sum;
  }
};

}  // namespace

CodeBounds code_bounds(const Range& range, const Quantisation& quantisation) {
  const auto zero = static_cast<float>(quantisation.zero_point);
  const auto code = [&](float value) {
    return std::clamp(std::nearbyint(value / quantisation.scale), -128 - zero, 127 - zero);
  };
  return {code(range.low), code(range.high)};
}

std::unique_ptr<Layer> make_simple_layer(const Step& step, const LayerContext& context) {
  const bool codes = context.type(step.inputs[0]).has_value();
  switch (step.operation) {
    case Operation::add:
      if (codes) return std::make_unique<Int8Sum>(step, context);
      return std::make_unique<FloatSum>(step, context);
    case Operation::max_pool:
      if (codes) return std::make_unique<Int8MaxPool>(step, context);
      return std::make_unique<FloatMaxPool>(step, context);
    case Operation::average_pool:
      return std::make_unique<FloatAveragePool>(step, context);
    case Operation::global_average_pool:
      if (codes) return std::make_unique<Int8GlobalAverage>(step, context);
      return std::make_unique<FloatGlobalAverage>(step, context);
    case Operation::clamp:
      return std::make_unique<FloatClamp>(step, context);
    case Operation::softmax:
      return std::make_unique<Softmax>(step, context);
    case Operation::quantise:
      return std::make_unique<Quantise>(step, context);
    case Operation::dequantise:
      return std::make_unique<Dequantise>(step, context);
    case Operation::convolution:
    case Operation::dense:
      break;
  }
  throw std::logic_error("a layer with weights is made by make_convolution");
}

}  // namespace signpost
