#include "store/known_set.h"

#include "base/archive.h"
#include "base/digest.h"
#include "base/error.h"
#include "codecs/decode.h"
#include "sample/stream.h"
#include "store/look.h"

namespace signpost {
namespace {

/// Empty, or what is wrong with the image.
std::string read_image(const BlobReader& blobs, const Sample& sample, bool pixels, Bytes& content,
                       Image& image, KnownImage& known) {
  try {
    blobs.read(sample.image, content);
  } catch (const Error& error) {
    return error.what();
  }
  const std::string digest = sha256_hex(content);
  if (!known.sha256.empty() && known.sha256 != digest)
    return "is not the image that the record describes: its SHA-256 differs";
  known.sha256 = digest;
  std::string wrong;
  if (!pixels || !decode_image(content, image, wrong)) return wrong;
  known.pixels = pixel_digest(image);
  return {};
}

}  // namespace

std::vector<KnownImage> read_known_set(const std::string& manifest,
                                       const std::filesystem::path& root, bool pixels,
                                       Rejects& rejects) {
  std::vector<KnownImage> all;
  SampleReader reader(manifest, rejects);
  const BlobReader blobs(root);
  Sample sample;
  Bytes content;
  Image image;
  while (reader.next(sample)) {
    KnownImage known{sample.sha256, {}, sample.id, sample.split};
    if (pixels || known.sha256.empty()) {
      const std::string wrong = read_image(blobs, sample, pixels, content, image, known);
      if (!wrong.empty()) {
        rejects.add(reader.where() + ": " + sample.id, wrong, reader.text());
        continue;
      }
    }
    all.push_back(std::move(known));
  }
  return all;
}

}  // namespace signpost
