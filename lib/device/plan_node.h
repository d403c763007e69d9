#pragma once

#include <initializer_list>
#include <string>

#include "device/plan.h"

namespace signpost {

/// One node of the graph with its checked attributes; every complaint is an Error{input} that names
/// it. Used by plan.cpp alone.
class PlanNode {
 public:
  PlanNode(const onnx::Node& node, std::size_t index, const std::string& where)
      : node_(node), index_(index), where_(where) {}

  const onnx::Node& node() const { return node_; }
  /// "node conv1 (Conv)"
  std::string name() const;
  [[noreturn]] void fail(const std::string& what) const;

  /// Throws unless the node has `low` to `high` inputs, one output and only attributes among
  /// `known`.
  void expect(std::size_t low, std::size_t high,
              std::initializer_list<std::string_view> known) const;

  bool has_input(std::size_t index) const {
    return index < node_.inputs.size() && !node_.inputs[index].empty();
  }
  std::int64_t integer(std::string_view attribute, std::int64_t otherwise) const;
  float number(std::string_view attribute, float otherwise) const;
  std::string_view text(std::string_view attribute, std::string_view otherwise) const;

  /// The window of a convolution (`kernel` from its weights) or of a pool (no kernel: read from
  /// kernel_shape), with auto_pad made explicit for an input of `input`.
  Window window(const Shape& input, const std::int64_t* kernel) const;

  /// What `window` makes of `input`: the output's height and width. Channels are `channels`.
  Shape slide(const Window& window, const Shape& input, std::size_t channels) const;

 private:
  std::vector<std::int64_t> integers(std::string_view attribute, std::size_t count,
                                     std::int64_t otherwise, std::int64_t low) const;
  const onnx::Node& node_;
  std::size_t index_;
  const std::string& where_;
};

}  // namespace signpost
