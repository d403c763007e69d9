#include "curate/check.h"

#include <unistd.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <fstream>

#include "base/digest.h"
#include "base/random.h"
#include "codecs/decode.h"
#include "curate/finding_report.h"
#include "pixels/pnm.h"

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

  void write(const std::string& name, ByteView bytes) const {
    std::ofstream(folder_ / name)
        .write(reinterpret_cast<const char*>(bytes.data()),
               static_cast<std::streamsize>(bytes.size()));
  }

  /// Writes an image of coarse blocks, another for each seed, with a little noise of its own.
  void texture(const std::string& name, std::uint64_t seed, std::uint64_t noise = 0,
               int blur = 0) const {
    Image image(48, 48);
    Random blocks(seed, "blocks", 0, "test"), grain(noise, "grain", 0, "test");
    std::array<int, 64> level{};
    for (int& each : level) each = 40 + static_cast<int>(blocks.below(160));
    for (int y = 0; y < 48; ++y) {
      for (int x = 0; x < 48; ++x) {
        double value = level[static_cast<std::size_t>(y / 6 * 8 + x / 6)];
        if (blur > 0) value = 120 + 60 * std::sin((x + y) / static_cast<double>(blur));
        value += static_cast<double>(grain.below(5)) - 2;
        for (int c = 0; c < 3; ++c)
          image.rgb[static_cast<std::size_t>((y * 48 + x) * 3 + c)] =
              static_cast<std::uint8_t>(value);
      }
    }
    Bytes bytes;
    encode_ppm(image, bytes);
    write(name, bytes);
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
    options.images = images;
    options.root = folder_;
    options.jobs = jobs;
    options.progress = ProgressStyle::none;
    errors = 0;
    counts = check(reader, Catalogue::load(), options, [&](const Finding& finding) {
      errors += finding.severity == Severity::error ? 1 : 0;
      CHECK(std::find(kFindingKinds.begin(), kFindingKinds.end(), finding.kind) !=
            kFindingKinds.end());
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

  /// Pictures of one colour and classes of one sample are not what most tests are about.
  CheckOptions options = lenient();
  CheckCounts counts;
  std::uint64_t errors = 0;

 private:
  static CheckOptions lenient() {
    CheckOptions options;
    options.pictures = {0, 0, 0, 0};
    options.classes = {2, 1e9};
    return options;
  }
  fs::path folder_;
};

using Lines = std::vector<std::string>;

/// A sound record, with `more` fields behind the first ones.
std::string record(const std::string& id, int label, const std::string& group,
                   const std::string& more = "") {
  return R"({"id":")" + id + R"(","image":")" + id + R"(.ppm","label":)" + std::to_string(label) +
         R"(,"group":")" + group + "\"" + (more.empty() ? more : "," + more) + "}";
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
  CHECK(bench.errors == 6);
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
              "labelled 2, not 1",
              "error group-labels 5: b: group g is labelled 2 here, but 1 on line 4"});
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

TEST_CASE("PNG and JPEG are decoded to their last pixel") {
  Bench bench;
  Bytes png = encode_png(Image(32, 32));
  bench.write("a.ppm", png);
  png.resize(png.size() - 20);
  bench.write("b.ppm", png);
  const Lines found = bench.findings({record("a", 1, "g"), record("b", 1, "h")}, true);
  REQUIRE(found.size() == 1);
  CHECK(found[0].starts_with("error bad-image 2: b: b.ppm: is a damaged PNG: "));
}

TEST_CASE("poor pictures are warned of, with what was measured") {
  Bench bench;
  bench.options.pictures = PictureLimits{};
  bench.image("flat.ppm", 30, 30, 'x');
  bench.texture("sharp.ppm", 1);
  bench.texture("soft.ppm", 2, 0, 9);
  Image dark(20, 20);
  for (std::size_t i = 0; i < dark.rgb.size(); ++i)
    dark.rgb[i] = static_cast<std::uint8_t>(i / 60 % 2 * 10);
  Bytes bytes;
  encode_ppm(dark, bytes);
  bench.write("dark.ppm", bytes);
  CHECK(bench.findings({record("sharp", 1, "g1"), record("flat", 1, "g2"), record("soft", 1, "g3"),
                        record("dark", 1, "g4")},
                       true) ==
        Lines{"warning flat 2: flat: is of one grey: its standard deviation is 0.0 of 255, under 2",
              "warning blurred 3: soft: is blurred: its sharpness is 0.19, under 0.5",
              "warning dark 4: dark: is dark: its mean grey is 5.0 of 255, under 10"});
  CHECK(bench.findings({record("a", 1, "g", R"("roi":[0,0,14,20])"),
                        record("b", 1, "h", R"("width":15,"height":15)"),
                        record("c", 1, "i", R"("width":14,"height":60)")}) ==
        Lines{"warning tiny 1: a: its box is 14 px on the shorter side, under 15",
              "warning tiny 3: c: its box is 14 px on the shorter side, under 15"});
}

TEST_CASE("a near-copy is as bad as what it spoils, and none within a group") {
  Bench bench;
  bench.texture("a.ppm", 1, 1);
  bench.texture("b.ppm", 1, 2);
  bench.texture("c.ppm", 5, 3);
  const std::string like_a = "looks the same as a (line 1, similarity 0.99), ";
  CHECK(bench.findings({record("a", 1, "g"), record("b", 1, "g"), record("c", 1, "h")}, true) ==
        Lines{});
  CHECK(bench.findings({record("a", 1, "g"), record("b", 1, "h"), record("c", 1, "i")}, true) ==
        Lines{"warning near-copy 2: b: " + like_a + "which belongs to group g, not group h"});
  CHECK(bench.findings({record("a", 1, "g", split("train")), record("b", 1, "h", split("val")),
                        record("c", 1, "i", split("train"))},
                       true) == Lines{"error near-copy-leak 2: b: " + like_a +
                                      "which is in train while this one is in val"});
  CHECK(bench.findings({record("a", 1, "g"), record("b", 2, "h"), record("c", 1, "i"),
                        R"({"id":"d","image":"c.ppm","label":2,"group":"k","roi":[0,0,9,9]})"},
                       true) ==
        Lines{"error near-copy-labels 2: b: " + like_a + "but is labelled 2, not 1"});
  bench.options.near.sure_side_px = 49;
  CHECK(bench
            .findings({record("a", 1, "g", split("train")), record("b", 1, "h", split("val")),
                       record("c", 1, "i", split("train"))},
                      true)[0]
            .starts_with("warning near-copy-leak 2: b: "));
  bench.options.near_copies = false;
  CHECK(bench.findings({record("a", 1, "g"), record("b", 2, "h"), record("c", 1, "i")}, true)
            .size() == 1);
}

TEST_CASE("a group is one sign and keeps its frames") {
  Bench bench;
  const auto frame = [](int number) { return R"("frame":)" + std::to_string(number); };
  CHECK(bench.findings(
            {record("a", 1, "g"), record("b", 2, "g"), record("c", 1, "h"), record("d", 2, "i")}) ==
        Lines{"error group-labels 2: b: group g is labelled 2 here, but 1 on line 1"});
  const std::string turned = R"("ops":[{"crop":{"size":9,"margin":0}},{"augment":{"recipe":"r",)"
                             R"("seed":1,"copy":1}}])";
  CHECK(bench.findings({record("a", 1, "g"), record("a+1", 2, "g", turned), record("c", 1, "h"),
                        record("d", 2, "i")}) == Lines{});
  Lines lines;
  for (int group = 0; group < 20; ++group) {
    for (int n = 0; n < 4; ++n) {
      const std::string name = std::to_string(group);
      if ((group == 3 && n == 3) || (group == 5 && n == 1)) continue;
      lines.push_back(record(name + "_" + std::to_string(n), 1, name, frame(n)));
    }
  }
  lines.push_back(record("again", 1, "7", frame(2)));
  CHECK(bench.findings(lines) ==
        Lines{"warning frame-count 13: 3_0: group 3 has 3 frames, while 18 of 20 groups have 4",
              "warning frame-missing 20: 5_0: group 5 lacks frame 1 between its frames 0 and 3",
              "warning frame-twice 27: 7_0: group 7 has frame 2 twice"});
}

TEST_CASE("frames that were drawn at random from their tracks are no finding") {
  Bench bench;
  Lines lines;
  for (int group = 0; group < 20; ++group) {
    for (int n = group % 3; n < 20; n += 2 + group % 2) {
      lines.push_back(record(std::to_string(group) + "_" + std::to_string(n), 1,
                             std::to_string(group), R"("frame":)" + std::to_string(n)));
    }
  }
  CHECK(bench.findings(lines) == Lines{});
}

TEST_CASE("a class with too few groups or too small a share is named") {
  Bench bench;
  bench.options.classes = {3, 2.5};
  CHECK(bench.findings({record("a", 1, "g1"), record("b", 1, "g2"), record("c", 1, "g3"),
                        record("d", 2, "h1"), record("e", 2, "h2")}) ==
        Lines{"warning few-groups -: : class 2 (Speed limit 50 km/h) has 2 groups, under 3"});
  bench.options.classes = {1, 2.5};
  CHECK(bench.findings({record("a", 1, "g1"), record("b", 1, "g2"), record("c", 1, "g3"),
                        record("d", 2, "h1")}) ==
        Lines{"warning imbalance -: : class 2 (Speed limit 50 km/h) has 1 sample to train on, 3.0 "
              "times fewer than class 1 (Speed limit 30 km/h) with 3"});
}

TEST_CASE("networks that did not see a sample judge its label") {
  Bench bench;
  Lines lines;
  for (int i = 0; i < 12; ++i) {
    const std::string name = std::to_string(i);
    bench.texture(name + ".ppm", static_cast<std::uint64_t>(i % 2));
    lines.push_back(record(name, i == 4 || i == 10 ? 2 : 1 + i % 2, "g" + name,
                           split(i < 8 ? "val" : "train")));
  }
  // Tells textures by their pixels, as a good network does; its outputs are not in order of ids.
  const auto judge = [&](const std::string& name, std::vector<int> ids) {
    Judge made;
    made.name = name;
    made.preprocessing = {48, 0};
    made.class_ids = ids;
    made.unseen = [](const Sample& sample) { return sample.split == "val"; };
    Bytes bytes;
    read_file(bench.options.root / "0.ppm", bytes);
    Image first;
    std::string wrong;
    decode_pnm(bytes, first, wrong);
    made.predictor = [ids, first]() -> Judge::Predict {
      return [ids, first](std::span<const std::uint8_t> pixels, std::span<float> out) {
        const int seen = std::equal(pixels.begin(), pixels.end(), first.rgb.begin()) ? 1 : 2;
        for (std::size_t c = 0; c < out.size(); ++c) out[c] = ids[c] == seen ? 0.9f : 0.1f;
      };
    };
    return made;
  };
  bench.options.near_copies = false;
  const auto suspects = [&] {
    Lines found = bench.findings(lines, true);
    std::erase_if(found, [](const std::string& line) {
      return line.find("suspect-label") == std::string::npos;
    });
    return found;
  };
  const Lines expected = {
      "warning suspect-label 5: 4: is labelled 2 (Speed limit 50 km/h), but a network that never "
      "saw it says 1 (Speed limit 30 km/h) with probability 0.900, and its label with 0.100"};
  suspects();  // so that the bench knows its folder
  bench.options.judges = {judge("one", {2, 1})};
  CHECK(suspects() == expected);
  CHECK(bench.counts.judged == 8);
  bench.options.judges.push_back(judge("two", {1, 2}));
  CHECK(suspects() == expected);
  bench.options.judges.push_back(judge("three", {1, 2, 3}));
  CHECK_THROWS_WITH(suspects(), Catch::Contains("three: knows other classes than one"));
  bench.options.judges = {judge("one", {2, 1})};
  bench.options.judges[0].unseen = [](const Sample&) { return false; };
  CHECK_THROWS_WITH(suspects(), Catch::Contains("has no readable sample that one knows"));
}

TEST_CASE("a report stops at its limit and says what it kept back") {
  const auto finding = [](int n) {
    Finding made{Severity::warning, "dark", "m:", "s", "is dark", "look"};
    made.where += std::to_string(n);
    made.group = std::to_string(n / 2);
    made.label = n < 5 ? 1 : 2;
    return made;
  };
  Lines lines;
  const auto write = [&](const std::string& line) { lines.push_back(line); };
  FindingReport text({false, 2, {"tiny"}}, write);
  for (int n = 0; n < 8; ++n) text.add(finding(n));
  text.add({Severity::error, "tiny", "m:9", "s", "is tiny", "look"});
  text.finish("m");
  CHECK(lines == Lines{"m:0: warning: s: is dark; look [dark]",
                       "m:1: warning: s: is dark; look [dark]",
                       "m: warning: 6 more like these, in 3 groups, in 2 classes (3 in class 1); "
                       "print all with --limit 0 or --json [dark]"});
  CHECK(text.warnings() == 8);
  CHECK(text.errors() == 0);
  CHECK(text.allowed() == 1);
  lines.clear();
  FindingReport json({true, 2, {}}, write);
  for (int n = 0; n < 8; ++n) json.add(finding(n));
  json.finish("m");
  CHECK(lines.size() == 8);
  lines.clear();
  FindingReport all({false, 0, {}}, write);
  for (int n = 0; n < 8; ++n) all.add(finding(n));
  all.finish("m");
  CHECK(lines.size() == 8);
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
