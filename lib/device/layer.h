#pragma once

#include <memory>

#include "device/kernels/kernels.h"
#include "device/memory.h"

namespace signpost {

/// One step of a plan, ready to run: its weights in the order of the kernels, its activations at
/// their places. Immutable, so that engines share it.
class Layer {
 public:
  explicit Layer(const Place& output) : output_(output) {}
  virtual ~Layer() = default;

  /// Computes the step's output with its border from its inputs, all of them in `memory`.
  void run(std::byte* memory) const {
    compute(memory);
    fill_border(memory, output_);
  }

 protected:
  virtual void compute(std::byte* memory) const = 0;

  const Place output_;
};

/// What makes a layer of a step looks at.
struct LayerContext {
  const Plan& plan;
  const Memory& memory;
  const kernels::Table& table;

  const Place& input(const Step& step, std::size_t index = 0) const {
    return memory.place(step.inputs[index]);
  }
  const Place& output(const Step& step) const { return memory.place(step.output); }
  const std::optional<Quantisation>& type(std::size_t value) const {
    return plan.values[value].quantisation;
  }
};

/// A convolution or a dense layer.
std::unique_ptr<Layer> make_convolution(const Step& step, const LayerContext& context);

/// Any other operation.
std::unique_ptr<Layer> make_simple_layer(const Step& step, const LayerContext& context);

/// `range` in units of the quantisation, before its zero point is added: whole numbers, and such
/// that the codes stay in -128 to 127.
struct CodeBounds {
  float low, high;
};
CodeBounds code_bounds(const Range& range, const Quantisation& quantisation);

}  // namespace signpost
