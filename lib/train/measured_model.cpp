#include "train/measured_model.h"

#include <optional>

#include "device/classifier.h"
#include "device/latency.h"
#include "proof/measures.h"
#include "train/onnx_writer.h"
#include "train/run_model.h"

namespace signpost {
namespace {

namespace fs = std::filesystem;

Predictor predictor_of(RunModel& run) {
  Predictor predictor;
  predictor.preprocessing = run.info().preprocessing;
  predictor.class_ids = run.info().class_ids();
  predictor.names = run.info().class_names();
  predictor.predict = [&run](std::span<const std::uint8_t> pixels, std::size_t count,
                             std::span<float> out) { run.predict(pixels, count, out); };
  return predictor;
}

ModelFacts::Latency latency_of(Engine& engine) {
  const Latency latency = measure_latency(engine);
  return {latency.p50_ms, latency.p95_ms, latency.images};
}

}  // namespace

struct MeasuredModel::Impl {
  fs::path path;
  std::optional<RunModel> run;
  std::shared_ptr<Classifier> classifier;
  Predictor predictor;
};

MeasuredModel::MeasuredModel(const fs::path& path, int jobs) : impl_(std::make_unique<Impl>()) {
  impl_->path = path;
  if (fs::is_directory(path)) {
    set_training_threads(jobs);
    impl_->run.emplace(path);
    impl_->predictor = predictor_of(*impl_->run);
  } else {
    impl_->classifier = std::make_shared<Classifier>(Classifier::open(path));
    impl_->predictor = predictor_of(impl_->classifier);
  }
}

MeasuredModel::~MeasuredModel() = default;

const Predictor& MeasuredModel::predictor() const { return impl_->predictor; }

ModelFacts MeasuredModel::facts(bool latency) const {
  ModelFacts facts;
  if (impl_->run) {
    const RunInfo& info = impl_->run->info();
    const NetworkSpec spec = info.spec();
    facts.name = info.network.name;
    facts.parameters = spec.parameter_count();
    facts.multiplications = spec.multiply_count();
    facts.bytes = fs::file_size(impl_->path / "weights.safetensors");
    if (latency) {
      const Bytes onnx = write_onnx(spec, impl_->run->weights(), info, {});
      Engine engine(onnx, impl_->path.string());
      facts.latency = latency_of(engine);
    }
    return facts;
  }
  const PackageContents& contents = impl_->classifier->package().contents();
  Engine engine(contents.onnx, impl_->path.string());
  facts.name = contents.network;
  facts.parameters = contents.parameters;
  facts.multiplications = engine.multiplications();
  facts.bytes = contents.onnx.size();
  if (latency) facts.latency = latency_of(engine);
  return facts;
}

}  // namespace signpost
