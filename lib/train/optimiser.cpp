#include "train/optimiser.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <numbers>

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
    const Tensor& source = weight(in, fmt::format("{}{:04}", prefix, i));
    if (source.values.size() != static_cast<std::size_t>(tensors[i].numel())) {
      throw Error(Blame::input, "the checkpoint belongs to another network; train the run again");
    }
    tensors[i].detach().copy_(
        torch::from_blob(const_cast<float*>(source.values.data()), source.shape, torch::kFloat32));
  }
}

}  // namespace

int default_batch_size(std::uint64_t samples, int epochs) {
  const std::uint64_t wanted = samples * static_cast<std::uint64_t>(epochs) / 800;
  return static_cast<int>(std::clamp<std::uint64_t>(std::bit_floor(wanted), 16, 128));
}

double default_learning_rate(int batch_size) { return 0.4 * std::sqrt(batch_size / 128.0); }

double one_cycle(double peak, std::uint64_t step, std::uint64_t steps) {
  const double at = (static_cast<double>(step) + 0.5) / static_cast<double>(steps), rise = 0.3;
  const auto cosine = [](double from, double to, double t) {
    return to + (from - to) * (1 + std::cos(std::numbers::pi * t)) / 2;
  };
  return at < rise ? cosine(peak / 10, peak, at / rise) : cosine(peak, 0, (at - rise) / (1 - rise));
}

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

void Optimiser::step(std::uint64_t index, double learning_rate) {
  const torch::NoGradGuard no_grad;
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

void Optimiser::write_checkpoint(const std::filesystem::path& run,
                                 std::uint64_t epochs_done) const {
  Weights state;
  store("weights.", tracked_, state);
  store("average.", average_, state);
  store("momentum.", momentum_, state);
  state["epochs"] = {{1}, {static_cast<float>(epochs_done)}};
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
  return static_cast<std::uint64_t>(weight(state, "epochs").values.at(0));
}

}  // namespace signpost
