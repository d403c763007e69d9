#include "train/weights.h"

#include <bit>
#include <cstring>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "train/element_type.h"

namespace signpost {

static_assert(std::endian::native == std::endian::little,
              "safetensors and ONNX store little-endian values");

const WeightTensor& weight(const Weights& weights, const std::string& name) {
  const auto found = weights.find(name);
  if (found == weights.end())
    throw Error(Blame::input, "the weight " + name + " is missing; train the run again");
  return found->second;
}

Bytes encode_safetensors(const Weights& weights) {
  nlohmann::ordered_json header;
  std::size_t offset = 0;
  for (const auto& [name, tensor] : weights) {
    const std::size_t size = tensor.values.size() * sizeof(float);
    header[name] = {
        {"dtype", "F32"}, {"shape", tensor.shape}, {"data_offsets", {offset, offset + size}}};
    offset += size;
  }
  std::string text = header.dump();
  text.append((8 - text.size() % 8) % 8, ' ');
  Bytes bytes(8 + text.size() + offset);
  const std::uint64_t length = text.size();
  std::memcpy(bytes.data(), &length, 8);
  std::memcpy(bytes.data() + 8, text.data(), text.size());
  std::uint8_t* at = bytes.data() + 8 + text.size();
  for (const auto& [name, tensor] : weights) {
    if (tensor.values.empty()) continue;
    std::memcpy(at, tensor.values.data(), tensor.values.size() * sizeof(float));
    at += tensor.values.size() * sizeof(float);
  }
  return bytes;
}

namespace {

/// The types of the format that are known here; any other is an error.
bool element_type(const std::string& name, ElementType& type) {
  if (name == "F32") {
    type = ElementType::float32;
  } else if (name == "F16") {
    type = ElementType::float16;
  } else if (name == "BF16") {
    type = ElementType::bfloat16;
  } else if (name == "F64") {
    type = ElementType::float64;
  } else {
    type = ElementType::integer;
    return name == "I64" || name == "I32" || name == "I16" || name == "I8" || name == "U64" ||
           name == "U32" || name == "U16" || name == "U8" || name == "BOOL";
  }
  return true;
}

}  // namespace

Weights decode_safetensors(ByteView bytes, const std::string& name) {
  const auto fail = [&](const std::string& what) {
    return Error(Blame::input, name + ": " + what);
  };
  std::uint64_t length = 0;
  if (bytes.size() < 8) throw fail("is not a safetensors file");
  std::memcpy(&length, bytes.data(), 8);
  if (length > bytes.size() - 8) throw fail("is cut short or not a safetensors file");
  const ByteView data = bytes.subspan(8 + length);
  const nlohmann::json header =
      nlohmann::json::parse(as_text(bytes.subspan(8, length)), nullptr, false);
  if (!header.is_object()) throw fail("has a damaged header");
  Weights weights;
  std::uint64_t together = 0;
  try {
    for (const auto& [key, entry] : header.items()) {
      if (key == "__metadata__") continue;
      ElementType type{};
      const std::string type_name = entry.at("dtype");
      if (!element_type(type_name, type))
        throw fail("tensor " + key + " is of type " + type_name + ", which is not read");
      WeightTensor tensor;
      tensor.shape = entry.at("shape").get<std::vector<std::int64_t>>();
      const auto begin = entry.at("data_offsets").at(0).get<std::uint64_t>();
      const auto end = entry.at("data_offsets").at(1).get<std::uint64_t>();
      std::uint64_t count = 1;
      for (const std::int64_t side : tensor.shape) {
        if (side < 0 || side > (std::int64_t{1} << 31) || count > (std::uint64_t{1} << 31)) {
          throw fail("tensor " + key + " has an absurd shape");
        }
        count *= static_cast<std::uint64_t>(side);
      }
      if (begin > end || end > data.size()) throw fail("tensor " + key + " is cut short");
      together += end - begin;
      if (together > data.size()) throw fail("has tensors that share bytes");
      if (type == ElementType::integer) continue;
      const std::size_t width = element_bytes(type);
      if ((end - begin) != count * width)
        throw fail("tensor " + key + " is cut short or has a wrong size");
      tensor.values.resize(count);
      if (type == ElementType::float32) {
        if (count > 0) std::memcpy(tensor.values.data(), data.data() + begin, end - begin);
      } else {
        for (std::uint64_t i = 0; i < count; ++i)
          tensor.values[i] = read_element(data.data() + begin + i * width, type);
      }
      weights[key] = std::move(tensor);
    }
  } catch (const nlohmann::json::exception&) {
    throw fail("has a damaged header");
  }
  return weights;
}

}  // namespace signpost
