#include "run/samples.h"

#include <array>
#include <limits>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/error.h"
#include "base/interrupt.h"
#include "base/json_object.h"

namespace signpost {
namespace {

using Json = nlohmann::json;

std::optional<int> whole(const Json& value) {
  if (!value.is_number_integer()) return std::nullopt;
  const auto number = value.get<std::int64_t>();
  const bool fits = number >= std::numeric_limits<int>::min() &&
                    number <= std::numeric_limits<int>::max() &&
                    (!value.is_number_unsigned() || number >= 0);
  return fits ? std::optional(static_cast<int>(number)) : std::nullopt;
}

/// Reads the fields of one record; `wrong` says which is not as it should be.
class Fields {
 public:
  Fields(const Json& json, std::string& wrong) : json_(json), wrong_(wrong) {}

  std::string text(const char* key) const {
    const auto found = json_.find(key);
    if (found == json_.end() || found->is_null()) return {};
    if (found->is_string()) return found->get<std::string>();
    complain(key, "a string");
    return {};
  }

  std::optional<int> label() const {
    const auto found = json_.find("label");
    if (found == json_.end() || found->is_null()) return std::nullopt;
    const std::optional<int> number = whole(*found);
    if (!number || *number < 0) complain("label", "a class id, 0 or more");
    return number;
  }

  std::optional<Box> roi() const {
    const auto found = json_.find("roi");
    if (found == json_.end() || found->is_null()) return std::nullopt;
    std::array<int, 4> corner{};
    bool good = found->is_array() && found->size() == corner.size();
    for (std::size_t i = 0; good && i < corner.size(); ++i) {
      const std::optional<int> number = whole((*found)[i]);
      good = number.has_value();
      corner[i] = number.value_or(0);
    }
    if (!good) complain("roi", "four whole numbers [x1,y1,x2,y2]");
    return Box{corner[0], corner[1], corner[2], corner[3]};
  }

  /// Nothing but crops.
  void check_operations() const {
    const auto found = json_.find("ops");
    if (found == json_.end() || found->is_null()) return;
    if (!found->is_array()) return complain("ops", "a list");
    for (const Json& op : *found) {
      if (op.is_object() && op.size() == 1 && op.contains("crop")) continue;
      wrong_ =
          "is turned or augmented; run reads samples as they were photographed: leave augment out";
      return;
    }
  }

 private:
  void complain(const char* key, const char* expected) const {
    if (wrong_.empty()) wrong_ = std::string("field \"") + key + "\" must be " + expected;
  }

  const Json& json_;
  std::string& wrong_;
};

}  // namespace

bool next_line(std::istream& in, const std::string& name, std::string& line) {
  stop_if_interrupted();
  line.clear();
  for (int c = in.get(); c != std::istream::traits_type::eof(); c = in.get()) {
    if (c == '\n') {
      if (line.ends_with('\r')) line.pop_back();
      return true;
    }
    line += static_cast<char>(c);
    if (line.size() > kLongestLine)
      throw Error(Blame::input, name + ": has a line over 16 MiB; it is no NDJSON");
  }
  stop_if_interrupted();
  return !line.empty();
}

std::optional<Subject> SampleSource::next() {
  do {
    if (!next_line(in_, name_, line_)) return std::nullopt;
    ++number_;
  } while (line_.find_first_not_of(" \t\r") == std::string::npos);

  Subject subject;
  subject.where = name_ + ":" + std::to_string(number_);
  subject.record = line_;
  const std::optional<Json> json = parse_json_object<Json>(line_);
  if (!json) {
    subject.wrong = "is not a JSON object";
    return subject;
  }
  const Fields fields(*json, subject.wrong);
  subject.file = fields.text("image");
  subject.id = fields.text("id");
  subject.group = fields.text("group");
  subject.roi = fields.roi();
  subject.user_label = fields.label();
  if (subject.wrong.empty()) fields.check_operations();
  if (subject.wrong.empty() && subject.file.empty()) subject.wrong = "has no \"image\"";
  if (!subject.file.empty()) subject.where += ": " + subject.file;
  return subject;
}

}  // namespace signpost
