#include "source/gtsrb.h"

#include <catch2/catch.hpp>

#include "base/error.h"

namespace signpost {
namespace {

struct Parsed {
  std::vector<GtsrbRow> rows;
  std::vector<std::string> bad;
};

Parsed parsed(std::string_view text) {
  Parsed result;
  result.rows = parse_gtsrb_csv(text, "GT-00000.csv",
                                [&](std::uint64_t line, const std::string& what, std::string_view) {
                                  result.bad.push_back(std::to_string(line) + ": " + what);
                                });
  return result;
}

const std::string kHeader = "Filename;Width;Height;Roi.X1;Roi.Y1;Roi.X2;Roi.Y2;ClassId\r\n";

}  // namespace

TEST_CASE("a row of the official files is read, CRLF and all") {
  const Parsed p = parsed(kHeader + "00000_00000.ppm;29;30;5;6;24;25;0\r\n");
  REQUIRE(p.rows.size() == 1);
  CHECK(p.bad.empty());
  CHECK(p.rows[0].file == "00000_00000.ppm");
  CHECK(p.rows[0].width == 29);
  CHECK(p.rows[0].height == 30);
  CHECK(p.rows[0].roi == Roi{5, 6, 24, 25});
  CHECK(p.rows[0].label == 0);
  CHECK(p.rows[0].line == 2);
}

TEST_CASE(
    "columns are found by name, in any order, with a byte order mark and without a last line end") {
  const Parsed p = parsed(
      "\xef\xbb\xbf"
      "ClassId;Filename;Width;Height;Roi.X1;Roi.Y1;Roi.X2;Roi.Y2\n7;a.ppm;1;2;3;4;5;6");
  REQUIRE(p.rows.size() == 1);
  CHECK(p.rows[0].label == 7);
  CHECK(p.rows[0].file == "a.ppm");
  CHECK(p.rows[0].roi == Roi{3, 4, 5, 6});
}

TEST_CASE("a bad row says which field is wrong, and the rows around it stay") {
  const Parsed p = parsed(kHeader +
                          "a.ppm;1;1;0;0;1;1;0\n"
                          "b.ppm;1;1;0;0;1\n"
                          "c.ppm;1;x;0;0;1;1;0\n"
                          "../d.ppm;1;1;0;0;1;1;0\n"
                          ";1;1;0;0;1;1;0\n"
                          "e.ppm;1;1;0;0;1;1;99999999999\n"
                          "\n"
                          "f.ppm;1;1;0;0;1;1;0\n");
  CHECK(p.rows.size() == 2);
  CHECK(p.bad == std::vector<std::string>{
                     "3: has 6 fields, not 8; correct the row",
                     "4: Height is \"x\", not a whole number; correct the row",
                     "5: Filename must name a file of this folder; correct the row",
                     "6: Filename must name a file of this folder; correct the row",
                     "7: ClassId is \"99999999999\", not a whole number; correct the row"});
}

TEST_CASE("a header without a column is an error that names it") {
  CHECK_THROWS_WITH(parsed("Filename;Width;Height;Roi.X1;Roi.Y1;Roi.X2;ClassId\n"),
                    "GT-00000.csv: the header lacks the column Roi.Y2");
}

}  // namespace signpost
