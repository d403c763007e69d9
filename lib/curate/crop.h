#pragma once

#include <string>

#include "sample/sample.h"

namespace signpost {

/// What is wrong with the region of interest, for the user; empty if it is sound or absent. It must
/// not be empty and must lie inside the image, as far as its size is known.
std::string roi_fault(const Sample& sample);

/// Appends one crop to the operations of each sample. Not thread-safe.
class Cropper {
 public:
  /// `size` in pixels of the result's side; `margin` is a share of the region's size, added on each
  /// side.
  Cropper(int size, double margin);

  /// Returns an empty string, or why the sample was left as it was: it is cropped already, or its
  /// region is empty or outside its image. A sample without a region is cropped to its whole image.
  std::string apply(Sample& sample);

 private:
  std::string op_;
  SampleDecoder decoder_;
};

}  // namespace signpost
