#include "curate/robustness.h"

#include <catch2/catch.hpp>

namespace signpost {
namespace {

/// Answers of two outputs for one sample: right but for the images named in `wrong`.
std::vector<float> answers(std::size_t images, std::initializer_list<std::size_t> wrong) {
  std::vector<float> out;
  for (std::size_t i = 0; i < images; ++i) {
    const bool is_wrong = std::find(wrong.begin(), wrong.end(), i) != wrong.end();
    out.insert(out.end(), {is_wrong ? 0.9f : 0.1f, is_wrong ? 0.1f : 0.9f});
  }
  return out;
}

Sample of_group(const std::string& group) {
  Sample sample;
  sample.id = sample.group = group;
  return sample;
}

const Robustness::Result& named(const std::vector<Robustness::Result>& results,
                                const std::string& key) {
  for (const Robustness::Result& each : results) {
    if (each.disturbance->key == key) return each;
  }
  throw std::logic_error(key);
}

}  // namespace

TEST_CASE("accuracy, and its difference to the plain one, under each disturbance") {
  Robustness robustness(48);
  REQUIRE(robustness.images() == 3 + 3 + 3 * 4 + 2 + 2 + 3 + 1);
  std::vector<std::uint8_t> outside(robustness.disturbances().size());
  outside[5] = 1;  // grown_50
  // Image 0 is shrunk_10; 6 to 9 are shifted_5.
  robustness.add(of_group("a"), 1, true, answers(robustness.images(), {0}), 2, outside);
  outside[5] = 0;
  robustness.add(of_group("b"), 1, true, answers(robustness.images(), {6, 7, 8}), 2, outside);
  robustness.add(of_group("c"), 1, false, answers(robustness.images(), {}), 2, outside);
  robustness.add(of_group("d"), 1, true, answers(robustness.images(), {}), 2, outside);
  const std::vector<Robustness::Result> results = robustness.results();
  CHECK(named(results, "shrunk_10").accuracy.value == Approx(0.75));
  CHECK(named(results, "shrunk_10").difference.value == Approx(0));
  CHECK(named(results, "shifted_5").accuracy.value == Approx((1 + 0.25 + 1 + 1) / 4));
  CHECK(named(results, "jpeg_20").accuracy.value == Approx(1));
  CHECK(named(results, "jpeg_20").difference.value == Approx(0.25));
  CHECK(named(results, "jpeg_20").difference.low < 0.25);
  CHECK(named(results, "grown_50").outside == Approx(0.25));
  CHECK(robustness.json().find("{\"disturbance\":\"shifted_5\",\"accuracy\":0.812500,") !=
        std::string::npos);
  CHECK(robustness.text().find("box shifted by 5 %        81.25 %") != std::string::npos);
}

TEST_CASE("as many crops are drawn as there are answers to give") {
  const Robustness robustness(24);
  const Image photograph(60, 50);
  const std::vector<std::uint8_t> plain(24 * 24 * 3);
  Robustness::Crops crops;
  robustness.draw({photograph, {0, 0, 60, 50}, Transform::identity, 24, plain}, crops);
  CHECK(crops.pixels.size() == robustness.images() * plain.size());
  REQUIRE(crops.outside.size() == robustness.disturbances().size());
  for (std::size_t d = 0; d < crops.outside.size(); ++d) {
    const Disturbance& each = robustness.disturbances()[d];
    const bool leaves = each.kind == Disturbance::Kind::shift ||
                        (each.kind == Disturbance::Kind::scale && each.amount > 1000);
    CHECK(crops.outside[d] == (leaves ? each.images() : 0));
  }
}

}  // namespace signpost
