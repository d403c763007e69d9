#include "run/confirm.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "base/interrupt.h"

namespace signpost {
namespace {

/// Letters of ASCII alone: those of other alphabets must be typed as they stand in the catalogue.
std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
  return result;
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n";
  const std::size_t first = text.find_first_not_of(kSpace);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

Confirmation unclear(std::string wrong) {
  return {Confirmation::Kind::unclear, 0, std::move(wrong)};
}

}  // namespace

Confirmation parse_confirmation(std::string_view typed, int recognised,
                                const std::vector<Label>& labels) {
  const std::string text = lower(trimmed(typed));
  if (text.empty() || text == "s" || text == "skip") return {};
  if (text == "y" || text == "yes") return {Confirmation::Kind::label, recognised, {}};
  if (text == "n" || text == "no") return unclear("type what it is, or Enter if you cannot tell");
  int id = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
  if (error == std::errc() && end == text.data() + text.size()) {
    const bool known = std::ranges::any_of(labels, [&](const Label& l) { return l.id == id; });
    if (known) return {Confirmation::Kind::label, id, {}};
    return unclear("there is no class " + text);
  }
  std::vector<const Label*> beginning;
  for (const Label& label : labels) {
    const std::string name = lower(label.name), german = lower(label.name_de);
    if (text == name || text == german) return {Confirmation::Kind::label, label.id, {}};
    if (name.starts_with(text) || german.starts_with(text)) beginning.push_back(&label);
  }
  if (beginning.size() == 1) return {Confirmation::Kind::label, beginning.front()->id, {}};
  return unclear(beginning.empty() ? "no class is called so"
                                   : "several classes begin so; type more of the name, or the id");
}

std::optional<int> Confirmer::ask(std::string_view where, const Verdict& verdict) {
  const Label& label = verdict.label();
  const int percent = static_cast<int>(std::lround(verdict.confidence() * 100));
  std::string typed;
  for (;;) {
    stop_if_interrupted();
    if (!in_) return std::nullopt;
    out_ << where << ": " << label.name << " (" << label.id << "), " << percent
         << " %. Is it? y, a class id or name, or Enter to skip: " << std::flush;
    if (!std::getline(in_, typed)) {
      out_ << '\n';
      stop_if_interrupted();
      return std::nullopt;
    }
    const Confirmation said =
        parse_confirmation(typed, label.id, verdict.package->contents().labels);
    if (said.kind == Confirmation::Kind::label) return said.label;
    if (said.kind == Confirmation::Kind::skip) return std::nullopt;
    out_ << said.wrong << '\n';
  }
}

}  // namespace signpost
