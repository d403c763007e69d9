#include "curate/measure.h"

#include <fmt/format.h>

#include <algorithm>
#include <mutex>
#include <optional>

#include "base/error.h"
#include "base/parallel.h"
#include "image/turn.h"
#include "sample/stream.h"

namespace signpost {
namespace {

// Of images whose crops and activations are held at once.
constexpr std::size_t kBatch = 64, kBatchBytes = std::size_t{8} << 20;

struct Item {
  Sample sample;
  RenderPlan plan;
  std::string where, wrong;
  std::size_t target = 0;
  std::vector<std::uint8_t> outside;
};

/// The items without `wrong`, in their order: first the plain crop of each, then the disturbed ones
/// of each.
struct Batch {
  std::vector<Item> items;
  std::vector<std::uint8_t> plain, disturbed;
  std::vector<float> probabilities, of_disturbed;
};

/// Lends each thread a predictor of its own.
class Predictors {
 public:
  explicit Predictors(const Predictor& predictor) : predictor_(predictor) {}

  void predict(std::span<const std::uint8_t> pixels, std::size_t bytes, std::vector<float>& out) {
    const std::size_t count = pixels.size() / bytes, outputs = predictor_.class_ids.size();
    out.resize(count * outputs);
    const Predict mine = take();
    for (std::size_t at = 0; at < count; at += kBatch) {
      const std::size_t some = std::min(kBatch, count - at);
      mine(pixels.subspan(at * bytes, some * bytes), some,
           std::span(out).subspan(at * outputs, some * outputs));
    }
    const std::lock_guard lock(mutex_);
    free_.push_back(mine);
  }

 private:
  Predict take() {
    {
      const std::lock_guard lock(mutex_);
      if (!free_.empty()) {
        Predict mine = std::move(free_.back());
        free_.pop_back();
        return mine;
      }
    }
    return predictor_.twin ? predictor_.twin() : predictor_.predict;
  }

  const Predictor& predictor_;
  std::mutex mutex_;
  std::vector<Predict> free_;
};

/// Reads the samples that are to be measured.
class Items {
 public:
  Items(const Predictor& predictor, const MeasureOptions& options, const Renderer& renderer,
        Rejects& rejects)
      : predictor_(predictor),
        options_(options),
        renderer_(renderer),
        reader_(options.manifest, rejects) {
    const auto side = static_cast<std::size_t>(predictor.preprocessing.size);
    const std::size_t crops = options.robustness ? 1 + options.robustness->images() : 1;
    most_ = std::clamp<std::size_t>(kBatchBytes / (crops * side * side * 3), 1, kBatch);
  }

  std::optional<Batch> next() {
    Batch batch;
    Sample sample;
    while (batch.items.size() < most_ && reader_.next(sample)) {
      if (options_.split.empty() ? sample.split == "train" : sample.split != options_.split) {
        ++left_out_;
        continue;
      }
      batch.items.push_back(item_of(std::move(sample)));
    }
    if (batch.items.empty()) return std::nullopt;
    return batch;
  }

  std::uint64_t left_out() const { return left_out_; }

 private:
  Item item_of(Sample sample) {
    Item item;
    item.where = reader_.where();
    const auto& ids = predictor_.class_ids;
    const auto found = sample.label ? std::find(ids.begin(), ids.end(), *sample.label) : ids.end();
    item.target = static_cast<std::size_t>(found - ids.begin());
    if (!sample.label) {
      item.wrong = "has no label; label it or leave it out";
    } else if (found == ids.end()) {
      item.wrong = fmt::format("has class {}, which this network does not know", *sample.label);
    }
    item.plan = renderer_.plan(sample);
    crop_as(predictor_.preprocessing, sample, item.plan);
    if (item.plan.recipe && options_.robustness) {
      throw Error(Blame::input,
                  sample.id +
                      ": is augmented, and robustness is measured on photographs as they are; "
                      "leave signpost augment out of the stream");
    }
    item.sample = std::move(sample);
    return item;
  }

  const Predictor& predictor_;
  const MeasureOptions& options_;
  const Renderer& renderer_;
  SampleReader reader_;
  std::size_t most_ = kBatch;
  std::uint64_t left_out_ = 0;
};

void append(std::vector<std::uint8_t>& to, const std::vector<std::uint8_t>& from) {
  to.insert(to.end(), from.begin(), from.end());
}

/// The plain crop and all disturbed ones, from one decoding.
void draw_all(const Renderer& renderer, const Robustness& robustness, Item& item, Batch& batch) {
  thread_local Image photograph;
  if (!renderer.decode(item.sample, photograph, item.wrong)) return;
  const int size = item.plan.crop->size;
  const Box box = crop_box(box_of(item.sample, photograph), item.plan.crop->margin_permille,
                           photograph.width, photograph.height);
  std::vector<std::uint8_t> plain(static_cast<std::size_t>(size) * static_cast<std::size_t>(size) *
                                  3);
  resample(photograph, box, size, 0, plain);
  if (item.plan.turned()) {
    const std::vector<std::uint8_t> upright = plain;
    turn_square(item.plan.transform, upright.data(), size, plain.data());
  }
  append(batch.plain, plain);
  Robustness::Crops crops;
  robustness.draw({photograph, box, item.plan.transform, size, plain}, crops);
  append(batch.disturbed, crops.pixels);
  item.outside = std::move(crops.outside);
}

void draw(const Renderer& renderer, const Robustness* robustness, Batch& batch) {
  thread_local Image image;
  for (Item& item : batch.items) {
    if (!item.wrong.empty()) continue;
    if (robustness) {
      draw_all(renderer, *robustness, item, batch);
    } else if (renderer.render(item.sample, item.plan, image, item.wrong)) {
      append(batch.plain, image.rgb);
    }
  }
}

}  // namespace

void crop_as(const Preprocessing& needed, const Sample& sample, RenderPlan& plan) {
  if (plan.crop && *plan.crop != needed) {
    throw Error(Blame::input,
                sample.id +
                    ": is cropped otherwise than this network needs; leave signpost crop out of "
                    "the stream, the network brings its own");
  }
  plan.crop = needed;
}

Evaluation measure(const Predictor& predictor, const MeasureOptions& options, Rejects& rejects,
                   Progress& progress) {
  const Renderer renderer(options.root);
  Items items(predictor, options, renderer, rejects);
  Evaluation evaluation(predictor.class_ids, predictor.names);
  Predictors predictors(predictor);
  const std::size_t outputs = predictor.class_ids.size();
  const auto side = static_cast<std::size_t>(predictor.preprocessing.size);
  const std::size_t bytes = side * side * 3;
  const auto ask = [&](Batch& batch) {
    predictors.predict(batch.plain, bytes, batch.probabilities);
    if (options.robustness) predictors.predict(batch.disturbed, bytes, batch.of_disturbed);
  };
  ordered_pipeline<Batch, Batch>(
      options.jobs, [&] { return items.next(); },
      [&](Batch batch) {
        draw(renderer, options.robustness, batch);
        if (predictor.twin) ask(batch);
        return batch;
      },
      [&](Batch batch) {
        if (!predictor.twin) ask(batch);
        std::size_t at = 0;
        for (const Item& item : batch.items) {
          progress.add();
          if (!item.wrong.empty()) {
            std::string record;
            encode(item.sample, record);
            rejects.add(item.where, item.sample.id + ": " + item.wrong, record);
            continue;
          }
          const std::span<const float> answer =
              std::span(batch.probabilities).subspan(outputs * at, outputs);
          evaluation.add(item.sample, item.target, answer,
                         std::span(batch.plain).subspan(bytes * at, bytes));
          if (options.robustness) {
            const std::size_t each = options.robustness->images() * outputs;
            const std::span<const float> disturbed =
                std::span(batch.of_disturbed).subspan(each * at, each);
            const auto best =
                static_cast<std::size_t>(std::ranges::max_element(answer) - answer.begin());
            options.robustness->add(item.sample, item.target, best == item.target, disturbed,
                                    outputs, item.outside);
          }
          if (options.on_prediction) options.on_prediction(item.sample, answer);
          ++at;
        }
      });
  if (evaluation.count() == 0) {
    throw Error(Blame::input, fmt::format("the stream has no sample to measure ({} left out by "
                                          "their split); name another --split",
                                          items.left_out()));
  }
  return evaluation;
}

}  // namespace signpost
