#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "device/aligned.h"
#include "device/plan.h"

namespace signpost {

/// Where an activation lies in the engine's memory: height x width x channels, with a border on
/// each side that stands for the padding of those who read it.
struct Place {
  std::size_t offset = 0;   ///< bytes from the start of the memory to the border's first
  std::size_t element = 4;  ///< bytes of a number: 4 for float32, 1 for int8
  Shape shape;
  std::size_t top = 0, left = 0, bottom = 0, right = 0;
  std::uint8_t padding = 0;  ///< the byte that the border is made of

  bool bordered() const { return top + left + bottom + right > 0; }
  /// Numbers from one row to the next.
  std::size_t row() const { return (left + shape.width + right) * shape.channels; }
  /// Numbers from `offset` to the first pixel.
  std::size_t origin() const { return top * row() + left * shape.channels; }
  std::size_t bytes() const { return (top + shape.height + bottom) * row() * element; }
};

/// Finds room for the activations of a plan; those that are never needed at once share it.
class Memory {
 public:
  /// `offset`: what an int8 number is stored with (kernels::Table). Throws Error{input} that starts
  /// with `where` if the network needs over 1 GiB.
  Memory(const Plan& plan, int offset, const std::string& where);

  const Place& place(std::size_t value) const { return places_[value]; }
  /// Bytes, with the slack behind the last that kernels may read.
  std::size_t bytes() const { return bytes_; }

 private:
  std::vector<Place> places_;
  std::size_t bytes_ = 0;
};

/// The first pixel of an activation.
template <typename Number>
Number* pixels(std::byte* memory, const Place& place) {
  return reinterpret_cast<Number*>(memory + place.offset) + place.origin();
}

void fill_border(std::byte* memory, const Place& place);

}  // namespace signpost
