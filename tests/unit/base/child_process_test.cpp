#include "base/child_process.h"

#include <catch2/catch.hpp>
#include <csignal>

#include "base/error.h"

namespace signpost {
namespace {

struct Said {
  ChildEnd end;
  std::vector<std::string> lines;
};

Said shell(const std::string& script) {
  Said said;
  said.end = run_child("sh", {"-c", script},
                       [&](std::string_view line) { said.lines.emplace_back(line); });
  return said;
}

}  // namespace

TEST_CASE("a child's lines come from both of its outputs, the last one without an end too") {
  const Said said = shell("echo one; echo two >&2; printf three");
  CHECK(said.lines == std::vector<std::string>{"one", "two", "three"});
  CHECK(said.end.status == 0);
  CHECK(said.end.signal == 0);
}

TEST_CASE("a child's exit status and the signal that ended it are told apart") {
  CHECK(shell("exit 7").end.status == 7);
  const ChildEnd killed = shell("kill -9 $$").end;
  CHECK(killed.signal == SIGKILL);
  CHECK(killed.status == 0);
}

TEST_CASE("a child's standard input is empty") { CHECK(shell("cat").lines.empty()); }

TEST_CASE("a program that does not exist is an error that names it") {
  CHECK_THROWS_WITH(run_child("signpost-frobnicate", {}, [](std::string_view) {}),
                    "cannot run signpost-frobnicate: No such file or directory");
}

TEST_CASE("a child is told to end when reading its lines fails") {
  CHECK_THROWS_AS(run_child("sh", {"-c", "echo line; sleep 60"},
                            [](std::string_view) { throw Error(Blame::input, "enough"); }),
                  Error);
}

}  // namespace signpost
