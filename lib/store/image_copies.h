#pragma once

#include <filesystem>
#include <string>

#include "store/captures.h"
#include "store/image_folder.h"

namespace signpost {

/// Writes images of captures out as files named by their content, for programs that read paths. A
/// file that is there and holds the right bytes is left alone.
class ImageCopies {
 public:
  /// `folder` is made when the first image is written.
  ImageCopies(CaptureStore& store, std::filesystem::path folder)
      : store_(store), files_(std::move(folder)) {}

  const std::filesystem::path& folder() const { return files_.folder(); }

  /// Where in the folder the image of `capture` is, once `settle` has returned. Empty, and says in
  /// `wrong` why, if its bytes are lost or spoilt. Throws Error{environment}.
  std::filesystem::path put(const CaptureState& capture, std::string& wrong);

  /// All that was put is on the disk when this returns. To be called every few hundred images.
  void settle() { files_.settle(); }

 private:
  CaptureStore& store_;
  ImageFolder files_;
  Bytes content_;
};

}  // namespace signpost
