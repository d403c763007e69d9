#include "train/preparation.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/digest.h"
#include "base/error.h"
#include "sample/catalogue.h"
#include "sample/history.h"
#include "train/fine_tuning.h"
#include "train/hardware.h"
#include "train/learner.h"
#include "train/optimiser.h"
#include "train/schedule.h"

namespace signpost {
namespace {

constexpr double kFineTuning = 0.1;      // of the learning rate from scratch
constexpr double kUnbalanced = 10;       // largest class over smallest, from which on it is said
constexpr double kBudgetReserve = 0.93;  // rates drift on a shared machine

/// One digest for all ranks: of theirs, in order.
std::string digest_of(const std::string& own, Ranks& ranks) {
  if (ranks.size() == 1) return own;
  const auto digits = static_cast<std::int64_t>(own.size());
  const torch::Tensor all = torch::zeros({ranks.size(), digits}, torch::kInt64);
  for (std::int64_t i = 0; i < digits; ++i) all[ranks.rank()][i] = own[static_cast<std::size_t>(i)];
  ranks.sum(all);
  Sha256 digest;
  std::string text;
  for (std::int64_t i = 0; i < all.numel(); ++i) {
    text += static_cast<char>(all.data_ptr<std::int64_t>()[i]);
  }
  digest.add(text);
  return digest.hex();
}

/// Mean and deviation over the samples of all ranks, whose shares differ by one sample at most.
ChannelStatistics statistics_of(const PixelSet& set, Ranks& ranks) {
  ChannelStatistics statistics = channel_statistics(set);
  if (ranks.size() == 1) return statistics;
  const torch::Tensor means = channels(statistics.mean).clone(),
                      deviations = channels(statistics.deviation);
  const torch::Tensor squares = deviations * deviations + means * means;
  ranks.average({means, squares});
  const torch::Tensor all = torch::sqrt(squares - means * means);
  for (std::size_t c = 0; c < 3; ++c) {
    statistics.mean[c] = means[static_cast<std::int64_t>(c)].item<float>();
    statistics.deviation[c] = all[static_cast<std::int64_t>(c)].item<float>();
  }
  return statistics;
}

std::uint64_t counted_by_all(std::vector<std::uint64_t>& counts, Ranks& ranks) {
  torch::Tensor all = torch::zeros({static_cast<std::int64_t>(counts.size())}, torch::kInt64);
  auto* values = all.data_ptr<std::int64_t>();
  for (std::size_t i = 0; i < counts.size(); ++i) values[i] = static_cast<std::int64_t>(counts[i]);
  ranks.sum(all);
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    counts[i] = static_cast<std::uint64_t>(values[i]);
    sum += counts[i];
  }
  return sum;
}

void check_start_px(int start_px, const RunInfo& info, const NetworkSpec& spec) {
  if (start_px == 0) return;
  if (start_px >= info.preprocessing.size) {
    throw Error(Blame::usage,
                fmt::format("--start-px is {}, but the images have {} px; begin with smaller ones",
                            start_px, info.preprocessing.size));
  }
  for (const NetworkLayer& layer : spec.layers) {
    if (layer.kind == NetworkLayer::Kind::flatten) {
      throw Error(Blame::usage,
                  fmt::format("--start-px: {} flattens its map, so all its images have one size",
                              spec.name));
    }
  }
  NetworkOptions smaller = info.network;
  smaller.input_px = start_px;
  smaller.classes = static_cast<int>(info.classes.size());
  make_network(smaller);  // throws where the image is used up
}

void tell_imbalance(const RunInfo& info, const std::vector<std::uint64_t>& counts,
                    const std::function<void(const std::string&)>& words) {
  std::uint64_t least = 0, most = 0;
  int rarest = 0;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    if (counts[i] == 0) continue;
    if (least == 0 || counts[i] < least) {
      least = counts[i];
      rarest = info.classes[i].id;
    }
    most = std::max(most, counts[i]);
  }
  if (least == 0 || info.class_balance > 0 ||
      static_cast<double>(most) < kUnbalanced * static_cast<double>(least)) {
    return;
  }
  words(
      fmt::format("classes have {} (class {}) to {} training samples; --class-balance 0.5 gives "
                  "rare ones more weight",
                  grouped(least), rarest, grouped(most)));
}

int settle_epochs(const TrainOptions& options, Prepared& ready, Ranks& ranks,
                  const std::function<double()>& seconds_spent,
                  const std::function<void(const std::string&)>& words) {
  if (options.epochs > 0) return options.epochs;
  if (options.budget_seconds <= 0) return default_epochs(ready.info.train_samples);
  if (options.resume && is_run(options.run)) return read_run(options.run).epochs;
  const Rates rates = measure_rates(ready, ranks);
  const double left =
      options.budget_seconds * kBudgetReserve - seconds_spent() - rates.final_seconds;
  const int epochs = epochs_within(left, ready.info.start_px, ready.info.preprocessing.size,
                                   ready.steps_each, rates.step_seconds, rates.validation_seconds);
  const int same = static_cast<int>(ranks.of_first(static_cast<std::uint64_t>(epochs)));
  words(fmt::format("{} of {} are left for {}", clock_text(std::max(0.0, left)),
                    clock_text(options.budget_seconds),
                    counted(static_cast<std::uint64_t>(same), "epoch")));
  return same;
}

void settle_batch(const TrainOptions& options, int epochs, Prepared& ready, Ranks& ranks) {
  RunInfo& info = ready.info;
  const int size = ranks.size();
  info.batch_size = options.batch_size > 0
                        ? options.batch_size
                        : (default_batch_size(info.train_samples, epochs) + size - 1) / size * size;
  if (info.batch_size % size != 0) {
    throw Error(Blame::usage, fmt::format("--batch-size {} cannot be shared evenly by {} ranks",
                                          info.batch_size, size));
  }
  const std::uint64_t least = ranks.smallest(ready.data.train.samples.size());
  ready.rank_batch = std::min<std::size_t>(static_cast<std::size_t>(info.batch_size / size), least);
  ready.steps_each = least / ready.rank_batch;
}

}  // namespace

Prepared prepare(const TrainOptions& options, Ranks& ranks, Rejects& rejects,
                 const std::function<double()>& seconds_spent,
                 const std::function<void(const std::string&)>& words) {
  Prepared ready;
  RunInfo& info = ready.info;
  info.network = options.network;
  const Catalogue catalogue = Catalogue::load(options.classes);
  for (const SignClass& each : catalogue.classes()) {
    info.classes.push_back({each.id, each.name, each.name_de});
  }
  if (options.augment != "none") {
    ready.variation = Variation{Recipe::load(options.augment),
                                transform_targets(catalogue, info.class_ids()), options.mirror};
  }
  // An unknown network and weights that cannot be read are found out before the data is.
  info.preprocessing.size = options.network.input_px > 0 ? options.network.input_px
                                                         : native_input_px(options.network.name);
  const NetworkSpec foreseen = info.spec();
  ready.start = starting_weights(options, info);
  if (ready.start && options.network.name != "cnn") fit_weights(foreseen, *ready.start);

  {
    Progress progress("read", "images", 0,
                      ranks.is_first() ? options.progress : ProgressStyle::none);
    const Share share{static_cast<std::uint64_t>(ranks.rank()),
                      static_cast<std::uint64_t>(ranks.size())};
    ready.data = load_data(options.manifest, options.root, info.preprocessing,
                           ready.variation ? &ready.variation->recipe : nullptr, info.class_ids(),
                           share, options.jobs, rejects, progress);
  }
  const DataSet& data = ready.data;
  if (options.network.input_px > 0 && data.preprocessing.size != options.network.input_px) {
    throw Error(Blame::usage,
                fmt::format("--image-px is {}, but the samples are cropped to {}; leave one out",
                            options.network.input_px, data.preprocessing.size));
  }
  info.preprocessing = data.preprocessing;
  ready.spec = info.spec();
  if (ready.start) {
    fit_weights(ready.spec, *ready.start);
    info.mean = ready.start->mean;
    info.deviation = ready.start->deviation;
  } else {
    const ChannelStatistics statistics = statistics_of(data.train, ranks);
    info.mean = statistics.mean;
    info.deviation = statistics.deviation;
  }
  info.start_px = options.start_px;
  check_start_px(options.start_px, info, ready.spec);
  if (!options.teachers.empty()) {
    ready.teachers.emplace(options.teachers, info);
    info.distill_weight = options.distill_weight;
    info.distill_temperature = options.distill_temperature;
  }
  info.augment = options.augment;
  info.augment_digest = ready.variation ? ready.variation->recipe.digest : "";
  info.mirror = ready.variation && options.mirror && !ready.variation->recipe.transforms();
  info.weight_decay = Optimiser::kWeightDecay;
  info.label_smoothing = options.label_smoothing;
  info.class_balance = options.class_balance;
  info.patience = options.patience;
  info.seed = options.seed;
  info.ranks = ranks.size();
  info.data_digest = digest_of(data.digest, ranks);
  info.history = stream_history().json();
  ready.class_counts = class_counts(data.train, info.classes.size());
  info.train_samples = counted_by_all(ready.class_counts, ranks);
  info.validation_samples = data.validation.samples.size();
  info.precision = trains_in_bfloat16(training_device()) ? kBfloat16 : "float32";
  tell_imbalance(info, ready.class_counts, words);

  // How long an epoch takes depends on the batch, whose default depends on the epochs; a budget is
  // measured with the batch of the default number of epochs.
  settle_batch(options, options.epochs > 0 ? options.epochs : default_epochs(info.train_samples),
               ready, ranks);
  info.learning_rate = options.learning_rate > 0 ? options.learning_rate
                                                 : default_learning_rate(info.batch_size) *
                                                       (ready.start ? kFineTuning : 1.0);
  info.epochs = default_epochs(info.train_samples);
  info.epochs = settle_epochs(options, ready, ranks, seconds_spent, words);
  return ready;
}

}  // namespace signpost
