#include "proof/gates.h"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "base/embedded.h"
#include "base/error.h"
#include "base/file.h"
#include "base/progress.h"
#include "base/spelling.h"

namespace signpost {
namespace {

constexpr const char* kDefault = "datasets/gates.toml";

constexpr std::array kKinds = {
    GateKind{"min_accuracy", "accuracy", "%"},
    GateKind{"min_accuracy_low", "lower end of the accuracy's 95 % interval over tracks", "%"},
    GateKind{"min_class_recall", "recall of the worst class", "%"},
    GateKind{"max_calibration_error", "expected calibration error", "%"},
    GateKind{"min_accepted_accuracy", "accuracy of accepted predictions on unseen tracks", "%"},
    GateKind{"min_coverage", "share of predictions that is accepted", "%"},
    GateKind{"min_validation_groups", "validation tracks", ""},
    GateKind{"min_parity_agreement", "trainer and runner say the same", "%"},
    GateKind{"max_parity_difference", "largest difference of their probabilities", ""},
    GateKind{"min_reference_agreement", "runner and reference say the same to 0.001", "%"},
    GateKind{"max_reference_difference", "largest difference from the reference", ""},
    GateKind{"max_golden_difference", "largest difference from the golden probabilities", ""},
    GateKind{"max_bytes", "size of the package", "bytes"},
    GateKind{"max_latency_p50_ms", "median time of one image on one thread", "ms"},
    GateKind{"max_peak_memory_mib", "memory that opening and answering take", "MiB"},
    GateKind{"needs_licence", "a licence is stated", "yes"},
    GateKind{"needs_provenance", "data, validation set and training command are stated", "yes"},
};

constexpr std::array<std::string_view, 3> kPrecisions{"float32", "float16", "int8"};

Error wrong(const std::string& path, const toml::node& node, const std::string& what) {
  return {Blame::input, fmt::format("{}:{}: {}", path, node.source().begin.line, what)};
}

std::string hint(std::string_view name) {
  std::vector<std::string_view> names(kPrecisions.begin(), kPrecisions.end());
  for (const GateKind& kind : kKinds) names.emplace_back(kind.name);
  const std::string_view near = nearest_name(name, names);
  return near.empty() ? "docs/gates.md lists them" : fmt::format("did you mean {}?", near);
}

double limit_of(const std::string& path, std::string_view name, const toml::node& node) {
  const bool needs = name.starts_with("needs_");
  if (needs && node.is_boolean()) return node.value<bool>().value() ? 1 : 0;
  const std::optional<double> value = needs ? std::nullopt : node.value<double>();
  if (!value || node.is_boolean() || !std::isfinite(*value) || *value < 0) {
    throw wrong(
        path, node,
        fmt::format("{} must be {}", name, needs ? "true or false" : "a number, 0 or more"));
  }
  if (std::string_view(find_gate(name)->unit) == "%" && *value > 1)
    throw wrong(path, node, fmt::format("{} is a share: from 0 to 1, not percent", name));
  return *value;
}

void read_table(const std::string& path, const toml::table& table, bool top, Measured& limits) {
  for (const auto& [key, node] : table) {
    const std::string_view name = key.str();
    if (top && node.is_table() && std::ranges::find(kPrecisions, name) != kPrecisions.end())
      continue;
    if (!find_gate(name))
      throw wrong(path, node, fmt::format("there is no gate {}; {}", name, hint(name)));
    limits[std::string(name)] = limit_of(path, name, node);
  }
}

toml::table parse(const std::string& path, std::string_view text) {
  try {
    return toml::parse(text, path);
  } catch (const toml::parse_error& error) {
    throw Error(Blame::input,
                fmt::format("{}:{}: {}", path, error.source().begin.line, error.description()));
  }
}

}  // namespace

std::span<const GateKind> gate_kinds() { return kKinds; }

const GateKind* find_gate(std::string_view name) {
  const auto found = std::ranges::find(
      kKinds, name, [](const GateKind& kind) { return std::string_view(kind.name); });
  return found == kKinds.end() ? nullptr : &*found;
}

GateLimits read_gates(const std::string& given, std::string_view precision) {
  const std::string path = given.empty() ? kDefault : given;
  const std::string text =
      given.empty() ? std::string(embedded_file(kDefault).value()) : read_text(given);
  const toml::table file = parse(path, text);
  Measured limits;
  read_table(path, file, true, limits);
  for (const std::string_view each : kPrecisions) {
    const toml::table* table = file[each].as_table();
    Measured own;
    if (table) read_table(path, *table, false, own);  // the others are checked all the same
    if (each != precision) continue;
    for (const auto& [name, limit] : own) limits[name] = limit;
  }
  GateLimits ordered;
  for (const GateKind& kind : kKinds) {
    const auto found = limits.find(std::string_view(kind.name));
    if (found != limits.end()) ordered.push_back({kind.name, found->second});
  }
  return ordered;
}

GateLimits gates_of(const PackageContents& contents) {
  GateLimits limits;
  for (const Gate& gate : contents.gates) limits.push_back({gate.name, gate.limit});
  return limits;
}

Gate judge(const GateLimit& limit, double measured) {
  const bool passed =
      limit.name.starts_with("max_") ? measured <= limit.limit : measured >= limit.limit;
  return {limit.name, limit.limit, measured, passed};
}

std::string gate_number(std::string_view name, double value) {
  const GateKind* kind = find_gate(name);
  const std::string_view unit = kind ? kind->unit : "";
  if (unit == "%") return fmt::format("{:.2f} %", 100 * value);
  if (unit == "bytes") return grouped(static_cast<std::uint64_t>(value)) + " bytes";
  if (unit == "yes") return value >= 1 ? "yes" : "no";
  if (unit == "ms" || unit == "MiB") return fmt::format("{:.4g} {}", value, unit);
  return fmt::format("{:.4g}", value);
}

std::string gate_line(const Gate& gate) {
  const GateKind* kind = find_gate(gate.name);
  const std::string_view what = kind ? std::string_view(kind->what) : std::string_view(gate.name);
  if (gate.name.starts_with("needs_"))
    return fmt::format("{}: {}", what, gate_number(gate.name, gate.measured));
  return fmt::format("{} {}, must be {} {}", what, gate_number(gate.name, gate.measured),
                     gate.name.starts_with("max_") ? "at most" : "at least",
                     gate_number(gate.name, gate.limit));
}

}  // namespace signpost
