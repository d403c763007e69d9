#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

#include "base/archive.h"
#include "image/augment.h"
#include "image/photograph.h"
#include "pixels/image.h"
#include "pixels/preprocess.h"
#include "sample/sample.h"

namespace signpost {

/// What the operations of a sample amount to.
struct RenderPlan {
  std::optional<Preprocessing> crop;  ///< nothing: the whole photograph, as it is
  Transform transform = Transform::identity;
  std::shared_ptr<const Recipe> recipe;
  std::uint64_t seed = 0, copy = 0;
  bool turned() const { return transform != Transform::identity; }
};

/// Executes the operations of samples from the original pixels: one decode, one resampling, no
/// intermediate files. Thread-safe.
class Renderer {
 public:
  explicit Renderer(std::filesystem::path root) : blobs_(std::move(root)) {}

  /// Combines the operations: a crop, behind it a transform, behind that an augmentation, each at
  /// most once, and nothing without a crop. Throws Error{input} that names the sample.
  RenderPlan plan(const Sample& sample) const;

  /// Reads and decodes a sample's photograph and checks it against `width`, `height` and `roi`.
  /// Returns false and says in `wrong` what is the matter.
  bool decode(const Sample& sample, Image& photograph, std::string& wrong) const;

  /// The sample's pixels after all of its operations. Returns false and says in `wrong` what is the
  /// matter.
  bool render(const Sample& sample, Image& out, std::string& wrong) const;

  /// The same by a plan that is known already.
  bool render(const Sample& sample, const RenderPlan& plan, Image& out, std::string& wrong) const;

 private:
  std::shared_ptr<const Recipe> recipe(const AugmentOp& op) const;

  BlobReader blobs_;
  mutable std::mutex mutex_;
  mutable std::unordered_map<std::string, std::shared_ptr<const Recipe>> recipes_;
};

}  // namespace signpost
