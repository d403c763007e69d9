#include "train/run_engine.h"

#include <algorithm>
#include <chrono>
#include <memory>

#include "base/error.h"
#include "base/file.h"
#include "device/engine.h"
#include "train/onnx_writer.h"
#include "train/run_folder.h"
#include "train/weights.h"

namespace signpost {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kMostTimes = 25;
constexpr double kEnough = 2;  // seconds

struct Loaded {
  Bytes onnx;
  Engine engine;
  Loaded(Bytes bytes, const std::string& where) : onnx(std::move(bytes)), engine(onnx, where) {}
};

}  // namespace

Predictor engine_predictor(const std::filesystem::path& run) {
  const RunInfo info = read_run(run);
  const std::filesystem::path path = run / "weights.safetensors";
  if (!std::filesystem::exists(path))
    throw Error(Blame::input, run.string() + ": the run is not finished");
  Bytes bytes;
  read_file(path, bytes);
  const auto loaded = std::make_shared<Loaded>(
      write_onnx(info.spec(), decode_safetensors(bytes, path.string()), info, {}), run.string());
  Predictor predictor;
  predictor.preprocessing = info.preprocessing;
  for (const RunInfo::Class& each : info.classes) {
    predictor.class_ids.push_back(each.id);
    predictor.names.push_back(each.name);
  }
  predictor.predict = [loaded](std::span<const std::uint8_t> pixels, std::size_t count,
                               std::span<float> out) {
    const std::size_t one = pixels.size() / count, classes = out.size() / count;
    for (std::size_t i = 0; i < count; ++i)
      loaded->engine.run(pixels.subspan(i * one, one), out.subspan(i * classes, classes));
  };
  return predictor;
}

double device_milliseconds(const Predictor& predictor) {
  const auto side = static_cast<std::size_t>(predictor.preprocessing.size);
  std::vector<std::uint8_t> image(side * side * 3);
  for (std::size_t i = 0; i < image.size(); ++i) image[i] = static_cast<std::uint8_t>(37 * i);
  std::vector<float> out(predictor.class_ids.size());
  predictor.predict(image, 1, out);
  std::vector<double> times;
  double sum = 0;
  while (times.size() < kMostTimes && sum < kEnough) {
    const Clock::time_point start = Clock::now();
    predictor.predict(image, 1, out);
    times.push_back(std::chrono::duration<double>(Clock::now() - start).count());
    sum += times.back();
  }
  const auto middle = times.begin() + static_cast<std::ptrdiff_t>(times.size() / 2);
  std::nth_element(times.begin(), middle, times.end());
  return 1e3 * *middle;
}

}  // namespace signpost
