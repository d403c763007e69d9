#include "train/study_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>
#include <span>

#include "base/embedded.h"
#include "base/error.h"
#include "base/file.h"
#include "base/spelling.h"
#include "train/flag_toml.h"

namespace signpost {
namespace {

constexpr std::string_view kFolder = "docs/study/";

void refuse_unknown(const toml::table& table, std::span<const std::string_view> known,
                    const std::string& name) {
  for (const auto& [key, node] : table) {
    if (std::ranges::find(known, key.str()) != known.end()) continue;
    const std::string near(nearest_name(key.str(), known));
    fail_at(node, name,
            fmt::format("{} is not known here{}", key.str(),
                        near.empty() ? fmt::format("; known are {}", fmt::join(known, ", "))
                                     : "; did you mean " + near + "?"));
  }
}

std::string text_of(const toml::table& table, const char* key, const std::string& name) {
  const toml::node* node = table.get(key);
  if (!node) return {};
  const std::optional<std::string> text = node->value_exact<std::string>();
  if (!text) fail_at(*node, name, fmt::format("{} must be a text", key));
  return *text;
}

std::optional<double> number_of(const toml::table& table, const char* key,
                                const std::string& name) {
  const toml::node* node = table.get(key);
  if (!node) return std::nullopt;
  const std::optional<double> number = node->value<double>();
  if (!node->is_number() || !number || *number < 0)
    fail_at(*node, name, fmt::format("{} must be a number from 0", key));
  return number;
}

const toml::table* table_of(const toml::table& table, const char* key, const std::string& name) {
  const toml::node* node = table.get(key);
  if (node && !node->is_table()) fail_at(*node, name, fmt::format("{} must be a table", key));
  return node ? node->as_table() : nullptr;
}

PaperFigures read_paper(const toml::table& table, const std::string& name) {
  static constexpr std::array<std::string_view, 5> kKeys = {
      "parameters-millions", "size-mb", "accuracy-percent", "field-percent", "source"};
  refuse_unknown(table, kKeys, name);
  PaperFigures paper;
  paper.parameters_millions = number_of(table, "parameters-millions", name);
  paper.size_mb = number_of(table, "size-mb", name);
  paper.accuracy_percent = number_of(table, "accuracy-percent", name);
  paper.field_percent = number_of(table, "field-percent", name);
  paper.source = text_of(table, "source", name);
  if (paper.source.empty()) fail_at(table, name, "figures of the paper need a source");
  return paper;
}

/// The whole number that a flag gives, if it is there.
void take_number(const std::vector<FlagValue>& flags, const char* flag, int& out) {
  const std::string text = value_of(flags, flag);
  if (text.empty()) return;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (error != std::errc() || end != text.data() + text.size() || out < 0)
    throw Error(Blame::usage, fmt::format("{} must be a whole number, not {}", flag, text));
}

/// What the flags say of the network, so that its size and its time are known before it is trained.
NetworkOptions network_of(const std::vector<FlagValue>& flags) {
  NetworkOptions network{.input_px = 0};
  if (const std::string preset = value_of(flags, "preset"); !preset.empty()) {
    const auto& presets = network_presets();
    const auto found = std::ranges::find(presets, preset, &NetworkPreset::name);
    if (found == presets.end())
      throw Error(Blame::usage, fmt::format("there is no preset {}", preset));
    network = found->options;
  }
  if (const std::string model = value_of(flags, "model"); !model.empty()) network.name = model;
  take_number(flags, "image-px", network.input_px);
  take_number(flags, "conv-layers", network.conv_layers);
  take_number(flags, "fc1", network.fc1);
  take_number(flags, "fc2", network.fc2);
  take_number(flags, "width", network.width);
  const std::vector<std::string> names = network_names();
  if (std::ranges::find(names, network.name) == names.end()) {
    throw Error(Blame::usage, fmt::format("there is no network {}; known are {}", network.name,
                                          fmt::join(names, ", ")));
  }
  if (network.input_px == 0) network.input_px = native_input_px(network.name);
  return network;
}

StudyRow read_row(const toml::table& table, const std::vector<FlagValue>& common,
                  const Study& study, const std::string& name) {
  static constexpr std::array<std::string_view, 6> kKeys = {"name", "title",      "train",
                                                            "from", "with-field", "paper"};
  refuse_unknown(table, kKeys, name);
  StudyRow row;
  row.name = text_of(table, "name", name);
  if (!is_plain_name(row.name)) {
    fail_at(table, name,
            "a row needs a name of letters, digits and . _ = , + -, that begins with a letter or "
            "digit");
  }
  const auto known = [&](const std::string& other) {
    return std::ranges::find(study.rows, other, &StudyRow::name) != study.rows.end();
  };
  if (known(row.name)) fail_at(table, name, fmt::format("there are two rows {}", row.name));
  row.title = text_of(table, "title", name);
  if (row.title.empty()) row.title = row.name;
  row.from = text_of(table, "from", name);
  if (!row.from.empty() && !known(row.from))
    fail_at(table, name, fmt::format("from names {}, which is no row above", row.from));
  if (const toml::node* node = table.get("with-field")) {
    if (!node->is_boolean()) fail_at(*node, name, "with-field is true or false");
    row.with_field = *node->value<bool>();
  }
  if (const toml::table* paper = table_of(table, "paper", name))
    row.paper = read_paper(*paper, name);
  row.flags = common;
  if (const toml::table* train = table_of(table, "train", name)) {
    for (FlagValue& flag : flag_table(*train, study_flags(), name))
      put_flag(row.flags, std::move(flag));
  }
  const auto weights = std::ranges::find(row.flags, "weights", &FlagValue::name);
  if (weights != row.flags.end()) {
    row.weights = std::move(weights->values);
    row.flags.erase(weights);
  }
  if (!row.from.empty() && !row.weights.empty())
    fail_at(table, name, "a row starts from another one or from weights, not from both");
  try {
    row.network = network_of(row.flags);
    take_number(row.flags, "epochs", row.epochs);
    int batch = 1;
    take_number(row.flags, "batch-size", batch);
    if (batch < 1) throw Error(Blame::usage, "batch-size must be at least 1");
  } catch (const Error& error) {
    fail_at(table, name, error.what());
  }
  row.frozen = value_of(row.flags, "freeze") == "backbone";
  return row;
}

}  // namespace

const std::vector<TrainFlag>& study_flags() {
  static const std::vector<TrainFlag> flags = {{"model"},
                                               {"preset"},
                                               {"image-px"},
                                               {"conv-layers"},
                                               {"fc1"},
                                               {"fc2"},
                                               {"width"},
                                               {"weights", true, true},
                                               {"weights-convention"},
                                               {"freeze"},
                                               {"epochs"},
                                               {"augment"},
                                               {"batch-size"},
                                               {"class-balance"},
                                               {"learning-rate"}};
  return flags;
}

bool Study::needs_field() const { return std::ranges::any_of(rows, &StudyRow::with_field); }

std::vector<std::string> study_names() {
  std::vector<std::string> names;
  for (const EmbeddedFile& file : embedded_files()) {
    if (!file.path.starts_with(kFolder)) continue;
    const std::string_view name = file.path.substr(kFolder.size());
    names.emplace_back(name.substr(0, name.size() - std::string_view(".toml").size()));
  }
  return names;
}

Study parse_study(const std::string& text, const std::string& name) {
  static constexpr std::array<std::string_view, 5> kKeys = {"title", "source", "note", "common",
                                                            "row"};
  const toml::table file = parse_toml(text, name);
  refuse_unknown(file, kKeys, name);
  Study study;
  study.name = std::filesystem::path(name).stem().string();
  study.title = text_of(file, "title", name);
  if (study.title.empty()) study.title = study.name;
  study.source = text_of(file, "source", name);
  study.note = text_of(file, "note", name);
  std::vector<FlagValue> common;
  if (const toml::table* table = table_of(file, "common", name))
    common = flag_table(*table, study_flags(), name);
  const toml::node* rows = file.get("row");
  if (!rows || !rows->is_array() || rows->as_array()->empty())
    throw Error(Blame::usage, name + ": has no [[row]]");
  for (const toml::node& node : *rows->as_array()) {
    if (!node.is_table()) fail_at(node, name, "rows are written [[row]]");
    study.rows.push_back(read_row(*node.as_table(), common, study, name));
  }
  return study;
}

Study load_study(const std::string& name) {
  if (name.find('/') != std::string::npos || name.ends_with(".toml"))
    return parse_study(read_text(name), name);
  const std::string path = fmt::format("{}{}.toml", kFolder, name);
  if (const auto found = embedded_file(path)) return parse_study(std::string(*found), path);
  const std::vector<std::string> names = study_names();
  const std::vector<std::string_view> views(names.begin(), names.end());
  const std::string near(nearest_name(name, views));
  throw Error(Blame::usage,
              fmt::format("there is no study {}{}", name,
                          near.empty() ? fmt::format("; known are {}, or name a TOML file",
                                                     fmt::join(names, ", "))
                                       : "; did you mean " + near + "?"));
}

}  // namespace signpost
