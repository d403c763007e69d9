#include "train/explainer.h"

#include "train/calibration.h"
#include "train/grad_cam.h"
#include "train/predict.h"

namespace signpost {

struct Explainer::Impl {
  RunInfo info;
  std::unique_ptr<TorchNetwork> network;
};

Explainer::Explainer(const std::filesystem::path& run) : impl_(std::make_unique<Impl>()) {
  impl_->info = read_run(run);
  const NetworkSpec spec = impl_->info.spec();
  impl_->network = std::make_unique<TorchNetwork>(spec);
  impl_->network->load(calibrated_weights(run, spec));
  impl_->network->eval();
}

Explainer::~Explainer() = default;

const RunInfo& Explainer::info() const { return impl_->info; }

std::vector<float> Explainer::predict(std::span<const std::uint8_t> pixels, std::size_t count) {
  const torch::NoGradGuard no_grad;
  const torch::Tensor result =
      probabilities_of(*impl_->network, impl_->info, pixels, count).contiguous();
  return {result.data_ptr<float>(), result.data_ptr<float>() + result.numel()};
}

std::vector<Explainer::Map> Explainer::explain(std::span<const std::uint8_t> pixels,
                                               std::span<const std::int64_t> outputs) {
  const RunInfo& info = impl_->info;
  const torch::Tensor images =
      normalise(pixel_tensor(pixels, outputs.size(), info.preprocessing.size), channels(info.mean),
                channels(info.deviation));
  const torch::Tensor asked =
      torch::from_blob(const_cast<std::int64_t*>(outputs.data()),
                       {static_cast<std::int64_t>(outputs.size())}, torch::kInt64);
  const torch::Tensor heat = grad_cam(*impl_->network, images, asked);
  std::vector<Map> maps(outputs.size());
  for (std::size_t i = 0; i < maps.size(); ++i) {
    const torch::Tensor map = heat[static_cast<std::int64_t>(i)];
    maps[i].side = static_cast<int>(map.size(0));
    maps[i].values.assign(map.data_ptr<float>(), map.data_ptr<float>() + map.numel());
  }
  return maps;
}

}  // namespace signpost
