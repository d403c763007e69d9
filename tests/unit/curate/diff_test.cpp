#include "curate/diff.h"

#include <fmt/format.h>

#include <catch2/catch.hpp>

#include "curate/diff_report.h"

namespace signpost {
namespace {

/// Records in memory; a place is a number.
class Lines : public RecordSource {
 public:
  explicit Lines(std::vector<std::string> lines) : lines_(std::move(lines)) {}
  bool next(std::string_view& text) override {
    if (next_ == lines_.size()) return false;
    text = lines_[next_++];
    return true;
  }
  std::uint64_t place() const override { return next_ - 1; }
  std::string where() const override { return fmt::format("lines:{}", next_); }
  void end_reading() override {}
  void read_at(std::uint64_t place, std::string& text) const override { text = lines_.at(place); }

 private:
  std::vector<std::string> lines_;
  std::size_t next_ = 0;
};

struct Result {
  DiffSummary summary;
  std::vector<std::string> changes;
};

Result compare(std::vector<std::string> a, std::vector<std::string> b) {
  Rejects rejects("test", {{}, false, true});
  Progress progress("diff", "samples", 0, ProgressStyle::none);
  Lines lines_a(std::move(a)), lines_b(std::move(b));
  Result result;
  result.summary = diff(lines_a, lines_b, rejects, progress, [&](const Change& change) {
    result.changes.push_back(change_json(change));
  });
  return result;
}

std::string record(const std::string& id, const std::string& rest = "") {
  return fmt::format(R"({{"id":"{}","image":"i"{}}})", id, rest);
}

const std::string kDigest(64, 'a');

}  // namespace

TEST_CASE("the same records in another order and notation are the same") {
  const Result result =
      compare({record("a", R"(,"label":1,"ops":[{"crop":{"size":4,"margin":0.0}}])"), record("b")},
              {R"({"image":"i","id":"b"})",
               R"({"ops":[{"crop":{"margin":0,"size":4}}],"label": 1,"id":"a","image":"i"})"});
  CHECK(result.summary.equal());
  CHECK(result.summary.same == 2);
  CHECK(result.changes.empty());
}

TEST_CASE("changes come in the order of A, additions behind them in the order of B") {
  const Result result = compare({record("z"), record("m", ",\"label\":1"), record("a")},
                                {record("new2"), record("a", ",\"split\":\"val\""),
                                 record("m", ",\"label\":2"), record("new1")});
  CHECK(result.changes == std::vector<std::string>{
                              R"({"change":"removed","id":"z","label":null,"split":null})",
                              R"({"change":"changed","id":"m","fields":{"label":[1,2]}})",
                              R"({"change":"changed","id":"a","fields":{"split":[null,"val"]}})",
                              R"({"change":"added","id":"new2","label":null,"split":null})",
                              R"({"change":"added","id":"new1","label":null,"split":null})",
                          });
  CHECK_FALSE(result.summary.equal());
  CHECK(result.summary.relabelled == 1);
  CHECK(result.summary.moved == 1);
  CHECK(result.summary.other_changed == 0);
}

TEST_CASE("a sample is renamed if image bytes, box and operations are the same, one for one") {
  const std::string picture = ",\"sha256\":\"" + kDigest + "\"";
  const Result result = compare(
      {record("a", picture), record("b", picture), record("c", picture + ",\"roi\":[1,2,3,4]")},
      {record("x", picture), record("y", picture + ",\"roi\":[1,2,3,5]")});
  CHECK(result.summary.renamed == 1);
  CHECK(result.summary.removed == 2);
  CHECK(result.summary.added == 1);
  CHECK(result.changes[0] == R"({"change":"renamed","id":"x","was":"a","fields":{}})");
}

TEST_CASE("samples without a digest are never taken for renamed") {
  CHECK(compare({record("a")}, {record("b")}).summary.renamed == 0);
}

TEST_CASE("an id that stands twice is compared once") {
  const Result result = compare({record("a", ",\"label\":1"), record("a", ",\"label\":2")},
                                {record("a", ",\"label\":1")});
  CHECK(result.summary.equal());
  CHECK(result.summary.twice_a == 1);
  CHECK(result.summary.samples_a == 1);
  CHECK(result.summary.classes.size() == 1);
}

TEST_CASE("histories are compared apart from the samples") {
  const Result result = compare({record("a", R"(,"history":[{"command":"x"}])")}, {record("a")});
  CHECK(result.summary.equal());
  CHECK(result.summary.history_a == R"([{"command":"x"}])");
  CHECK(result.summary.history_b == "[]");
}

TEST_CASE("the text names the steps that only one of the two has") {
  DiffSummary summary;
  summary.history_a = R"([{"command":"a"},{"command":"b"},{"command":"d"}])";
  summary.history_b = R"([{"command":"a"},{"command":"c"},{"command":"d"}])";
  const std::string text = diff_text(summary, "A", "B", Catalogue::load());
  CHECK(text.ends_with("\nmade in another way (- A, + B)\n  a\n- b\n+ c\n  d\n"));
}

}  // namespace signpost
