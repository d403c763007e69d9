#include "sample/catalogue.h"

#include <catch2/catch.hpp>

#include "base/error.h"

namespace signpost {
namespace {

/// A catalogue of two mirrored signs, with `from` replaced by `to`.
std::string edited(const std::string& from = "", const std::string& to = "") {
  std::string text = R"([[class]]
id = 4
name = "Keep right"
name_de = "Rechts vorbei"
shape = "circle"
flip_horizontal = 7
flip_vertical = "refused"
rotate_90 = 7
rotate_180 = "refused"
rotate_270 = "refused"

[[class]]
id = 7
name = "Keep left"
name_de = "Links vorbei"
shape = "circle"
flip_horizontal = 4
flip_vertical = "refused"
rotate_90 = "refused"
rotate_180 = "refused"
rotate_270 = 4
)";
  if (!from.empty()) text.replace(text.find(from), from.size(), to);
  return text;
}

Catalogue parsed(const std::string& text) { return Catalogue::parse(text, "c.toml"); }

}  // namespace

TEST_CASE("the catalogue that ships holds the 43 classes of GTSRB") {
  const Catalogue catalogue = Catalogue::load();
  REQUIRE(catalogue.classes().size() == 43);
  for (int id = 0; id < 43; ++id) REQUIRE(catalogue.find(id) != nullptr);
  CHECK(catalogue.find(43) == nullptr);
  CHECK(catalogue.find(-1) == nullptr);
  CHECK(catalogue.find(14)->name == "Stop");
  CHECK(catalogue.find(12)->name_de == "Vorfahrtstraße");
  CHECK(catalogue.find(13)->shape == "inverted-triangle");
}

TEST_CASE("a flip keeps, changes or refuses a class as its drawing demands") {
  const Catalogue catalogue = Catalogue::load("gtsrb");
  const auto after = [&](int id, Transform transform) {
    return catalogue.find(id)->after(transform);
  };
  CHECK(after(38, Transform::flip_horizontal) == 39);
  CHECK(after(38, Transform::rotate_90) == 39);
  CHECK(after(39, Transform::rotate_270) == 38);
  CHECK(after(13, Transform::flip_horizontal) == 13);
  CHECK(after(13, Transform::flip_vertical) == std::nullopt);
  CHECK(after(32, Transform::rotate_180) == 32);
  CHECK(after(32, Transform::flip_horizontal) == std::nullopt);
  for (const Transform transform : kTransforms) {
    CHECK(after(12, transform) == 12);
    for (const int digits : {0, 1, 2, 3, 4, 5, 6, 7, 8, 14})
      CHECK(after(digits, transform) == std::nullopt);
  }
}

TEST_CASE("what a diagonal makes of a class follows from a quarter turn and a flip") {
  const Catalogue catalogue = Catalogue::load("gtsrb");
  const auto after = [&](int id, Transform transform) {
    return catalogue.find(id)->after(transform);
  };
  CHECK(after(38, Transform::identity) == 38);
  CHECK(after(38, Transform::transpose) == 38);
  CHECK(after(38, Transform::transverse) == std::nullopt);
  CHECK(after(39, Transform::transverse) == 39);
  CHECK(after(12, Transform::transpose) == 12);
  CHECK(after(17, Transform::transpose) == std::nullopt);
  CHECK(after(1, Transform::transverse) == std::nullopt);
}

TEST_CASE("a catalogue's ids need not be contiguous") {
  const Catalogue catalogue = parsed(edited());
  REQUIRE(catalogue.classes().size() == 2);
  CHECK(catalogue.classes()[1].id == 7);
  CHECK(catalogue.find(4)->after(Transform::flip_horizontal) == 7);
  CHECK(catalogue.find(4)->stvo.empty());
}

TEST_CASE("a broken catalogue is refused with its file and class") {
  CHECK_THROWS_WITH(parsed(edited("id = 7", "id = 4")), "c.toml: class 4 stands twice");
  CHECK_THROWS_WITH(
      parsed(edited("id = 7", "id = -7")),
      "c.toml: [[class]] number 2 needs \"id\" to be a whole number from 0 to 999999");
  CHECK_THROWS_WITH(parsed(edited("id = 4\n", "")), "c.toml: [[class]] number 1 has no \"id\"");
  CHECK_THROWS_WITH(parsed(edited("name = \"Keep left\"", "")),
                    "c.toml: class 7 needs \"name\" to be a text");
  CHECK_THROWS_WITH(parsed(edited("name_de = \"Rechts vorbei\"", "name_de = 3")),
                    "c.toml: class 4 needs \"name_de\" to be a text");
  CHECK_THROWS_WITH(
      parsed(edited("shape = \"circle\"", "shape = \"round\"")),
      "c.toml: class 4 has the unknown shape \"round\"; write one of circle, triangle, "
      "inverted-triangle, diamond, octagon");
  CHECK_THROWS_WITH(parsed(edited("shape =", "colour = \"red\"\nshape =")),
                    "c.toml: class 4 has the unknown field \"colour\"");
  CHECK_THROWS_WITH(parsed(edited("flip_vertical = \"refused\"\n", "")),
                    "c.toml: class 4 needs \"flip_vertical\" to be a class id or \"refused\"");
  CHECK_THROWS_WITH(parsed(edited("flip_vertical = \"refused\"", "flip_vertical = \"no\"")),
                    "c.toml: class 4 needs \"flip_vertical\" to be a class id or \"refused\"");
  CHECK_THROWS_WITH(parsed(""), "c.toml: has no [[class]] entries; is this a class catalogue?");
  CHECK_THROWS_WITH(parsed("class = [1, 2]"),
                    "c.toml: has no [[class]] entries; is this a class catalogue?");
  CHECK_THROWS_WITH(parsed("[[class]]\nid = \n"),
                    Catch::StartsWith("c.toml:2: is not valid TOML: "));
}

TEST_CASE("transforms that contradict each other are refused") {
  CHECK_THROWS_WITH(
      parsed(edited("flip_horizontal = 7", "flip_horizontal = 9")),
      "c.toml: class 4 becomes class 9 by flip_horizontal, which is not in this catalogue");
  CHECK_THROWS_WITH(parsed(edited("flip_horizontal = 4", "flip_horizontal = 7")),
                    "c.toml: class 4 becomes class 7 by flip_horizontal and then class 7 by "
                    "flip_horizontal; that must be class 4");
  CHECK_THROWS_WITH(
      parsed(edited("rotate_270 = 4", "rotate_270 = \"refused\"")),
      "c.toml: class 4 becomes class 7 by rotate_90 and then \"refused\" by rotate_270; "
      "that must be class 4");
  CHECK_THROWS_WITH(
      parsed(edited("rotate_90 = 7\nrotate_180 = \"refused\"", "rotate_90 = 7\nrotate_180 = 7")),
      "c.toml: class 4 becomes class 7 by rotate_180 and then \"refused\" by "
      "rotate_180; that must be class 4");
}

TEST_CASE("two ways to one diagonal that disagree are refused") {
  const auto entry = [](int id, const std::string& transforms) {
    return "[[class]]\nid = " + std::to_string(id) +
           "\nname = \"x\"\nname_de = \"x\"\nshape = \"circle\"\nflip_vertical = \"refused\"\n" +
           transforms;
  };
  const std::string text =
      entry(4,
            "flip_horizontal = 7\nrotate_90 = 9\nrotate_180 = \"refused\"\n"
            "rotate_270 = \"refused\"\n") +
      entry(7, "flip_horizontal = 4\nrotate_90 = 7\nrotate_180 = 7\nrotate_270 = 7\n") +
      entry(9,
            "flip_horizontal = 9\nrotate_90 = \"refused\"\nrotate_180 = \"refused\"\n"
            "rotate_270 = 4\n");
  CHECK_THROWS_WITH(parsed(text),
                    "c.toml: class 4 becomes class 7 or class 9 by quarter turns and flips that "
                    "all amount to transpose");
}

TEST_CASE("an unknown catalogue name is a usage error, a missing file an input error") {
  CHECK_THROWS_WITH(Catalogue::load("gtsrp"),
                    "there is no class catalogue gtsrp; name one that ships with signpost (gtsrb) "
                    "or a .toml file");
  CHECK_THROWS_WITH(Catalogue::load("nowhere/classes.toml"),
                    "nowhere/classes.toml: cannot be read: No such file or directory");
}

}  // namespace signpost
