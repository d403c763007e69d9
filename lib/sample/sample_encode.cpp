#include <array>
#include <charconv>
#include <cstring>

#include "base/json_text.h"
#include "sample/sample.h"

namespace signpost {
namespace {

/// Enough for every key, bracket and number that a record can have.
constexpr std::size_t kFixedRoom = 400;

/// A text as it stands between the quotes of a JSON string.
class Escaped {
 public:
  explicit Escaped(const std::string& text) : view_(text) {
    if (is_plain_json(text)) return;
    append_json_string(escaped_, text);
    view_ = std::string_view(escaped_).substr(1, escaped_.size() - 2);
  }
  Escaped(const Escaped&) = delete;
  Escaped& operator=(const Escaped&) = delete;
  std::string_view view() const { return view_; }
  std::size_t size() const { return view_.size(); }

 private:
  std::string_view view_;
  std::string escaped_;
};

/// Writes into room that is known to suffice.
class Cursor {
 public:
  explicit Cursor(char* at) : at_(at) {}
  const char* at() const { return at_; }

  template <std::size_t N>
  void literal(const char (&text)[N]) {
    std::memcpy(at_, text, N - 1);
    at_ += N - 1;
  }
  void copy(std::string_view text) {
    std::memcpy(at_, text.data(), text.size());
    at_ += text.size();
  }
  void number(int value) { at_ = std::to_chars(at_, at_ + 12, value).ptr; }

  template <std::size_t N>
  void text_field(const char (&key)[N], const Escaped& text) {
    if (text.size() == 0) return;
    literal(key);
    literal("\"");
    copy(text.view());
    literal("\"");
  }
  template <std::size_t N>
  void number_field(const char (&key)[N], const std::optional<int>& value) {
    if (!value) return;
    literal(key);
    number(*value);
  }

 private:
  char* at_;
};

}  // namespace

void encode(const Sample& sample, std::string& out) {
  const Escaped id(sample.id), image(sample.image), group(sample.group), split(sample.split),
      sha256(sample.sha256);
  const std::size_t begin = out.size();
  out.resize(begin + kFixedRoom + id.size() + image.size() + group.size() + split.size() +
             sha256.size() + sample.ops.size() + sample.extra.size());
  Cursor cursor(out.data() + begin);
  // Every field brings the comma before it; the first one's is overwritten.
  cursor.text_field(",\"id\":", id);
  cursor.text_field(",\"image\":", image);
  cursor.number_field(",\"width\":", sample.width);
  cursor.number_field(",\"height\":", sample.height);
  if (sample.roi) {
    cursor.literal(",\"roi\":[");
    cursor.number(sample.roi->x1);
    for (const int corner : {sample.roi->y1, sample.roi->x2, sample.roi->y2}) {
      cursor.literal(",");
      cursor.number(corner);
    }
    cursor.literal("]");
  }
  cursor.number_field(",\"label\":", sample.label);
  cursor.text_field(",\"group\":", group);
  cursor.number_field(",\"frame\":", sample.frame);
  cursor.text_field(",\"split\":", split);
  cursor.number_field(",\"fold\":", sample.fold);
  cursor.text_field(",\"sha256\":", sha256);
  if (!sample.ops.empty()) {
    cursor.literal(",\"ops\":[");
    cursor.copy(sample.ops);
    cursor.literal("]");
  }
  if (!sample.extra.empty()) {
    cursor.literal(",");
    cursor.copy(sample.extra);
  }
  if (cursor.at() == out.data() + begin) cursor.literal("{");
  out[begin] = '{';
  cursor.literal("}");
  out.resize(static_cast<std::size_t>(cursor.at() - out.data()));
}

}  // namespace signpost
