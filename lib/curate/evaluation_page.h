#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "curate/evaluation.h"
#include "curate/robustness.h"

namespace signpost {

/// Parts of pages for people about an evaluation (base/html.h): what the report of a run and that
/// of `eval` share. Each is HTML of its own, with its heading where it has one.

/// Accuracy with its interval, top-5 accuracy, macro recall and F1, calibration error.
std::string figures_html(const Evaluation& evaluation);
/// Accuracy by the size of the sign and by brightness, as far as they are known.
std::string parts_html(const Evaluation& evaluation);
/// The reliability diagram; with that `before` calibration, if given.
std::string reliability_html(const Evaluation& evaluation,
                             const std::vector<Evaluation::Reliability>* before = nullptr);
/// The worst samples with their pictures, none larger than 96 x 96.
std::string worst_html(const Evaluation& evaluation);
std::string confusion_html(const Evaluation& evaluation);
/// Recall and precision of each class, worst first.
std::string classes_html(const Evaluation& evaluation);
std::string robustness_html(const Robustness& robustness, const Evaluation& plain);

/// CSS that these parts need, for `html_page`.
extern const char* const kEvaluationStyle;

/// What a model weighs and takes, where it was measured.
struct ModelFacts {
  std::string name;  ///< of the network
  std::uint64_t parameters = 0;
  std::uint64_t bytes = 0;            ///< of its weights as they are stored
  std::uint64_t multiplications = 0;  ///< for one image
  struct Latency {
    double p50_ms = 0, p95_ms = 0;  ///< one image, one thread, the device's engine
    std::size_t images = 0;
  };
  std::optional<Latency> latency;
};

/// One JSON object.
std::string facts_json(const ModelFacts& facts);
std::string facts_text(const ModelFacts& facts);

/// The whole page of `eval`. `what` says what was measured, on what. `robustness` may be null.
std::string evaluation_page(const std::string& title, const std::string& what,
                            const Evaluation& evaluation, const ModelFacts& facts,
                            const Robustness* robustness);

}  // namespace signpost
