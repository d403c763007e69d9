#pragma once

#include <cstddef>
#include <memory>

namespace signpost {

/// Memory aligned for vectors.
struct AlignedDelete {
  void operator()(void* bytes) const;
};
using AlignedBytes = std::unique_ptr<std::byte[], AlignedDelete>;
AlignedBytes aligned_bytes(std::size_t count);

/// Numbers that start aligned, zero at first.
template <typename Number>
class AlignedArray {
 public:
  AlignedArray() = default;
  explicit AlignedArray(std::size_t count)
      : bytes_(aligned_bytes(count * sizeof(Number))), count_(count) {}
  Number* data() { return reinterpret_cast<Number*>(bytes_.get()); }
  const Number* data() const { return reinterpret_cast<const Number*>(bytes_.get()); }
  Number& operator[](std::size_t i) { return data()[i]; }
  const Number& operator[](std::size_t i) const { return data()[i]; }
  std::size_t size() const { return count_; }

 private:
  AlignedBytes bytes_;
  std::size_t count_ = 0;
};

}  // namespace signpost
