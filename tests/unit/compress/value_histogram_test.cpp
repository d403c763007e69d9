#include "compress/value_histogram.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <vector>

#include "base/error.h"

namespace signpost {
namespace {

/// Mean square error of the numbers themselves, not of bins.
double error_of(const std::vector<float>& values, ValueRange range) {
  const Affine affine = affine_of(range);
  double sum = 0;
  for (const float value : values) {
    const double back = double{affine.scale} * (quantised(value, affine) - affine.zero_point);
    sum += (value - back) * (value - back);
  }
  return sum;
}

/// Many small numbers and a few far ones, as behind Relu.
std::vector<float> skewed() {
  std::vector<float> values;
  for (int i = 0; i < 20000; ++i) values.push_back(static_cast<float>(i % 1000) / 1000);
  values.push_back(8);
  return values;
}

}  // namespace

TEST_CASE("the whole range is exact and takes in zero") {
  ValueHistogram histogram;
  CHECK(histogram.whole().low == 0);
  CHECK(histogram.whole().high == 0);
  histogram.add(std::vector<float>{0.3f, 7.7f});
  histogram.add(std::vector<float>{-2.1f});
  CHECK(histogram.whole().low == -2.1f);
  CHECK(histogram.whole().high == 7.7f);
}

TEST_CASE("numbers that fill their range keep all of it") {
  std::vector<float> values;
  for (int i = 0; i < 10000; ++i) values.push_back(static_cast<float>(i) / 10000);
  ValueHistogram histogram;
  histogram.add(values);
  CHECK(histogram.least_error().high > 0.97f);
}

TEST_CASE("a lonely outlier is cut off, and the numbers themselves are met better for it") {
  const std::vector<float> values = skewed();
  ValueHistogram histogram;
  histogram.add(values);
  const ValueRange range = histogram.least_error();
  CHECK(range.low == 0);
  CHECK(range.high < 8);
  CHECK(range.high >= 0.95f);
  CHECK(error_of(values, range) < error_of(values, histogram.whole()));
}

TEST_CASE("both ends are found where numbers have both signs") {
  std::vector<float> values;
  for (int i = -20000; i < 20000; ++i) values.push_back(static_cast<float>(i % 1000) / 1000);
  values.push_back(-6);
  values.push_back(9);
  ValueHistogram histogram;
  histogram.add(values);
  const ValueRange range = histogram.least_error();
  CHECK(range.low > -6);
  CHECK(range.high < 9);
  CHECK(error_of(values, range) < error_of(values, histogram.whole()));
}

TEST_CASE("the order in which numbers come does not matter, also where the bins have to grow") {
  const std::vector<float> values = skewed();
  ValueHistogram forward, backward;
  for (const float value : values) forward.add(std::vector<float>{value});
  for (auto value = values.rbegin(); value != values.rend(); ++value)
    backward.add(std::vector<float>{*value});
  CHECK(forward.least_error().high == backward.least_error().high);
}

TEST_CASE("a histogram without numbers, or of zeros, has an empty range") {
  ValueHistogram histogram;
  CHECK(histogram.least_error().high == 0);
  histogram.add(std::vector<float>{0, 0, 0});
  CHECK(histogram.least_error().high == 0);
}

TEST_CASE("numbers that are not finite are refused") {
  ValueHistogram histogram;
  CHECK_THROWS_AS(histogram.add(std::vector<float>{std::numeric_limits<float>::quiet_NaN()}),
                  Error);
  CHECK_THROWS_AS(histogram.add(std::vector<float>{std::numeric_limits<float>::infinity()}), Error);
}

}  // namespace signpost
