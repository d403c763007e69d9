#include "train/trainer.h"

#include <ATen/Parallel.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <chrono>
#include <cmath>
#include <optional>

#include "base/error.h"
#include "base/interrupt.h"
#include "base/parallel.h"
#include "codecs/decode.h"
#include "image/render.h"
#include "sample/catalogue.h"
#include "sample/history.h"
#include "train/calibration.h"
#include "train/feed.h"
#include "train/fine_tuning.h"
#include "train/optimiser.h"
#include "train/precision.h"
#include "train/report.h"
#include "train/torch_network.h"

namespace signpost {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

constexpr double kLabelSmoothing = 0.1;
constexpr const char* kBfloat16 = "bfloat16";
constexpr std::size_t kPredictBatch = 256;
constexpr double kFineTuning = 0.1;  // of the learning rate from scratch

/// Keeps the lines of the epochs that the checkpoint knows of: a line may have been written just
/// before the end.
void trim_metrics(const fs::path& run, std::uint64_t epochs) {
  const fs::path path = run / "metrics.ndjson";
  const std::string text = fs::exists(path) ? read_text(path) : "";
  std::size_t end = 0;
  for (std::uint64_t i = 0; i < epochs && end < text.size(); ++i) end = text.find('\n', end) + 1;
  OutputFile file(path, true);
  file.write(std::string_view(text).substr(0, end));
  file.commit();
}

void append_line(const fs::path& path, const std::string& line) {
  std::FILE* file = std::fopen(path.c_str(), "a");
  if (!file) throw_errno("cannot write " + path.string());
  const bool good = std::fputs((line + "\n").c_str(), file) >= 0;
  if (std::fclose(file) != 0 || !good) throw_errno("cannot write " + path.string());
}

std::vector<int> ids_of(const RunInfo& info) {
  std::vector<int> ids;
  for (const RunInfo::Class& each : info.classes) ids.push_back(each.id);
  return ids;
}

std::vector<std::string> names_of(const RunInfo& info) {
  std::vector<std::string> names;
  for (const RunInfo::Class& each : info.classes) names.push_back(each.name);
  return names;
}

torch::Tensor probabilities_of(TorchNetwork& network, const RunInfo& info,
                               std::span<const std::uint8_t> pixels, std::size_t count) {
  const torch::Tensor images = normalise(pixel_tensor(pixels, count, info.preprocessing.size),
                                         channels(info.mean), channels(info.deviation));
  return torch::softmax(network.forward(images).to(torch::kFloat32), 1).contiguous();
}

/// Measures the network, in evaluation mode, on the plain crops of a set.
Evaluation evaluate(TorchNetwork& network, const RunInfo& info, const PixelSet& set,
                    bool bfloat16) {
  const torch::NoGradGuard no_grad;
  const Autocast autocast(bfloat16);
  network.eval();
  Evaluation evaluation(ids_of(info), names_of(info));
  const std::size_t bytes = set.pixel_bytes(), classes = info.classes.size();
  for (std::size_t from = 0; from < set.samples.size(); from += kPredictBatch) {
    stop_if_interrupted();
    const std::size_t count = std::min(kPredictBatch, set.samples.size() - from);
    const torch::Tensor probabilities = probabilities_of(
        network, info, std::span(set.pixels).subspan(from * bytes, count * bytes), count);
    const std::span<const float> values(probabilities.data_ptr<float>(), count * classes);
    for (std::size_t k = 0; k < count; ++k) {
      evaluation.add(set.samples[from + k], static_cast<std::size_t>(set.targets[from + k]),
                     values.subspan(k * classes, classes));
    }
  }
  return evaluation;
}

/// Logits of the plain crops of a set in float32, samples x classes.
std::vector<float> logits_of(TorchNetwork& network, const RunInfo& info, const PixelSet& set) {
  const torch::NoGradGuard no_grad;
  network.eval();
  const torch::Tensor mean = channels(info.mean), deviation = channels(info.deviation);
  const std::size_t bytes = set.pixel_bytes();
  std::vector<float> logits;
  for (std::size_t from = 0; from < set.samples.size(); from += kPredictBatch) {
    stop_if_interrupted();
    const std::size_t count = std::min(kPredictBatch, set.samples.size() - from);
    const std::span pixels = std::span(set.pixels).subspan(from * bytes, count * bytes);
    const torch::Tensor some =
        network.forward(normalise(pixel_tensor(pixels, count, set.side()), mean, deviation))
            .contiguous();
    logits.insert(logits.end(), some.data_ptr<float>(), some.data_ptr<float>() + some.numel());
  }
  return logits;
}

/// Four validation photographs, as different as they come: of the smallest, of the largest, and two
/// between.
void write_golden(const fs::path& run, const PixelSet& validation, const fs::path& root) {
  std::vector<const Sample*> by_size;
  for (const Sample& sample : validation.samples) by_size.push_back(&sample);
  const auto area = [](const Sample* s) {
    return s->roi ? std::int64_t{s->roi->width()} * s->roi->height()
                  : std::int64_t{s->width.value_or(0)} * s->height.value_or(0);
  };
  std::stable_sort(by_size.begin(), by_size.end(),
                   [&](auto* a, auto* b) { return area(a) < area(b); });
  const Renderer renderer(root);
  fs::remove_all(run / "golden");
  OutputDirectory folder(run / "golden", true);
  OutputFile records(folder.partial() / "golden.ndjson", true);
  const std::size_t last = by_size.size() - 1;
  std::size_t number = 0;
  for (const std::size_t at : {last / 50, last / 3, last * 2 / 3, last - last / 50}) {
    Sample sample = *by_size[at];
    Image photograph;
    std::string wrong, line;
    if (!renderer.decode(sample, photograph, wrong))
      throw Error(Blame::input, sample.id + ": " + wrong);
    sample.image = fmt::format("{}.png", number++);
    OutputFile image(folder.partial() / sample.image, true);
    image.write(encode_png(photograph));
    image.commit();
    encode(sample, line);
    records.write(line + "\n");
  }
  records.commit();
  folder.commit();
}

void write_text(const fs::path& path, const std::string& text) {
  OutputFile file(path, true);
  file.write(text);
  file.commit();
}

void write_validation(const fs::path& run, const PixelSet& validation) {
  OutputFile file(run / "validation.ndjson", true);
  std::string line;
  for (const Sample& sample : validation.samples) {
    line.clear();
    encode(sample, line);
    file.write(line + "\n");
  }
  file.commit();
}

/// Creates the run folder, or checks that the existing one is what is to be resumed.
void open_run(const TrainOptions& options, const RunInfo& info) {
  if (options.resume && is_run(options.run)) {
    const std::string difference = info.difference(read_run(options.run));
    if (!difference.empty()) {
      throw Error(Blame::usage,
                  options.run.string() + ": cannot be resumed, since this call differs in " +
                      difference +
                      "; repeat the first call's options and stream, or name another run");
    }
    return;
  }
  if (fs::exists(options.run)) {
    if (!is_run(options.run)) refuse_existing(options.run, false);
    if (!options.force) {
      throw Error(
          Blame::usage,
          options.run.string() + ": exists already; --resume goes on with it, --force replaces it");
    }
    fs::remove_all(options.run);
  }
  std::error_code error;
  fs::create_directories(options.run, error);
  if (error)
    throw Error(Blame::environment,
                "cannot write " + options.run.string() + ": " + error.message());
  write_run(options.run, info);
}

/// Holds a run for this process; the system lets go of it when the process ends, however it ends.
class RunLock {
 public:
  explicit RunLock(const fs::path& run)
      : descriptor_(::open(run.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)) {
    if (descriptor_ < 0 || ::flock(descriptor_, LOCK_EX | LOCK_NB) != 0) {
      throw Error(Blame::environment,
                  run.string() + ": another signpost train is working on this run; wait for it");
    }
  }
  RunLock(const RunLock&) = delete;
  RunLock& operator=(const RunLock&) = delete;
  ~RunLock() { ::close(descriptor_); }

 private:
  int descriptor_;
};

/// What a run is made of, before its folder is touched.
struct Prepared {
  RunInfo info;
  std::optional<Variation> variation;
  std::optional<StartingWeights> start;
  DataSet data;
  NetworkSpec spec;
};

Prepared prepare(const TrainOptions& options, Rejects& rejects) {
  Prepared ready;
  RunInfo& info = ready.info;
  DataSet& data = ready.data;
  std::optional<Variation>& variation = ready.variation;
  std::optional<StartingWeights>& start = ready.start;
  info.network = options.network;
  const Catalogue catalogue = Catalogue::load(options.classes);
  for (const SignClass& each : catalogue.classes()) {
    info.classes.push_back({each.id, each.name, each.name_de});
  }
  if (options.augment != "none") {
    variation =
        Variation{Recipe::load(options.augment), transform_targets(catalogue, ids_of(info))};
  }
  // An unknown network and weights that cannot be read are found out before the data is.
  info.preprocessing.size = options.network.input_px > 0 ? options.network.input_px
                                                         : native_input_px(options.network.name);
  const NetworkSpec foreseen = info.spec();
  start = starting_weights(options, info);
  if (start && options.network.name != "cnn") fit_weights(foreseen, *start);

  {
    Progress progress("read", "images", 0, options.progress);
    data = load_data(options.manifest, options.root, info.preprocessing,
                     variation ? &variation->recipe : nullptr, ids_of(info), options.jobs, rejects,
                     progress);
  }
  if (options.network.input_px > 0 && data.preprocessing.size != options.network.input_px) {
    throw Error(Blame::usage,
                fmt::format("--image-px is {}, but the samples are cropped to {}; leave one out",
                            options.network.input_px, data.preprocessing.size));
  }
  info.preprocessing = data.preprocessing;
  ready.spec = info.spec();
  if (start) {
    fit_weights(ready.spec, *start);
    info.mean = start->mean;
    info.deviation = start->deviation;
  } else {
    const ChannelStatistics statistics = channel_statistics(data.train);
    info.mean = statistics.mean;
    info.deviation = statistics.deviation;
  }
  info.augment = options.augment;
  info.augment_digest = variation ? variation->recipe.digest : "";
  info.epochs = options.epochs;
  info.batch_size = options.batch_size > 0
                        ? options.batch_size
                        : default_batch_size(data.train.samples.size(), options.epochs);
  info.learning_rate = options.learning_rate > 0
                           ? options.learning_rate
                           : default_learning_rate(info.batch_size) * (start ? kFineTuning : 1.0);
  info.weight_decay = Optimiser::kWeightDecay;
  info.label_smoothing = kLabelSmoothing;
  info.seed = options.seed;
  info.data_digest = data.digest;
  info.history = stream_history().json();
  info.train_samples = data.train.samples.size();
  info.validation_samples = data.validation.samples.size();
  info.precision = processor_has_bfloat16() ? kBfloat16 : "float32";
  return ready;
}

}  // namespace

void set_training_threads(int jobs) { at::set_num_threads(job_count(jobs)); }

TrainResult train(const TrainOptions& options, Rejects& rejects,
                  const std::function<void(const std::string&)>& words) {
  const Clock::time_point start = Clock::now();
  const auto seconds_since_start = [&] {
    return std::chrono::duration<double>(Clock::now() - start).count();
  };
  if (fs::exists(options.run) && !options.resume && !options.force) {
    throw Error(
        Blame::usage,
        options.run.string() + ": exists already; --resume goes on with it, --force replaces it");
  }
  set_training_threads(options.jobs);

  Prepared ready = prepare(options, rejects);
  const RunInfo& info = ready.info;
  const DataSet& data = ready.data;
  const std::optional<Variation>& variation = ready.variation;
  const bool bfloat16 = info.precision == kBfloat16;
  open_run(options, info);
  const RunLock lock(options.run);

  torch::manual_seed(options.seed);
  TorchNetwork network(ready.spec);
  if (ready.start) begin_with(network, *ready.start, info, data.train, words);
  ready.start.reset();
  const auto batch_size =
      std::min(static_cast<std::size_t>(info.batch_size), data.train.samples.size());
  const std::uint64_t steps_each = data.train.samples.size() / batch_size;
  const std::uint64_t steps = steps_each * static_cast<std::uint64_t>(options.epochs);
  Optimiser optimiser(network, steps);
  const std::uint64_t epochs_done = optimiser.read_checkpoint(options.run);
  trim_metrics(options.run, epochs_done);
  const std::uint64_t epochs = static_cast<std::uint64_t>(options.epochs);
  words(fmt::format(
      "{} training and {} validation samples, {} classes; {}: {} parameters, {}, batches of {}",
      grouped(info.train_samples), grouped(info.validation_samples), info.classes.size(),
      info.network.name, grouped(network.spec().parameter_count()), info.precision, batch_size));
  if (epochs_done > 0) words(fmt::format("resumed after epoch {}", epochs_done));

  Progress progress("train", "images", (epochs - epochs_done) * steps_each * batch_size,
                    options.progress);
  const torch::Tensor mean = channels(info.mean), deviation = channels(info.deviation);
  for (std::uint64_t epoch = epochs_done; epoch < epochs; ++epoch) {
    const Clock::time_point epoch_start = Clock::now();
    EpochFeed feed(data.train, variation ? &*variation : nullptr, options.seed, epoch, batch_size);
    network.train();
    double loss_sum = 0;
    std::uint64_t step = epoch * steps_each, right = 0;
    while (std::optional<Batch> batch = feed.next()) {
      stop_if_interrupted();
      torch::manual_seed(
          options.seed ^
          (step * 0x9e3779b97f4a7c15u));  // dropout does not depend on what ran before
      const torch::Tensor images =
          normalise(pixel_tensor(batch->pixels, batch->count, data.train.size), mean, deviation);
      const torch::Tensor targets = torch::from_blob(
          batch->labels.data(), {static_cast<std::int64_t>(batch->count)}, torch::kInt64);
      torch::Tensor logits;
      {
        const Autocast autocast(bfloat16);
        logits = network.forward(images);
      }
      logits = logits.to(torch::kFloat32);
      const torch::Tensor loss = torch::nn::functional::cross_entropy(
          logits, targets,
          torch::nn::functional::CrossEntropyFuncOptions().label_smoothing(kLabelSmoothing));
      loss.backward();
      optimiser.step(step, one_cycle(info.learning_rate, step, steps));
      const double value = loss.item<double>();
      if (!std::isfinite(value)) {
        throw Error(
            Blame::input,
            fmt::format(
                "the loss is not a number in epoch {}; try a smaller --learning-rate than {}",
                epoch + 1, info.learning_rate));
      }
      loss_sum += value;
      right += static_cast<std::uint64_t>((logits.argmax(1) == targets).sum().item<std::int64_t>());
      ++step;
      progress.note(fmt::format("epoch {}/{} loss {:.3f}", epoch + 1, epochs, value));
      progress.add(batch->count);
    }
    const double epoch_seconds = std::chrono::duration<double>(Clock::now() - epoch_start).count();
    optimiser.swap_average();
    const Evaluation validation = evaluate(network, info, data.validation, bfloat16);
    optimiser.swap_average();
    const double images = static_cast<double>(steps_each * batch_size);
    append_line(
        options.run / "metrics.ndjson",
        fmt::format(
            "{{\"epoch\":{},\"loss\":{:.6f},\"accuracy\":{:.6f},\"validation_loss\":{:.6f},"
            "\"validation_accuracy\":{:.6f},\"learning_rate\":{:.6f},\"images_per_second\":{:.1f},"
            "\"seconds\":{:.2f}}}",
            epoch + 1, loss_sum / static_cast<double>(steps_each),
            static_cast<double>(right) / images, validation.mean_loss(), validation.accuracy(),
            one_cycle(info.learning_rate, step - 1, steps), images / epoch_seconds, epoch_seconds));
    optimiser.write_checkpoint(options.run, epoch + 1);
    progress.wipe();
    words(fmt::format("epoch {}/{}: loss {:.3f}, validation {:.2f} %, {} images/s", epoch + 1,
                      epochs, loss_sum / static_cast<double>(steps_each),
                      100 * validation.accuracy(),
                      grouped(static_cast<std::uint64_t>(images / epoch_seconds))));
  }
  progress.finish();

  optimiser.swap_average();
  const Bytes weights = encode_safetensors(network.weights());
  CalibratedEvaluation final_evaluation =
      calibrate(info, data.validation, logits_of(network, info, data.validation));
  write_golden(options.run, data.validation, options.root);
  write_validation(options.run, data.validation);
  write_calibration(options.run, final_evaluation.calibration);
  write_text(options.run / "evaluation.json", final_evaluation.json() + "\n");
  write_text(options.run / "report.html",
             training_report(info, final_evaluation, read_text(options.run / "metrics.ndjson")));
  OutputFile file(options.run / "weights.safetensors", true);
  file.write(weights);
  file.commit();
  return {info, std::move(final_evaluation), seconds_since_start()};
}

struct RunModel::Impl {
  RunInfo info;
  Weights weights;
  std::unique_ptr<TorchNetwork> network;
};

RunModel::RunModel(const fs::path& run) : impl_(std::make_unique<Impl>()) {
  impl_->info = read_run(run);
  const NetworkSpec spec = impl_->info.spec();
  impl_->weights = calibrated_weights(run, spec);
  impl_->network = std::make_unique<TorchNetwork>(spec);
  impl_->network->load(impl_->weights);
  impl_->network->eval();
}

RunModel::~RunModel() = default;

const RunInfo& RunModel::info() const { return impl_->info; }
const Weights& RunModel::weights() const { return impl_->weights; }

void RunModel::predict(std::span<const std::uint8_t> pixels, std::size_t count,
                       std::span<float> probabilities) {
  const torch::NoGradGuard no_grad;
  const torch::Tensor result = probabilities_of(*impl_->network, impl_->info, pixels, count);
  std::copy_n(result.data_ptr<float>(), count * impl_->info.classes.size(), probabilities.begin());
}

}  // namespace signpost
