#include "train/optimiser.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "base/file.h"

namespace signpost {
namespace {

constexpr double kMomentum = 0.9;

void store(const std::string& prefix, const std::vector<torch::Tensor>& tensors, Weights& out) {
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    out[fmt::format("{}{:04}", prefix, i)] = copy_of(tensors[i]);
  }
}

void fetch(const std::string& prefix, std::vector<torch::Tensor>& tensors, const Weights& in) {
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    const WeightTensor& source = weight(in, fmt::format("{}{:04}", prefix, i));
    if (source.values.size() != static_cast<std::size_t>(tensors[i].numel())) {
      throw Error(Blame::input, "the checkpoint belongs to another network; train the run again");
    }
    tensors[i].detach().copy_(
        torch::from_blob(const_cast<float*>(source.values.data()), source.shape, torch::kFloat32));
  }
}

}  // namespace

Optimiser::Optimiser(TorchNetwork& network, std::uint64_t steps) : steps_(steps) {
  for (const auto& item : network.named_parameters()) {
    if (!item.value().requires_grad()) continue;
    parameters_.push_back(item.value());
    momentum_.push_back(torch::zeros_like(item.value()));
    decays_.push_back(item.value().dim() > 1);  // not norms, not biases
  }
  tracked_ = parameters_;
  for (const auto& item : network.named_buffers()) {
    if (item.value().is_floating_point()) tracked_.push_back(item.value());
  }
  for (const torch::Tensor& tensor : tracked_) average_.push_back(tensor.detach().clone());
}

void Optimiser::begin_together(Ranks& ranks) {
  for (const auto* tensors : {&tracked_, &average_, &momentum_}) ranks.broadcast(*tensors);
}

void Optimiser::step(std::uint64_t index, double learning_rate, Ranks& ranks) {
  const torch::NoGradGuard no_grad;
  if (ranks.size() > 1) {
    std::vector<torch::Tensor> shared(
        tracked_.begin() + static_cast<std::ptrdiff_t>(parameters_.size()), tracked_.end());
    for (const torch::Tensor& parameter : parameters_) shared.push_back(parameter.grad());
    ranks.average(shared);
  }
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    torch::Tensor& weight = parameters_[i];
    torch::Tensor gradient = weight.grad();
    if (decays_[i]) gradient = gradient.add(weight, kWeightDecay);
    momentum_[i].mul_(kMomentum).add_(gradient);
    weight.add_(gradient.add(momentum_[i], kMomentum), -learning_rate);
    weight.mutable_grad().reset();
  }
  // The window grows with the run, so that early noise leaves the average and short runs are
  // averaged too.
  const double window = std::clamp(0.1 * static_cast<double>(index), 1.0,
                                   std::max(20.0, 0.05 * static_cast<double>(steps_)));
  for (std::size_t i = 0; i < tracked_.size(); ++i)
    average_[i].lerp_(tracked_[i].detach(), 1 / window);
}

void Optimiser::swap_average() {
  const torch::NoGradGuard no_grad;
  for (std::size_t i = 0; i < tracked_.size(); ++i) {
    const torch::Tensor kept = tracked_[i].detach().clone();
    tracked_[i].detach().copy_(average_[i]);
    average_[i] = kept;
  }
}

bool Optimiser::keep_best(std::uint64_t epoch, float loss) {
  if (best_epoch_ > 0 && loss >= best_loss_) return false;
  best_.clear();
  for (const torch::Tensor& tensor : average_) best_.push_back(tensor.clone());
  best_epoch_ = epoch;
  best_loss_ = loss;
  return true;
}

void Optimiser::go_back_to_best(Ranks& ranks) {
  const torch::NoGradGuard no_grad;
  for (std::size_t i = 0; i < best_.size(); ++i) average_[i].copy_(best_[i]);
  ranks.broadcast(average_);
}

void Optimiser::write_checkpoint(const std::filesystem::path& run,
                                 std::uint64_t epochs_done) const {
  Weights state;
  store("weights.", tracked_, state);
  store("average.", average_, state);
  store("momentum.", momentum_, state);
  store("best.", best_, state);
  state["epochs"] = {{1}, {static_cast<float>(epochs_done)}};
  state["best"] = {{2}, {static_cast<float>(best_epoch_), best_loss_}};
  OutputFile file(run / "checkpoint.safetensors", true);
  file.write(encode_safetensors(state));
  file.commit();
}

std::uint64_t Optimiser::read_checkpoint(const std::filesystem::path& run) {
  const std::filesystem::path path = run / "checkpoint.safetensors";
  if (!std::filesystem::exists(path)) return 0;
  Bytes bytes;
  read_file(path, bytes);
  const Weights state = decode_safetensors(bytes, path.string());
  const torch::NoGradGuard no_grad;
  fetch("weights.", tracked_, state);
  fetch("average.", average_, state);
  fetch("momentum.", momentum_, state);
  const WeightTensor& best = weight(state, "best");
  best_epoch_ = static_cast<std::uint64_t>(best.values.at(0));
  best_loss_ = best.values.at(1);
  if (best_epoch_ > 0) {
    best_.clear();
    for (const torch::Tensor& tensor : average_) best_.push_back(tensor.clone());
    fetch("best.", best_, state);
  }
  return static_cast<std::uint64_t>(weight(state, "epochs").values.at(0));
}

}  // namespace signpost
