#include "base/spelling.h"

#include <array>
#include <catch2/catch.hpp>

namespace signpost {

TEST_CASE("the nearest name is the one with the fewest wrong letters") {
  constexpr std::array<std::string_view, 4> kNames = {"label", "group", "roi", "roi_width"};
  CHECK(nearest_name("labl", kNames) == "label");
  CHECK(nearest_name("LABEL", kNames) == "label");
  CHECK(nearest_name("goup", kNames) == "group");
  CHECK(nearest_name("roi_widht", kNames) == "roi_width");
  CHECK(nearest_name("lable", kNames) == "label");
  CHECK(nearest_name("table", kNames).empty());
  CHECK(nearest_name("weather", kNames).empty());
  CHECK(nearest_name("x", kNames).empty());
  CHECK(nearest_name("", kNames).empty());
  CHECK(nearest_name(std::string_view("label"), {}).empty());
}

}  // namespace signpost
