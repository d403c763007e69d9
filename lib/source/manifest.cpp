#include "source/manifest.h"

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <array>
#include <filesystem>

#include "base/error.h"
#include "base/json_text.h"
#include "source/file_tree.h"
#include "source/text_fields.h"

namespace signpost {
namespace {

std::string folded(std::string_view name) {
  std::string out;
  for (const char c : name) {
    if (c >= 'A' && c <= 'Z') {
      out += static_cast<char>(c + 32);
    } else if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) {
      out += c;
    }
  }
  return out;
}

}  // namespace

ManifestColumns::ManifestColumns(const std::vector<std::string>& header) : count_(header.size()) {
  std::vector<std::string> names;
  for (const std::string& name : header) names.push_back(folded(name));
  std::vector<bool> taken(names.size());
  const auto take = [&](std::initializer_list<std::string_view> wanted) {
    for (const std::string_view name : wanted) {
      const auto at = std::ranges::find(names, name);
      if (at == names.end()) continue;
      const auto index = static_cast<std::size_t>(at - names.begin());
      taken[index] = true;
      return index;
    }
    return kNone;
  };
  file_ = take({"filename", "file", "path", "filepath", "image", "imagepath", "imagename"});
  class_ = take({"classid", "label", "class", "category", "classname", "labelname"});
  if (class_ != kNone) take({"classname", "labelname"});  // says the same for people
  width_ = take({"width", "imagewidth"});
  height_ = take({"height", "imageheight"});
  group_ = take({"group", "track", "trackid"});
  frame_ = take({"frame"});
  split_ = take({"split", "subset"});
  own_ = take({"signpost"});
  using Corners = std::array<std::string_view, 4>;
  for (const Corners& corners :
       {Corners{"x1", "y1", "x2", "y2"}, Corners{"xmin", "ymin", "xmax", "ymax"},
        Corners{"roix1", "roiy1", "roix2", "roiy2"}, Corners{"left", "top", "right", "bottom"}}) {
    const auto there = [&](std::string_view name) { return std::ranges::count(names, name) > 0; };
    if (!std::ranges::all_of(corners, there)) continue;
    for (const std::string_view name : corners) box_.push_back(take({name}));
    break;
  }
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (!taken[i]) others_.emplace_back(i, json_string(header[i]));
  }
}

ManifestRow ManifestColumns::row(const std::vector<std::string>& fields) const {
  ManifestRow row;
  Annotation& annotation = row.annotation;
  Sample& sample = annotation.sample;
  if (fields.size() != count_) {
    annotation.wrong = fmt::format("has {} fields, not {}; correct the row", fields.size(), count_);
    return row;
  }
  const auto fail = [&](std::string_view what, std::string_view value, std::string_view expected) {
    if (annotation.wrong.empty())
      annotation.wrong =
          fmt::format("{} is \"{}\", not {}; correct the row", what, value, expected);
  };
  const auto whole = [&](std::size_t at, std::string_view what) -> std::optional<int> {
    if (at == kNone || fields[at].empty()) return std::nullopt;
    const std::optional<int> value = parse_number<int>(fields[at]);
    if (!value || *value < 0) fail(what, fields[at], "a whole number");
    return value;
  };
  row.file = fields[file_];
  row.width = whole(width_, "the width");
  row.height = whole(height_, "the height");
  if (class_ != kNone) annotation.class_name = fields[class_];
  if (group_ != kNone) sample.group = fields[group_];
  sample.frame = whole(frame_, "the frame");
  if (split_ != kNone && !fields[split_].empty()) {
    sample.split = split_of(fields[split_]);
    if (sample.split.empty()) fail("the split", fields[split_], "train, val or test");
  }
  if (!box_.empty() && !std::ranges::all_of(box_, [&](auto at) { return fields[at].empty(); })) {
    std::array<double, 4> corners{};
    for (std::size_t i = 0; i < 4; ++i) {
      const std::optional<double> corner = parse_number<double>(fields[box_[i]]);
      if (!corner) fail("a corner of the box", fields[box_[i]], "a number");
      corners[i] = corner.value_or(0);
    }
    annotation.box = {corners[0], corners[1], corners[2], corners[3]};
  }
  if (own_ != kNone && !fields[own_].empty()) {
    const std::string wrong = apply_own_fields(fields[own_], sample);
    if (!wrong.empty() && annotation.wrong.empty())
      annotation.wrong = fmt::format("the column signpost {}; correct the row", wrong);
  }
  std::string kept;
  for (const auto& [at, name] : others_) {
    if (fields[at].empty()) continue;
    kept += (kept.empty() ? "" : ",") + name + ":" + json_string(fields[at]);
  }
  if (!kept.empty())
    sample.extra += fmt::format("{}\"csv\":{{{}}}", sample.extra.empty() ? "" : ",", kept);
  if (row.file.empty()) fail("the file name", "", "the path of an image");
  return row;
}

std::vector<ManifestRow> read_manifest(std::string_view text, const std::string& name) {
  CsvReader csv(text);
  std::vector<std::string> fields;
  std::vector<ManifestRow> rows;
  if (!csv.next(fields)) throw Error(Blame::input, name + ": is empty; it needs a header");
  const ManifestColumns columns(fields);
  if (!columns.names_files())
    throw Error(Blame::input, name + ": the header names no file_name column");
  while (csv.next(fields)) {
    ManifestRow& row = rows.emplace_back();
    if (!csv.wrong().empty()) {
      row.annotation.wrong = csv.wrong();
    } else if (!simdjson::validate_utf8(csv.text())) {
      row.annotation.wrong = "is not UTF-8; save the file as UTF-8";
    } else {
      row = columns.row(fields);
    }
    row.annotation.where = fmt::format("{}:{}", name, csv.line());
    row.annotation.text = csv.text();
  }
  return rows;
}

std::string path_within(std::string_view folder, std::string_view path) {
  std::string slashes(path);
  std::ranges::replace(slashes, '\\', '/');
  if (slashes.starts_with('/')) return {};
  const std::filesystem::path whole =
      std::filesystem::path(join_path(folder, slashes)).lexically_normal();
  const std::string text = whole.string();
  const bool outside = text == ".." || text.starts_with("../");
  return outside || text == "." || text.ends_with('/') ? std::string() : text;
}

}  // namespace signpost
