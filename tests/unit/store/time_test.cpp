#include "store/time.h"

#include <catch2/catch.hpp>

#include "base/error.h"
#include "store/settings.h"

namespace signpost {

TEST_CASE("times are written as UTC with milliseconds") {
  CHECK(utc_text(0) == "1970-01-01T00:00:00.000Z");
  CHECK(utc_text(1'700'000'000'123) == "2023-11-14T22:13:20.123Z");
  CHECK(utc_text(-1) == "1969-12-31T23:59:59.999Z");
}

TEST_CASE("dates and times of ISO 8601 are read") {
  CHECK(parse_time("2026-02-03") == "2026-02-03T00:00:00.000Z");
  CHECK(parse_time("2026-02-03T04:05") == "2026-02-03T04:05:00.000Z");
  CHECK(parse_time("2026-02-03 04:05:06") == "2026-02-03T04:05:06.000Z");
  CHECK(parse_time("2026-02-03T04:05:06.7891Z") == "2026-02-03T04:05:06.789Z");
  CHECK(parse_time("2026-02-03T04:05:06,5Z") == "2026-02-03T04:05:06.500Z");
  CHECK(parse_time("2026-01-01T00:30:00+02:00") == "2025-12-31T22:30:00.000Z");
  CHECK(parse_time("2026-01-01T00:30-0130") == "2026-01-01T02:00:00.000Z");
  CHECK(parse_time("2024-02-29") == "2024-02-29T00:00:00.000Z");
}

TEST_CASE("what is no time is refused") {
  for (const char* text :
       {"", "2026", "2026-02", "2026-02-30", "2026-13-01", "2026-00-01", "1899-01-01", "26-01-01",
        "2026-02-03T", "2026-02-03T4:05", "2026-02-03T24:00", "2026-02-03T04:60",
        "2026-02-03T04:05:60", "2026-02-03T04:05:06+2", "2026-02-03T04:05:06+99:00",
        "2026-02-03T04:05:06Zz", "2026-02-03x", "-026-02-03", "2026-02-03T04:-5"}) {
    INFO(text);
    CHECK_FALSE(parse_time(text));
  }
}

TEST_CASE("a place policy is none or a power of ten") {
  CHECK(parse_place_policy("none") == StoreSettings::kNoPlace);
  CHECK(parse_place_policy("1") == 0);
  CHECK(parse_place_policy("0.01") == 2);
  CHECK(parse_place_policy("0.000001") == 6);
  for (int decimals = -1; decimals <= 6; ++decimals)
    CHECK(parse_place_policy(place_policy_name(decimals)) == decimals);
  CHECK_THROWS_WITH(parse_place_policy("0.02"),
                    "the place policy \"0.02\" is none of none, 1, 0.1, 0.01, … 0.000001 "
                    "(degrees)");
}

}  // namespace signpost
