#pragma once

#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "device/engine.h"
#include "model/package.h"
#include "pixels/image.h"

namespace signpost {

/// A package that has proven itself on this machine, and answers. A classifier is used by one
/// thread at a time; `twin` gives another thread its own.
class Classifier {
 public:
  /// Checks that the network fits the package (input size, number of labels, one contract in both
  /// files) and that every golden vector comes out: the tensor byte for byte, the probabilities
  /// within kGoldenTolerance. Throws Error{input} that names the package and what differs.
  explicit Classifier(const std::shared_ptr<const Package>& package);

  /// Opens the package and checks it.
  static Classifier open(const std::filesystem::path& path);

  /// Another classifier over the same opened package, which is not checked again. Thread-safe.
  Classifier twin() const;

  const Package& package() const { return *package_; }
  const std::vector<Label>& labels() const { return package_->contents().labels; }

  /// Why `roi` of `image` cannot be classified, or empty: it must not be empty, must lie inside the
  /// image, and have at most 2^13 pixels a side.
  std::string refusal(const Image& image, const Box& roi) const {
    return refusal(image.width, image.height, roi);
  }
  std::string refusal(int width, int height, const Box& roi) const;

  /// The probability of each label for what `roi` shows. Throws Error{input} with `refusal`.
  std::vector<float> classify(const Image& image, const Box& roi);

  /// The same for an image that is preprocessed already (size x size x 3 bytes, see
  /// pixels/preprocess.h). `probabilities` holds one number a label. Never fails on a tensor of the
  /// right size.
  void classify_tensor(std::span<const std::uint8_t> tensor, std::span<float> probabilities) {
    engine_.run(tensor, probabilities);
  }

  /// Many of them: `tensors` and `probabilities` hold one after the other.
  void classify_tensors(std::span<const std::uint8_t> tensors, std::span<float> probabilities);

 private:
  Classifier(std::shared_ptr<const Package> package, Engine engine);
  void check_contract() const;
  void check_golden(std::size_t index);

  std::shared_ptr<const Package> package_;
  Engine engine_;
  std::vector<std::uint8_t> tensor_;
};

}  // namespace signpost
