#include "train/schedule.h"

#include <catch2/catch.hpp>
#include <vector>

using namespace signpost;

TEST_CASE("the default number of epochs shows about 120,000 images, within bounds") {
  REQUIRE(default_epochs(31'379) == 4);
  REQUIRE(default_epochs(1'000'000) == 4);
  REQUIRE(default_epochs(12'000) == 10);
  REQUIRE(default_epochs(100) == 40);
  REQUIRE(default_epochs(0) == 40);
}

TEST_CASE("one cycle rises over 30 % of the run from a tenth of the peak, and falls to nothing") {
  REQUIRE(one_cycle(0.4, 0, 1000) == Approx(0.04).epsilon(0.01));
  REQUIRE(one_cycle(0.4, 300, 1000) == Approx(0.4).epsilon(0.001));
  REQUIRE(one_cycle(0.4, 999, 1000) < 1e-5);
  for (std::uint64_t step = 1; step < 300; ++step)
    REQUIRE(one_cycle(1, step, 1000) > one_cycle(1, step - 1, 1000));
  for (std::uint64_t step = 301; step < 1000; ++step)
    REQUIRE(one_cycle(1, step, 1000) < one_cycle(1, step - 1, 1000));
}

TEST_CASE("images grow in steps of 8 px and have full size from two thirds of the run on") {
  std::vector<int> sizes;
  for (std::uint64_t epoch = 0; epoch < 9; ++epoch) sizes.push_back(image_px(24, 48, epoch, 9));
  REQUIRE(sizes == std::vector<int>{24, 24, 32, 32, 40, 40, 48, 48, 48});
  REQUIRE(image_px(0, 48, 0, 9) == 48);
  REQUIRE(image_px(32, 48, 0, 1) == 48);  // a run of one epoch ends with what the device shows it
  REQUIRE(image_px(30, 45, 8, 9) == 45);
}

TEST_CASE("a budget takes as many epochs as fit, counting small images as cheaper") {
  const auto seconds = [](int px) { return px * px / 1000.0; };
  // An epoch of 100 steps at 48 px takes 230.4 s and its validation 10.
  REQUIRE(epochs_within(1000, 0, 48, 100, seconds, 10) == 4);
  REQUIRE(epochs_within(1000, 24, 48, 100, seconds, 10) == 6);
  REQUIRE(epochs_within(5, 0, 48, 100, seconds, 10) == 1);
}
