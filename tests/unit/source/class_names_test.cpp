#include "source/class_names.h"

#include <catch2/catch.hpp>
#include <fstream>

#include "base/error.h"
#include "support/scratch.h"

namespace signpost {
namespace {

std::string file(const Scratch& scratch, const std::string& text) {
  const std::string path = (scratch / "map.csv").string();
  std::ofstream(path) << text;
  return path;
}

}  // namespace

TEST_CASE("classes are found by English name, German name and digits, however they are written") {
  const Catalogue catalogue = Catalogue::load();
  const ClassNames names(catalogue);
  CHECK(names.find("Stop").id == 14);
  CHECK(names.find(" sToP\t").id == 14);
  CHECK(names.find("speed_limit-20 KM/H").id == 0);
  CHECK(names.find("VORFAHRT GEWÄHREN").id == 13);
  CHECK(names.find("14").id == 14);
  CHECK(names.find("00014").id == 14);
  CHECK_FALSE(names.find("99").id);
  CHECK_FALSE(names.find("-1").id);
  CHECK_FALSE(names.find("14.0").id);
  CHECK_FALSE(names.find("").id);
  CHECK_FALSE(names.find("99999999999999999999").id);
}

TEST_CASE("no two classes of the catalogue are called the same once case and spaces are gone") {
  const Catalogue catalogue = Catalogue::load();
  const ClassNames names(catalogue);
  for (const SignClass& sign : catalogue.classes()) {
    CHECK(names.find(sign.name).id == sign.id);
    CHECK(names.find(sign.name_de).id == sign.id);
  }
}

TEST_CASE("the nearest name is the fewest edits away") {
  const Catalogue catalogue = Catalogue::load();
  const ClassNames names(catalogue);
  CHECK(names.nearest("Stpo") == "\"Stop\" (14)");
  CHECK(names.nearest("keep rigth") == "\"Keep right\" (38)");
}

TEST_CASE("a map of names comes before the catalogue and may leave a name out") {
  const Scratch scratch;
  const Catalogue catalogue = Catalogue::load();
  const ClassNames names(catalogue, file(scratch, "name,id\nStop,13\nHalt!,14\ntree,\n"));
  CHECK(names.find("stop").id == 13);
  CHECK(names.find("halt").id == 14);
  CHECK(names.find("TREE").left_out);
  CHECK_FALSE(names.find("TREE").id);
  CHECK(names.find("Yield").id == 13);
}

TEST_CASE("a wrong line of the map is an error that names it") {
  const Scratch scratch;
  const Catalogue catalogue = Catalogue::load();
  const auto fails = [&](const std::string& text, const std::string& what) {
    const std::string path = file(scratch, text);
    CHECK_THROWS_WITH(ClassNames(catalogue, path), path + what);
  };
  fails("a,14\nb,43\n", ":2: class 43 is not in the catalogue; correct the id");
  fails("a,x\n", ":1: class x is not in the catalogue; correct the id");
  fails("a,14\n\nA ,15\n", ":3: \"A \" stands twice");
  fails("a\n", ":1: needs two columns, name and id");
}

}  // namespace signpost
