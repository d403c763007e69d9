#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <protozero/pbf_writer.hpp>
#include <string>
#include <variant>
#include <vector>

namespace signpost {

/// An attribute of an ONNX node.
struct OnnxAttribute {
  std::string name;
  std::variant<std::int64_t, float, std::string, std::vector<std::int64_t>> value;
};

/// Writes small ONNX files for tests, bytes on bytes, so that broken ones can be written too. The
/// input is "image", uint8 [N,size,size,3].
class OnnxWriter {
 public:
  explicit OnnxWriter(int size) : size_(size) {}

  int opset = 13;
  std::int64_t batch = 0;  ///< 0: free
  int input_type = 2;      ///< uint8
  bool raw = true;         ///< weights as raw_data, else as float_data

  /// Adds a float32 initialiser and returns its name.
  std::string weight(const std::vector<std::int64_t>& dims, const std::vector<float>& values);
  std::string integers(const std::vector<std::int64_t>& values);
  /// The same of another type (a number of ONNX's TensorProto.DataType), in raw_data.
  template <typename Number>
  std::string stored(int type, const std::vector<std::int64_t>& dims,
                     const std::vector<Number>& values) {
    return stored(
        type, dims,
        std::string(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(Number)));
  }
  std::string stored(int type, const std::vector<std::int64_t>& dims, const std::string& bytes);
  /// Adds a node and returns the name of its output.
  std::string node(const std::string& op, const std::vector<std::string>& inputs,
                   const std::vector<OnnxAttribute>& attributes = {},
                   const std::string& output = {});
  /// Cast, Mul, Add and Transpose: the image as [N,3,size,size].
  std::string normalised(std::array<float, 3> scale, std::array<float, 3> bias);
  void metadata(const std::string& key, const std::string& value);

  /// The file whose output is `output`.
  std::string file(const std::string& output) const;

 private:
  std::string fresh(const std::string& stem) { return stem + std::to_string(++names_); }
  int size_, names_ = 0;
  std::string nodes_, initialisers_, metadata_;  ///< serialised fields of GraphProto, ModelProto
};

/// Numbers in [-1, 1), always the same for one seed.
std::vector<float> random_numbers(std::size_t count, std::uint64_t seed);

/// A residual network for 48x48 of 0.5 M parameters and 45 M multiplications, with random weights:
/// what latency is measured on.
std::string residual_network(int classes, const std::string& contract);

/// A network of one convolution and one dense layer, with random weights.
std::string tiny_network(int size, int classes, const std::string& contract);

}  // namespace signpost
