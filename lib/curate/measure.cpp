#include "curate/measure.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "base/error.h"
#include "base/parallel.h"
#include "image/render.h"
#include "sample/stream.h"

namespace signpost {
namespace {

constexpr std::size_t kBatch = 64;

struct Item {
  Sample sample;
  RenderPlan plan;
  std::string where, wrong;
  std::size_t target = 0;
};

struct Rendered {
  std::vector<Item> items;
  std::vector<std::uint8_t> pixels;  ///< of the items without `wrong`, in their order
  std::size_t good = 0;
};

}  // namespace

Evaluation measure(const Predictor& predictor, const MeasureOptions& options, Rejects& rejects,
                   Progress& progress) {
  const Renderer renderer(options.root);
  SampleReader reader(options.manifest, rejects);
  Evaluation evaluation(predictor.class_ids, predictor.names);
  const std::size_t outputs = predictor.class_ids.size();
  std::uint64_t left_out = 0;
  std::vector<float> probabilities;
  ordered_pipeline<std::vector<Item>, Rendered>(
      options.jobs,
      [&]() -> std::optional<std::vector<Item>> {
        std::vector<Item> batch;
        Sample sample;
        while (batch.size() < kBatch && reader.next(sample)) {
          if (options.split.empty() ? sample.split == "train" : sample.split != options.split) {
            ++left_out;
            continue;
          }
          Item& item = batch.emplace_back();
          item.where = reader.where();
          const auto& ids = predictor.class_ids;
          const auto found =
              sample.label ? std::find(ids.begin(), ids.end(), *sample.label) : ids.end();
          item.target = static_cast<std::size_t>(found - ids.begin());
          if (!sample.label) {
            item.wrong = "has no label; label it or leave it out";
          } else if (found == ids.end()) {
            item.wrong =
                fmt::format("has class {}, which this network does not know", *sample.label);
          }
          item.plan = renderer.plan(sample);
          if (item.plan.crop && *item.plan.crop != predictor.preprocessing) {
            throw Error(Blame::input,
                        sample.id +
                            ": is cropped otherwise than this network needs; leave signpost crop "
                            "out of the stream, the network brings its own");
          }
          item.plan.crop = predictor.preprocessing;
          item.sample = std::move(sample);
        }
        if (batch.empty()) return std::nullopt;
        return batch;
      },
      [&](std::vector<Item> batch) {
        Rendered result;
        thread_local Image image;
        for (Item& item : batch) {
          if (!item.wrong.empty()) continue;
          if (!renderer.render(item.sample, item.plan, image, item.wrong)) continue;
          result.pixels.insert(result.pixels.end(), image.rgb.begin(), image.rgb.end());
          ++result.good;
        }
        result.items = std::move(batch);
        return result;
      },
      [&](const Rendered& batch) {
        probabilities.resize(batch.good * outputs);
        if (batch.good > 0) predictor.predict(batch.pixels, batch.good, probabilities);
        std::size_t at = 0;
        for (const Item& item : batch.items) {
          progress.add();
          if (!item.wrong.empty()) {
            rejects.add(item.where, item.sample.id + ": " + item.wrong);
            continue;
          }
          const std::span<const float> answer =
              std::span(probabilities).subspan(outputs * at++, outputs);
          evaluation.add(item.sample, item.target, answer);
          if (options.on_prediction) options.on_prediction(item.sample, answer);
        }
      });
  if (evaluation.count() == 0) {
    throw Error(Blame::input, fmt::format("the stream has no sample to measure ({} left out by "
                                          "their split); name another --split",
                                          left_out));
  }
  return evaluation;
}

}  // namespace signpost
