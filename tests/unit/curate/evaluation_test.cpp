#include "curate/evaluation.h"

#include <catch2/catch.hpp>

namespace signpost {
namespace {

/// Adds a sample of `group` whose true class is `target`, predicted as `predicted` with that
/// confidence.
void add(Evaluation& evaluation, const std::string& group, std::size_t target,
         std::size_t predicted, float confidence) {
  Sample sample;
  sample.id = group;
  sample.id += '/';
  sample.id += std::to_string(evaluation.count());
  sample.group = group;
  std::vector<float> probabilities(evaluation.classes(),
                                   (1 - confidence) / static_cast<float>(evaluation.classes() - 1));
  probabilities[predicted] = confidence;
  evaluation.add(sample, target, probabilities);
}

Evaluation three_classes() { return {{3, 5, 9}, {"three", "five", "nine"}}; }

}  // namespace

TEST_CASE("accuracy, recall, precision and F1 follow from the confusion matrix") {
  Evaluation e = three_classes();
  add(e, "a", 0, 0, 0.9f);
  add(e, "b", 0, 0, 0.9f);
  add(e, "c", 0, 1, 0.9f);
  add(e, "d", 1, 1, 0.9f);
  CHECK(e.accuracy() == Approx(0.75));
  CHECK(e.recall(0) == Approx(2.0 / 3));
  CHECK(e.recall(1) == Approx(1));
  CHECK(e.precision(1) == Approx(0.5));
  CHECK(e.macro_recall() ==
        Approx((2.0 / 3 + 1) / 2));  // class 9 has no samples and does not count
  CHECK(e.macro_f1() == Approx((0.8 + 2.0 / 3) / 2));
  CHECK(e.confusion(0, 1) == 1);
  CHECK(e.top5_accuracy() == Approx(1));
}

TEST_CASE("calibration error is the gap between confidence and accuracy") {
  Evaluation sure = three_classes(), honest = three_classes();
  for (int i = 0; i < 10; ++i) {
    add(sure, "g", 0, i < 5 ? 0 : 1, 0.99f);
    add(honest, "g", 0, i < 5 ? 0 : 1, 0.501f);
  }
  CHECK(sure.calibration_error() == Approx(0.49).margin(0.001));
  CHECK(honest.calibration_error() == Approx(0.001).margin(0.001));
}

TEST_CASE("the interval is over groups: a hundred frames of one track count as one sign") {
  Evaluation frames = three_classes(), signs = three_classes();
  for (int i = 0; i < 100; ++i) {
    add(frames,
        i < 90 ? std::string("right") + static_cast<char>('0' + i % 3) : std::string("wrong"), 0,
        i < 90 ? 0 : 1, 0.9f);
    add(signs, std::to_string(i), 0, i < 90 ? 0 : 1, 0.9f);
  }
  const Interval few = frames.accuracy_by_group(), many = signs.accuracy_by_group();
  CHECK(few.value == many.value);
  CHECK(frames.group_count() == 4);
  CHECK(signs.group_count() == 100);
  CHECK(few.high - few.low > 2 * (many.high - many.low));
  CHECK(many.low < 0.9);
  CHECK(many.high > 0.9);
}

TEST_CASE("accuracy is told by the size of the sign and by what brightness it was shown with") {
  Evaluation e = three_classes();
  const std::vector<float> right = {0.8f, 0.1f, 0.1f}, wrong = {0.1f, 0.8f, 0.1f};
  const auto add_one = [&](int side, std::uint8_t grey, bool is_right) {
    Sample sample;
    sample.id = sample.group = std::to_string(e.count());
    sample.width = sample.height = 300;
    sample.roi = Roi{0, 0, side, side + 50};
    e.add(sample, 0, is_right ? right : wrong, std::vector<std::uint8_t>(4 * 4 * 3, grey));
  };
  add_one(19, 39, true);
  add_one(20, 40, false);
  add_one(31, 79, true);
  add_one(72, 255, true);
  Sample bare;
  bare.id = "no size, no pixels";
  e.add(bare, 0, wrong);
  const std::vector<Evaluation::Part> sizes = e.by_size(), lights = e.by_brightness();
  REQUIRE(sizes.size() == 3);
  CHECK(sizes[0].high == 20);
  CHECK(sizes[1].low == 20);
  CHECK(sizes[1].samples == 2);
  CHECK(sizes[1].groups == 2);
  CHECK(sizes[1].accuracy.value == 0.5);
  CHECK(sizes[2].low == 72);
  CHECK(sizes[2].high == 0);
  REQUIRE(lights.size() == 3);
  CHECK(lights[0].samples == 1);
  CHECK(lights[1].accuracy.value == 0.5);
  CHECK(lights[2].low == 160);
  CHECK(e.json().find("\"by_size\":[{\"from\":1,\"to\":20,\"samples\":1,") != std::string::npos);
  CHECK(e.json().find("{\"from\":72,\"to\":null,") != std::string::npos);
  CHECK(e.text().find("72 and more px           100.00 %") != std::string::npos);
}

TEST_CASE("reliability sets accuracy against confidence, and leaves empty bins out") {
  Evaluation e = three_classes();
  for (int i = 0; i < 4; ++i) add(e, "g", 0, i == 0 ? 1 : 0, 0.9f);
  add(e, "g", 0, 0, 0.5f);
  const std::vector<Evaluation::Reliability> bins = e.reliability();
  REQUIRE(bins.size() == 2);
  CHECK(bins[0].samples == 1);
  CHECK(bins[0].low < 0.5);
  CHECK(bins[1].samples == 4);
  CHECK(bins[1].confidence == Approx(0.9));
  CHECK(bins[1].accuracy == Approx(0.75));
  CHECK(e.calibration_error() == Approx((4 * 0.15 + 0.5) / 5));
}

TEST_CASE("the worst are confident mistakes, then right answers of the highest loss") {
  Evaluation e = three_classes();
  for (int i = 0; i < 50; ++i) add(e, "right", 0, 0, 0.5f + 0.01f * static_cast<float>(i));
  add(e, "mild", 0, 1, 0.6f);
  add(e, "bold", 0, 2, 0.95f);
  Sample sample;
  sample.id = "seen";
  e.add(sample, 0, std::vector<float>{0.1f, 0.8f, 0.1f}, std::vector<std::uint8_t>(5 * 5 * 3, 7));
  const std::vector<Evaluation::Failure>& worst = e.worst();
  REQUIRE(worst.size() == Evaluation::kFailures);
  CHECK(worst[0].id == "bold/51");
  CHECK(worst[0].predicted == 2);
  CHECK(worst[1].id == "seen");
  CHECK(worst[1].picture.width == 5);
  CHECK(worst[2].id == "mild/50");
  CHECK(worst[2].picture.width == 0);
  CHECK(worst[3].id == "right/0");
  CHECK(worst[4].id == "right/1");
  CHECK(e.text().find(" 95.00 %    3 called 9    bold/51\n") != std::string::npos);
  CHECK(e.json().find("\"worst\":[{\"id\":\"bold/51\",\"label\":3,\"predicted\":9,") !=
        std::string::npos);
}

TEST_CASE("the text names the worst classes and what they are taken for") {
  Evaluation e = three_classes();
  for (int i = 0; i < 4; ++i) add(e, std::to_string(i), 2, i == 0 ? 1 : 2, 0.9f);
  const std::string text = e.text();
  CHECK(text.find("  9 nine                  75.00 %        4  5 five (1)") != std::string::npos);
  CHECK(e.json().find("\"confusion\":[[0,0,0],[0,0,0],[0,1,3]]") != std::string::npos);
}

}  // namespace signpost
