#include "device/engine.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <stdexcept>
#include <utility>
#include <vector>

#include "device/layer.h"
#include "device/plan.h"

namespace signpost {

/// What engines of one network share.
struct Engine::Network {
  std::size_t size = 0, outputs = 0;
  std::uint64_t multiplications = 0;
  std::unordered_map<std::string, std::string> metadata;
  Place image, output;
  std::vector<std::unique_ptr<Layer>> layers;
  std::size_t bytes = 0;  ///< of the activations
  /// The image's numbers for each byte of each channel: floats, or codes if it is quantised.
  std::array<std::array<float, 256>, 3> floats{};
  std::array<std::array<std::uint8_t, 256>, 3> codes{};

  Network(ByteView onnx, const std::string& where, const kernels::Table& table);
  void fill_tables(const Plan& plan, int offset);
  template <typename Number>
  void read_image(const std::uint8_t* from, std::byte* memory,
                  const std::array<std::array<Number, 256>, 3>& numbers) const;
};

Engine::Network::Network(ByteView onnx, const std::string& where, const kernels::Table& table) {
  const onnx::Model model = onnx::read(onnx, where);
  const Plan plan = make_plan(model, where);
  for (const auto& [key, value] : model.metadata) metadata.emplace(key, value);
  const Memory memory(plan, table.offset, where);
  size = plan.size;
  multiplications = plan.multiplications;
  outputs = plan.values[plan.output].shape.elements();
  bytes = memory.bytes();
  image = memory.place(0);
  output = memory.place(plan.output);
  const LayerContext context{plan, memory, table};
  for (const Step& step : plan.steps) {
    const bool weighted =
        step.operation == Operation::convolution || step.operation == Operation::dense;
    layers.push_back(weighted ? make_convolution(step, context) : make_simple_layer(step, context));
  }
  fill_tables(plan, table.offset);
}

void Engine::Network::fill_tables(const Plan& plan, int offset) {
  const std::optional<Quantisation>& type = plan.values[0].quantisation;
  for (std::size_t c = 0; c < 3; ++c) {
    for (std::size_t i = 0; i < 256; ++i) {
      const float product = static_cast<float>(i) * plan.scale[c];
      const float value = floats[c][i] = product + plan.bias[c];
      if (!type) continue;
      const CodeBounds bounds = code_bounds({}, *type);
      const float code = std::nearbyint(std::clamp(value / type->scale, bounds.low, bounds.high));
      codes[c][i] = static_cast<std::uint8_t>(static_cast<int>(code) + type->zero_point + offset);
    }
  }
}

template <typename Number>
void Engine::Network::read_image(const std::uint8_t* from, std::byte* memory,
                                 const std::array<std::array<Number, 256>, 3>& numbers) const {
  Number* to = pixels<Number>(memory, image);
  for (std::size_t y = 0; y < size; ++y) {
    Number* row = to + y * image.row();
    for (std::size_t x = 0; x < size; ++x, from += 3, row += 3) {
      row[0] = numbers[0][from[0]];
      row[1] = numbers[1][from[1]];
      row[2] = numbers[2][from[2]];
    }
  }
  fill_border(memory, image);
}

Engine::Engine(ByteView onnx, const std::string& where) : Engine(onnx, where, kernels::table()) {}

Engine::Engine(ByteView onnx, const std::string& where, const kernels::Table& table)
    : Engine(std::make_shared<const Network>(onnx, where, table)) {}

Engine::Engine(std::shared_ptr<const Network> network)
    : network_(std::move(network)), memory_(aligned_bytes(network_->bytes)) {}

Engine Engine::twin() const { return Engine(network_); }

Engine::Engine(Engine&& other) noexcept = default;
Engine& Engine::operator=(Engine&& other) noexcept = default;
Engine::~Engine() = default;

std::size_t Engine::input_size() const { return network_->size; }
std::size_t Engine::output_size() const { return network_->outputs; }
std::uint64_t Engine::multiplications() const { return network_->multiplications; }

std::string Engine::metadata(const std::string& key) const {
  const auto found = network_->metadata.find(key);
  return found == network_->metadata.end() ? std::string() : found->second;
}

void Engine::run(std::span<const std::uint8_t> tensor, std::span<float> output) {
  const Network& network = *network_;
  if (tensor.size() != network.size * network.size * 3 || output.size() != network.outputs)
    throw std::invalid_argument("Engine::run: a tensor of the wrong size");
  std::byte* memory = memory_.get();
  if (network.image.element == 1) {
    network.read_image(tensor.data(), memory, network.codes);
  } else {
    network.read_image(tensor.data(), memory, network.floats);
  }
  for (const std::unique_ptr<Layer>& layer : network.layers) layer->run(memory);
  const Place& place = network.output;
  const float* from = pixels<float>(memory, place);
  const std::size_t area = place.shape.height * place.shape.width;
  for (std::size_t y = 0; y < place.shape.height; ++y) {
    for (std::size_t x = 0; x < place.shape.width; ++x) {
      const float* pixel = from + y * place.row() + x * place.shape.channels;
      for (std::size_t c = 0; c < place.shape.channels; ++c)
        output[c * area + y * place.shape.width + x] = pixel[c];
    }
  }
}

}  // namespace signpost
