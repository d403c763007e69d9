#include "sample/glob.h"

#include <catch2/catch.hpp>
#include <chrono>
#include <string>

namespace signpost {

TEST_CASE("a pattern describes the whole text") {
  CHECK(glob_matches("gtsrb/*", "gtsrb/00014/00023"));
  CHECK_FALSE(glob_matches("gtsrb", "gtsrb/00014"));
  CHECK_FALSE(glob_matches("00014", "gtsrb/00014"));
  CHECK(glob_matches("*14*", "gtsrb/00014/00023"));
  CHECK(glob_matches("*/*/00023", "gtsrb/00014/00023"));
  CHECK(glob_matches("", ""));
  CHECK(glob_matches("*", ""));
  CHECK_FALSE(glob_matches("?", ""));
  CHECK_FALSE(glob_matches("", "a"));
}

TEST_CASE("a question mark is one character, however many bytes it has") {
  CHECK(glob_matches("?pfel", "Äpfel"));
  CHECK_FALSE(glob_matches("??pfel", "Äpfel"));
  CHECK(glob_matches("a?c",
                     "a\xff"
                     "c"));
}

TEST_CASE("sets hold characters and ranges, and can be turned around") {
  CHECK(glob_matches("[a-c]x", "bx"));
  CHECK_FALSE(glob_matches("[a-c]x", "dx"));
  CHECK(glob_matches("[!a-c]x", "dx"));
  CHECK(glob_matches("[]x]", "]"));
  CHECK(glob_matches("[a-]", "-"));
  CHECK(glob_matches("[ä-ü]", "ö"));
  CHECK(glob_matches("[", "["));
  CHECK(glob_matches("a[b", "a[b"));
  CHECK_FALSE(glob_matches("[a-c]", ""));
}

TEST_CASE("a backslash takes the next character as it is") {
  CHECK(glob_matches("\\*", "*"));
  CHECK_FALSE(glob_matches("\\*", "a"));
  CHECK(glob_matches("[\\]]", "]"));
  CHECK(glob_matches("\\", "\\"));
}

TEST_CASE("many stars take no more than the product of both lengths") {
  std::string pattern;
  for (int i = 0; i < 100; ++i) pattern += "*a";
  pattern += "*b";
  const std::string text(20000, 'a');
  const auto start = std::chrono::steady_clock::now();
  CHECK_FALSE(glob_matches(pattern, text));
  // An exponential search would not end before the sun does.
  CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(20));
}

}  // namespace signpost
