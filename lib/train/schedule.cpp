#include "train/schedule.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <map>
#include <numbers>

namespace signpost {
namespace {

constexpr std::uint64_t kImagesShown = 120'000;
constexpr int kMaxEpochsInBudget = 10'000;

}  // namespace

int default_epochs(std::uint64_t samples) {
  const std::uint64_t wanted = (kImagesShown + samples / 2) / std::max<std::uint64_t>(samples, 1);
  return static_cast<int>(std::clamp<std::uint64_t>(wanted, 4, 40));
}

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

int image_px(int start_px, int full_px, std::uint64_t epoch, std::uint64_t epochs) {
  if (start_px <= 0 || start_px >= full_px || epoch + 1 >= epochs) return full_px;
  const double grown = 1.5 * static_cast<double>(epoch) / static_cast<double>(epochs);
  if (grown >= 1) return full_px;
  const int px = start_px + static_cast<int>((full_px - start_px) * grown / 8) * 8;
  return std::min(px, full_px);
}

int epochs_within(double seconds, int start_px, int full_px, std::uint64_t steps,
                  const std::function<double(int px)>& step_seconds, double validation_seconds) {
  std::map<int, double> known;
  const auto epoch_seconds = [&](int px) {
    const auto [at, is_new] = known.try_emplace(px, 0.0);
    if (is_new) at->second = step_seconds(px) * static_cast<double>(steps) + validation_seconds;
    return at->second;
  };
  const auto run_seconds = [&](int epochs) {
    double sum = 0;
    for (int epoch = 0; epoch < epochs; ++epoch) {
      sum += epoch_seconds(image_px(start_px, full_px, static_cast<std::uint64_t>(epoch),
                                    static_cast<std::uint64_t>(epochs)));
    }
    return sum;
  };
  int epochs = 1;
  while (epochs < kMaxEpochsInBudget && run_seconds(epochs + 1) <= seconds) ++epochs;
  return epochs;
}

}  // namespace signpost
