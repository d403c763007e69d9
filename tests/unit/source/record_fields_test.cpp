#include <catch2/catch.hpp>
#include <set>

#include "source/file_tree.h"
#include "source/format.h"
#include "source/manifest.h"

namespace signpost {

TEST_CASE("different ids give different stems, and none names a folder or another place") {
  const std::vector<std::string> ids = {"a/b",  "a-b",    "a_b",  "a=2Fb", "a=2D", "a b",  "..",
                                        "../x", "/etc/x", "a.b",  ".",     "",     "ä",    "a\\b",
                                        "a\nb", "A/b",    "a//b", "a/",    "C:x",  "a%2Fb"};
  std::set<std::string> stems;
  for (const std::string& id : ids) {
    const std::string stem = stem_of_id(id);
    CHECK(stem.find_first_of("/\\.\n: ") == std::string::npos);
    CHECK(stems.insert(stem).second);
  }
}

TEST_CASE("long ids are cut between characters and stay different") {
  std::string umlauts;
  for (int i = 0; i < 200; ++i) umlauts += "ä";
  const std::string one = stem_of_id(umlauts + "1"), two = stem_of_id(umlauts + "2");
  CHECK(one != two);
  CHECK(one.size() < 200);
  CHECK((static_cast<unsigned char>(one[one.find('=') - 1]) & 0xc0) == 0x80);
  CHECK(one.find('=') % 2 == 0);
}

TEST_CASE("a field is taken out of unknown fields wherever it stands, and the others stay") {
  const std::string whole = R"("a":1,"b":{"a":[1,{"c":"},\""}]}, "c" : "x,y" ,"d":null)";
  using Parts = std::pair<std::string, std::string>;  // what was taken, and what stays
  const auto taken = [&](const char* name) {
    std::string extra = whole;
    std::string value = take_field(extra, name);
    return Parts(value, extra);
  };
  CHECK(taken("a") == Parts("1", R"("b":{"a":[1,{"c":"},\""}]}, "c" : "x,y" ,"d":null)"));
  CHECK(taken("b") == Parts(R"({"a":[1,{"c":"},\""}]})", R"("a":1, "c" : "x,y" ,"d":null)"));
  CHECK(taken("c") == Parts(R"("x,y")", R"("a":1,"b":{"a":[1,{"c":"},\""}]},"d":null)"));
  CHECK(taken("d") == Parts("null", R"("a":1,"b":{"a":[1,{"c":"},\""}]}, "c" : "x,y" )"));
  CHECK(taken("e") == Parts("", whole));
  std::string alone = R"("x":2)";
  CHECK(take_field(alone, "x") == "2");
  CHECK(alone.empty());
  std::string cut = R"("x":"unclosed)";
  CHECK(take_field(cut, "y").empty());
}

TEST_CASE("fields of our own come back, and those of others with them") {
  Sample sample;
  sample.id = "a\"b";
  sample.group = std::string("g");
  sample.frame = 3;
  sample.split = "val";
  sample.extra = R"("weather":{"rain":[1,2.50]})";
  Sample back;
  back.extra = R"("csv":{"x":"1"})";
  CHECK(apply_own_fields(own_fields(sample), back).empty());
  CHECK(back.id == sample.id);
  CHECK(back.group == "g");
  CHECK(back.frame == 3);
  CHECK(back.split == "val");
  CHECK(back.extra == R"("csv":{"x":"1"},"weather":{"rain":[1,2.50]})");
}

TEST_CASE("an object of our own over several lines becomes one") {
  Sample sample;
  CHECK(apply_own_fields("{\r\n \"id\": \"a\",\n \"x\": [1,\n2]\n}\n", sample).empty());
  CHECK(sample.id == std::string("a"));
  CHECK(sample.extra.find_first_of("\r\n") == std::string::npos);
  CHECK(apply_own_fields("{\n}", sample).empty());
}

TEST_CASE("an object of our own that is none leaves the sample alone and is named") {
  for (const std::string json : {"", "[]", "7", "{", R"({"frame":"x"})", R"({"id":1})"}) {
    Sample sample;
    sample.id = "kept";
    CHECK_FALSE(apply_own_fields(json, sample).empty());
    CHECK(sample.id == "kept");
  }
  Sample sample;
  CHECK(apply_own_fields("{ }", sample).empty());
}

TEST_CASE("a rendered sample says what it was made from, and what that was made from") {
  Sample sample;
  sample.id = "a";
  sample.image = "a.ppm";
  sample.width = 40;
  sample.height = 30;
  sample.roi = Roi{1, 2, 3, 4};
  sample.ops = R"({"crop":{"size":8}})";
  sample.extra = R"("x":1)";
  set_rendered(sample);
  CHECK_FALSE(sample.roi);
  CHECK_FALSE(sample.width);
  CHECK(sample.ops.empty());
  const std::string first =
      R"({"image":"a.ppm","width":40,"height":30,"roi":[1,2,3,4],"ops":[{"crop":{"size":8}}]})";
  CHECK(sample.extra.ends_with(first));
  sample.image = "b.png";
  sample.ops = R"({"crop":{"size":4}})";
  set_rendered(sample);
  std::string second = R"("x":1,"rendered_from":{"image":"b.png","ops":[{"crop":{"size":4}}],)";
  second += R"("rendered_from":)";
  second += first;
  second += '}';
  CHECK(sample.extra == second);
}

TEST_CASE("paths of annotation files stay inside the tree") {
  CHECK(path_within("set", "a/./b/../c.png") == "set/a/c.png");
  CHECK(path_within("set", "../c.png") == "c.png");
  CHECK(path_within("", "a\\b.png") == "a/b.png");
  CHECK(path_within("set", "../../c.png").empty());
  CHECK(path_within("", "..").empty());
  CHECK(path_within("", "/etc/passwd").empty());
  CHECK(path_within("a", "..").empty());
  CHECK(path_within("a", "b/").empty());
}

TEST_CASE("what folders have in common ends at a slash") {
  CHECK(common_folder({"set/ab", "set/ac"}) == "set");
  CHECK(common_folder({"set/a/b", "set/a"}) == "set/a");
  CHECK(common_folder({"set", "settle"}).empty());
  CHECK(common_folder({"", "a"}).empty());
  CHECK(common_folder({}).empty());
}

TEST_CASE("names lose their extension, but not their dots in front") {
  CHECK(without_extension("a.b.ppm") == "a.b");
  CHECK(without_extension("d.x/a") == "d.x/a");
  CHECK(without_extension("d/.hidden") == "d/.hidden");
  CHECK(names_image("A.JPeG"));
  CHECK_FALSE(names_image("ppm"));
  CHECK_FALSE(names_image("a.gif"));
}

}  // namespace signpost
