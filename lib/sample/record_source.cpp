#include "sample/record_source.h"

namespace signpost {
namespace {

/// A place is the offset of a line and, in its lowest bits, its length.
constexpr int kLengthBits = 25;
constexpr std::uint64_t kLengths = std::uint64_t{1} << kLengthBits;
static_assert(2 * LineReader::kMaxLine <= kLengths);

}  // namespace

bool ManifestSource::next(std::string_view& text) {
  while (lines_.next(text)) {
    if (text.find_first_not_of(" \t") == std::string_view::npos) continue;
    place_ = lines_.offset() << kLengthBits | text.size();
    return true;
  }
  return false;
}

void ManifestSource::read_at(std::uint64_t place, std::string& text) const {
  lines_.read_at(place >> kLengthBits, place % kLengths, text);
}

}  // namespace signpost
