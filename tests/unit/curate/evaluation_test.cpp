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

TEST_CASE("the text names the worst classes and what they are taken for") {
  Evaluation e = three_classes();
  for (int i = 0; i < 4; ++i) add(e, std::to_string(i), 2, i == 0 ? 1 : 2, 0.9f);
  const std::string text = e.text();
  CHECK(text.find("  9 nine                  75.00 %        4  5 five (1)") != std::string::npos);
  CHECK(e.json().find("\"confusion\":[[0,0,0],[0,0,0],[0,1,3]]") != std::string::npos);
}

}  // namespace signpost
