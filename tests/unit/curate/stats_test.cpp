#include <catch2/catch.hpp>

#include "curate/figures.h"

namespace signpost {
namespace {

Sample sample_of(std::string id, std::optional<int> label, std::string group, std::string split,
                 int side) {
  Sample sample;
  sample.id = std::move(id);
  sample.image = std::string("i");
  sample.label = label;
  sample.group = std::move(group);
  sample.split = std::move(split);
  sample.width = side + 10;
  sample.height = side + 12;
  sample.roi = Roi{5, 5, 5 + side + 1, 5 + side};
  return sample;
}

Figures some_figures() {
  Figures figures;
  Stats& stats = figures.stats;
  stats.add(sample_of("a", 1, "g", "train", 20));
  stats.add(sample_of("b", 1, "g", "train", 30));
  stats.add(sample_of("c", 1, "h", "val", 40));
  stats.add(sample_of("d", 14, "", "val", 50));
  stats.add(sample_of("e", std::nullopt, "", "", 60));
  stats.add(sample_of("f", 99, "k", "train", 70));
  return figures;
}

}  // namespace

TEST_CASE("samples and groups are counted by side and by class") {
  const Figures figures = some_figures();
  const Stats& stats = figures.stats;
  CHECK(stats.all().samples == 6);
  CHECK(stats.all().groups == 5);
  const Stats::Count& train = stats.sides()[static_cast<std::size_t>(Side::train)];
  CHECK(train.samples == 3);
  CHECK(train.groups == 2);
  CHECK(stats.classes().at(1).samples == 3);
  CHECK(stats.classes().at(1).groups == 2);
  CHECK(stats.classes().at(std::nullopt).samples == 1);
}

TEST_CASE("the table is aligned and fits 80 columns") {
  CHECK(stats_table(some_figures(), Catalogue::load()) ==
        R"(split          samples      groups
train                3           2
val                  2           2
none                 1           1
all                  6           5

class                                         groups  samples    train      val
  -  (no label)                                    1        1        0        0
  1  Speed limit 30 km/h                           2        3        2        1
 14  Stop                                          1        1        0        1
 99  (not in the catalogue)                        1        1        1        0

pixels                     min     5 %  median    95 %     max
box, shorter side           20      20      40      70      70
image, shorter side         30      30      50      80      80
image, longer side          32      32      52      82      82

samples                    min     5 %  median    95 %     max
of a group                   1       1       1       2       2

percent                    min     5 %  median    95 %     max
image area in the box       44      44      63      76      76
margin left of it            7       7      10      24      24
margin above it              7       7      10      25      25
margin right of it           6       6       8      19      19
margin below it             10      10      14      35      35
)");
}

TEST_CASE("a long name is cut where a character ends") {
  Figures figures;
  for (const char* side : {"train", "val", "test"})
    figures.stats.add(sample_of(side, 0, side, side, 20));
  const Catalogue catalogue = Catalogue::parse(R"(
[[class]]
id = 0
name = "Überholverbot für Kraftfahrzeuge über dreieinhalb Tonnen"
name_de = "x"
stvo = "276"
shape = "circle"
flip_horizontal = "refused"
flip_vertical = "refused"
rotate_90 = "refused"
rotate_180 = "refused"
rotate_270 = "refused"
)",
                                               "test");
  const std::string table = stats_table(figures, catalogue);
  CHECK(
      table.find(
          "\n  0  Überholverbot für Kraftfahrze…       3        3        1        1        1\n") !=
      std::string::npos);
}

/// A distribution of one value, as JSON.
static std::string only(int value) {
  std::string text =
      R"({"count":1,"min":V,"p5":V,"median":V,"p95":V,"max":V,"bins":{"low":V,"width":1,"open":false,"counts":[1]}})";
  const std::string number = std::to_string(value);
  for (std::size_t at = text.find('V'); at != std::string::npos; at = text.find('V'))
    text.replace(at, 1, number);
  return text;
}

TEST_CASE("the counts are one JSON object") {
  Figures figures;
  figures.stats.add(sample_of("a", 14, "g", "train", 20));
  CHECK(stats_json(figures, Catalogue::load()) ==
        R"({"samples":1,"groups":1,"splits":{"train":{"samples":1,"groups":1},)"
        R"("val":{"samples":0,"groups":0},"test":{"samples":0,"groups":0},)"
        R"("none":{"samples":0,"groups":0}},"classes":[{"label":14,"name":"Stop","samples":1,)"
        R"("groups":1,"train":1,"val":0,"test":0,"none":0,"roi_short_median":20}],)" +
            ("\"group_sizes\":" + only(1)) + ",\"pixels\":{\"roi_short\":" + only(20) +
            ",\"image_short\":" + only(30) + ",\"image_long\":" + only(32) +
            "},\"framing\":{\"roi_share\":" + only(44) + ",\"margin_left\":" + only(24) +
            ",\"margin_top\":" + only(25) + ",\"margin_right\":" + only(19) +
            ",\"margin_bottom\":" + only(35) + "}}");
}

TEST_CASE("a ROI that leaves its image counts by its size, not by its place") {
  Figures figures;
  Sample sample = sample_of("a", 14, "g", "train", 20);
  sample.roi->x2 = 999;
  figures.stats.add(sample);
  CHECK(figures.stats.roi_short().count() == 1);
  CHECK(figures.stats.roi_share().count() == 0);
  CHECK(figures.stats.margins()[2].count() == 0);
}

TEST_CASE("the page escapes names and titles and needs no network") {
  Figures figures = some_figures();
  const std::string page = stats_page(figures, Catalogue::load(), "a <set> & more", nullptr);
  CHECK(page.find("<h1>a &lt;set&gt; &amp; more</h1>") != std::string::npos);
  CHECK(page.find("<set>") == std::string::npos);
  CHECK(page.find("http") == std::string::npos);
  CHECK(page.find("<span class=\"title\">Stop</span>") != std::string::npos);
  CHECK(page.find("Light and colour") == std::string::npos);
  CHECK(stats_page(Figures(), Catalogue::load(), "x", nullptr).find("no samples") !=
        std::string::npos);
}

TEST_CASE("nothing at all has statistics too") {
  CHECK(stats_table(Figures(), Catalogue::load()) ==
        "split          samples      groups\nall                  0           0\n");
  CHECK(stats_json(Figures(), Catalogue::load()).find(R"("roi_short":{"count":0})") !=
        std::string::npos);
}

}  // namespace signpost
