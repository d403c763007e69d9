#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <unordered_map>

#include "base/file.h"

namespace signpost {

/// Runs one network (an ONNX file, see device/plan.h for what is supported) with XNNPACK, in the
/// calling thread. An engine is used by one thread at a time; several engines may exist and run at
/// once, over the same bytes.
class Engine {
 public:
  /// `onnx` must stay for the life of the engine: weights are used in place. Throws Error{input}
  /// that starts with `where` if the bytes are no ONNX file or the network cannot be run here;
  /// nothing about the network can fail after that. Throws Error{environment} on a processor that
  /// XNNPACK does not support.
  Engine(ByteView onnx, const std::string& where);
  Engine(Engine&& other) noexcept;
  Engine& operator=(Engine&& other) noexcept;
  ~Engine();

  /// The input is input_size() x input_size() x 3, uint8, RGB, HWC.
  std::size_t input_size() const;
  /// The numbers that come out, in ONNX's order.
  std::size_t output_size() const;
  /// Of one image, in convolutions and dense layers.
  std::uint64_t multiplications() const;
  /// A value of the file's metadata_props; empty if there is none of that key.
  std::string metadata(const std::string& key) const;

  /// Computes one image. `tensor` holds input_size()^2 * 3 bytes, `output` output_size() numbers;
  /// any other size throws std::invalid_argument.
  void run(std::span<const std::uint8_t> tensor, std::span<float> output);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace signpost
