#include "train/learner.h"

#include <fmt/format.h>

#include <chrono>
#include <cmath>
#include <optional>
#include <span>

#include "base/error.h"
#include "base/interrupt.h"
#include "train/fine_tuning.h"
#include "train/hardware.h"
#include "train/predict.h"
#include "train/schedule.h"

namespace signpost {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

TorchNetwork seeded_network(const Prepared& ready) {
  torch::manual_seed(ready.info.seed);
  return TorchNetwork(ready.spec);
}

std::vector<double> weights_of(const Prepared& ready) {
  if (ready.info.class_balance <= 0) return {};
  return class_weights(ready.class_counts, ready.info.class_balance);
}

}  // namespace

Learner::Learner(Prepared& ready, Ranks& ranks,
                 const std::function<void(const std::string&)>& words)
    : ready_(ready),
      ranks_(ranks),
      device_(training_device()),
      bfloat16_(ready.info.precision == kBfloat16),
      network_([&] {
        TorchNetwork network = seeded_network(ready);
        if (ready.start) begin_with(network, *ready.start, ready.info, ready.data.train, words);
        network.to(device_);
        return network;
      }()),
      steps_(ready.steps_each * static_cast<std::uint64_t>(ready.info.epochs)),
      optimiser_(network_, steps_),
      objective_(ready.info, weights_of(ready), device_),
      mean_(channels(ready.info.mean).to(device_)),
      deviation_(channels(ready.info.deviation).to(device_)) {
  if (ready_.teachers) ready_.teachers->move_to(device_);
  optimiser_.begin_together(ranks_);
}

std::uint64_t Learner::resume(const std::filesystem::path& run) {
  const std::uint64_t done = ranks_.is_first() ? optimiser_.read_checkpoint(run) : 0;
  optimiser_.begin_together(ranks_);
  return ranks_.of_first(done);
}

torch::Tensor Learner::step(std::uint64_t index, const Batch& batch, int px,
                            torch::Tensor& targets) {
  // Dropout does not depend on what ran before.
  torch::manual_seed(ready_.info.seed ^ (index * 0x9e3779b97f4a7c15u) ^
                     (static_cast<std::uint64_t>(ranks_.rank()) << 48));
  const torch::Tensor pixels =
      pixel_tensor(batch.pixels, batch.count, ready_.data.train.size).to(device_);
  targets = torch::from_blob(const_cast<std::int64_t*>(batch.labels.data()),
                             {static_cast<std::int64_t>(batch.count)}, torch::kInt64)
                .to(device_);
  torch::Tensor taught;
  if (ready_.teachers) {
    taught = ready_.teachers->probabilities(pixels, ready_.info.distill_temperature, bfloat16_);
  }
  torch::Tensor logits;
  {
    const Autocast autocast(bfloat16_, device_);
    logits = network_.forward(resized(normalise(pixels, mean_, deviation_), px));
  }
  logits = logits.to(torch::kFloat32);
  const torch::Tensor loss = objective_.loss(logits, targets, taught);
  loss.backward();
  optimiser_.step(index, one_cycle(ready_.info.learning_rate, index, steps_), ranks_);
  last_loss_ = loss.item<double>();
  if (!std::isfinite(last_loss_)) {
    throw Error(Blame::input,
                fmt::format("the loss is not a number in epoch {}; try a smaller --learning-rate "
                            "than {}",
                            index / ready_.steps_each + 1, ready_.info.learning_rate));
  }
  return logits;
}

EpochFigures Learner::run_epoch(std::uint64_t epoch, Progress& progress) {
  const RunInfo& info = ready_.info;
  const auto epochs = static_cast<std::uint64_t>(info.epochs);
  const Clock::time_point start = Clock::now();
  EpochFigures figures;
  figures.px = image_px(info.start_px, info.preprocessing.size, epoch, epochs);
  EpochFeed feed(ready_.data.train, ready_.variation ? &*ready_.variation : nullptr, info.seed,
                 epoch, ready_.rank_batch);
  network_.train();
  double loss_sum = 0;
  std::uint64_t right = 0, seen = 0;
  for (std::uint64_t i = 0; i < ready_.steps_each; ++i) {
    stop_if_interrupted();
    const std::optional<Batch> batch = feed.next();
    torch::Tensor targets;
    const torch::Tensor logits = step(epoch * ready_.steps_each + i, *batch, figures.px, targets);
    loss_sum += last_loss_;
    right += static_cast<std::uint64_t>((logits.argmax(1) == targets).sum().item<std::int64_t>());
    seen += batch->count;
    show(epoch * ready_.steps_each + i, loss_sum / static_cast<double>(i + 1),
         static_cast<double>(right) / static_cast<double>(seen), progress);
    progress.add(batch->count * static_cast<std::uint64_t>(ranks_.size()));
  }
  const torch::Tensor sums = torch::tensor({loss_sum, static_cast<double>(right)}, torch::kFloat64);
  ranks_.sum(sums);
  const auto images = static_cast<double>(seen * static_cast<std::uint64_t>(ranks_.size()));
  figures.seconds = seconds_since(start);
  figures.loss = sums[0].item<double>() / static_cast<double>(ready_.steps_each) / ranks_.size();
  figures.accuracy = sums[1].item<double>() / images;
  figures.images_per_second = images / figures.seconds;
  figures.learning_rate =
      one_cycle(info.learning_rate, (epoch + 1) * ready_.steps_each - 1, steps_);
  return figures;
}

void Learner::show(std::uint64_t index, double loss, double accuracy, Progress& progress) {
  constexpr std::uint64_t kParts = 24;
  const auto part = static_cast<std::size_t>(index * kParts / steps_);
  if (curve_.empty() || part >= curve_.size()) {
    curve_.push_back(last_loss_);
  } else {
    curve_.back() += (last_loss_ - curve_.back()) * 0.1;
  }
  const std::uint64_t epoch = index / ready_.steps_each + 1;
  std::string text = fmt::format("epoch {}/{}  loss {:.3f} {}  accuracy {:.1f} %", epoch,
                                 ready_.info.epochs, loss, sparkline(curve_), 100 * accuracy);
  if (last_validation_ > 0) text += fmt::format("  validation {:.2f} %", 100 * last_validation_);
  progress.note(std::move(text), fmt::format("\"epoch\":{},\"epochs\":{},\"loss\":{:.6f},"
                                             "\"accuracy\":{:.6f}",
                                             epoch, ready_.info.epochs, loss, accuracy));
}

Evaluation Learner::validate(bool bfloat16) {
  optimiser_.swap_average();
  Evaluation validation = evaluate(network_, ready_.info, ready_.data.validation, bfloat16, ranks_);
  optimiser_.swap_average();
  last_validation_ = validation.accuracy();
  return validation;
}

CalibratedEvaluation Learner::calibrate() {
  optimiser_.swap_average();
  const torch::Tensor logits =
      logits_of_set(network_, ready_.info, ready_.data.validation, false, ranks_);
  optimiser_.swap_average();
  return signpost::calibrate(
      ready_.info, ready_.data.validation,
      std::span(logits.data_ptr<float>(), static_cast<std::size_t>(logits.numel())));
}

double Learner::step_seconds(int px) {
  constexpr std::uint64_t kWarm = 3, kTimed = 8;
  EpochFeed feed(ready_.data.train, ready_.variation ? &*ready_.variation : nullptr,
                 ready_.info.seed, 0, ready_.rank_batch);
  network_.train();
  Clock::time_point start;
  const std::uint64_t steps = std::min(ready_.steps_each, kWarm + kTimed);
  const std::uint64_t warm = std::min(steps - 1, kWarm);
  torch::Tensor targets;
  for (std::uint64_t i = 0; i < steps; ++i) {
    if (i == warm) start = Clock::now();
    step(i, *feed.next(), px, targets);
  }
  return seconds_since(start) / static_cast<double>(steps - warm);
}

Rates measure_rates(Prepared& ready, Ranks& ranks) {
  constexpr std::size_t kPredicted = 1024;
  const int full = ready.info.preprocessing.size, small = ready.info.start_px;
  Learner probe(ready, ranks, [](const std::string&) {});
  const double full_seconds = probe.step_seconds(full);
  const double small_seconds = small > 0 ? probe.step_seconds(small) : full_seconds;

  PixelSet some;
  some.size = full;
  const PixelSet& validation = ready.data.validation;
  const std::size_t count = std::min(validation.samples.size(), kPredicted);
  some.samples.assign(validation.samples.begin(),
                      validation.samples.begin() + static_cast<std::ptrdiff_t>(count));
  some.targets.assign(validation.targets.begin(),
                      validation.targets.begin() + static_cast<std::ptrdiff_t>(count));
  const std::span<const std::uint8_t> pixels =
      std::span(validation.pixels).first(count * validation.pixel_bytes());
  some.pixels.assign(pixels.begin(), pixels.end());
  const double share = static_cast<double>(validation.samples.size()) / static_cast<double>(count);
  const auto predict_seconds = [&](bool bfloat16) {
    const Clock::time_point start = Clock::now();
    evaluate(probe.network(), ready.info, some, bfloat16, ranks);
    return seconds_since(start) * share;
  };
  Rates rates;
  rates.validation_seconds = predict_seconds(probe.bfloat16());
  rates.final_seconds = predict_seconds(false) + 1;
  // Between the two sizes, time goes with the area.
  rates.step_seconds = [=](int px) {
    if (px >= full) return full_seconds;
    const double at = static_cast<double>(px * px - small * small) / (full * full - small * small);
    return small_seconds + (full_seconds - small_seconds) * at;
  };
  return rates;
}

}  // namespace signpost
