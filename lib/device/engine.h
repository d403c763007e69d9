#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <unordered_map>

#include "base/file.h"
#include "device/aligned.h"
#include "device/kernels/kernels.h"

namespace signpost {

/// Runs one network (an ONNX file, see device/plan.h for what is supported) with the kernels of
/// device/kernels, in the calling thread. An engine is used by one thread at a time; several may
/// exist and run at once.
class Engine {
 public:
  /// Reads the network and brings its weights into the order of this processor's kernels; `onnx` is
  /// not needed afterwards. Throws Error{input} that starts with `where` if the bytes are no ONNX
  /// file or the network cannot be run here; nothing about the network can fail after that.
  Engine(ByteView onnx, const std::string& where);

  /// The same with other kernels than the best.
  Engine(ByteView onnx, const std::string& where, const kernels::Table& table);
  Engine(Engine&& other) noexcept;
  Engine& operator=(Engine&& other) noexcept;
  ~Engine();

  /// Another engine for the same network, which shares its weights. Thread-safe.
  Engine twin() const;

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
  struct Network;
  explicit Engine(std::shared_ptr<const Network> network);

  std::shared_ptr<const Network> network_;
  AlignedBytes memory_;  ///< of the activations
};

}  // namespace signpost
