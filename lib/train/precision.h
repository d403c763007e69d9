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

/// Runs the enclosed passes in bfloat16 where operators allow it, if `on`. Weights, gradients and
/// batch norm statistics stay float32 (Micikevicius et al., "Mixed precision training", ICLR 2018).
class Autocast {
 public:
  explicit Autocast(bool on) : on_(on) {
    if (!on_) return;
    at::autocast::set_cpu_enabled(true);
    at::autocast::set_autocast_cpu_dtype(at::kBFloat16);
  }
  Autocast(const Autocast&) = delete;
  Autocast& operator=(const Autocast&) = delete;
  ~Autocast() {
    if (!on_) return;
    at::autocast::set_cpu_enabled(false);
    at::autocast::clear_cache();
  }

 private:
  bool on_;
};

}  // namespace signpost
