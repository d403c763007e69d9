#include "train/run_model.h"

#include <ATen/Parallel.h>

#include <algorithm>

#include "base/parallel.h"
#include "train/calibration.h"
#include "train/predict.h"
#include "train/torch_network.h"

namespace signpost {

void set_training_threads(int jobs) { at::set_num_threads(job_count(jobs)); }

struct RunModel::Impl {
  RunInfo info;
  Weights weights;
  std::unique_ptr<TorchNetwork> network;
};

RunModel::RunModel(const std::filesystem::path& run) : impl_(std::make_unique<Impl>()) {
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
