#include "curate/check.h"

#include <unistd.h>

#include <catch2/catch.hpp>
#include <fstream>

#include "base/digest.h"

namespace signpost {
namespace {

namespace fs = std::filesystem;

/// A folder of its own for a manifest and its images, removed at the end.
class Bench {
 public:
  Bench() : folder_(fs::temp_directory_path() / ("check-" + std::to_string(::getpid()))) {
    fs::create_directories(folder_);
  }
  Bench(const Bench&) = delete;
  Bench& operator=(const Bench&) = delete;
  ~Bench() { fs::remove_all(folder_); }

  /// Writes an image of one colour; returns its SHA-256.
  std::string image(const std::string& name, int width, int height, char colour) const {
    std::string bytes = "P6\n" + std::to_string(width) + " " + std::to_string(height) + "\n255\n" +
                        std::string(static_cast<std::size_t>(width * height * 3), colour);
    std::ofstream(folder_ / name) << bytes;
    return sha256_hex(as_bytes(bytes));
  }

  /// "severity kind line: id: what" of each finding in a manifest of these lines.
  std::vector<std::string> findings(const std::vector<std::string>& lines, bool images = false,
                                    int jobs = 1) {
    const fs::path manifest = folder_ / "m.ndjson";
    std::ofstream file(manifest);
    for (const std::string& line : lines) file << line << "\n";
    file.close();
    LineReader reader(manifest.string(), Passes::two);
    std::vector<std::string> found;
    const CheckOptions options{images, folder_, jobs, ProgressStyle::none};
    counts = check(reader, Catalogue::load(), options, [&](const Finding& finding) {
      const std::size_t colon = finding.where.rfind(':');
      const bool placed = colon != std::string::npos;
      found.push_back(std::string(finding.severity == Severity::error ? "error " : "warning ") +
                      std::string(finding.kind) + " " +
                      (placed ? finding.where.substr(colon + 1) : "-") + ": " + finding.id + ": " +
                      finding.what);
      CHECK_FALSE(finding.remedy.empty());
    });
    return found;
  }

  CheckCounts counts;

 private:
  fs::path folder_;
};

using Lines = std::vector<std::string>;

/// A sound record, with `more` fields behind the first ones.
std::string record(const std::string& id, int label, const std::string& group,
                   const std::string& more = "") {
  return R"({"id":")" + id + R"(","image":")" + id + R"(.ppm","label":)" + std::to_string(label) +
         R"(,"group":")" + group + "\"" + (more.empty() ? "" : "," + more) + "}";
}

std::string split(const std::string& side) { return R"("split":")" + side + "\""; }
std::string sha(const std::string& text) { return R"("sha256":")" + text + "\""; }

}  // namespace

TEST_CASE("sound records give no finding") {
  Bench bench;
  CHECK(bench.findings({record("a", 1, "g1", split("train")), "",
                        record("b", 1, "g2", split("val")), record("c", 1, "g2", split("val"))}) ==
        Lines{});
  CHECK(bench.counts.samples == 3);
  CHECK(bench.findings({}) == Lines{});
}

TEST_CASE("a line that is no sample is a finding, and the stream goes on") {
  Bench bench;
  CHECK(bench.findings({"{", record("a", 1, "g"), record("b", 1, "h")}) ==
        Lines{"error bad-record 1: : is not valid JSON"});
  CHECK(bench.counts.samples == 2);
}

TEST_CASE("labels, splits, boxes and operations are looked at") {
  Bench bench;
  CHECK(bench.findings({R"({"id":"a","image":"a.ppm","group":"g"})", record("b", 43, "h"),
                        record("c", 1, "i", split("dev")),
                        record("d", 1, "j", R"("width":9,"height":9,"roi":[0,0,10,9])"),
                        record("e", 1, "k", R"("ops":[{"spin":{}}])"), record("f", 43, "m")}) ==
        Lines{"error no-label 1: a: has no label",
              "error unknown-class 2: b: label 43 is no class of the catalogue",
              "error bad-split 3: c: split \"dev\" is none of train, val and test",
              "error bad-roi 4: d: roi [0,0,10,9] leaves its 9x9 image",
              "error bad-operation 5: e: field \"ops\" holds the unknown operation \"spin\"",
              "error unknown-class 6: f: label 43 is no class of the catalogue"});
  CHECK(bench.counts.errors == 6);
}

TEST_CASE("an id that stands twice is found wherever it stands") {
  Bench bench;
  CHECK(bench.findings(
            {record("a", 1, "g"), record("b", 1, "h"), record("a", 1, "g"), record("a", 1, "g")}) ==
        Lines{"error duplicate-id 3: a: the id stands on line 1 too",
              "error duplicate-id 4: a: the id stands on line 1 too"});
}

TEST_CASE("a group on two sides of the split is found; one without a split is on none") {
  Bench bench;
  CHECK(bench.findings({record("a", 1, "g", split("train")), record("b", 1, "g", split("train")),
                        record("c", 1, "g", split("val")), record("d", 1, "h", split("val")),
                        record("e", 1, "h", split("val"))}) ==
        Lines{"error group-leak 3: c: group g is in val here, but in train on line 1"});
  CHECK(bench.findings({record("a", 1, "g", split("train")), record("b", 1, "g"),
                        record("c", 1, "h", split("train"))}) ==
        Lines{"warning unassigned -: : 1 sample without a split while others have one"});
}

TEST_CASE("an exact copy is as bad as what it spoils") {
  Bench bench;
  CHECK(bench.findings({record("a", 1, "g", sha("5")), record("b", 1, "g", sha("5")),
                        record("c", 1, "h", sha("6"))}) ==
        Lines{"warning copy 2: b: is an exact copy of a (line 1)"});
  CHECK(bench.findings({record("a", 1, "g", sha("5")), record("b", 1, "h", sha("5"))}) ==
        Lines{"warning copy-groups 2: b: is an exact copy of a (line 1), which belongs to another "
              "group"});
  CHECK(bench.findings({record("x", 1, "i"), record("a", 1, "g", sha("5")),
                        record("b", 1, "h", sha("5") + "," + split("test"))}) ==
        Lines{"error copy-leak 3: b: is an exact copy of a (line 2), which is without a split "
              "while this one is in test"});
  CHECK(bench.findings({record("x", 2, "i"), record("y", 1, "j"), record("a", 1, "g", sha("5")),
                        record("c", 1, "g", sha("5")), record("b", 2, "h", sha("5"))}) ==
        Lines{"error copy-labels 5: b: is an exact copy of a (line 3, and 1 more), but is labelled "
              "2, not 1"});
}

TEST_CASE("variants of one sample, and signs of one scene, are no copies") {
  Bench bench;
  const auto in_scene = [](const std::string& id, int label, const std::string& group,
                           const std::string& more) {
    return R"({"id":")" + id + R"(","image":"scene.ppm","sha256":"5","label":)" +
           std::to_string(label) + R"(,"group":")" + group + "\"," + more + "}";
  };
  const std::string left = R"("roi":[0,0,9,9])", right = R"("roi":[20,0,29,9])";
  const std::string varied = R"(,"ops":[{"augment":{"recipe":"road","seed":7,"copy":1}}])";
  const Lines around = {record("x", 1, "i"), record("y", 2, "j"), record("z", 2, "k")};
  const auto with = [&](Lines lines) {
    lines.insert(lines.begin(), around.begin(), around.end());
    return lines;
  };
  CHECK(bench.findings(with({in_scene("a", 1, "g", left), in_scene("a+1", 1, "g", left + varied),
                             in_scene("b", 2, "h", right)})) == Lines{});
  CHECK(bench.findings(with({in_scene("a", 1, "g", left), in_scene("b", 2, "g", left)})) ==
        Lines{"error copy-labels 5: b: shows the same box of the same image as a (line 4), but is "
              "labelled 2, not 1"});
  CHECK(bench.findings(with({in_scene("a", 1, "g", left), in_scene("b", 1, "g", left)})) ==
        Lines{"warning copy 5: b: shows the same box of the same image as a (line 4)"});
}

TEST_CASE("a class must be trainable and measurable") {
  Bench bench;
  CHECK(
      bench.findings({record("a", 1, "g", split("train")), record("b", 2, "h", split("val")),
                      record("c", 14, "i", split("train")), record("d", 14, "j", split("val"))}) ==
      Lines{"warning few-groups -: : class 1 (Speed limit 30 km/h) has one group, so it cannot be "
            "both trained on and validated",
            "error untrained-class -: : class 2 (Speed limit 50 km/h) is to be measured but has "
            "no sample to train on"});
  CHECK(bench.findings({record("a", 1, "g", split("test"))}) == Lines{});
}

TEST_CASE("every image is read, in the order of the records, whatever the number of threads") {
  Bench bench;
  const std::string good = bench.image("a.ppm", 4, 3, 'a');
  bench.image("b.ppm", 4, 3, 'b');
  bench.image("c.ppm", 4, 3, 'c');
  bench.image("e.ppm", 4, 3, 'e');
  const Lines lines = {record("a", 1, "g", sha(good) + R"(,"width":4,"height":3)"),
                       record("b", 1, "h", R"("width":3,"height":4)"),
                       record("c", 1, "i", sha(good)), record("d", 1, "j"),
                       record("e", 1, "k", R"("roi":[0,0,5,3])")};
  for (const int jobs : {1, 4}) {
    const Lines found = bench.findings(lines, true, jobs);
    REQUIRE(found.size() == 4);
    CHECK(found[0] == "error wrong-size 2: b: b.ppm: is 4x3, but the record says 3x4");
    CHECK(found[1] ==
          "error changed-image 3: c: c.ppm: its bytes are not those of the record's sha256");
    CHECK(found[2].starts_with("error no-image 4: d: "));
    CHECK(found[2].ends_with("d.ppm: cannot be read: No such file or directory"));
    CHECK(found[3] == "error bad-roi 5: e: roi [0,0,5,3] leaves its 4x3 image");
  }
}

TEST_CASE("copies are found by what the files hold, though no record says it") {
  Bench bench;
  bench.image("a.ppm", 4, 3, 'a');
  bench.image("b.ppm", 4, 3, 'a');
  CHECK(bench.findings({record("a", 1, "g"), record("b", 1, "g"), record("a2", 1, "h")}, true)[1] ==
        "warning copy 2: b: is an exact copy of a (line 1)");
}

TEST_CASE("a finding is one line of text or one JSON object") {
  const Finding finding{Severity::warning,      "copy",          "m:2",         "b\n",
                        "is \"an\" exact copy", "one is enough", {"m:1", "m:7"}};
  CHECK(text_line(finding) == "m:2: warning: b : is \"an\" exact copy; one is enough [copy]");
  CHECK(json_line(finding) ==
        R"({"severity":"warning","kind":"copy","where":"m:2","id":"b\n","what":"is \"an\" exact )"
        R"(copy","remedy":"one is enough","others":["m:1","m:7"]})");
  const Finding bare{Severity::error, "few-groups", "m", "", "what", "do", {}};
  CHECK(text_line(bare) == "m: error: what; do [few-groups]");
  CHECK(json_line(bare) ==
        R"({"severity":"error","kind":"few-groups","where":"m","what":"what","remedy":"do"})");
}

}  // namespace signpost
