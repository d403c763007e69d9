#include "base/csv.h"

#include <catch2/catch.hpp>

namespace signpost {
namespace {

using Rows = std::vector<std::vector<std::string>>;

Rows rows(std::string_view text) {
  CsvReader csv(text);
  Rows result;
  std::vector<std::string> fields;
  while (csv.next(fields)) {
    REQUIRE(csv.wrong().empty());
    result.push_back(fields);
  }
  return result;
}

}  // namespace

TEST_CASE("quoted fields hold separators, quotes and line ends") {
  CHECK(rows("a,\"b,\"\"c\"\"\",\"d\ne\"\n1,2,3") ==
        Rows{{"a", "b,\"c\"", "d\ne"}, {"1", "2", "3"}});
}

TEST_CASE("the separator is the one that the first line holds most of") {
  CHECK(rows("a;b;c,d\n1;2;3") == Rows{{"a", "b", "c,d"}, {"1", "2", "3"}});
  CHECK(rows("a\tb\n1\t2\n") == Rows{{"a", "b"}, {"1", "2"}});
  CHECK(rows("alone\n1\n") == Rows{{"alone"}, {"1"}});
}

TEST_CASE("a byte order mark, CRLF and empty lines leave no trace") {
  CHECK(rows("\xef\xbb\xbf"
             "a,b\r\n\r\n1,\r\n\n,2\r\n") == Rows{{"a", "b"}, {"1", ""}, {"", "2"}});
  CHECK(rows("").empty());
  CHECK(rows("\n\r\n").empty());
}

TEST_CASE("lines are counted through fields that hold line ends") {
  CsvReader csv("a,b\n\"x\ny\",1\n2,3\n");
  std::vector<std::string> fields;
  CHECK(csv.next(fields));
  CHECK(csv.line() == 1);
  CHECK(csv.next(fields));
  CHECK(csv.line() == 2);
  CHECK(csv.text() == "\"x\ny\",1");
  CHECK(csv.next(fields));
  CHECK(csv.line() == 4);
}

TEST_CASE("an open quote costs its own line only") {
  CsvReader csv("a,b\n\"x,1\n2,3\n");
  std::vector<std::string> fields;
  CHECK(csv.next(fields));
  CHECK(csv.next(fields));
  CHECK(csv.wrong() == "a quote is not closed; correct the row");
  CHECK(csv.next(fields));
  CHECK(csv.wrong().empty());
  CHECK(fields == std::vector<std::string>{"2", "3"});
  CHECK_FALSE(csv.next(fields));
}

TEST_CASE("what is written is read back") {
  for (const std::string field : {"", "plain", "a,b", "say \"hi\"", "two\nlines", "cr\r", "ä;b"}) {
    std::string line;
    append_csv(line, field);
    CHECK(rows(line + ",x,y\n") == Rows{{field, "x", "y"}});
  }
}

}  // namespace signpost
