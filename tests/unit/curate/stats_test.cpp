#include "curate/stats.h"

#include <catch2/catch.hpp>

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

Stats some_stats() {
  Stats stats;
  stats.add(sample_of("a", 1, "g", "train", 20));
  stats.add(sample_of("b", 1, "g", "train", 30));
  stats.add(sample_of("c", 1, "h", "val", 40));
  stats.add(sample_of("d", 14, "", "val", 50));
  stats.add(sample_of("e", std::nullopt, "", "", 60));
  stats.add(sample_of("f", 99, "k", "train", 70));
  return stats;
}

}  // namespace

TEST_CASE("quantiles are lengths that came, by nearest rank") {
  Lengths lengths;
  for (int i = 1; i <= 100; ++i) lengths.add(101 - i);
  CHECK(lengths.quantile(0) == 1);
  CHECK(lengths.quantile(0.05) == 5);
  CHECK(lengths.quantile(0.5) == 50);
  CHECK(lengths.quantile(0.95) == 95);
  CHECK(lengths.quantile(1) == 100);
  Lengths one;
  one.add(7);
  for (const double q : {0.0, 0.5, 1.0}) CHECK(one.quantile(q) == 7);
}

TEST_CASE("samples and groups are counted by side and by class") {
  const Stats stats = some_stats();
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
  CHECK(stats_table(some_stats(), Catalogue::load()) ==
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
)");
}

TEST_CASE("a long name is cut where a character ends") {
  Stats stats;
  for (const char* side : {"train", "val", "test"}) stats.add(sample_of(side, 0, side, side, 20));
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
  const std::string table = stats_table(stats, catalogue);
  CHECK(
      table.find(
          "\n  0  Überholverbot für Kraftfahrze…       3        3        1        1        1\n") !=
      std::string::npos);
}

TEST_CASE("the counts are one JSON object") {
  Stats stats;
  stats.add(sample_of("a", 14, "g", "train", 20));
  CHECK(stats_json(stats, Catalogue::load()) ==
        R"({"samples":1,"groups":1,"splits":{"train":{"samples":1,"groups":1},)"
        R"("val":{"samples":0,"groups":0},"test":{"samples":0,"groups":0},)"
        R"("none":{"samples":0,"groups":0}},"classes":[{"label":14,"name":"Stop","samples":1,)"
        R"("groups":1,"train":1,"val":0,"test":0,"none":0}],"pixels":{)"
        R"("roi_short":{"count":1,"min":20,"p5":20,"median":20,"p95":20,"max":20},)"
        R"("image_short":{"count":1,"min":30,"p5":30,"median":30,"p95":30,"max":30},)"
        R"("image_long":{"count":1,"min":32,"p5":32,"median":32,"p95":32,"max":32}}})");
}

TEST_CASE("nothing at all has statistics too") {
  CHECK(stats_table(Stats(), Catalogue::load()) ==
        "split          samples      groups\nall                  0           0\n");
  CHECK(stats_json(Stats(), Catalogue::load()).find(R"("roi_short":{"count":0})") !=
        std::string::npos);
}

}  // namespace signpost
