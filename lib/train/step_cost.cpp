#include "train/step_cost.h"

#include <ATen/Parallel.h>
#include <fmt/format.h>
#include <torch/torch.h>

#include <algorithm>
#include <chrono>
#include <ctime>

#include "base/interrupt.h"
#include "base/parallel.h"
#include "train/hardware.h"
#include "train/torch_network.h"

namespace signpost {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::int64_t kSmallBatch = 32, kLargeBatch = 8;  // below and from kLargePx
constexpr int kLargePx = 160;
constexpr int kMostSteps = 8;
constexpr double kEnough = 0.3;      // seconds
constexpr double kEfficiency = 0.8;  // of several threads

/// Takes the time of work on a device.
class Stopwatch {
 public:
  explicit Stopwatch(const torch::Device& device) : clock_(device.is_cuda()) {}

  /// Seconds of the best of some calls, after one that does not count. `work` returns a tensor that
  /// it computes last: to read it waits for a device that works behind the program's back.
  template <typename Work>
  double best_of(Work work) const {
    const auto done = [&] { work().flatten()[0].template item<float>(); };
    done();
    double best = 1e9, sum = 0;
    for (int i = 0; i < kMostSteps && sum < kEnough; ++i) {
      stop_if_interrupted();
      const double start = now();
      done();
      const double seconds = now() - start;
      best = std::min(best, seconds);
      sum += seconds;
    }
    return best;
  }

 private:
  double now() const {
    if (clock_) return std::chrono::duration<double>(Clock::now().time_since_epoch()).count();
    return static_cast<double>(std::clock()) / CLOCKS_PER_SEC;
  }
  bool clock_;
};

}  // namespace

StepCost step_cost(const NetworkOptions& options, bool frozen, int jobs) {
  const torch::Device device = training_device();
  const Stopwatch stopwatch(device);
  at::set_num_threads(1);
  const int threads = job_count(jobs);
  const double parallel = device.is_cuda() || threads == 1 ? 1 : kEfficiency * threads;
  TorchNetwork network(make_network(options));
  network.to(device);
  if (frozen) network.freeze_backbone();
  const std::int64_t batch = options.input_px < kLargePx ? kSmallBatch : kLargeBatch;
  const torch::Tensor images = torch::randn({batch, 3, options.input_px, options.input_px})
                                   .contiguous(torch::MemoryFormat::ChannelsLast)
                                   .to(device);
  const torch::Tensor labels =
      torch::randint(0, options.classes, {batch}, torch::kInt64).to(device);
  std::vector<torch::Tensor> learning;
  for (const torch::Tensor& parameter : network.parameters()) {
    if (parameter.requires_grad()) learning.push_back(parameter);
  }
  const bool bfloat16 = trains_in_bfloat16(device);
  network.train();
  torch::optim::SGD sgd(learning, torch::optim::SGDOptions(1e-4).momentum(0.9).nesterov(true));
  const double each = parallel * static_cast<double>(batch);
  StepCost cost;
  cost.training = stopwatch.best_of([&] {
    torch::Tensor logits;
    {
      const Autocast autocast(bfloat16, device);
      logits = network.forward(images);
    }
    torch::nn::functional::cross_entropy(logits.to(torch::kFloat32), labels).backward();
    return learning.front().grad();
  }) / each;
  cost.update = stopwatch.best_of([&] {
    sgd.step();
    return learning.front().detach();
  }) / parallel;
  network.eval();
  const torch::NoGradGuard no_grad;
  cost.validation = stopwatch.best_of([&] {
    const Autocast autocast(bfloat16, device);
    return network.forward(images).to(torch::kFloat32);
  }) / each;
  cost.last = stopwatch.best_of([&] { return network.forward(images); }) / each;
  return cost;
}

std::string about(double seconds) {
  if (seconds < 90) return fmt::format("about {:.0f} s", std::max(1.0, seconds));
  if (seconds < 90 * 60) return fmt::format("about {:.0f} min", seconds / 60);
  if (seconds < 9.95 * 3600) return fmt::format("about {:.1f} h", seconds / 3600);
  return fmt::format("about {:.0f} h", seconds / 3600);
}

}  // namespace signpost
