#include "sample/history.h"

#include <fmt/format.h>

#include <catch2/catch.hpp>

#include "base/provenance.h"
#include "sample/sample.h"

namespace signpost {
namespace {

/// This process as a run of `command`, for the length of a test.
class Run {
 public:
  explicit Run(const std::string& command) { provenance().command = command; }
  Run(const Run&) = delete;
  Run& operator=(const Run&) = delete;
  ~Run() { provenance() = Provenance(); }
};

std::string step(const std::string& command, const std::string& rest = "") {
  return fmt::format(R"({{"command":"{}","version":""{}}})", command, rest);
}

std::string list(const std::vector<std::string>& steps) {
  return fmt::format("[{}]", fmt::join(steps, ","));
}

/// What a program `command` puts on its records when it reads these histories, one after another.
std::vector<std::string> carried_on(const std::string& command,
                                    const std::vector<std::string>& read) {
  const Run run(command);
  History history;
  std::vector<std::string> out;
  for (const std::string& each : read) {
    if (!each.empty()) CHECK(history.read(each));
    out.push_back(history.take());
  }
  return out;
}

}  // namespace

TEST_CASE("the first record carries the program's own step, the others nothing") {
  CHECK(carried_on("b", {"", "", ""}) == std::vector<std::string>{list({step("b")}), "", ""});
}

TEST_CASE("a program puts its step behind those that it read") {
  CHECK(carried_on("b", {list({step("a")}), ""}) ==
        std::vector<std::string>{list({step("a"), step("b")}), ""});
}

TEST_CASE("a history that was shuffled away from the front makes the short one superfluous") {
  const auto first = carried_on("b", {"", list({step("a")})});
  const auto second = carried_on("c", first);
  const Run run("d");
  History sink;
  for (const std::string& each : second) CHECK(sink.read(each));
  CHECK(sink.json() == list({step("a"), step("b"), step("c"), step("d")}));
}

TEST_CASE("the histories of joined streams stand side by side") {
  const Run run("merge");
  History history;
  CHECK(history.read(list({step("a"), step("split")})));
  CHECK(history.read(list({step("b")})));
  const std::string joined = history.take();
  CHECK(joined == list({step("a"), step("split"), step("b", R"(,"from":[])"),
                        step("merge", R"(,"from":[1,2])")}));
  CHECK(history.take().empty());
  History again;
  CHECK(again.read(joined));
  CHECK(again.read(joined));
  CHECK(again.json() == list({step("a"), step("split"), step("b", R"(,"from":[])"),
                              step("merge", R"(,"from":[1,2])"), step("merge")}));
}

TEST_CASE("a stream that is merged every night grows by a step a night") {
  std::string base = list({step("ingest")});
  const Run run("merge");
  for (int night = 0; night < 100; ++night) {
    History history;
    CHECK(history.read(base));
    CHECK(history.read(list({step("capture export")})));
    base = history.take();
  }
  CHECK(base.size() < 100 * 80);
}

TEST_CASE("a history without end is cut, and says so") {
  const Run run("x");
  History history;
  for (std::size_t i = 0; i < 3 * History::kMaxSteps; ++i)
    CHECK(history.read(list({step(fmt::format("s{}", i))})));
  const std::string all = history.json();
  CHECK(all.find("histories of over 1000 steps are cut") != std::string::npos);
  CHECK(all.size() < 100 * History::kMaxSteps);
}

TEST_CASE("histories that are laborious to compare do not hold the program up") {
  const Run run("x");
  History history;
  for (const char* head : {"a", "b"}) {
    std::string steps = fmt::format(R"([{{"command":"{}"}},{{"command":"s"}})", head);
    for (int i = 2; i < 400; ++i) {
      std::vector<int> from;
      for (int j = 0; j < i; ++j) from.push_back(j);
      steps += fmt::format(R"(,{{"command":"s","from":[{}]}})", fmt::join(from, ","));
    }
    CHECK(history.read(steps + "]"));
  }
  CHECK(history.json().size() > 1000);
}

TEST_CASE("white space, escapes and other fields of a step do not matter") {
  const Run run("b");
  History history;
  CHECK(history.read(" [ { \"command\" : \"caf\\u00e9\", \"mood\": [1, 2] } ] "));
  CHECK(history.read("[{\"command\":\"café\",\"mood\":[1,2]}]"));
  CHECK(history.json() == list({R"({"command":"café","mood":[1,2]})", step("b")}));
}

TEST_CASE("a field of that name that holds something else is no history") {
  for (const char* other :
       {"null", "7", "\"found in the attic\"", "[]", "[1]", "[{}]", "[{\"command\":7}]",
        "[{\"command\":\"a\",\"from\":[0]}]", "[{\"command\":\"a\",\"from\":7}]",
        "[{\"command\":\"a\"},{\"command\":\"b\",\"from\":[-1]}]", "[{\"command\":\"a\"}"}) {
    INFO(other);
    CHECK_FALSE(is_history(other));
    History history;
    CHECK_FALSE(history.read(other));
  }
}

TEST_CASE("the decoder takes a history off a sample and leaves other people's fields") {
  SampleDecoder decoder;
  Sample sample;
  CHECK(decoder.decode(R"({"id":"a","history":[{"command":"x"}],"image":"b","note":1})", sample)
            .empty());
  CHECK(decoder.history() == R"([{"command":"x"}])");
  CHECK(sample.extra == R"("note":1)");
  CHECK(decoder.decode(R"({"id":"a","image":"b","history":"long"})", sample).empty());
  CHECK(decoder.history().empty());
  CHECK(sample.extra == R"("history":"long")");
}

TEST_CASE("a history is cut out of a record's text, and nothing else is touched") {
  std::string history, buffer;
  const auto cut = [&](std::string_view record) {
    return std::string(without_history(record, history, buffer));
  };
  CHECK(cut(R"({"id":"a", "history":[{"command":"x"}]})") == R"({"id":"a"})");
  CHECK(history == R"([{"command":"x"}])");
  CHECK(cut(R"({"history" : [{"command":"x"}] , "id":"a"})") == R"({ "id":"a"})");
  CHECK(cut(R"({"b":1,"history":[{"command":"x"}],"id":"a"})") == R"({"b":1,"id":"a"})");
  CHECK(cut(R"({"id":"\"history\"","note":{"history":[{"command":"x"}]}})") ==
        R"({"id":"\"history\"","note":{"history":[{"command":"x"}]}})");
  CHECK(history.empty());
  CHECK(cut(R"({"history":"old"})") == R"({"history":"old"})");
  CHECK(cut(R"({"history":)") == R"({"history":)");
}

}  // namespace signpost
