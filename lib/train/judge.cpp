#include "train/judge.h"

#include <memory>
#include <unordered_set>
#include <utility>

#include "base/error.h"
#include "base/file.h"
#include "base/random.h"
#include "base/rejects.h"
#include "device/classifier.h"
#include "device/engine.h"
#include "sample/stream.h"
#include "train/calibration.h"
#include "train/network_spec.h"
#include "train/onnx_writer.h"
#include "train/run_folder.h"

namespace signpost {
namespace {

namespace fs = std::filesystem;

Judge judge_of_package(const fs::path& path) {
  const auto classifier = std::make_shared<const Classifier>(Classifier::open(path));
  Judge judge;
  judge.name = path.string();
  judge.preprocessing = classifier->package().contents().preprocessing;
  for (const Label& label : classifier->labels()) judge.class_ids.push_back(label.id);
  judge.unseen = [](const Sample& sample) {
    return sample.split == "val" || sample.split == "test";
  };
  judge.predictor = [classifier]() -> Judge::Predict {
    const auto twin = std::make_shared<Classifier>(classifier->twin());
    return [twin](std::span<const std::uint8_t> pixels, std::span<float> probabilities) {
      twin->classify_tensor(pixels, probabilities);
    };
  };
  return judge;
}

std::shared_ptr<const std::unordered_set<std::uint64_t>> validation_ids(const fs::path& run) {
  const auto ids = std::make_shared<std::unordered_set<std::uint64_t>>();
  Rejects rejects("check", {.file = {}, .strict = true, .quiet = true});
  SampleReader reader((run / "validation.ndjson").string(), rejects);
  Sample sample;
  while (reader.next(sample)) ids->insert(stable_hash(sample.id));
  return ids;
}

Judge judge_of_run(const fs::path& run) {
  const RunInfo info = read_run(run);
  const NetworkSpec spec = info.spec();
  const auto onnx =
      std::make_shared<const Bytes>(write_onnx(spec, calibrated_weights(run, spec), info, {}));
  Judge judge;
  judge.name = run.string();
  judge.preprocessing = info.preprocessing;
  for (const RunInfo::Class& each : info.classes) judge.class_ids.push_back(each.id);
  judge.unseen = [ids = validation_ids(run)](const Sample& sample) {
    return sample.split == "test" || ids->contains(stable_hash(sample.id));
  };
  judge.predictor = [onnx, name = judge.name]() -> Judge::Predict {
    const auto engine = std::make_shared<Engine>(*onnx, name);
    return [engine, onnx](std::span<const std::uint8_t> pixels, std::span<float> probabilities) {
      engine->run(pixels, probabilities);
    };
  };
  return judge;
}

}  // namespace

Judge open_judge(const fs::path& path) {
  return fs::is_directory(path) ? judge_of_run(path) : judge_of_package(path);
}

}  // namespace signpost
