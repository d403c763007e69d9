#include "curate/confident_learning.h"

#include <catch2/catch.hpp>
#include <cmath>

namespace signpost {
namespace {

using Row = std::vector<float>;

}  // namespace

TEST_CASE("a class's threshold is the mean probability of its own samples") {
  ConfidentLearning learning(3);
  learning.add(0, Row{0.9f, 0.1f, 0.0f});
  learning.add(0, Row{0.5f, 0.5f, 0.0f});
  learning.add(1, Row{0.2f, 0.8f, 0.0f});
  const std::vector<double> thresholds = learning.thresholds();
  CHECK(thresholds[0] == Approx(0.7));
  CHECK(thresholds[1] == Approx(0.8));
  CHECK(std::isinf(thresholds[2]));
}

TEST_CASE("a sample that reaches another class's threshold and not its own is a suspect") {
  ConfidentLearning learning(2);
  learning.add(0, Row{0.9f, 0.1f});
  learning.add(0, Row{0.8f, 0.2f});
  learning.add(0, Row{0.1f, 0.9f});
  learning.add(1, Row{0.3f, 0.7f});
  learning.add(1, Row{0.1f, 0.9f});
  const auto suspects = learning.suspects();
  REQUIRE(suspects.size() == 1);
  CHECK(suspects[0].index == 2);
  CHECK(suspects[0].given == 0);
  CHECK(suspects[0].suggested == 1);
  CHECK(suspects[0].margin == Approx(-0.8));
  CHECK(suspects[0].own == Approx(0.1));
  CHECK(suspects[0].other == Approx(0.9));
}

TEST_CASE("a doubtful sample of a class that the network is sure of is no suspect") {
  ConfidentLearning learning(2);
  for (int i = 0; i < 9; ++i) learning.add(1, Row{0.02f, 0.98f});
  for (int i = 0; i < 9; ++i) learning.add(0, Row{0.98f, 0.02f});
  learning.add(0, Row{0.45f, 0.55f});
  CHECK(learning.suspects().empty());
}

TEST_CASE("suspects come by their margin, and equal ones in their order") {
  ConfidentLearning learning(2);
  for (int i = 0; i < 20; ++i)
    learning.add(static_cast<std::size_t>(i % 2), i % 2 == 0 ? Row{0.8f, 0.2f} : Row{0.2f, 0.8f});
  learning.add(0, Row{0.1f, 0.9f});
  learning.add(1, Row{0.96f, 0.04f});
  learning.add(0, Row{0.1f, 0.9f});
  std::vector<std::size_t> order;
  for (const auto& suspect : learning.suspects()) order.push_back(suspect.index);
  CHECK(order == std::vector<std::size_t>{21, 20, 22});
}

}  // namespace signpost
