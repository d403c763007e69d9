#include "train/feed.h"

#include <fmt/format.h>
#include <tbb/parallel_for.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/digest.h"
#include "base/error.h"
#include "base/parallel.h"
#include "image/render.h"
#include "image/turn.h"
#include "sample/stream.h"

namespace signpost {
namespace {

constexpr std::size_t kReadBatch = 32, kBatchesAhead = 4;

struct Item {
  Sample sample;
  std::string where, wrong;
  RenderPlan plan;
  std::vector<std::uint8_t> pixels;
  bool training = false;
};

/// Decides on the one crop of the whole stream, and refuses a second one.
class CropRule {
 public:
  explicit CropRule(const Preprocessing& fallback) : rule_(fallback) {}
  void see(const RenderPlan& plan, const Sample& sample) {
    const Preprocessing found = plan.crop.value_or(rule_);
    if (seen_ && (found != rule_ || plan.crop.has_value() != cropped_)) {
      throw Error(Blame::input,
                  sample.id +
                      ": is cropped otherwise than the samples before it; one network has one "
                      "input, so run signpost crop over the whole stream");
    }
    rule_ = found;
    cropped_ = plan.crop.has_value();
    seen_ = true;
  }
  const Preprocessing& rule() const { return rule_; }

 private:
  Preprocessing rule_;
  bool seen_ = false, cropped_ = false;
};

void render(const Renderer& renderer, const Preprocessing& rule, int pad, Item& item) {
  thread_local Image photograph;
  const int side = rule.size + 2 * pad;
  item.pixels.resize(static_cast<std::size_t>(side) * static_cast<std::size_t>(side) * 3);
  if (item.plan.recipe) {
    if (renderer.render(item.sample, item.plan, photograph, item.wrong))
      item.pixels = photograph.rgb;
    return;
  }
  if (!renderer.decode(item.sample, photograph, item.wrong)) return;
  const Box box = crop_box(box_of(item.sample, photograph), rule.margin_permille, photograph.width,
                           photograph.height);
  resample(photograph, box, rule.size, pad, item.pixels);
  if (item.plan.turned()) {
    const std::vector<std::uint8_t> upright = item.pixels;
    turn_square(item.plan.transform, upright.data(), side, item.pixels.data());
  }
}

}  // namespace

void PixelSet::crop(std::size_t i, std::span<std::uint8_t> out) const {
  const std::span<const std::uint8_t> from = at(i);
  const auto row = static_cast<std::size_t>(size) * 3;
  for (int y = 0; y < size; ++y) {
    const auto start = (static_cast<std::size_t>(y + pad) * static_cast<std::size_t>(side()) +
                        static_cast<std::size_t>(pad)) *
                       3;
    std::copy_n(from.begin() + static_cast<std::ptrdiff_t>(start), row,
                out.begin() + static_cast<std::ptrdiff_t>(static_cast<std::size_t>(y) * row));
  }
}

DataSet load_data(const std::string& manifest, const std::filesystem::path& root,
                  const Preprocessing& fallback, const Recipe* recipe,
                  const std::vector<int>& class_ids, Share share, int jobs, Rejects& rejects,
                  Progress& progress) {
  const Renderer renderer(root);
  SampleReader reader(manifest, rejects);
  CropRule crop(fallback);
  DataSet data;
  Sha256 digest;
  std::string json;
  std::uint64_t unlabelled_side = 0, training_seen = 0;
  ordered_pipeline<std::vector<Item>, std::vector<Item>>(
      jobs,
      [&]() -> std::optional<std::vector<Item>> {
        std::vector<Item> batch;
        Sample sample;
        while (batch.size() < kReadBatch && reader.next(sample)) {
          const bool training = sample.split == "train";
          if (!training && sample.split != "val") {
            ++unlabelled_side;
            continue;
          }
          if (!sample.label ||
              !std::binary_search(class_ids.begin(), class_ids.end(), *sample.label)) {
            rejects.add(
                reader.where(),
                sample.id + (sample.label
                                 ? fmt::format(": class {} is not in the catalogue", *sample.label)
                                 : std::string(": has no label; label it or leave it out")),
                reader.text());
            continue;
          }
          RenderPlan plan = renderer.plan(sample);
          crop.see(plan, sample);
          if (training && training_seen++ % share.count != share.index) continue;
          Item& item = batch.emplace_back();
          item.plan = std::move(plan);
          if (item.plan.recipe && training && recipe) {
            throw Error(
                Blame::usage,
                sample.id +
                    ": is augmented already, and --augment would vary it again; choose one");
          }
          item.where = reader.where();
          item.training = training;
          item.sample = std::move(sample);
        }
        if (batch.empty()) return std::nullopt;
        return batch;
      },
      [&](std::vector<Item> batch) {
        for (Item& item : batch) {
          const int pad = item.training && recipe ? patch_pad(*recipe, crop.rule().size) : 0;
          render(renderer, crop.rule(), pad, item);
        }
        return batch;
      },
      [&](const std::vector<Item>& batch) {
        for (const Item& item : batch) {
          progress.add();
          if (!item.wrong.empty()) {
            rejects.add(item.where, item.sample.id + ": " + item.wrong);
            continue;
          }
          json.clear();
          encode(item.sample, json);
          digest.add(json);
          PixelSet& set = item.training ? data.train : data.validation;
          set.samples.push_back(item.sample);
          set.targets.push_back(
              std::lower_bound(class_ids.begin(), class_ids.end(), *item.sample.label) -
              class_ids.begin());
          set.pixels.insert(set.pixels.end(), item.pixels.begin(), item.pixels.end());
        }
      });
  if (data.train.samples.empty() || data.validation.samples.empty()) {
    throw Error(Blame::input, fmt::format("the stream has {} samples with \"split\":\"train\" and "
                                          "{} with \"val\" ({} others); both "
                                          "are needed: pipe it through signpost split --val 0.2",
                                          data.train.samples.size(), data.validation.samples.size(),
                                          unlabelled_side));
  }
  data.preprocessing = crop.rule();
  data.train.size = data.validation.size = crop.rule().size;
  data.train.pad = recipe ? patch_pad(*recipe, crop.rule().size) : 0;
  data.digest = digest.hex();
  return data;
}

ChannelStatistics channel_statistics(const PixelSet& set) {
  std::array<double, 3> sum{}, squares{};
  std::vector<std::uint8_t> crop(static_cast<std::size_t>(set.size) *
                                 static_cast<std::size_t>(set.size) * 3);
  for (std::size_t i = 0; i < set.samples.size(); ++i) {
    set.crop(i, crop);
    std::array<std::uint64_t, 3> s{}, q{};
    for (std::size_t k = 0; k < crop.size(); k += 3) {
      for (std::size_t c = 0; c < 3; ++c) {
        s[c] += crop[k + c];
        q[c] += static_cast<std::uint64_t>(crop[k + c]) * crop[k + c];
      }
    }
    for (std::size_t c = 0; c < 3; ++c) {
      sum[c] += static_cast<double>(s[c]);
      squares[c] += static_cast<double>(q[c]);
    }
  }
  ChannelStatistics result;
  const double count =
      static_cast<double>(set.samples.size()) * static_cast<double>(crop.size()) / 3;
  for (std::size_t c = 0; c < 3; ++c) {
    const double mean = sum[c] / count;
    result.mean[c] = static_cast<float>(mean);
    result.deviation[c] =
        static_cast<float>(std::sqrt(std::max(1.0, squares[c] / count - mean * mean)));
  }
  return result;
}

std::vector<std::uint64_t> class_counts(const PixelSet& set, std::size_t classes) {
  std::vector<std::uint64_t> counts(classes, 0);
  for (const std::int64_t target : set.targets) ++counts[static_cast<std::size_t>(target)];
  return counts;
}

TransformTargets transform_targets(const Catalogue& catalogue, const std::vector<int>& class_ids) {
  TransformTargets targets(class_ids.size());
  for (std::size_t i = 0; i < class_ids.size(); ++i) {
    targets[i].fill(-1);
    targets[i][static_cast<std::size_t>(Transform::identity)] = static_cast<std::int64_t>(i);
    const SignClass* sign = catalogue.find(class_ids[i]);
    if (!sign) continue;
    for (std::size_t transform = 0; transform < kTransformCount; ++transform) {
      const std::optional<int> id = sign->becomes[transform];
      if (!id) continue;
      const auto at = std::lower_bound(class_ids.begin(), class_ids.end(), *id);
      if (at != class_ids.end() && *at == *id) targets[i][transform] = at - class_ids.begin();
    }
  }
  return targets;
}

EpochFeed::EpochFeed(const PixelSet& set, const Variation* variation, std::uint64_t seed,
                     std::uint64_t epoch, std::size_t batch_size)
    : set_(set),
      variation_(variation),
      seed_(seed),
      epoch_(epoch),
      batch_size_(std::min(batch_size, set.samples.size())),
      batches_(set.samples.size() / batch_size_),
      order_(set.samples.size()) {
  std::iota(order_.begin(), order_.end(), 0u);
  Random random(seed, "order", epoch, "shuffle");
  for (std::size_t i = order_.size(); i > 1; --i) {
    std::swap(order_[i - 1], order_[random.below(static_cast<std::uint32_t>(i))]);
  }
  thread_ = std::thread([this] { produce(); });
}

EpochFeed::~EpochFeed() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

Transform EpochFeed::transform_of(const std::string& id) const {
  const Recipe& recipe = variation_->recipe;
  if (!recipe.transforms() && !variation_->mirror) return Transform::identity;
  Random random(seed_, id, epoch_, kTransformPurpose);
  if (recipe.transforms()) return draw_transform(recipe, random);
  return random.below(2) == 0 ? Transform::identity : Transform::flip_horizontal;
}

/// Draws this epoch's variant of sample `i` and tells its target.
std::int64_t EpochFeed::vary(std::size_t i, std::span<std::uint8_t> out) const {
  const Recipe& recipe = variation_->recipe;
  const std::string& id = set_.samples[i].id;
  std::span<const std::uint8_t> patch = set_.at(i);
  std::int64_t target = set_.targets[i];
  const Transform transform = transform_of(id);
  const std::int64_t becomes =
      variation_->targets[static_cast<std::size_t>(target)][static_cast<std::size_t>(transform)];
  if (transform != Transform::identity && becomes >= 0) {
    thread_local std::vector<std::uint8_t> turned;
    turned.resize(patch.size());
    turn_square(transform, patch.data(), set_.side(), turned.data());
    patch = turned;
    target = becomes;
  }
  Random random(seed_, id, epoch_, kAugmentPurpose);
  augment_patch(recipe, patch, set_.size, set_.pad, random, out);
  return target;
}

Batch EpochFeed::make(std::size_t index) const {
  Batch batch;
  batch.count = batch_size_;
  const auto bytes = static_cast<std::size_t>(set_.size) * static_cast<std::size_t>(set_.size) * 3;
  batch.pixels.resize(batch.count * bytes);
  batch.labels.resize(batch.count);
  tbb::parallel_for(std::size_t{0}, batch.count, [&](std::size_t k) {
    const std::size_t i = order_[index * batch_size_ + k];
    const std::span<std::uint8_t> out = std::span(batch.pixels).subspan(k * bytes, bytes);
    if (variation_) {
      batch.labels[k] = vary(i, out);
    } else {
      batch.labels[k] = set_.targets[i];
      set_.crop(i, out);
    }
  });
  return batch;
}

void EpochFeed::produce() {
  try {
    for (std::size_t index = 0; index < batches_; ++index) {
      Batch batch = make(index);
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [&] { return stop_ || ready_.size() < kBatchesAhead; });
      if (stop_) return;
      ready_.push_back(std::move(batch));
      changed_.notify_all();
    }
  } catch (...) {
    const std::lock_guard lock(mutex_);
    failure_ = std::current_exception();
    changed_.notify_all();
  }
}

std::optional<Batch> EpochFeed::next() {
  if (taken_ == batches_) return std::nullopt;
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return failure_ || !ready_.empty(); });
  if (ready_.empty()) std::rethrow_exception(failure_);
  Batch batch = std::move(ready_.front());
  ready_.pop_front();
  ++taken_;
  changed_.notify_all();
  return batch;
}

}  // namespace signpost
