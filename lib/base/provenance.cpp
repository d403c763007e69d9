#include "base/provenance.h"

#include <fmt/format.h>

#include <array>
#include <mutex>

#include "base/digest.h"
#include "base/json_text.h"

namespace signpost {
namespace {

constexpr std::size_t kLongest = 4096;

struct Omitted {
  std::string_view name;
  bool takes_value;
};
constexpr std::array kOmitted = {Omitted{"--jobs", true},   Omitted{"--progress", true},
                                 Omitted{"--quiet", false}, Omitted{"--rejects", true},
                                 Omitted{"--force", false}, Omitted{"--output", true},
                                 Omitted{"-o", true}};

/// How many arguments from `argument` on are left out: 0, 1 or 2.
std::size_t left_out(std::string_view argument) {
  for (const Omitted& option : kOmitted) {
    if (argument == option.name) return option.takes_value ? 2 : 1;
    if (!option.takes_value || !argument.starts_with(option.name)) continue;
    const bool is_short = !option.name.starts_with("--");
    if (is_short || argument[option.name.size()] == '=') return 1;
  }
  return 0;
}

std::string shell_word(std::string_view argument) {
  constexpr std::string_view kPlain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./:=,@%+-";
  if (!argument.empty() && argument.find_first_not_of(kPlain) == std::string_view::npos)
    return std::string(argument);
  std::string text = "'";
  for (const char c : argument) {
    if (c == '\'') {
      text += "'\\''";
    } else {
      text += c;
    }
  }
  text += '\'';
  return text;
}

}  // namespace

void Provenance::use(std::string_view name, std::string_view text) {
  if (command.empty()) return;
  static std::mutex mutex;
  const std::lock_guard lock(mutex);
  if (uses.find(name) == uses.end()) uses.emplace(name, sha256_hex(as_bytes(text)));
}

std::string Provenance::json() const {
  if (command.empty()) return {};
  std::string text =
      fmt::format("{{\"command\":{},\"version\":{}", json_string(command), json_string(version));
  const char* before = ",\"uses\":{";
  for (const auto& [name, digest] : uses) {
    text += fmt::format("{}{}:\"{}\"", before, json_string(name), digest);
    before = ",";
  }
  text += uses.empty() ? "}" : "}}";
  return text;
}

Provenance& provenance() {
  static Provenance the_provenance;
  return the_provenance;
}

std::string normal_command_line(std::string_view program,
                                const std::vector<std::string>& arguments) {
  std::string line(program);
  if (line.starts_with("signpost-")) line[8] = ' ';
  bool options_end = false;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::size_t skip = options_end ? 0 : left_out(arguments[i]);
    if (skip > 0) {
      i += skip - 1;
      continue;
    }
    options_end = options_end || arguments[i] == "--";
    line += ' ';
    line += shell_word(arguments[i]);
  }
  if (line.size() <= kLongest) return line;
  std::size_t cut = kLongest;
  while (cut > 0 && (static_cast<unsigned char>(line[cut]) & 0xC0) == 0x80) --cut;
  const std::size_t rest = line.size() - cut;
  line.resize(cut);
  return line + fmt::format(" … ({} more bytes)", rest);
}

}  // namespace signpost
