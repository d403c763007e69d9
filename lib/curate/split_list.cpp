#include "curate/split_list.h"

#include <fmt/format.h>

#include <filesystem>
#include <optional>

#include "base/error.h"
#include "sample/json_fields.h"
#include "sample/stream.h"

namespace signpost {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kSpace = " \t\r";

std::string_view stripped(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(kSpace);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kSpace) - begin + 1);
}

/// Takes the quotes of CSV (RFC 4180) away: `"a ""b"""` is `a "b"`.
std::string unquoted(std::string_view text) {
  if (text.size() < 2 || text.front() != '"' || text.back() != '"') return std::string(text);
  std::string out;
  for (std::size_t i = 1; i + 1 < text.size(); ++i) {
    out += text[i];
    if (text[i] == '"' && text[i + 1] == '"' && i + 2 < text.size()) ++i;
  }
  return out;
}

struct Named {
  std::string name, side;
};

std::optional<Named> from_json(std::string_view line) {
  const std::optional<std::vector<JsonField>> fields = json_fields(line);
  if (!fields) return std::nullopt;
  std::string group, id;
  std::optional<std::string> side;
  for (const JsonField& field : *fields) {
    if (!field.text) continue;
    if (field.name == "group") group = *field.text;
    if (field.name == "id") id = *field.text;
    if (field.name == "split") side = *field.text;
  }
  if (!side) return std::nullopt;
  return Named{group.empty() ? id : group, *side};
}

std::optional<Named> from_columns(std::string_view line) {
  const std::size_t at = line.find_last_of(",;\t ");
  if (at == std::string_view::npos) return std::nullopt;
  std::string_view name = stripped(line.substr(0, at));
  // "a , val" has its comma before the last gap.
  if (!name.empty() && (name.back() == ',' || name.back() == ';'))
    name = stripped(name.substr(0, name.size() - 1));
  return Named{unquoted(name), unquoted(stripped(line.substr(at + 1)))};
}

}  // namespace

SplitList SplitList::load(const std::string& path) {
  SplitList list;
  if (!fs::is_directory(path)) {
    list.read(path, Side::none);
  } else {
    for (const Side side : {Side::train, Side::val, Side::test}) {
      const fs::path file = fs::path(path) / (std::string(name_of(side)) + ".txt");
      if (fs::exists(file)) list.read(file.string(), side);
    }
    if (list.files_.empty())
      throw Error(Blame::input, path + ": holds none of train.txt, val.txt and test.txt");
  }
  if (list.empty()) throw Error(Blame::input, path + ": lists no name");
  return list;
}

void SplitList::read(const std::string& file, Side side) {
  LineReader lines(file);
  files_.push_back(lines.name());
  std::string_view text;
  while (lines.next(text)) {
    text = stripped(text);
    if (text.empty() || text.front() == '#') continue;
    if (side != Side::none) {
      add(unquoted(text), side, lines.line_number());
      continue;
    }
    const bool json = text.front() == '{';
    const std::optional<Named> named = json ? from_json(text) : from_columns(text);
    if (!named || named->name.empty()) {
      throw Error(Blame::input, lines.where() + (json ? ": needs \"group\" or \"id\", and \"split\""
                                                      : ": needs a name and a side, as a/b,val"));
    }
    const std::optional<Side> listed = side_of(named->side);
    if (!listed || *listed == Side::none) {
      if (lines.line_number() == 1 && (named->side == "split" || named->side == "side")) continue;
      throw Error(Blame::input, fmt::format("{}: \"{}\" is none of train, val and test",
                                            lines.where(), named->side));
    }
    add(named->name, *listed, lines.line_number());
  }
}

void SplitList::add(std::string name, Side side, std::uint64_t line) {
  const auto [at, added] = index_.try_emplace(name, entries_.size());
  const auto file = static_cast<std::uint32_t>(files_.size() - 1);
  if (added) {
    entries_.push_back({std::move(name), side, file, line});
    return;
  }
  const Entry& earlier = entries_[at->second];
  if (earlier.side == side) return;
  throw Error(
      Blame::input,
      fmt::format("{}:{}: {} is in {} here, but in {} at {}; a name has one side", files_.back(),
                  line, name, name_of(side), name_of(earlier.side), where(earlier)));
}

SplitList::Entry* SplitList::find(const std::string& name) {
  const auto at = index_.find(name);
  return at == index_.end() ? nullptr : &entries_[at->second];
}

std::string SplitList::where(const Entry& entry) const {
  return fmt::format("{}:{}", files_[entry.file], entry.line);
}

}  // namespace signpost
