#include "source/class_names.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <numeric>
#include <utility>

#include "base/csv.h"
#include "base/error.h"
#include "base/file.h"

namespace signpost {
namespace {

/// Letters and digits alone, in lower case; of what is beyond ASCII, the German umlauts.
std::string folded(std::string_view name) {
  std::string out;
  for (std::size_t i = 0; i < name.size(); ++i) {
    const char c = name[i];
    if (c >= 'A' && c <= 'Z') {
      out += static_cast<char>(c + 32);
    } else if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) {
      out += c;
    } else if (c == '\xc3' && i + 1 < name.size()) {
      const char next = name[++i];
      out += c;
      out +=
          next == '\x84' || next == '\x96' || next == '\x9c' ? static_cast<char>(next + 32) : next;
    } else if (static_cast<unsigned char>(c) >= 0x80) {
      out += c;
    }
  }
  return out;
}

std::optional<int> digits(std::string_view name) {
  int value = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), value);
  if (name.empty() || name[0] == '-' || error != std::errc() || end != name.data() + name.size())
    return std::nullopt;
  return value;
}

std::size_t edits(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i + 1);
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t changed = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({changed, row[j] + 1, row[j + 1] + 1});
    }
  }
  return row.back();
}

}  // namespace

ClassNames::ClassNames(const Catalogue& catalogue, const std::string& map_file)
    : catalogue_(catalogue) {
  for (const SignClass& sign : catalogue.classes()) {
    for (const std::string& name : {sign.name, sign.name_de}) named_.emplace(folded(name), sign.id);
  }
  if (!map_file.empty()) read_map(map_file);
}

void ClassNames::read_map(const std::string& file) {
  const std::string text = read_text(file);
  CsvReader csv(text);
  std::vector<std::string> fields;
  while (csv.next(fields)) {
    const auto fail = [&](const std::string& what) {
      throw Error(Blame::input, fmt::format("{}:{}: {}", file, csv.line(), what));
    };
    if (!csv.wrong().empty()) fail(csv.wrong());
    if (fields.size() != 2) fail("needs two columns, name and id");
    if (csv.line() == 1 && folded(fields[0]) == "name" && folded(fields[1]) == "id") continue;
    std::optional<int> id;
    if (!fields[1].empty()) {
      id = digits(fields[1]);
      if (!id || !knows(*id))
        fail(fmt::format("class {} is not in the catalogue; correct the id", fields[1]));
    }
    if (!mapped_.emplace(folded(fields[0]), id).second)
      fail(fmt::format("\"{}\" stands twice", fields[0]));
  }
}

ClassNames::Answer ClassNames::find(std::string_view name) const {
  const std::string key = folded(name);
  if (const auto at = mapped_.find(key); at != mapped_.end()) return {at->second, !at->second};
  if (const auto at = named_.find(key); at != named_.end()) return {at->second};
  if (const auto id = digits(name); id && knows(*id)) return {id};
  return {};
}

std::string ClassNames::nearest(std::string_view name) const {
  const std::string key = folded(name);
  std::string best;
  std::size_t fewest = std::string::npos;
  for (const SignClass& sign : catalogue_.classes()) {
    for (const std::string* candidate : {&sign.name, &sign.name_de}) {
      const std::size_t count = edits(key, folded(*candidate));
      if (count >= fewest) continue;
      fewest = count;
      best = fmt::format("\"{}\" ({})", *candidate, sign.id);
    }
  }
  return best;
}

}  // namespace signpost
