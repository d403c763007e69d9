#include "train/run_model.h"

#include <ATen/Parallel.h>

#include <algorithm>

#include "base/error.h"
#include "base/file.h"
#include "base/parallel.h"
#include "train/predict.h"
#include "train/torch_network.h"

namespace signpost {

void set_training_threads(int jobs) { at::set_num_threads(job_count(jobs)); }

Weights read_run_weights(const std::filesystem::path& run) {
  const std::filesystem::path path = run / "weights.safetensors";
  if (!std::filesystem::exists(path)) {
    throw Error(Blame::input, run.string() +
                                  ": the run is not finished; go on with signpost train … -o " +
                                  run.string() + " --resume");
  }
  Bytes bytes;
  read_file(path, bytes);
  return decode_safetensors(bytes, path.string());
}

struct RunModel::Impl {
  RunInfo info;
  Weights weights;
  std::unique_ptr<TorchNetwork> network;
};

RunModel::RunModel(const std::filesystem::path& run) : impl_(std::make_unique<Impl>()) {
  impl_->info = read_run(run);
  impl_->weights = read_run_weights(run);
  impl_->network = std::make_unique<TorchNetwork>(impl_->info.spec());
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
