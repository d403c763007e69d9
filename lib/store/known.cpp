#include "store/known.h"

#include "base/error.h"
#include "codecs/decode.h"
#include "store/captures.h"
#include "store/look.h"
#include "store/names.h"
#include "store/neighbours.h"

namespace signpost {

void CaptureStore::know(const std::string& source, std::span<const KnownImage> images) {
  if (source.empty()) throw Error(Blame::usage, "a known data set needs a name");
  const std::string wrong = wrong_name("data set's", source);
  if (!wrong.empty()) throw Error(Blame::usage, source + " " + wrong);
  Transaction transaction(database_);
  Statement(database_, "DELETE FROM known_images WHERE source = ?").bind(source).run();
  for (const KnownImage& image : images) {
    Statement(database_,
              "INSERT INTO known_images (source, sha256, pixels, sample, split)"
              " VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING")
        .bind(source, image.sha256,
              image.pixels ? std::optional(static_cast<std::int64_t>(*image.pixels)) : std::nullopt,
              image.sample, null_if_empty(image.split))
        .run();
  }
  transaction.commit();
}

std::size_t CaptureStore::fingerprint_missing(std::size_t count) {
  std::vector<std::int64_t> captures;
  {
    Statement rows(
        database_,
        "SELECT capture_id FROM captures c WHERE NOT EXISTS (SELECT 1 FROM fingerprints f"
        " WHERE f.capture_id = c.capture_id) ORDER BY capture_id");
    while (rows.step()) captures.push_back(rows.integer(0));
  }
  std::size_t done = 0;
  for (const std::int64_t capture : captures) {
    if (done == count) break;
    StagedCapture staged;
    Image pixels;
    std::string wrong;
    if (!image(state(capture), staged.content, wrong)) continue;
    if (!decode_image(staged.content, pixels, wrong)) continue;
    look(pixels, staged);
    try {
      Transaction transaction(database_);
      Statement there(database_, "SELECT 1 FROM fingerprints WHERE capture_id = ?");
      const bool made = there.bind(capture).step();
      there.reset();
      if (!made) insert_fingerprint(capture, staged);
      transaction.commit();
      neighbours_->add(capture, staged.hash);
    } catch (...) {
      neighbours_->forget();
      throw;
    }
    ++done;
  }
  return done;
}

}  // namespace signpost
