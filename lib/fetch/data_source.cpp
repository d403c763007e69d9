#include "fetch/data_source.h"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>

#include "base/embedded.h"
#include "base/error.h"
#include "base/file.h"

namespace signpost {
namespace {

constexpr std::string_view kFolder = "datasets/", kFile = "/source.toml";

/// A table of the file, read key by key; what was not asked for is unknown.
class Fields {
 public:
  Fields(const toml::table& table, std::string where) : table_(table), where_(std::move(where)) {}

  [[noreturn]] void fail(const std::string& what) const {
    throw Error(Blame::input, where_ + " " + what);
  }

  std::string text(std::string_view key, bool required) {
    const toml::node* node = get(key);
    if (!node && !required) return {};
    const auto value = node ? node->value_exact<std::string>() : std::optional<std::string>();
    if (!value || value->empty()) fail(fmt::format("needs \"{}\" to be a text", key));
    return *value;
  }

  std::string digest(std::string_view key, std::size_t digits) {
    std::string value = text(key, false);
    if (!value.empty() && (value.size() != digits ||
                           value.find_first_not_of("0123456789abcdef") != std::string::npos))
      fail(fmt::format("needs \"{}\" to be {} lower-case hexadecimal digits", key, digits));
    return value;
  }

  std::optional<std::uint64_t> size(std::string_view key) {
    const toml::node* node = get(key);
    if (!node) return std::nullopt;
    const auto value = node->value_exact<std::int64_t>();
    if (!value || *value < 0) fail(fmt::format("needs \"{}\" to be a number of bytes", key));
    return static_cast<std::uint64_t>(*value);
  }

  bool flag(std::string_view key) {
    const toml::node* node = get(key);
    const auto value = node ? node->value_exact<bool>() : std::optional<bool>();
    if (!value) fail(fmt::format("needs \"{}\" to be true or false", key));
    return *value;
  }

  const toml::node* get(std::string_view key) {
    asked_.push_back(key);
    return table_.get(key);
  }

  void refuse_others() const {
    for (const auto& [key, value] : table_) {
      if (std::ranges::find(asked_, key.str()) == asked_.end())
        fail(fmt::format("has the unknown field \"{}\"", key.str()));
    }
  }

 private:
  const toml::table& table_;
  std::string where_;
  std::vector<std::string_view> asked_;
};

SourceFile read_file_entry(const toml::table& table, const std::string& where) {
  Fields fields(table, where);
  SourceFile file;
  file.key = fields.text("key", true);
  file.file = fields.text("file", true);
  file.about = fields.text("about", false);
  file.size = fields.size("size");
  file.sha256 = fields.digest("sha256", 64);
  file.md5 = fields.digest("md5", 32);
  file.checksum_from = fields.text("checksum_from", false);
  file.verified_by_us = fields.flag("verified_by_us");
  fields.refuse_others();
  if (file.file.find('/') != std::string::npos || file.file.starts_with('.'))
    fields.fail("needs \"file\" to be a plain name, without a folder");
  const bool has_checksum = !file.sha256.empty() || !file.md5.empty();
  if (has_checksum && !file.verified_by_us && file.checksum_from.empty())
    fields.fail("has a checksum that is not ours; say in \"checksum_from\" who published it");
  if (!has_checksum && (file.verified_by_us || !file.checksum_from.empty()))
    fields.fail("speaks of a checksum but has none");
  return file;
}

}  // namespace

DataSource DataSource::parse(std::string_view text, const std::string& file) {
  toml::table table;
  try {
    table = toml::parse(text, file);
  } catch (const toml::parse_error& error) {
    throw Error(Blame::input, fmt::format("{}:{}: is not valid TOML: {}", file,
                                          error.source().begin.line, error.description()));
  }
  Fields fields(table, file + ":");
  DataSource source;
  source.name = fields.text("name", true);
  source.title = fields.text("title", true);
  source.home = fields.text("home", false);
  source.url = fields.text("url", true);
  source.licence = fields.text("licence", true);
  source.citation = fields.text("citation", true);
  const toml::node* files = fields.get("file");
  fields.refuse_others();
  if (!source.url.ends_with('/')) source.url += '/';
  if (!files || !files->is_array() || files->as_array()->empty() ||
      !files->as_array()->is_array_of_tables())
    fields.fail("has no [[file]] entries; is this a source?");
  for (const toml::node& entry : *files->as_array()) {
    SourceFile each = read_file_entry(
        *entry.as_table(), fmt::format("{}: [[file]] number {}", file, source.files.size() + 1));
    if (source.find(each.key)) fields.fail(fmt::format("has the key \"{}\" twice", each.key));
    source.files.push_back(std::move(each));
  }
  return source;
}

DataSource DataSource::load(const std::string& name_or_path) {
  if (name_or_path.find('/') != std::string::npos || name_or_path.ends_with(".toml"))
    return parse(read_text(name_or_path), name_or_path);
  const std::string path = fmt::format("{}{}{}", kFolder, name_or_path, kFile);
  const std::optional<std::string_view> text = embedded_file(path);
  if (!text) {
    throw Error(Blame::usage,
                fmt::format("there is no source {}; known are {}, or name a TOML file",
                            name_or_path, fmt::join(known_sources(), ", ")));
  }
  return parse(*text, path);
}

const SourceFile* DataSource::find(std::string_view key) const {
  const auto at = std::ranges::find(files, key, &SourceFile::key);
  return at == files.end() ? nullptr : &*at;
}

std::vector<std::string> known_sources() {
  std::vector<std::string> names;
  for (const EmbeddedFile& file : embedded_files()) {
    std::string_view path = file.path;
    if (!path.starts_with(kFolder) || !path.ends_with(kFile)) continue;
    path.remove_prefix(kFolder.size());
    path.remove_suffix(kFile.size());
    names.emplace_back(path);
  }
  return names;
}

}  // namespace signpost
