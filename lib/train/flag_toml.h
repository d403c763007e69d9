#pragma once

#include <toml++/toml.h>

#include <optional>
#include <string>
#include <vector>

#include "train/flag_values.h"

// For the .cpp files that read TOML alone.

namespace signpost {

/// Parses a file's text. Throws Error{usage} "NAME:LINE: …".
toml::table parse_toml(const std::string& text, const std::string& name);

/// Throws Error{usage} that begins with the place of `node` in the file `name`.
[[noreturn]] void fail_at(const toml::node& node, const std::string& name, const std::string& what);

/// A node as a value of the flag `key`. Nothing for a flag without a value that is set to false.
/// Throws Error{usage} for an unknown key, with what it may have meant, and for a wrong type.
std::optional<FlagValue> flag_value(const std::string& key, const toml::node& node,
                                    const std::vector<TrainFlag>& known, const std::string& name);

/// All keys of a table.
std::vector<FlagValue> flag_table(const toml::table& table, const std::vector<TrainFlag>& known,
                                  const std::string& name);

/// True for what can be a folder's name and a word on a command line without quotes.
bool is_plain_name(const std::string& name);

}  // namespace signpost
