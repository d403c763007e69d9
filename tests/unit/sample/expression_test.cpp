#include "sample/expression.h"

#include <catch2/catch.hpp>

#include "base/error.h"
#include "base/random.h"

namespace signpost {
namespace {

Sample sample_of(const std::string& json) {
  Sample sample;
  SampleDecoder decoder;
  REQUIRE(decoder.decode(json, sample).empty());
  return sample;
}

const Catalogue& catalogue() {
  static const Catalogue gtsrb = Catalogue::load("gtsrb");
  return gtsrb;
}

const Sample& stop() {
  static const Sample sample = sample_of(
      R"({"id":"gtsrb/14/3","image":"a.zip!b.ppm","width":40,"height":60,"roi":[4,6,36,54],)"
      R"("label":14,"group":"gtsrb/00014/00003","frame":3,"split":"train","fold":2,)"
      R"("ops":[{"crop":{"size":48,"margin":0.0}}],"weather":"rain","speed":31.5,"night":true,)"
      R"("tags":["wet","far",7],"camera":{"name":"C1","lens":{"mm":4}},"none":null})");
  return sample;
}
const Sample& bare() {
  static const Sample sample = sample_of(R"({"id":"x","image":"x.ppm"})");
  return sample;
}

bool matches(const std::string& text, const Sample& sample = stop()) {
  return Expression::parse(text, catalogue()).matches(sample);
}

std::string fault(const std::string& text) {
  try {
    Expression::parse(text, catalogue());
  } catch (const Error& error) {
    CHECK(error.blame() == Blame::usage);
    return error.what();
  }
  return "none";
}

/// The first line of the fault.
std::string head(const std::string& text) {
  const std::string whole = fault(text);
  return whole.substr(0, whole.find('\n'));
}

}  // namespace

TEST_CASE("numbers and texts are compared in every way") {
  CHECK(matches("label == 14"));
  CHECK(matches("label != 13"));
  CHECK(matches("label < 14.5"));
  CHECK(matches("label <= 14 and label >= 14"));
  CHECK(matches("13 < label"));
  CHECK(matches("label > -1e3"));
  CHECK_FALSE(matches("label > 14"));
  CHECK(matches("split == \"train\""));
  CHECK(matches("split != 'val'"));
  CHECK(matches("group >= 'gtsrb/00014'"));
  CHECK(matches("width < height"));
  CHECK_FALSE(matches("id == image"));
}

TEST_CASE("not binds closer than and, and and closer than or") {
  CHECK(matches("label == 14 or label == 1 and label == 2"));
  CHECK_FALSE(matches("(label == 14 or label == 1) and label == 2"));
  CHECK_FALSE(matches("not label == 14 or label == 1"));
  CHECK(matches("not (label == 14 and label == 1)"));
  CHECK(matches("not not label == 14"));
  CHECK(matches("not (label == 1 or not (label == 14 and not frame == 4))"));
  CHECK(matches("true and not false"));
}

TEST_CASE("sets hold numbers, ranges and texts") {
  CHECK(matches("label in (1, 14)"));
  CHECK(matches("label in (0..5, 12..20, 13..15)"));
  CHECK_FALSE(matches("label in (0..13, 15..42)"));
  CHECK(matches("label in (14..14)"));
  CHECK(matches("label not in (0..5, 7)"));
  CHECK(matches("split in ('val', \"train\")"));
  CHECK(matches("weather in ('rain', 3)"));
  CHECK(matches("speed in (30..32)"));
}

TEST_CASE("a missing field equals nothing and has no order") {
  for (const char* text : {"label == 3", "label < 3", "label >= 0", "label in (0..99)",
                           "group ~ '*'", "weather == 'x'", "roi_width == roi_height",
                           "margin <= 0", "night", "'a' in tags", "class == 'Stop'"}) {
    INFO(text);
    CHECK_FALSE(matches(text, bare()));
    CHECK(matches("not (" + std::string(text) + ")", bare()));
  }
  CHECK(matches("label != 3", bare()));
  CHECK(matches("label not in (3)", bare()));
  CHECK(matches("split != 'test'", bare()));
  CHECK(matches("group !~ '*'", bare()));
  CHECK(matches("width != height", bare()));
}

TEST_CASE("a field can be asked whether it is there") {
  CHECK(matches("has(label) and has(roi) and has(weather) and has(camera.lens.mm) and has(ops)"));
  CHECK(matches("group is not null and none is null and sky is null and sky == null"));
  CHECK(matches("label != null"));
  CHECK(matches("not has(label) and roi is null and not has(ops)", bare()));
}

TEST_CASE("what follows from the size and the box is known") {
  CHECK(matches("min_side == 40 and max_side == 60 and area == 2400"));
  CHECK(matches("roi_x1 == 4 and roi_y1 == 6 and roi_x2 == 36 and roi_y2 == 54"));
  CHECK(matches("roi_width == 32 and roi_height == 48 and roi_min_side == 32"));
  CHECK(matches("roi_max_side == 48 and roi_area == 1536 and roi_share == 0.64"));
  CHECK(matches("margin == 0.125"));
  CHECK(matches("aspect > 0.66 and aspect < 0.67 and roi_aspect < 0.67"));
  const Sample whole = sample_of(R"({"id":"x","image":"x.ppm","width":8,"height":4})");
  CHECK(matches("roi_width == 8 and roi_height == 4 and roi_share == 1 and margin == 0", whole));
  const Sample outside =
      sample_of(R"({"id":"x","image":"x.ppm","width":8,"height":4,"roi":[0,0,9,4]})");
  CHECK(matches("margin < 0", outside));
  const Sample empty =
      sample_of(R"({"id":"x","image":"x.ppm","width":8,"height":4,"roi":[2,2,2,2]})");
  CHECK(matches("margin is null and roi_aspect is null and roi_area == 0", empty));
}

TEST_CASE("classes have their names and shapes") {
  CHECK(matches("class == 'Stop' and shape == 'octagon' and class_de ~ 'Halt*'"));
  CHECK_FALSE(matches("class ~ 'Speed*'"));
  const Sample unknown = sample_of(R"({"id":"x","image":"x.ppm","label":999})");
  CHECK(matches("class is null", unknown));
}

TEST_CASE("operations are known by name") {
  CHECK(matches("cropped and not augmented and 'crop' in ops and not 'augment' in ops"));
  const Sample spaced = sample_of(
      R"({"id":"x","image":"x.ppm","ops":[ { "crop" : {"size":4} } , {"augment" :{"recipe":"crop"}}]})");
  CHECK(matches("cropped and augmented", spaced));
  const Sample deceiving = sample_of(
      R"({"id":"x","image":"x.ppm","ops":[{"turn":{"crop":1,"to":"{\"crop\":","in":{"crop":{}}}}]})");
  CHECK_FALSE(matches("cropped", deceiving));
  CHECK(matches("ops.0.crop.size == 48"));
}

TEST_CASE("fields of one's own are reached by their names") {
  CHECK(matches("weather == 'rain' and speed > 31 and night and camera.lens.mm == 4"));
  CHECK(matches("weather ~ 'r*n' and weather !~ 's*'"));
  CHECK(matches("'far' in tags and 7 in tags and not 'near' in tags"));
  CHECK(matches("tags.0 == 'wet'"));
  CHECK(matches("night == true and not night == false and night != false"));
  CHECK_FALSE(matches("weather"));
  CHECK_FALSE(matches("speed == '31.5'"));
  CHECK(matches("speed != '31.5'"));
  CHECK_FALSE(matches("camera == 'C1'"));
  CHECK(matches(".label == 14 and .\"weather\" == 'rain'"));
  const Sample own = sample_of(R"({"id":"x","image":"x.ppm","margin":3,"a b":{"c/d~":"\u00e4"}})");
  CHECK(matches(".margin == 3 and margin is null", own));
  CHECK(matches(".\"a b\".\"c/d~\" == 'ä'", own));
}

TEST_CASE("a field that no sample had is told, and one that was not asked for is not") {
  Expression expression =
      Expression::parse("label == 14 and weathr == 'rain' or label == 3 and far", catalogue());
  CHECK_FALSE(expression.matches(stop()));
  CHECK(expression.fields_never_seen() == std::vector<std::string>{"weathr"});
}

TEST_CASE("a fault is pointed at, in characters") {
  CHECK(fault("class == 'Ä' and labl == 3") ==
        "column 10: no class is \"Ä\"\n  class == 'Ä' and labl == 3\n           ^");
  CHECK(fault("group == 'Ä' and labl == 3") ==
        "column 18: there is no field labl; did you mean label? (A field of your own of that name "
        "is .labl)\n  group == 'Ä' and labl == 3\n                   ^");
}

TEST_CASE("of a long expression only the place is shown") {
  std::string text = "label == 1";
  for (int i = 0; i < 100; ++i) text += " or label == 1";
  const std::string whole = fault(text + " or\nlabel = 2" + text);
  const std::string shown = whole.substr(whole.find('\n') + 1);
  CHECK(shown.size() < 220);
  CHECK(shown.substr(0, 5) == "  …");
  CHECK(shown.find("or label = 2") != std::string::npos);
}

TEST_CASE("a fault says what to write instead") {
  CHECK(head("label = 3") == "column 7: write == to compare");
  CHECK(head("label == 3 && frame == 2") == "column 12: write and for &&");
  CHECK(head("label == 3 AND frame == 2") == "column 12: write and in lower case");
  CHECK(head("!cropped") == "column 1: write not for !");
  CHECK(head("label == '3'") == "column 10: label is a number; write one here");
  CHECK(head("group == 3") == "column 10: group is text; write it in quotes");
  CHECK(head("split == 'trian'") == "column 10: no split is \"trian\"; did you mean \"train\"?");
  CHECK(head("1 < label < 3") == "column 11: comparisons do not chain; write a < b and b < c");
  CHECK(head("label") == "column 1: label is not true or false; compare it, or write has(label)");
  CHECK(head("roi == 3") ==
        "column 1: roi cannot be compared: it is the box of the sign; ask "
        "has(roi)");
  CHECK(head("roi.0 == 3") == "column 1: write roi_x1, roi_y1, roi_x2 or roi_y2 for a corner");
  CHECK(head("label.x == 3") == "column 1: label has no parts");
  CHECK(head("label ~ '1*'") == "column 1: label is no text; ~ is for text");
  CHECK(head("group ~ 3") == "column 9: a pattern in quotes is expected here");
  CHECK(head("label in 3") == "column 10: write FIELD in (VALUE, …), or VALUE in FIELD for a list");
  CHECK(head("3 in label") == "column 6: label is no list");
  CHECK(head("label in (5..2)") == "column 14: this range ends before it begins");
  CHECK(head("label in ()") == "column 11: a field or a value is expected here");
  CHECK(head("label in (1") == "column 12: a comma, or the ) behind in ( is expected here");
  CHECK(head("(label == 1") == "column 12: the ) of an open ( is expected here");
  CHECK(head("label == 1)") == "column 11: this ) closes nothing");
  CHECK(head("label == 1 frame == 2") ==
        "column 12: and, or, or the end of the expression is expected here");
  CHECK(head("group == 'a") == "column 10: this text has no end; close it with '");
  CHECK(head("label == 3px") == "column 11: a number ends here; put text in quotes");
  CHECK(head("label == 1e999") == "column 10: 1e999 is no number");
  CHECK(head("label < null") == "column 7: null has no order; write is null or is not null");
  CHECK(head("label is 3") == "column 10: null is expected here: is null, is not null");
  CHECK(head("3 is null") == "column 1: only a field can be null");
  CHECK(head("1 == 1") == "column 1: one side of a comparison must be a field");
  CHECK(head("label == group") == "column 7: label and group are of different types");
  CHECK(head("label == and") == "column 10: a field or a value is expected here, not and");
  CHECK(head("label @ 3") == "column 7: @ means nothing here");
  CHECK(head("  ") == "column 3: this is empty; write an expression, or true for every sample");
}

TEST_CASE("parentheses may stand deep, but not without end") {
  const auto nested = [](std::size_t depth) {
    return std::string(depth, '(') + "true" + std::string(depth, ')');
  };
  CHECK(matches(nested(100)));
  CHECK(head(nested(101)) == "column 101: parentheses stand more than 100 deep");
  CHECK(head(nested(1000000)) == "column 101: parentheses stand more than 100 deep");
  std::string nots;
  for (int i = 0; i < 100000; ++i) nots += "not ";
  CHECK(matches(nots + "true"));
}

TEST_CASE("any text either parses or is pointed at, and any program ends") {
  static const std::vector<std::string> words = {
      "label", "group", "weather",  ".x",   "tags", "a.b.0",   "ops",   "roi",
      "(",     ")",     "and",      "or",   "not",  "in",      "is",    "null",
      "has",   "==",    "!=",       "<",    ">=",   "~",       "!~",    ",",
      "..",    "3",     "-1.5e3",   "'a*'", "\"",   "\\",      "true",  "AND",
      "@",     "\xff",  "\xc3\xa4", "..",   "0..5", "cropped", "night", "class"};
  int parsed = 0;
  for (std::uint64_t seed = 0; seed < 20000; ++seed) {
    Random random(seed, "", 0, "words");
    std::string text;
    for (std::uint32_t n = 1 + random.below(9); n > 0; --n) {
      text += words[random.below(static_cast<std::uint32_t>(words.size()))];
      if (random.chance(0.8)) text += ' ';
    }
    try {
      Expression expression = Expression::parse(text, catalogue());
      expression.matches(stop());
      expression.matches(bare());
      ++parsed;
    } catch (const Error& error) {
      CHECK(std::string(error.what()).find("\n  ") != std::string::npos);
    }
  }
  CHECK(parsed > 100);
}

}  // namespace signpost
