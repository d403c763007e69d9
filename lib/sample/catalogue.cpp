#include "sample/catalogue.h"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>

#include "base/digest.h"
#include "base/embedded.h"
#include "base/error.h"
#include "base/file.h"
#include "base/provenance.h"

namespace signpost {
namespace {

constexpr std::array<std::string_view, 5> kShapes = {"circle", "triangle", "inverted-triangle",
                                                     "diamond", "octagon"};

/// Where a message points: the file and, once it is known, the class.
struct Place {
  std::string file;
  std::string entry;
  [[noreturn]] void fail(const std::string& what) const {
    throw Error(Blame::input, fmt::format("{}: {} {}", file, entry, what));
  }
};

int whole_number(const toml::node& node, const Place& place, std::string_view key) {
  const std::optional<std::int64_t> value = node.value_exact<std::int64_t>();
  if (!value || *value < 0 || *value > 999999)
    place.fail(fmt::format("needs \"{}\" to be a whole number from 0 to 999999", key));
  return static_cast<int>(*value);
}

std::string text(const toml::table& table, const Place& place, std::string_view key,
                 bool required) {
  const toml::node* node = table.get(key);
  if (!node && !required) return {};
  const std::optional<std::string> value =
      node ? node->value_exact<std::string>() : std::optional<std::string>();
  if (!value || value->empty()) place.fail(fmt::format("needs \"{}\" to be a text", key));
  return *value;
}

std::optional<int> target(const toml::table& table, const Place& place, std::string_view key) {
  const toml::node* node = table.get(key);
  if (node && node->value_exact<std::string>() == "refused") return std::nullopt;
  if (!node || !node->is_integer())
    place.fail(fmt::format("needs \"{}\" to be a class id or \"refused\"", key));
  return whole_number(*node, place, key);
}

void refuse_unknown_keys(const toml::table& table, const Place& place) {
  static constexpr std::array<std::string_view, 5> kKeys = {"id", "name", "name_de", "stvo",
                                                            "shape"};
  for (const auto& [key, value] : table) {
    const std::string_view name = key.str();
    if (std::ranges::find(kKeys, name) == kKeys.end() &&
        std::ranges::find(kTransforms, name, transform_name) == kTransforms.end()) {
      place.fail(fmt::format("has the unknown field \"{}\"", name));
    }
  }
}

SignClass read_class(const toml::table& table, Place place) {
  SignClass result;
  const toml::node* id = table.get("id");
  if (!id) place.fail("has no \"id\"");
  result.id = whole_number(*id, place, "id");
  result.becomes[static_cast<std::size_t>(Transform::identity)] = result.id;
  place.entry = fmt::format("class {}", result.id);
  refuse_unknown_keys(table, place);
  result.name = text(table, place, "name", true);
  result.name_de = text(table, place, "name_de", true);
  result.stvo = text(table, place, "stvo", false);
  result.shape = text(table, place, "shape", true);
  if (std::ranges::find(kShapes, result.shape) == kShapes.end()) {
    place.fail(fmt::format("has the unknown shape \"{}\"; write one of {}", result.shape,
                           fmt::join(kShapes, ", ")));
  }
  for (const Transform transform : kTransforms) {
    result.becomes[static_cast<std::size_t>(transform)] =
        target(table, place, transform_name(transform));
  }
  return result;
}

/// `first` then `second` is `whole`: where both steps lead somewhere, the whole must lead there.
struct Law {
  Transform first, second;
  std::optional<Transform> whole;  ///< nothing for "back home"
};

constexpr std::array kLaws = {
    Law{Transform::flip_horizontal, Transform::flip_horizontal, std::nullopt},
    Law{Transform::flip_vertical, Transform::flip_vertical, std::nullopt},
    Law{Transform::rotate_180, Transform::rotate_180, std::nullopt},
    Law{Transform::rotate_90, Transform::rotate_270, std::nullopt},
    Law{Transform::rotate_270, Transform::rotate_90, std::nullopt},
    Law{Transform::rotate_90, Transform::rotate_90, Transform::rotate_180},
    Law{Transform::rotate_270, Transform::rotate_270, Transform::rotate_180},
    Law{Transform::flip_horizontal, Transform::flip_vertical, Transform::rotate_180},
    Law{Transform::flip_vertical, Transform::flip_horizontal, Transform::rotate_180},
};

std::string shown(std::optional<int> id) {
  return id ? "class " + std::to_string(*id) : "\"refused\"";
}

void check_laws(const Catalogue& catalogue, const std::string& file) {
  for (const SignClass& sign : catalogue.classes()) {
    const Place place{file, fmt::format("class {}", sign.id)};
    for (const Transform transform : kTransforms) {
      const std::optional<int> id = sign.after(transform);
      if (id && !catalogue.find(*id)) {
        place.fail(fmt::format("becomes class {} by {}, which is not in this catalogue", *id,
                               transform_name(transform)));
      }
    }
    for (const Law& law : kLaws) {
      const std::optional<int> middle = sign.after(law.first);
      if (!middle) continue;
      const std::optional<int> end = catalogue.find(*middle)->after(law.second);
      const std::optional<int> expected = law.whole ? sign.after(*law.whole) : sign.id;
      // A way home must exist; a way on may be refused.
      if (end == expected || (law.whole && !end)) continue;
      place.fail(fmt::format("becomes {} by {} and then {} by {}; that must be {}", shown(middle),
                             transform_name(law.first), shown(end), transform_name(law.second),
                             shown(expected)));
    }
  }
}

/// What the two diagonals make of a class, from the ways that the catalogue gives.
std::optional<int> by_diagonal(const Catalogue& catalogue, const SignClass& sign,
                               Transform diagonal, const std::string& file) {
  std::optional<int> result;
  for (const Transform first : kTransforms) {
    const std::optional<int> middle = sign.after(first);
    if (!middle) continue;
    for (const Transform second : kTransforms) {
      if (combined(first, second) != diagonal) continue;
      const std::optional<int> end = catalogue.find(*middle)->after(second);
      if (result && end && *result != *end) {
        Place{file, fmt::format("class {}", sign.id)}.fail(
            fmt::format("becomes class {} or class {} by quarter turns and flips that all amount "
                        "to {}",
                        *result, *end, transform_name(diagonal)));
      }
      if (end) result = end;
    }
  }
  return result;
}

}  // namespace

Catalogue Catalogue::parse(std::string_view text, const std::string& file) {
  toml::table table;
  try {
    table = toml::parse(text, file);
  } catch (const toml::parse_error& error) {
    throw Error(Blame::input, fmt::format("{}:{}: is not valid TOML: {}", file,
                                          error.source().begin.line, error.description()));
  }
  const toml::array* entries = table["class"].as_array();
  if (!entries || entries->empty() || !entries->is_array_of_tables()) {
    throw Error(Blame::input, file + ": has no [[class]] entries; is this a class catalogue?");
  }
  Catalogue result;
  result.digest_ = sha256_hex(as_bytes(text));
  std::size_t number = 0;
  for (const toml::node& entry : *entries) {
    result.classes_.push_back(
        read_class(*entry.as_table(), {file, fmt::format("[[class]] number {}", ++number)}));
  }
  std::ranges::sort(result.classes_, {}, &SignClass::id);
  const auto twice = std::ranges::adjacent_find(result.classes_, {}, &SignClass::id);
  if (twice != result.classes_.end())
    Place{file, fmt::format("class {}", twice->id)}.fail("stands twice");
  check_laws(result, file);
  for (SignClass& sign : result.classes_) {
    for (const Transform diagonal : {Transform::transpose, Transform::transverse}) {
      sign.becomes[static_cast<std::size_t>(diagonal)] = by_diagonal(result, sign, diagonal, file);
    }
  }
  return result;
}

Catalogue Catalogue::load(const std::string& name_or_path) {
  if (name_or_path.find('/') != std::string::npos || name_or_path.ends_with(".toml")) {
    const std::string text = read_text(name_or_path);
    provenance().use(name_or_path, text);
    return parse(text, name_or_path);
  }
  const std::string path = "datasets/" + name_or_path + "/classes.toml";
  const std::optional<std::string_view> text = embedded_file(path);
  if (!text) {
    throw Error(Blame::usage, "there is no class catalogue " + name_or_path +
                                  "; name one that ships with signpost (gtsrb) or a .toml file");
  }
  provenance().use(path, *text);
  return parse(*text, path);
}

const SignClass* Catalogue::find(int id) const {
  const auto at = std::ranges::lower_bound(classes_, id, {}, &SignClass::id);
  return at != classes_.end() && at->id == id ? &*at : nullptr;
}

}  // namespace signpost
