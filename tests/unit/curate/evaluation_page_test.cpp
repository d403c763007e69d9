#include "curate/evaluation_page.h"

#include <catch2/catch.hpp>

namespace signpost {
namespace {

Evaluation some_evaluation() {
  Evaluation e({1, 14}, {"Speed limit 30 km/h", "Stop <sign>"});
  Sample sample;
  sample.width = sample.height = 40;
  for (int i = 0; i < 20; ++i) {
    sample.id = "set/<" + std::to_string(i) + ">";
    sample.group = std::to_string(i / 4);
    const bool right = i != 7;
    e.add(sample, 1, std::vector<float>{right ? 0.2f : 0.8f, right ? 0.8f : 0.2f},
          std::vector<std::uint8_t>(8 * 8 * 3, 100));
  }
  return e;
}

bool holds(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("the page of an evaluation has its plots, its pictures and the model, and no network") {
  const Evaluation e = some_evaluation();
  Robustness robustness(32);
  std::vector<float> answers;
  for (std::size_t i = 0; i < robustness.images(); ++i)
    answers.insert(answers.end(), {i == 0 ? 0.9f : 0.1f, i == 0 ? 0.1f : 0.9f});
  Sample sample;
  for (const char* group : {"a", "b"}) {
    sample.id = sample.group = group;
    robustness.add(sample, 1, true, answers, 2,
                   std::vector<std::uint8_t>(robustness.disturbances().size()));
  }
  ModelFacts facts{"signnet", 1234, 5'000'000, 44'000'000, ModelFacts::Latency{0.5, 0.75, 100}};
  const std::string page = evaluation_page("run <1>", "20 samples", e, facts, &robustness);
  CHECK(holds(page, "<title>run &lt;1&gt;</title>"));
  CHECK(holds(page, "<dt>accuracy</dt><dd>95.00 %"));
  CHECK(holds(page, "<dt>parameters</dt><dd>1,234</dd>"));
  CHECK(holds(page, "<dt>latency</dt><dd>0.50 ms"));
  CHECK(holds(page, "<td class=\"name\">box shrunk by 10 %</td><td>0.00 %</td>"));
  CHECK(holds(page, "<td>-100.00</td>"));
  CHECK(holds(page, "<title>32-47: 95.00 %"));
  CHECK(holds(page, "<title>80-119: 95.00 %"));
  CHECK(holds(page,
              "14 Stop &lt;sign&gt; <b>called 1 Speed limit 30 km/h</b>, 80.0 % sure"
              "<small>set/&lt;7&gt;</small>"));
  CHECK(holds(page, "<img src=\"data:image/png;base64,"));
  CHECK_FALSE(holds(page, "http"));
  CHECK_FALSE(holds(page, "<script"));
}

TEST_CASE("what is not known is left out of the page") {
  Evaluation e({1}, {"one"});
  e.add(Sample(), 0, std::vector<float>{1.0f});
  const std::string page = evaluation_page("run", "one sample", e, {"cnn", 1, 4, 9, {}}, nullptr);
  CHECK_FALSE(holds(page, "Robustness"));
  CHECK_FALSE(holds(page, "latency"));
  CHECK_FALSE(holds(page, "Where it is weak"));
  CHECK_FALSE(holds(page, "<img"));
}

TEST_CASE("both curves of a calibrated network are drawn") {
  const std::vector<Evaluation::Reliability> before = {{0.4, 0.5, 20, 0.45, 0.95}};
  const std::string html = reliability_html(some_evaluation(), &before);
  CHECK(holds(html,
              "<title>before temperature scaling: confidence 45.0 %, accuracy 95.0 %, 20 "
              "samples</title>"));
  CHECK(holds(html, "<title>calibrated, as it answers: confidence 80.0 %, accuracy 95.0 %"));
}

TEST_CASE("large pictures are shrunk for the page") {
  Evaluation e({1}, {"one"});
  e.add(Sample(), 0, std::vector<float>{1.0f}, std::vector<std::uint8_t>(224 * 224 * 3));
  CHECK(holds(worst_html(e), "width=\"96\" height=\"96\""));
}

TEST_CASE("facts as JSON and as text") {
  const ModelFacts facts{"signnet", 496267, 2'000'000, 44'500'000,
                         ModelFacts::Latency{0.5, 0.75, 1000}};
  CHECK(facts_json(facts) ==
        "{\"network\":\"signnet\",\"parameters\":496267,\"bytes\":2000000,\"multiplications\":"
        "44500000,\"latency_ms\":{\"p50\":0.5000,\"p95\":0.7500,\"images\":1000}}");
  CHECK(facts_text(facts) ==
        "\nnetwork       signnet: 496,267 parameters in 2.00 MB, 44.5 million multiplications\n"
        "latency       0.500 ms p50, 0.750 ms p95: one image, one thread, 1,000 timed\n");
}

}  // namespace signpost
