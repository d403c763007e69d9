#include "proof/gates.h"

#include <catch2/catch.hpp>
#include <fstream>
#include <functional>
#include <limits>

#include "base/error.h"
#include "support/scratch.h"

namespace signpost {
namespace {

struct GatesFile {
  Scratch scratch;
  std::string path = (scratch / "gates.toml").string();
  explicit GatesFile(std::string_view text) { std::ofstream(path) << text; }
};

std::string refusal(std::string_view text) {
  const GatesFile file(text);
  try {
    read_gates(file.path, "float32");
  } catch (const Error& error) {
    return std::string(error.what()).substr(file.path.size());
  }
  return "no error";
}

double limit(const GateLimits& limits, std::string_view name) {
  for (const GateLimit& each : limits) {
    if (each.name == name) return each.limit;
  }
  return -1;
}

}  // namespace

TEST_CASE("the gates that travel in the programs hold for each precision") {
  CHECK(limit(read_gates("", "float32"), "min_parity_agreement") == 1.0);
  CHECK(limit(read_gates("", "int8"), "min_parity_agreement") == 0.98);
  CHECK(limit(read_gates("", "int8"), "max_parity_difference") == -1);
  CHECK(limit(read_gates("", "float16"), "min_accuracy") == 0.9);
}

TEST_CASE("a table of a precision goes before what holds for all") {
  const GatesFile file(
      "max_bytes = 3_000_000\nneeds_licence = true\n[int8]\nmax_bytes = 1000000\n");
  CHECK(limit(read_gates(file.path, "float32"), "max_bytes") == 3e6);
  CHECK(limit(read_gates(file.path, "int8"), "max_bytes") == 1e6);
  CHECK(limit(read_gates(file.path, "int8"), "needs_licence") == 1);
  CHECK(limit(read_gates(file.path, "int8"), "min_accuracy") == -1);
}

TEST_CASE("gates that nobody knows or can read are refused, each with its line") {
  CHECK(refusal("\nmin_acuracy = 0.9\n") ==
        ":2: there is no gate min_acuracy; did you mean min_accuracy?");
  CHECK(refusal("speed = 1\n") == ":1: there is no gate speed; docs/gates.md lists them");
  CHECK(refusal("[int9]\nmin_accuracy = 1\n") == ":1: there is no gate int9; did you mean int8?");
  CHECK(refusal("[int8]\nmin_acuracy = 1\n") ==
        ":2: there is no gate min_acuracy; did you mean min_accuracy?");
  CHECK(refusal("min_accuracy = 99\n") == ":1: min_accuracy is a share: from 0 to 1, not percent");
  CHECK(refusal("min_accuracy = \"high\"\n") == ":1: min_accuracy must be a number, 0 or more");
  CHECK(refusal("max_bytes = nan\n") == ":1: max_bytes must be a number, 0 or more");
  CHECK(refusal("max_bytes = true\n") == ":1: max_bytes must be a number, 0 or more");
  CHECK(refusal("needs_licence = 1\n") == ":1: needs_licence must be true or false");
  CHECK(refusal("min_accuracy = \n").starts_with(":1: "));
}

TEST_CASE("a gate is passed on its limit, and by no number that is none") {
  CHECK(judge({"min_accuracy", 0.9}, 0.9).passed);
  CHECK_FALSE(judge({"min_accuracy", 0.9}, 0.8999).passed);
  CHECK(judge({"max_bytes", 100}, 100).passed);
  CHECK_FALSE(judge({"max_bytes", 100}, 101).passed);
  CHECK_FALSE(judge({"min_accuracy", 0}, std::numeric_limits<double>::quiet_NaN()).passed);
  CHECK_FALSE(judge({"max_bytes", 1}, std::numeric_limits<double>::quiet_NaN()).passed);
}

TEST_CASE("a gate says what was measured and what was asked") {
  CHECK(gate_line(judge({"min_accuracy", 0.9}, 0.871)) ==
        "accuracy 87.10 %, must be at least 90.00 %");
  CHECK(gate_line(judge({"max_bytes", 3e6}, 3000001)) ==
        "size of the package 3,000,001 bytes, must be at most 3,000,000 bytes");
  CHECK(gate_line(judge({"needs_licence", 1}, 0)) == "a licence is stated: no");
}

}  // namespace signpost
