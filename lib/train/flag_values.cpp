#include "train/flag_values.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "base/error.h"
#include "base/spelling.h"
#include "train/flag_toml.h"

namespace signpost {
namespace {

std::optional<std::string> scalar_text(const toml::node& node) {
  if (const auto whole = node.value_exact<std::int64_t>()) return fmt::format("{}", *whole);
  if (const auto number = node.value_exact<double>()) return fmt::format("{}", *number);
  return node.value_exact<std::string>();
}

std::vector<std::string> values_of(const std::string& key, const toml::node& node, bool many,
                                   const std::string& name) {
  std::vector<std::string> values;
  if (const toml::array* list = node.as_array(); list && many) {
    for (const toml::node& each : *list) {
      const std::optional<std::string> text = scalar_text(each);
      if (!text) fail_at(each, name, key + " takes numbers or texts");
      values.push_back(*text);
    }
    return values;
  }
  const std::optional<std::string> text = scalar_text(node);
  if (!text) {
    fail_at(node, name,
            fmt::format("{} takes {}a number or a text", key, many ? "a list of them, or " : ""));
  }
  return {*text};
}

}  // namespace

std::vector<std::string> command_words(const std::vector<FlagValue>& flags) {
  std::vector<std::string> words;
  for (const FlagValue& flag : flags) {
    if (flag.values.empty()) words.push_back("--" + flag.name);
    for (const std::string& value : flag.values)
      words.push_back(fmt::format("--{}={}", flag.name, value));
  }
  return words;
}

void put_flag(std::vector<FlagValue>& flags, FlagValue flag) {
  const auto same = std::ranges::find(flags, flag.name, &FlagValue::name);
  if (same == flags.end()) {
    flags.push_back(std::move(flag));
  } else {
    *same = std::move(flag);
  }
}

std::string value_of(const std::vector<FlagValue>& flags, const std::string& name) {
  const auto found = std::ranges::find(flags, name, &FlagValue::name);
  return found == flags.end() || found->values.empty() ? std::string() : found->values.front();
}

std::string flag_hint(const std::string& name, const std::vector<TrainFlag>& known) {
  std::vector<std::string_view> names;
  for (const TrainFlag& flag : known) names.emplace_back(flag.name);
  const std::string near(nearest_name(name, names));
  if (!near.empty()) return fmt::format("; did you mean {}?", near);
  return fmt::format("; known are {}", fmt::join(names, ", "));
}

toml::table parse_toml(const std::string& text, const std::string& name) {
  try {
    return toml::parse(text);
  } catch (const toml::parse_error& error) {
    throw Error(Blame::usage, fmt::format("{}:{}: {}", name, error.source().begin.line,
                                          std::string(error.description())));
  }
}

void fail_at(const toml::node& node, const std::string& name, const std::string& what) {
  throw Error(Blame::usage, fmt::format("{}:{}: {}", name, node.source().begin.line, what));
}

std::optional<FlagValue> flag_value(const std::string& key, const toml::node& node,
                                    const std::vector<TrainFlag>& known, const std::string& name) {
  const auto flag = std::ranges::find(known, key, &TrainFlag::name);
  if (flag == known.end()) {
    fail_at(node, name,
            fmt::format("there is no flag --{} of signpost train that a file could set{}", key,
                        flag_hint(key, known)));
  }
  if (flag->takes_value) return FlagValue{key, values_of(key, node, flag->many, name)};
  const std::optional<bool> set = node.value_exact<bool>();
  if (!set) fail_at(node, name, key + " is true or false");
  return *set ? std::optional(FlagValue{key, {}}) : std::nullopt;
}

std::vector<FlagValue> flag_table(const toml::table& table, const std::vector<TrainFlag>& known,
                                  const std::string& name) {
  std::vector<FlagValue> flags;
  for (const auto& [key, node] : table) {
    if (auto flag = flag_value(std::string(key.str()), node, known, name))
      flags.push_back(std::move(*flag));
  }
  return flags;
}

bool is_plain_name(const std::string& name) {
  return !name.empty() && name.size() <= 200 && name[0] != '.' && name[0] != '-' &&
         std::ranges::all_of(name, [](unsigned char c) {
           return std::isalnum(c) ||
                  std::string_view("._=,+-").find(static_cast<char>(c)) != std::string_view::npos;
         });
}

}  // namespace signpost
