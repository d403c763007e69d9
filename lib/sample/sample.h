#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "sample/transform.h"

namespace signpost {

/// Half-open box [x1, x2) x [y1, y2) in pixels of the stored image.
struct Roi {
  int x1 = 0, y1 = 0, x2 = 0, y2 = 0;
  int width() const { return x2 - x1; }
  int height() const { return y2 - y1; }
  bool operator==(const Roi&) const = default;
};

/// True if `roi` is not empty and lies inside a width x height image.
bool inside(const Roi& roi, int width, int height);

/// One record of a data set: schema/sample.schema.json.
/// Absent strings are empty; `ops` and `extra` hold JSON text as it came, so that filters never
/// re-encode what they do not understand.
struct Sample {
  std::string id;
  std::string image;  ///< a path as given, or "archive!member"
  std::optional<int> width, height;
  std::optional<Roi> roi;
  std::optional<int> label;
  std::string group;  ///< the physical sign; never on two sides of a split
  std::optional<int> frame;
  std::string split;        ///< "train", "val", "test" or absent
  std::optional<int> fold;  ///< the part of a k-fold division, from 0
  std::string sha256;
  std::string ops;    ///< the elements of the "ops" array, comma-separated JSON; empty for none
  std::string extra;  ///< unknown fields as `"key":value`, comma-separated, in their order

  void clear();
  /// Appends one operation, e.g. {"crop":{"size":48,"margin":0}}.
  void add_op(std::string_view json);
};

/// Cut the ROI, widened by `margin` (a share of its size, on each side) and clipped to the image;
/// resize to size x size.
struct CropOp {
  int size = 0;
  double margin = 0;
};

/// Flip or turn the whole crop. The record's label is that of the result.
struct TransformOp {
  Transform transform = Transform::identity;
};

/// Draw one random variant by the recipe of that name (datasets/recipes/NAME.toml, or a file path).
struct AugmentOp {
  std::string recipe;
  std::string digest;  ///< of the recipe's text, first 16 digits of SHA-256; a sink refuses another
                       ///< recipe of that name
  std::uint64_t seed = 0;
  std::uint64_t copy = 0;
};

using Op = std::variant<CropOp, TransformOp, AugmentOp>;

/// Reads samples from JSON text. Not thread-safe; one decoder a thread.
class SampleDecoder {
 public:
  SampleDecoder();
  ~SampleDecoder();

  /// Parses one object. `capacity` is how many bytes may be read from `line.data()`: at least
  /// `line.size() + kPadding`. Returns an empty string, or what is wrong with the record; `sample`
  /// is then unspecified.
  std::string decode(std::string_view line, std::size_t capacity, Sample& sample);

  /// The same for a line without padding (copied first).
  std::string decode(std::string_view line, Sample& sample);

  /// The "history" of the record last decoded, as JSON text; empty for none. It belongs to the
  /// stream (sample/history.h), so it is no part of the sample.
  const std::string& history() const { return history_; }

  /// The operations of a sample. Throws Error{input} on one that this release does not know.
  std::vector<Op> ops(const Sample& sample);

  static constexpr std::size_t kPadding = 64;

 private:
  struct Parser;
  std::unique_ptr<Parser> parser_;
  std::string history_;
};

/// Appends the sample as one JSON object in the order of the schema, unknown fields last. No
/// newline.
void encode(const Sample& sample, std::string& out);

}  // namespace signpost
