#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

namespace signpost {

/// What travels with an image, as one JSON object: of the fields of a record as `signpost run`
/// prints it those that a server takes, namely `file`, `label`, `confidence`, `top`, `model`,
/// `group`, `taken`, `latitude`, `longitude`, `user_label` and `roi`. Their values are the server's
/// to judge.
///
/// The text is compact and all ASCII, so that it may stand in a header of HTTP, and at most
/// `kMaxMetadata` bytes long: of `top` the first five remain. Returns nothing and says in `wrong`
/// what is the matter if `record` is no JSON object or does not fit.
std::optional<std::string> capture_metadata(std::string_view record, std::string& wrong);

/// The `file` of such a record; empty if it has none.
std::string file_of_record(std::string_view record);

/// The metadata of an image of which nothing is known but its name.
std::string metadata_of_file(std::string_view file);

/// What the user said of the image: `user_label`, and the `roi` it is about. A field that is not as
/// `signpost run` writes it is passed over.
struct UserLabel {
  std::optional<int> label;
  std::optional<std::array<int, 4>> roi;  ///< [x1,y1,x2,y2]
};
UserLabel user_label_of(std::string_view record);

inline constexpr std::size_t kMaxMetadata = 4096;

}  // namespace signpost
