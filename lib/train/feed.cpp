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
                  const Preprocessing& fallback, bool pad_train, const std::vector<int>& class_ids,
                  int jobs, Rejects& rejects, Progress& progress) {
  const Renderer renderer(root);
  SampleReader reader(manifest, rejects);
  CropRule crop(fallback);
  DataSet data;
  Sha256 digest;
  std::string json;
  std::uint64_t unlabelled_side = 0;
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
          Item& item = batch.emplace_back();
          item.plan = renderer.plan(sample);
          crop.see(item.plan, sample);
          if (item.plan.recipe && training && pad_train) {
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
          const int pad = item.training && pad_train ? patch_pad(crop.rule().size) : 0;
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
  data.train.pad = pad_train ? patch_pad(crop.rule().size) : 0;
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

EpochFeed::EpochFeed(const PixelSet& set, const Recipe* recipe, std::uint64_t seed,
                     std::uint64_t epoch, std::size_t batch_size)
    : set_(set),
      recipe_(recipe),
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

Batch EpochFeed::make(std::size_t index) const {
  Batch batch;
  batch.count = batch_size_;
  const auto bytes = static_cast<std::size_t>(set_.size) * static_cast<std::size_t>(set_.size) * 3;
  batch.pixels.resize(batch.count * bytes);
  batch.labels.resize(batch.count);
  tbb::parallel_for(std::size_t{0}, batch.count, [&](std::size_t k) {
    const std::size_t i = order_[index * batch_size_ + k];
    const std::span<std::uint8_t> out = std::span(batch.pixels).subspan(k * bytes, bytes);
    batch.labels[k] = set_.targets[i];
    if (recipe_) {
      Random random(seed_, set_.samples[i].id, epoch_, "augment");
      augment_patch(*recipe_, set_.at(i), set_.size, set_.pad, random, out);
    } else {
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
