#include "curate/diff_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/json_text.h"

namespace signpost {
namespace {

std::string label_json(const std::optional<int>& label) {
  return label ? std::to_string(*label) : "null";
}

std::string split_json(const std::string& split) {
  return split.empty() ? "null" : json_string(split);
}

std::string label_text(const std::optional<int>& label) {
  return label ? std::to_string(*label) : "none";
}

std::string split_text(const std::string& split) { return split.empty() ? "none" : split; }

/// "14 -> 38: 2, 1 -> 2: 1", the commonest first, ten at most.
template <typename Moves, typename Name>
std::string moves_text(const Moves& moves, Name name) {
  constexpr std::size_t kShown = 10;
  std::vector<std::pair<std::uint64_t, std::string>> parts;
  for (const auto& [ends, count] : moves) {
    parts.emplace_back(
        count, fmt::format("{} -> {}: {}", name(ends.first), name(ends.second), grouped(count)));
  }
  std::stable_sort(parts.begin(), parts.end(),
                   [](const auto& x, const auto& y) { return x.first > y.first; });
  std::string text;
  for (std::size_t i = 0; i < std::min(parts.size(), kShown); ++i)
    text += (i ? ", " : "") + parts[i].second;
  if (parts.size() > kShown) text += fmt::format(", and {} others", parts.size() - kShown);
  return text;
}

std::string change_of(std::uint64_t a, std::uint64_t b) {
  return b >= a ? "+" + grouped(b - a) : "-" + grouped(a - b);
}

/// The steps of a history as lines for people.
std::vector<std::string> steps_of(const std::string& history) {
  std::vector<std::string> lines;
  for (const auto& step : nlohmann::ordered_json::parse(history)) {
    std::string line = step.at("command");
    if (step.contains("version")) line += fmt::format("  ({})", step.at("version").dump());
    if (step.contains("uses")) {
      for (const auto& [name, digest] : step.at("uses").items())
        line += fmt::format("  {} {}", name, digest.dump().substr(1, 12));
    }
    std::erase(line, '"');
    lines.push_back(std::move(line));
  }
  return lines;
}

/// The longest common subsequence decides which lines only one of them has.
std::string line_diff(const std::vector<std::string>& a, const std::vector<std::string>& b) {
  std::vector<std::vector<std::uint16_t>> longest(a.size() + 1,
                                                  std::vector<std::uint16_t>(b.size() + 1));
  for (std::size_t i = a.size(); i-- > 0;) {
    for (std::size_t j = b.size(); j-- > 0;) {
      longest[i][j] = a[i] == b[j] ? static_cast<std::uint16_t>(longest[i + 1][j + 1] + 1)
                                   : std::max(longest[i + 1][j], longest[i][j + 1]);
    }
  }
  std::string text;
  std::size_t i = 0, j = 0;
  while (i < a.size() || j < b.size()) {
    if (i < a.size() && j < b.size() && a[i] == b[j]) {
      text += "  " + a[i++] + "\n";
      ++j;
    } else if (j == b.size() || (i < a.size() && longest[i + 1][j] >= longest[i][j + 1])) {
      text += "- " + a[i++] + "\n";
    } else {
      text += "+ " + b[j++] + "\n";
    }
  }
  return text;
}

std::string history_text(const DiffSummary& summary) {
  const std::vector<std::string> a = steps_of(summary.history_a), b = steps_of(summary.history_b);
  if (a.empty() && b.empty()) return {};
  if (summary.history_a == summary.history_b) return "\nmade in the same way\n";
  if (a.empty() || b.empty())
    return fmt::format("\nhow {} was made is not known\n", a.empty() ? "A" : "B");
  return "\nmade in another way (- A, + B)\n" + line_diff(a, b);
}

}  // namespace

std::string change_json(const Change& change) {
  const Sample& sample = change.kind == Change::Kind::removed ? change.a : change.b;
  const auto begin = [&](std::string_view kind) {
    return fmt::format(R"({{"change":"{}","id":{})", kind, json_string(sample.id));
  };
  if (change.kind == Change::Kind::added || change.kind == Change::Kind::removed) {
    return begin(change.kind == Change::Kind::added ? "added" : "removed") +
           fmt::format(R"(,"label":{},"split":{}}})", label_json(sample.label),
                       split_json(sample.split));
  }
  const bool renamed = change.kind == Change::Kind::renamed;
  std::string text = begin(renamed ? "renamed" : "changed");
  if (renamed) text += ",\"was\":" + json_string(change.a.id);
  text += ",\"fields\":{";
  const char* before = "";
  for (const Change::Field& field : change.fields()) {
    text += fmt::format("{}\"{}\":[{},{}]", before, field.name, field.a, field.b);
    before = ",";
  }
  return text + "}}";
}

std::string diff_json(const DiffSummary& summary, const std::string& a, const std::string& b) {
  std::string text = fmt::format(
      R"({{"a":{{"name":{},"samples":{},"twice":{}}},"b":{{"name":{},"samples":{},"twice":{}}},)"
      R"("equal":{},"same":{},"added":{},"removed":{},"renamed":{},"relabelled":{},"moved":{},)"
      R"("other":{},"fields":{{)",
      json_string(a), summary.samples_a, summary.twice_a, json_string(b), summary.samples_b,
      summary.twice_b, summary.equal(), summary.same, summary.added, summary.removed,
      summary.renamed, summary.relabelled, summary.moved, summary.other_changed);
  const char* before = "";
  const auto append = [&](const std::string& part) {
    text += before + part;
    before = ",";
  };
  for (const auto& [name, count] : summary.fields) append(fmt::format("\"{}\":{}", name, count));
  text += "},\"relabels\":[";
  before = "";
  for (const auto& [ends, count] : summary.relabels) {
    append(fmt::format(R"({{"from":{},"to":{},"samples":{}}})", label_json(ends.first),
                       label_json(ends.second), count));
  }
  text += "],\"moves\":[";
  before = "";
  for (const auto& [ends, count] : summary.moves) {
    append(fmt::format(R"({{"from":{},"to":{},"samples":{}}})", split_json(ends.first),
                       split_json(ends.second), count));
  }
  text += "],\"classes\":[";
  before = "";
  for (const auto& [label, counts] : summary.classes) {
    append(fmt::format(R"({{"label":{},"a":{},"b":{}}})", label_json(label), counts.first,
                       counts.second));
  }
  return text + fmt::format(R"(],"history":{{"equal":{},"a":{},"b":{}}}}})",
                            summary.history_a == summary.history_b, summary.history_a,
                            summary.history_b);
}

std::string diff_text(const DiffSummary& summary, const std::string& a, const std::string& b,
                      const Catalogue& catalogue) {
  std::string text =
      fmt::format("A  {}: {}\nB  {}: {}\n\n", a, counted(summary.samples_a, "sample"), b,
                  counted(summary.samples_b, "sample"));
  const auto line = [&](std::string_view name, std::uint64_t count, const std::string& more = {}) {
    if (count == 0) return;
    text += fmt::format("{:<14}{:>12}{}{}\n", name, grouped(count), more.empty() ? "" : "  ", more);
  };
  line("same", summary.same);
  line("added", summary.added);
  line("removed", summary.removed);
  line("renamed", summary.renamed);
  line("relabelled", summary.relabelled, moves_text(summary.relabels, label_text));
  line("moved", summary.moved, moves_text(summary.moves, split_text));
  std::string others;
  for (const auto& [name, count] : summary.fields) {
    if (name == "label" || name == "split") continue;
    others += fmt::format("{}{}: {}", others.empty() ? "" : ", ", name, grouped(count));
  }
  line("other fields", summary.other_changed, others);

  bool titled = false;
  for (const auto& [label, counts] : summary.classes) {
    if (counts.first == counts.second) continue;
    if (!titled) text += fmt::format("\n{:<34}{:>10}{:>10}{:>10}\n", "class", "A", "B", "change");
    titled = true;
    const SignClass* known = label ? catalogue.find(*label) : nullptr;
    const std::string name = fmt::format("{:>4} {}", label_text(label), known ? known->name : "");
    text += fmt::format("{:<34.34}{:>10}{:>10}{:>10}\n", name, grouped(counts.first),
                        grouped(counts.second), change_of(counts.first, counts.second));
  }
  return text + history_text(summary);
}

}  // namespace signpost
