#include "train/objective.h"

#include <fmt/format.h>

#include <cmath>

#include "base/digest.h"
#include "base/error.h"
#include "base/file.h"
#include "train/hardware.h"
#include "train/run_model.h"

namespace signpost {

namespace F = torch::nn::functional;

Teachers::Teachers(const std::vector<std::filesystem::path>& runs, RunInfo& info) {
  for (const std::filesystem::path& run : runs) {
    const RunInfo theirs = read_run(run);
    if (theirs.class_ids() != info.class_ids()) {
      throw Error(Blame::usage, run.string() +
                                    ": knows other classes than --classes names; a "
                                    "teacher must know the student's");
    }
    if (theirs.preprocessing.margin_permille != info.preprocessing.margin_permille) {
      throw Error(Blame::usage,
                  fmt::format("{}: was trained on crops with a margin of {} permille, and these "
                              "have {}; a teacher must see what the student sees",
                              run.string(), theirs.preprocessing.margin_permille,
                              info.preprocessing.margin_permille));
    }
    Teacher& teacher = teachers_.emplace_back();
    teacher.px = theirs.preprocessing.size;
    teacher.mean = channels(theirs.mean);
    teacher.deviation = channels(theirs.deviation);
    teacher.network = std::make_unique<TorchNetwork>(theirs.spec());
    const Weights weights = read_run_weights(run);
    teacher.network->load(weights);
    teacher.network->eval();
    Sha256 digest;
    const Bytes bytes = encode_safetensors(weights);
    digest.add(std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size()));
    info.teachers.push_back({run.lexically_normal().filename().string(), digest.hex()});
  }
}

void Teachers::move_to(const torch::Device& device) {
  for (Teacher& teacher : teachers_) {
    teacher.network->to(device);
    teacher.mean = teacher.mean.to(device);
    teacher.deviation = teacher.deviation.to(device);
  }
}

torch::Tensor Teachers::probabilities(const torch::Tensor& images, double temperature,
                                      bool bfloat16) {
  const torch::NoGradGuard no_grad;
  torch::Tensor sum;
  for (Teacher& teacher : teachers_) {
    const torch::Tensor input =
        resized(normalise(images, teacher.mean, teacher.deviation), teacher.px);
    torch::Tensor logits;
    {
      const Autocast autocast(bfloat16, images.device());
      logits = teacher.network->forward(input);
    }
    const torch::Tensor said = torch::softmax(logits.to(torch::kFloat32) / temperature, 1);
    sum = sum.defined() ? sum + said : said;
  }
  return sum / static_cast<double>(teachers_.size());
}

std::vector<double> class_weights(const std::vector<std::uint64_t>& counts, double balance) {
  std::vector<double> weights(counts.size(), 0);
  double samples = 0, sum = 0;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    if (counts[i] == 0) continue;
    const auto count = static_cast<double>(counts[i]);
    weights[i] = std::pow(count, -balance);
    samples += count;
    sum += count * weights[i];
  }
  for (double& weight : weights) weight *= samples / sum;
  return weights;
}

Objective::Objective(const RunInfo& info, const std::vector<double>& weights,
                     const torch::Device& device)
    : smoothing_(info.label_smoothing),
      distill_weight_(info.distill_weight),
      temperature_(info.distill_temperature) {
  if (!weights.empty()) weights_ = torch::tensor(weights).to(torch::kFloat32).to(device);
}

torch::Tensor Objective::loss(const torch::Tensor& logits, const torch::Tensor& targets,
                              const torch::Tensor& taught) const {
  // Weights have a mean of 1 over the samples, so the plain mean over a batch is what is meant, not
  // PyTorch's mean over the batch's own weights.
  torch::Tensor labelled;
  if (weights_.defined()) {
    const torch::Tensor each = F::cross_entropy(
        logits, targets,
        F::CrossEntropyFuncOptions().label_smoothing(smoothing_).reduction(torch::kNone));
    labelled = (each * weights_.index_select(0, targets)).mean();
  } else {
    labelled =
        F::cross_entropy(logits, targets, F::CrossEntropyFuncOptions().label_smoothing(smoothing_));
  }
  if (!taught.defined()) return labelled;
  // Gradients of softened probabilities shrink with the square of the temperature.
  const torch::Tensor divergence = F::kl_div(torch::log_softmax(logits / temperature_, 1), taught,
                                             F::KLDivFuncOptions().reduction(torch::kBatchMean)) *
                                   (temperature_ * temperature_);
  return (1 - distill_weight_) * labelled + distill_weight_ * divergence;
}

}  // namespace signpost
