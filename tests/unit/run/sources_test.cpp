#include <catch2/catch.hpp>
#include <fstream>
#include <sstream>

#include "base/error.h"
#include "run/confirm.h"
#include "run/corrections.h"
#include "run/names.h"
#include "run/samples.h"
#include "support/scratch.h"

namespace signpost {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> names(const fs::path& root, std::vector<std::string> words) {
  NameSource source(std::move(words), root);
  std::vector<std::string> found;
  while (const std::optional<Subject> subject = source.next())
    found.push_back(subject->wrong.empty() ? subject->file : subject->file + ": " + subject->wrong);
  return found;
}

Subject sample(const std::string& line) {
  std::istringstream in(line);
  return SampleSource(in, "m").next().value_or(Subject());
}

using Words = std::vector<std::string>;

const std::vector<Label> kLabels = {{14, "Stop", "Halt"},
                                    {1, "Speed limit 30 km/h", "Tempo 30"},
                                    {2, "Speed limit 50 km/h", "Tempo 50"}};

std::string typed(const std::string& text) {
  const Confirmation said = parse_confirmation(text, 2, kLabels);
  if (said.kind == Confirmation::Kind::label) return std::to_string(said.label);
  return said.kind == Confirmation::Kind::skip ? "skip" : said.wrong;
}

}  // namespace

TEST_CASE("a folder stands for the pictures below it, in the order of their names") {
  const Scratch scratch;
  for (const char* name : {"b/2.PPM", "b/a/1.jpg", "a.png", "b/.hidden.png", ".git/x.png",
                           "b/readme.txt", "c.webp", "b/B.jpeg"}) {
    fs::create_directories((scratch / name).parent_path());
    std::ofstream(scratch / name) << "x";
  }
  fs::create_directory_symlink(scratch / "b", scratch / "link");
  CHECK(names(scratch / "", {"."}) ==
        Words{"./a.png", "./b/2.PPM", "./b/B.jpeg", "./b/a/1.jpg", "./c.webp"});
  CHECK(names(scratch / "", {"c.webp", "b/a", "gone.ppm", "b/a"}) ==
        Words{"c.webp", "b/a/1.jpg", "gone.ppm", "b/a/1.jpg"});
}

TEST_CASE("a folder without a picture is a complaint") {
  const Scratch scratch;
  fs::create_directories(scratch / "empty/deeper");
  CHECK(names(scratch / "", {"empty"}) ==
        Words{"empty: holds no picture (.ppm, .pgm, .png, .jpg or .webp)"});
}

TEST_CASE("a sample's image, region, group and label are taken") {
  const Subject subject = sample(
      R"({"id":"s/1","image":"a.zip!b.ppm","roi":[1,2,3,4],"label":14,"group":"g","ops":[{"crop":{"size":48}}]})");
  CHECK(subject.wrong.empty());
  CHECK(subject.file == "a.zip!b.ppm");
  CHECK(subject.id == "s/1");
  CHECK(subject.group == "g");
  CHECK(subject.user_label == 14);
  REQUIRE(subject.roi);
  CHECK(subject.roi->x2 == 3);
  CHECK(subject.where == "m:1: a.zip!b.ppm");
  CHECK_FALSE(sample(R"({"image":"a.ppm"})").user_label);
  CHECK_FALSE(sample(R"({"image":"a.ppm","roi":null})").roi);
}

TEST_CASE("what is no sample as it was photographed is a complaint") {
  CHECK(sample("hello").wrong == "is not a JSON object");
  CHECK(sample("[1]").wrong == "is not a JSON object");
  CHECK(sample(std::string(1000, '[')).wrong == "is not a JSON object");
  CHECK(sample("{}").wrong == "has no \"image\"");
  CHECK(sample(R"({"image":7})").wrong == "field \"image\" must be a string");
  CHECK(sample(R"({"image":"a","roi":[1,2,3]})").wrong ==
        "field \"roi\" must be four whole numbers [x1,y1,x2,y2]");
  CHECK(sample(R"({"image":"a","roi":[1,2,3,99999999999]})").wrong ==
        "field \"roi\" must be four whole numbers [x1,y1,x2,y2]");
  CHECK(sample(R"({"image":"a","label":-1})").wrong ==
        "field \"label\" must be a class id, 0 or more");
  CHECK(sample(R"({"image":"a","ops":[{"augment":{}}]})").wrong ==
        "is turned or augmented; run reads samples as they were photographed: leave augment out");
}

TEST_CASE("lines are counted, blank ones passed over, and a line without end is refused") {
  std::istringstream in("\n {\"image\":\"a\"}\r\n\nx");
  SampleSource source(in, "m");
  CHECK(source.next()->where == "m:2: a");
  CHECK(source.next()->where == "m:4");
  CHECK_FALSE(source.next());
  std::istringstream endless(std::string(kLongestLine + 1, 'x'));
  CHECK_THROWS_WITH(SampleSource(endless, "m").next(),
                    "m: has a line over 16 MiB; it is no NDJSON");
}

TEST_CASE("a person answers with yes, a number, a name or nothing") {
  CHECK(typed("y") == "2");
  CHECK(typed(" YES \n") == "2");
  CHECK(typed("14") == "14");
  CHECK(typed("stop") == "14");
  CHECK(typed("Tempo 30") == "1");
  CHECK(typed("st") == "14");
  CHECK(typed("") == "skip");
  CHECK(typed("s") == "skip");
  CHECK(typed("no") == "type what it is, or Enter if you cannot tell");
  CHECK(typed("99") == "there is no class 99");
  CHECK(typed("speed") == "several classes begin so; type more of the name, or the id");
  CHECK(typed("yield") == "no class is called so");
}

TEST_CASE("corrections are found by id, frame or file, and bad ones are rejected") {
  std::istringstream in(
      "{\"id\":\"s/1\",\"label\":3}\n{\"file\":\"a.ppm\",\"label\":4}\n{\"frame\":7,\"label\":5}\n"
      "{\"file\":\"a.ppm\",\"label\":4}\n{\"file\":\"a.ppm\",\"label\":6}\nno\n{\"label\":1}\n"
      "{\"file\":\"b\"}\n{\"file\":\"b\",\"label\":-1}\n");
  const Scratch scratch;
  Rejects rejects("test", {scratch / "bad.ndjson", false, true});
  const Corrections corrections(in, "c", rejects);
  CHECK(rejects.count() == 5);
  Subject subject;
  subject.file = "a.ppm";
  CHECK(corrections.find(subject) == 4);
  subject.id = "s/1";
  CHECK(corrections.find(subject) == 3);
  Subject frame;
  frame.frame = 7;
  CHECK(corrections.find(frame) == 5);
  frame.frame = 8;
  CHECK_FALSE(corrections.find(frame));
}

}  // namespace signpost
