#include "device/plan_node.h"

#include <algorithm>

#include "base/error.h"

namespace signpost {
namespace {

/// No kernel, stride, dilation or padding of a sane network is larger.
constexpr std::int64_t kMaxWindow = 1024;

std::size_t output_length(std::size_t input, std::uint32_t before, std::uint32_t after,
                          std::uint32_t kernel, std::uint32_t dilation, std::uint32_t stride) {
  const std::size_t span = std::size_t{dilation} * (kernel - 1) + 1,
                    padded = input + before + after;
  return padded < span ? 0 : (padded - span) / stride + 1;
}

}  // namespace

std::string PlanNode::name() const {
  const std::string label = node_.name.empty() ? std::to_string(index_) : std::string(node_.name);
  return "node " + label + " (" + std::string(node_.op) + ")";
}

void PlanNode::fail(const std::string& what) const {
  throw Error(Blame::input, where_ + ": " + name() + " " + what);
}

void PlanNode::expect(std::size_t low, std::size_t high,
                      std::initializer_list<std::string_view> known) const {
  const std::size_t count = node_.inputs.size();
  if (count < low || count > high) fail("has " + std::to_string(count) + " inputs");
  if (node_.outputs.size() != 1 || node_.outputs[0].empty())
    fail("has " + std::to_string(node_.outputs.size()) + " outputs; one is supported");
  for (std::size_t i = 0; i < low; ++i) {
    if (!has_input(i)) fail("lacks its input " + std::to_string(i));
  }
  for (const auto& [attribute, value] : node_.attributes) {
    if (std::find(known.begin(), known.end(), attribute) == known.end())
      fail("has the attribute " + std::string(attribute) + ", which is not supported");
  }
}

std::int64_t PlanNode::integer(std::string_view attribute, std::int64_t otherwise) const {
  const auto found = node_.attributes.find(attribute);
  return found == node_.attributes.end() ? otherwise : found->second.i;
}

float PlanNode::number(std::string_view attribute, float otherwise) const {
  const auto found = node_.attributes.find(attribute);
  return found == node_.attributes.end() ? otherwise : found->second.f;
}

std::string_view PlanNode::text(std::string_view attribute, std::string_view otherwise) const {
  const auto found = node_.attributes.find(attribute);
  return found == node_.attributes.end() ? otherwise : found->second.s;
}

std::vector<std::int64_t> PlanNode::integers(std::string_view attribute, std::size_t count,
                                             std::int64_t otherwise, std::int64_t low) const {
  const auto found = node_.attributes.find(attribute);
  if (found == node_.attributes.end()) return std::vector<std::int64_t>(count, otherwise);
  const std::vector<std::int64_t>& values = found->second.ints;
  if (values.size() != count) {
    fail("has " + std::to_string(values.size()) + " values in " + std::string(attribute) +
         ", not " + std::to_string(count));
  }
  for (const std::int64_t value : values) {
    if (value < low || value > kMaxWindow)
      fail("has the absurd value " + std::to_string(value) + " in " + std::string(attribute));
  }
  return values;
}

Window PlanNode::window(const Shape& input, const std::int64_t* kernel) const {
  if (!kernel && !node_.attributes.contains("kernel_shape")) fail("has no kernel_shape");
  std::vector<std::int64_t> shape = integers("kernel_shape", 2, 0, 1);
  if (kernel) {
    const bool declared = shape[0] != 0;
    if (declared && (shape[0] != kernel[0] || shape[1] != kernel[1]))
      fail("has a kernel_shape that its weights do not have");
    shape = {kernel[0], kernel[1]};
    if (shape[0] < 1 || shape[1] < 1 || shape[0] > kMaxWindow || shape[1] > kMaxWindow)
      fail("has weights of an absurd shape");
  }
  const std::vector<std::int64_t> strides = integers("strides", 2, 1, 1),
                                  dilations = integers("dilations", 2, 1, 1),
                                  pads = integers("pads", 4, 0, 0);
  const auto narrow = [](std::int64_t value) { return static_cast<std::uint32_t>(value); };
  Window window{narrow(shape[0]),     narrow(shape[1]),     narrow(strides[0]), narrow(strides[1]),
                narrow(dilations[0]), narrow(dilations[1]), narrow(pads[0]),    narrow(pads[1]),
                narrow(pads[2]),      narrow(pads[3])};
  const std::string_view automatic = text("auto_pad", "NOTSET");
  if (automatic == "SAME_UPPER" || automatic == "SAME_LOWER") {
    const auto same = [&](std::size_t length, std::uint32_t size, std::uint32_t stride,
                          std::uint32_t dilation, std::uint32_t& before, std::uint32_t& after) {
      const std::size_t span = std::size_t{dilation} * (size - 1) + 1,
                        needed = (length + stride - 1) / stride * stride - stride + span,
                        total = needed > length ? needed - length : 0;
      before = static_cast<std::uint32_t>(total / 2);
      after = static_cast<std::uint32_t>(total - total / 2);
      if (automatic == "SAME_LOWER") std::swap(before, after);
    };
    same(input.height, window.kernel_height, window.stride_height, window.dilation_height,
         window.top, window.bottom);
    same(input.width, window.kernel_width, window.stride_width, window.dilation_width, window.left,
         window.right);
  } else if (automatic == "VALID") {
    window.top = window.left = window.bottom = window.right = 0;
  } else if (automatic != "NOTSET") {
    fail("has the unknown auto_pad " + std::string(automatic));
  }
  return window;
}

Shape PlanNode::slide(const Window& window, const Shape& input, std::size_t channels) const {
  const Shape output{channels,
                     output_length(input.height, window.top, window.bottom, window.kernel_height,
                                   window.dilation_height, window.stride_height),
                     output_length(input.width, window.left, window.right, window.kernel_width,
                                   window.dilation_width, window.stride_width)};
  if (output.height == 0 || output.width == 0) {
    fail("has a window larger than its input of " + std::to_string(input.height) + "x" +
         std::to_string(input.width));
  }
  return output;
}

}  // namespace signpost
