#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "model/package.h"

namespace signpost {

/// One condition that gates may ask for; docs/gates.md has the same list.
struct GateKind {
  const char* name;  ///< "min_…": at least; "max_…": at most; "needs_…": must be there
  const char* what;  ///< for people
  const char* unit;  ///< "%", "bytes", "ms", "MiB" or nothing
};
std::span<const GateKind> gate_kinds();
/// Null if there is none of that name.
const GateKind* find_gate(std::string_view name);

/// What is asked, in the order of gate_kinds().
struct GateLimit {
  std::string name;
  double limit = 0;
};
using GateLimits = std::vector<GateLimit>;

/// Reads a TOML file of gates: numbers and truths by name, and tables [float32], [float16] and
/// [int8] that hold for packages of that precision only and go before the others. An empty `path`
/// is the file that travels inside the programs. Throws Error{input} that names file, line and the
/// gate that was probably meant, on anything that it does not know.
GateLimits read_gates(const std::string& path, std::string_view precision);

/// Those that a package was written under.
GateLimits gates_of(const PackageContents& contents);

/// What was measured, by the name of the gate.
using Measured = std::map<std::string, double, std::less<>>;

/// Compares. A number that is none passes nothing.
Gate judge(const GateLimit& limit, double measured);

/// "accuracy 87.10 %, must be at least 90.00 %".
std::string gate_line(const Gate& gate);
/// The number as people read it, with its unit: "87.10 %", "2,096,384 bytes", "yes".
std::string gate_number(std::string_view name, double value);

}  // namespace signpost
