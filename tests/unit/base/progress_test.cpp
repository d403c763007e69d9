#include "base/progress.h"

#include <catch2/catch.hpp>
#include <vector>

using namespace signpost;

TEST_CASE("a sparkline is as high as its values are among themselves") {
  REQUIRE(sparkline(std::vector<double>{}) == "");
  REQUIRE(sparkline(std::vector<double>{3}) == "▁");
  REQUIRE(sparkline(std::vector<double>{4, 3, 2, 1, 0}) == "█▆▅▃▁");
  REQUIRE(sparkline(std::vector<double>{0, 7}) == "▁█");
}

TEST_CASE("text is cut to columns between characters, not between bytes") {
  REQUIRE(cut_to_columns("loss ▁█", 7) == "loss ▁█");
  REQUIRE(cut_to_columns("loss ▁█", 6) == "loss ▁");
  REQUIRE(cut_to_columns("loss ▁█", 5) == "loss ");
  REQUIRE(cut_to_columns("", 5) == "");
  REQUIRE(cut_to_columns("abc", 0) == "");
}

TEST_CASE("times and numbers are written for people") {
  REQUIRE(clock_text(65) == "1:05");
  REQUIRE(clock_text(7384) == "2:03:04");
  REQUIRE(grouped(39209) == "39,209");
  REQUIRE(counted(1, "epoch") == "1 epoch");
}
