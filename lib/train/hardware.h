#pragma once

#include <torch/torch.h>

// clang-format off
#include <ATen/autocast_mode.h>
// clang-format on

namespace signpost {

/// Whether the processor multiplies bfloat16 numbers itself; elsewhere they are slower than
/// float32.
inline bool processor_has_bfloat16() {
#if defined(__x86_64__)
  return __builtin_cpu_supports("avx512bf16");
#else
  return false;
#endif
}

/// Where a network trains: a CUDA device if libtorch knows one, else the processor.
inline torch::Device training_device() {
  return torch::cuda::is_available() ? torch::Device(torch::kCUDA) : torch::Device(torch::kCPU);
}

/// Whether to train in bfloat16 there.
inline bool trains_in_bfloat16(const torch::Device& device) {
  return device.is_cuda() || processor_has_bfloat16();
}

/// Runs the enclosed passes in bfloat16 where operators allow it, if `on`. Weights, gradients and
/// batch norm statistics stay float32 (Micikevicius et al., "Mixed precision training", ICLR 2018).
class Autocast {
 public:
  Autocast(bool on, const torch::Device& device) : on_(on), cuda_(device.is_cuda()) {
    if (on_) set(true);
  }
  Autocast(const Autocast&) = delete;
  Autocast& operator=(const Autocast&) = delete;
  ~Autocast() {
    if (!on_) return;
    set(false);
    at::autocast::clear_cache();
  }

 private:
  /// libtorch 2.4 asks for the kind of device instead of having a function for each.
  void set(bool on) {
#if TORCH_VERSION_MAJOR > 2 || (TORCH_VERSION_MAJOR == 2 && TORCH_VERSION_MINOR >= 4)
    const auto kind = cuda_ ? at::kCUDA : at::kCPU;
    at::autocast::set_autocast_enabled(kind, on);
    at::autocast::set_autocast_dtype(kind, at::kBFloat16);
#else
    if (cuda_) {
      at::autocast::set_enabled(on);
      at::autocast::set_autocast_gpu_dtype(at::kBFloat16);
    } else {
      at::autocast::set_cpu_enabled(on);
      at::autocast::set_autocast_cpu_dtype(at::kBFloat16);
    }
#endif
  }

  bool on_, cuda_;
};

}  // namespace signpost
