#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>

#include "base/file.h"

namespace signpost {

/// Computes an ONNX file operator by operator with libtorch, as the operators' definitions say: the
/// measure for the device's engine, which shares no code with it, and a look at every activation.
/// It knows the operators that write_onnx, to_float16 and quantise write.
class OnnxReference {
 public:
  /// Throws Error{input} if the bytes are no ONNX file.
  explicit OnnxReference(ByteView onnx);
  ~OnnxReference();

  /// Sees the float32 numbers of a value, of all images of a call, each with its first dimension
  /// per image, in ONNX's order: images x channels x height x width.
  using Watch = std::function<void(const std::string& name, std::span<const float> numbers)>;

  /// `pixels`: count x size x size x 3, uint8, HWC. `probabilities`: count x classes. Throws
  /// Error{input} that names the node on an operator that it does not know.
  void predict(std::span<const std::uint8_t> pixels, std::size_t count,
               std::span<float> probabilities, const Watch& watch = nullptr);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace signpost
