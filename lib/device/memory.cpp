#include "device/memory.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <new>

#include "base/error.h"

namespace signpost {
namespace {

constexpr std::size_t kAlignment = 64, kSlack = 64, kMostBytes = std::size_t{1} << 30;

std::size_t aligned(std::size_t bytes) {
  return (bytes + kAlignment - 1) / kAlignment * kAlignment;
}

/// How far the last window reaches beyond `length`.
std::size_t reach(std::size_t outputs, std::uint32_t stride, std::uint32_t kernel,
                  std::uint32_t dilation, std::uint32_t before, std::size_t length) {
  const std::size_t end = (outputs - 1) * stride + std::size_t{dilation} * (kernel - 1) + 1;
  return end > length + before ? end - length - before : 0;
}

void widen(Place& place, const Window& window, const Shape& output) {
  place.top = std::max<std::size_t>(place.top, window.top);
  place.left = std::max<std::size_t>(place.left, window.left);
  place.bottom =
      std::max(place.bottom, reach(output.height, window.stride_height, window.kernel_height,
                                   window.dilation_height, window.top, place.shape.height));
  place.right = std::max(place.right, reach(output.width, window.stride_width, window.kernel_width,
                                            window.dilation_width, window.left, place.shape.width));
}

/// Room in use, by its start.
struct Block {
  std::size_t start, end, last_use;
};

}  // namespace

Memory::Memory(const Plan& plan, int offset, const std::string& where) {
  std::vector<std::size_t> born(plan.values.size(), 0), last_use(plan.values.size(), 0);
  for (const Value& value : plan.values) {
    Place place;
    place.shape = value.shape;
    if (value.quantisation) {
      place.element = 1;
      place.padding = static_cast<std::uint8_t>(value.quantisation->zero_point + offset);
    }
    places_.push_back(place);
  }
  for (std::size_t i = 0; i < plan.steps.size(); ++i) {
    const Step& step = plan.steps[i];
    born[step.output] = last_use[step.output] = i + 1;
    for (const std::size_t input : step.inputs) last_use[input] = i + 1;
    if (step.operation == Operation::convolution)
      widen(places_[step.inputs[0]], step.window, plan.values[step.output].shape);
  }
  last_use[plan.output] = plan.steps.size() + 1;

  std::vector<Block> blocks;
  for (std::size_t time = 0; time <= plan.steps.size(); ++time) {
    const std::size_t value = time == 0 ? 0 : plan.steps[time - 1].output;
    std::erase_if(blocks, [&](const Block& block) { return block.last_use < time; });
    const std::size_t bytes = aligned(places_[value].bytes() + kSlack);
    std::size_t start = 0;
    auto at = blocks.begin();
    for (; at != blocks.end() && at->start < start + bytes; ++at) start = at->end;
    if (start + bytes > kMostBytes)
      throw Error(Blame::input, where +
                                    ": needs over 1 GiB of memory for its activations; that is "
                                    "no network for a device");
    places_[value].offset = start;
    blocks.insert(at, {start, start + bytes, last_use[value]});
    bytes_ = std::max(bytes_, start + bytes);
  }
}

void fill_border(std::byte* memory, const Place& place) {
  if (!place.bordered()) return;
  const std::size_t row = place.row() * place.element, pixel = place.shape.channels * place.element,
                    left = place.left * pixel, right = place.right * pixel;
  std::byte* at = memory + place.offset;
  std::memset(at, place.padding, place.top * row + left);
  at += place.top * row;
  for (std::size_t y = 0; y + 1 < place.shape.height; ++y, at += row)
    std::memset(at + row - right, place.padding, right + left);
  std::memset(at + row - right, place.padding, right + place.bottom * row);
}

void AlignedDelete::operator()(void* bytes) const { std::free(bytes); }

AlignedBytes aligned_bytes(std::size_t count) {
  const std::size_t bytes = std::max(aligned(count), kAlignment);
  void* memory = std::aligned_alloc(kAlignment, bytes);
  if (!memory) throw std::bad_alloc();
  std::memset(memory, 0, bytes);
  return AlignedBytes(static_cast<std::byte*>(memory));
}

}  // namespace signpost
