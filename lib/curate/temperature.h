#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace signpost {

/// What a network gave for labelled samples before its softmax.
struct LabelledLogits {
  std::span<const float> logits;  ///< samples x classes
  std::span<const std::int64_t> targets;
  std::size_t classes = 0;
};

/// The temperature by which logits are to be divided so that the probabilities behind the softmax
/// fit the labels best, by negative log-likelihood (temperature scaling; Guo, Pleiss, Sun,
/// Weinberger, "On calibration of modern neural networks", ICML 2017). It leaves the order of the
/// classes as it is. One further sample, the mean of all, is taken to be of any class, as Platt did
/// ("Probabilistic outputs for support vector machines", 1999): labels without a single mistake
/// would otherwise ask for certainty. In [0.05, 20]; 1 without samples.
///
/// `of`: the samples that count, as indices; all of them where it is empty.
double fit_temperature(const LabelledLogits& data, std::span<const std::uint32_t> of = {});

/// Probabilities of one sample at a temperature. `out` holds one number a class.
void softmax(std::span<const float> logits, double temperature, std::span<float> out);

}  // namespace signpost
