#include <algorithm>

#include "device/layer.h"

namespace signpost {
namespace {

/// Which numbers of the input a window holds, and how the output is walked through.
struct Geometry {
  std::vector<std::uint32_t> offsets;  ///< of a window's runs
  std::size_t run = 0;                 ///< numbers of a run
  std::size_t start = 0;               ///< from the first window back to the input's first pixel
  std::size_t input_step = 0, input_row = 0;
  std::size_t output_step = 0, output_row = 0;
  std::size_t pixels = 0, rows = 0;  ///< of the output
};

Geometry dense_geometry(const Place& input, const Place& output) {
  Geometry geometry;
  const std::size_t row = input.shape.width * input.shape.channels;
  if (input.bordered()) {
    geometry.run = row;
    for (std::size_t y = 0; y < input.shape.height; ++y)
      geometry.offsets.push_back(static_cast<std::uint32_t>(y * input.row()));
  } else {
    geometry.run = row * input.shape.height;
    geometry.offsets = {0};
  }
  geometry.output_step = output.shape.channels;
  geometry.pixels = geometry.rows = 1;
  return geometry;
}

Geometry window_geometry(const Window& window, std::size_t depth, const Place& input,
                         const Place& output) {
  Geometry geometry;
  const std::size_t channels = input.shape.channels, row = input.row();
  const bool joined = window.dilation_width == 1 && depth == channels;
  geometry.run = joined ? window.kernel_width * depth : depth;
  for (std::size_t y = 0; y < window.kernel_height; ++y) {
    for (std::size_t x = 0; x < (joined ? 1 : window.kernel_width); ++x) {
      geometry.offsets.push_back(static_cast<std::uint32_t>(y * window.dilation_height * row +
                                                            x * window.dilation_width * channels));
    }
  }
  geometry.start = window.top * row + window.left * channels;
  geometry.input_step = window.stride_width * channels;
  geometry.input_row = window.stride_height * row;
  geometry.output_step = output.shape.channels;
  geometry.output_row = output.row();
  geometry.pixels = output.shape.width;
  geometry.rows = output.shape.height;
  const bool pointwise = window.kernel_height * window.kernel_width == 1 &&
                         window.stride_height * window.stride_width == 1 && geometry.start == 0;
  if (pointwise && !input.bordered() && !output.bordered()) {
    geometry.pixels *= geometry.rows;
    geometry.rows = 1;
  }
  return geometry;
}

/// Numbers from the first window and the first output pixel to those of a row and a panel.
struct Corner {
  std::size_t input, output;
};

/// What float32 and int8 have in common.
struct Shared {
  kernels::Tiling tiling;
  Geometry geometry;
  Place input;
  std::size_t groups = 1, depth = 0, outputs = 0;  ///< the last two: channels of a group
  std::size_t panel = 0;                           ///< channels of a panel
  std::size_t panels() const { return (outputs + panel - 1) / panel; }
  std::size_t runs() const { return geometry.offsets.size(); }
  /// Weights of one output channel if a run has `run`.
  std::size_t window(std::size_t run) const { return runs() * run; }

  /// Runs `kernel` for each panel and row; at_corner(panel, corner) fills in what depends
  /// on them.
  template <typename Row, typename Corners>
  void walk(Row& row, void (*kernel)(const Row&, std::size_t, std::size_t),
            const Corners& at_corner) const {
    row.input_step = geometry.input_step;
    row.offsets = geometry.offsets.data();
    row.runs = runs();
    row.output_step = geometry.output_step;
    row.pixels = geometry.pixels;
    for (std::size_t p = 0; p < groups * panels(); ++p) {
      const std::size_t group = p / panels(), first = p % panels() * panel;
      row.channels = std::min(panel, outputs - first);
      for (std::size_t y = 0; y < geometry.rows; ++y) {
        at_corner(p, Corner{y * geometry.input_row + group * depth,
                            y * geometry.output_row + group * outputs + first});
        kernel(row, tiling.tile, tiling.vectors);
      }
    }
  }

  Shared(const Step& step, const LayerContext& context, std::size_t lanes)
      : input(context.input(step)) {
    const Place& output = context.output(step);
    const bool dense = step.operation == Operation::dense;
    groups = step.groups;
    depth = dense ? input.shape.elements() : input.shape.channels / groups;
    outputs = output.shape.channels / groups;
    geometry =
        dense ? dense_geometry(input, output) : window_geometry(step.window, depth, input, output);
    tiling = kernels::choose_tiling(context.table, lanes, geometry.pixels, outputs);
    panel = tiling.vectors * lanes;
  }
};

bool is_depthwise(const Step& step, const LayerContext& context) {
  return step.operation == Operation::convolution && step.groups > 1 &&
         step.groups == context.input(step).shape.channels &&
         step.groups == context.output(step).shape.channels;
}

class FloatConvolution : public Layer {
 public:
  FloatConvolution(const Step& step, const LayerContext& context)
      : Layer(context.output(step)),
        shared_(step, context, context.table.float_lanes),
        table_(context.table),
        range_(step.range) {
    const std::size_t window = shared_.runs() * shared_.geometry.run, panel = shared_.panel,
                      panels = shared_.groups * shared_.panels();
    weights_ = AlignedArray<float>(panels * window * panel);
    bias_ = AlignedArray<float>(panels * panel);
    const std::span<const float> from = step.weights.floats;
    std::size_t at = 0;
    for (std::size_t p = 0; p < panels; ++p) {
      const std::size_t group = p / shared_.panels(), first = p % shared_.panels() * panel,
                        count = std::min(panel, shared_.outputs - first),
                        channel = group * shared_.outputs + first;
      for (std::size_t k = 0; k < window; ++k, at += panel) {
        for (std::size_t c = 0; c < count; ++c) weights_[at + c] = from[(channel + c) * window + k];
      }
      for (std::size_t c = 0; c < count && !step.weights.bias.empty(); ++c)
        bias_[p * panel + c] = step.weights.bias[channel + c];
    }
  }

  void compute(std::byte* memory) const override {
    const float* input = pixels<float>(memory, shared_.input) - shared_.geometry.start;
    float* output = pixels<float>(memory, output_);
    kernels::FloatRow row{};
    row.run = shared_.geometry.run;
    row.low = range_.low;
    row.high = range_.high;
    shared_.walk(row, table_.float_row, [&](std::size_t panel, const Corner& at) {
      row.weights = weights_.data() + panel * shared_.window(row.run) * shared_.panel;
      row.bias = bias_.data() + panel * shared_.panel;
      row.input = input + at.input;
      row.output = output + at.output;
    });
  }

 private:
  Shared shared_;
  const kernels::Table& table_;
  Range range_;
  AlignedArray<float> weights_, bias_;
};

/// Scales and bounds of an int8 result.
struct Int8Result {
  AlignedArray<float> scale;
  Range range;
  std::int32_t zero_point = 0;

  /// `scale` is left to be filled: room for `count`.
  Int8Result(const Step& step, const LayerContext& context, std::size_t count) : scale(count) {
    const std::optional<Quantisation>& to = context.type(step.output);
    range = step.range;
    if (!to) return;
    const CodeBounds bounds = code_bounds(step.range, *to);
    range = {bounds.low, bounds.high};
    zero_point = to->zero_point + context.table.offset;
  }

  static float channel_scale(const Step& step, const LayerContext& context, std::size_t channel) {
    const StepWeights& weights = step.weights;
    const float product = context.type(step.inputs[0])->scale * weights.scale(channel);
    const std::optional<Quantisation>& to = context.type(step.output);
    return to ? product / to->scale : product;
  }

  kernels::Requantisation requantisation(std::size_t first) const {
    return {scale.data() + first, range.low, range.high, zero_point};
  }
};

/// The bias of a channel with what the zero point of the input takes away.
std::int32_t channel_bias(const Step& step, const LayerContext& context, std::size_t channel,
                          std::size_t window) {
  std::int64_t sum = 0;
  for (std::size_t k = 0; k < window; ++k) sum += step.weights.codes[channel * window + k];
  const std::int64_t zero =
      context.type(step.inputs[0])->zero_point + std::int64_t{context.table.offset};
  const std::int64_t bias = step.weights.whole_bias.empty() ? 0 : step.weights.whole_bias[channel];
  return static_cast<std::int32_t>(bias - sum * zero);
}

class Int8Convolution : public Layer {
 public:
  Int8Convolution(const Step& step, const LayerContext& context)
      : Layer(context.output(step)),
        shared_(step, context, context.table.int8_lanes),
        table_(context.table),
        result_(step, context, shared_.groups * shared_.panels() * shared_.panel) {
    const std::size_t run = shared_.geometry.run, runs = shared_.runs(), window = runs * run,
                      panel = shared_.panel, panels = shared_.groups * shared_.panels();
    run_ = (run + 3) / 4 * 4;
    weights_ = AlignedArray<std::int8_t>(panels * runs * run_ * panel);
    bias_ = AlignedArray<std::int32_t>(panels * panel);
    for (std::size_t p = 0; p < panels; ++p) {
      const std::size_t group = p / shared_.panels(), first = p % shared_.panels() * panel,
                        count = std::min(panel, shared_.outputs - first);
      for (std::size_t c = 0; c < count; ++c) {
        const std::size_t channel = group * shared_.outputs + first + c;
        const std::int8_t* from = step.weights.codes.data() + channel * window;
        std::int8_t* to = weights_.data() + p * runs * run_ * panel + c * 4;
        for (std::size_t r = 0; r < runs; ++r, to += run_ * panel) {
          for (std::size_t k = 0; k < run; ++k) to[k / 4 * 4 * panel + k % 4] = from[r * run + k];
        }
        bias_[p * panel + c] = channel_bias(step, context, channel, window);
        result_.scale[p * panel + c] = Int8Result::channel_scale(step, context, channel);
      }
    }
    floats_ = !context.type(step.output);
  }

  void compute(std::byte* memory) const override {
    const std::uint8_t* input =
        pixels<std::uint8_t>(memory, shared_.input) - shared_.geometry.start;
    std::uint8_t* output = pixels<std::uint8_t>(memory, output_);
    float* floats = pixels<float>(memory, output_);
    kernels::Int8Row row{};
    row.run = run_;
    shared_.walk(row, table_.int8_row, [&](std::size_t panel, const Corner& at) {
      row.weights = weights_.data() + panel * shared_.window(run_) * shared_.panel;
      row.bias = bias_.data() + panel * shared_.panel;
      row.requantisation = result_.requantisation(panel * shared_.panel);
      row.input = input + at.input;
      row.output = output + at.output;
      row.floats = floats_ ? floats + at.output : nullptr;
    });
  }

 private:
  Shared shared_;
  const kernels::Table& table_;
  Int8Result result_;
  std::size_t run_ = 0;
  bool floats_ = false;
  AlignedArray<std::int8_t> weights_;
  AlignedArray<std::int32_t> bias_;
};

/// One input and one output channel a group. Number: float, or int8_t for codes.
template <typename Row>
void walk(const Geometry& g, Row& row, decltype(Row::input) input, decltype(Row::output) output,
          void (*kernel)(const Row&)) {
  row.input_step = g.input_step;
  row.offsets = g.offsets.data();
  row.taps = g.offsets.size();
  row.pixels = g.pixels;
  for (std::size_t y = 0; y < g.rows; ++y) {
    row.input = input + y * g.input_row;
    row.output = output + y * g.output_row;
    kernel(row);
  }
}

/// channels x taps to taps x channels.
template <typename Number>
void turn(std::span<const Number> from, std::size_t channels, Number* to) {
  const std::size_t taps = from.size() / channels;
  for (std::size_t c = 0; c < channels; ++c) {
    for (std::size_t t = 0; t < taps; ++t) to[t * channels + c] = from[c * taps + t];
  }
}

class FloatDepthwise : public Layer {
 public:
  FloatDepthwise(const Step& step, const LayerContext& context)
      : Layer(context.output(step)),
        input_(context.input(step)),
        geometry_(window_geometry(step.window, 1, input_, output_)),
        table_(context.table),
        range_(step.range),
        weights_(step.weights.floats.size()),
        bias_(output_.shape.channels) {
    turn(step.weights.floats, output_.shape.channels, weights_.data());
    std::copy(step.weights.bias.begin(), step.weights.bias.end(), bias_.data());
  }

  void compute(std::byte* memory) const override {
    kernels::FloatDepthwiseRow row{};
    row.weights = weights_.data();
    row.bias = bias_.data();
    row.channels = output_.shape.channels;
    row.low = range_.low;
    row.high = range_.high;
    walk(geometry_, row, pixels<float>(memory, input_) - geometry_.start,
         pixels<float>(memory, output_), table_.float_depthwise_row);
  }

 private:
  Place input_;
  Geometry geometry_;
  const kernels::Table& table_;
  Range range_;
  AlignedArray<float> weights_, bias_;
};

class Int8Depthwise : public Layer {
 public:
  Int8Depthwise(const Step& step, const LayerContext& context)
      : Layer(context.output(step)),
        input_(context.input(step)),
        geometry_(window_geometry(step.window, 1, input_, output_)),
        table_(context.table),
        result_(step, context, output_.shape.channels),
        weights_(step.weights.codes.size()),
        bias_(output_.shape.channels) {
    const std::size_t channels = output_.shape.channels;
    turn(step.weights.codes, channels, weights_.data());
    for (std::size_t c = 0; c < channels; ++c) {
      bias_[c] = channel_bias(step, context, c, step.weights.codes.size() / channels);
      result_.scale[c] = Int8Result::channel_scale(step, context, c);
    }
  }

  void compute(std::byte* memory) const override {
    kernels::Int8DepthwiseRow row{};
    row.weights = weights_.data();
    row.bias = bias_.data();
    row.requantisation = result_.requantisation(0);
    row.channels = output_.shape.channels;
    walk(geometry_, row, pixels<std::uint8_t>(memory, input_) - geometry_.start,
         pixels<std::uint8_t>(memory, output_), table_.int8_depthwise_row);
  }

 private:
  Place input_;
  Geometry geometry_;
  const kernels::Table& table_;
  Int8Result result_;
  AlignedArray<std::int8_t> weights_;
  AlignedArray<std::int32_t> bias_;
};

}  // namespace

std::unique_ptr<Layer> make_convolution(const Step& step, const LayerContext& context) {
  const bool codes = !step.weights.codes.empty();
  if (is_depthwise(step, context)) {
    if (codes) return std::make_unique<Int8Depthwise>(step, context);
    return std::make_unique<FloatDepthwise>(step, context);
  }
  if (codes) return std::make_unique<Int8Convolution>(step, context);
  return std::make_unique<FloatConvolution>(step, context);
}

}  // namespace signpost
