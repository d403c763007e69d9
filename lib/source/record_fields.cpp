#include <fmt/format.h>

#include "base/random.h"
#include "source/format.h"

namespace signpost {

std::string stem_of_id(std::string_view id) {
  constexpr std::size_t kLongest = 180;
  std::string stem;
  for (const char c : id) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '_' || c == '+' || byte >= 0x80;
    if (c == '/') {
      stem += '-';
    } else if (plain) {
      stem += c;
    } else {
      stem += fmt::format("={:02X}", byte);
    }
  }
  if (stem.size() > kLongest) {
    std::size_t cut = kLongest;
    while (cut > 0 && (static_cast<unsigned char>(stem[cut]) & 0xc0) == 0x80) --cut;
    stem.resize(cut);
    stem += fmt::format("={:016x}", stable_hash(id));
  }
  return stem;
}

AnnotatedImage wrong_file(const std::string& reference, const std::exception& error) {
  const std::string_view what = error.what();
  AnnotatedImage image;
  Annotation& annotation = image.annotations.emplace_back();
  annotation.where = reference;
  annotation.wrong = what.substr(what.starts_with(reference + ": ") ? reference.size() + 2 : 0);
  return image;
}

void put_on_one_line(std::string& json) {
  for (char& c : json) {
    if (c == '\n' || c == '\r') c = ' ';
  }
}

std::string own_fields(const Sample& sample) {
  Sample own;
  own.id = sample.id;
  own.group = sample.group;
  own.frame = sample.frame;
  own.split = sample.split;
  own.extra = sample.extra;
  std::string json;
  encode(own, json);
  return json;
}

std::string apply_own_fields(std::string_view json, Sample& sample) {
  const std::size_t brace = json.find('{');
  if (brace == std::string_view::npos) return "must be a JSON object";
  // What the codec demands of a whole record is put in front; fields of the object come later and
  // win.
  std::string members(json.substr(brace + 1));
  put_on_one_line(members);
  const bool none = members.find_first_not_of(" \t") == members.find('}');
  thread_local SampleDecoder decoder;
  Sample own;
  const std::string wrong = decoder.decode(
      fmt::format("{{\"id\":\"-\",\"image\":\"-\"{}{}", none ? "" : ",", members), own);
  if (!wrong.empty()) return wrong;
  if (own.id != "-") sample.id = own.id;
  if (!own.group.empty()) sample.group = own.group;
  if (own.frame) sample.frame = own.frame;
  if (!own.split.empty()) sample.split = own.split;
  if (!own.extra.empty()) {
    if (!sample.extra.empty()) sample.extra += ',';
    sample.extra += own.extra;
  }
  return {};
}

std::string take_field(std::string& extra, std::string_view name) {
  const std::string quoted = fmt::format("\"{}\"", name);
  for (std::size_t begin = 0; begin < extra.size();) {
    // A member ends at the first comma outside strings and brackets.
    std::size_t end = begin, colon = std::string::npos;
    int depth = 0;
    for (bool text = false; end < extra.size(); ++end) {
      const char c = extra[end];
      if (text) {
        if (c == '\\') ++end;
        text = c != '"';
      } else if (c == '"') {
        text = true;
      } else if (c == '{' || c == '[') {
        ++depth;
      } else if (c == '}' || c == ']') {
        --depth;
      } else if (c == ':' && depth == 0 && colon == std::string::npos) {
        colon = end;
      } else if (c == ',' && depth == 0) {
        break;
      }
    }
    end = std::min(end, extra.size());
    const auto trimmed = [&](std::size_t from, std::size_t to) {
      std::string_view part = std::string_view(extra).substr(from, to - from);
      while (!part.empty() && static_cast<unsigned char>(part.front()) <= ' ')
        part.remove_prefix(1);
      while (!part.empty() && static_cast<unsigned char>(part.back()) <= ' ') part.remove_suffix(1);
      return part;
    };
    if (colon != std::string::npos && trimmed(begin, colon) == quoted) {
      std::string value(trimmed(colon + 1, end));
      const bool last = end == extra.size();
      if (last && begin > 0) --begin;
      extra.erase(begin, end - begin + (last ? 0 : 1));
      return value;
    }
    begin = end + 1;
  }
  return {};
}

void set_rendered(Sample& sample) {
  Sample before;
  before.image = sample.image;
  before.width = sample.width;
  before.height = sample.height;
  before.roi = sample.roi;
  before.sha256 = sample.sha256;
  before.ops = sample.ops;
  if (const std::string earlier = take_field(sample.extra, "rendered_from"); !earlier.empty())
    before.extra = "\"rendered_from\":" + earlier;
  if (!sample.extra.empty()) sample.extra += ',';
  sample.extra += "\"rendered_from\":";
  encode(before, sample.extra);
  sample.width.reset();
  sample.height.reset();
  sample.roi.reset();
  sample.sha256.clear();
  sample.ops.clear();
}

}  // namespace signpost
