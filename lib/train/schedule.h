#pragma once

#include <cstdint>
#include <functional>

namespace signpost {

/// What a run is given where nobody says otherwise.

/// Passes over the data that show a network about 120,000 images: 4 for GTSRB, up to 40 for less.
int default_epochs(std::uint64_t samples);

/// A small data set needs its steps more than it needs large batches: the largest power of two, 16
/// to 128, that leaves at least 800 steps.
int default_batch_size(std::uint64_t samples, int epochs);

/// The peak grows with the square root of the batch, as the noise of its gradient falls.
double default_learning_rate(int batch_size);

/// The learning rate of a step: up from a tenth to the peak over the first 30 %, then down to
/// nothing, by cosines (Smith and Topin, "Super-convergence", 2018).
double one_cycle(double peak, std::uint64_t step, std::uint64_t steps);

/// The side of the images in an epoch, counted from 0, of a run that begins with images of
/// `start_px` and ends with `full_px`: it grows over the first two thirds of the run in steps of 8
/// px, and the last epoch always has `full_px` (progressive resizing: Howard, "Training ImageNet in
/// 3 hours for 25 minutes", fast.ai, 2018; Tan and Le, "EfficientNetV2", ICML 2021). `start_px` 0
/// means `full_px` throughout.
int image_px(int start_px, int full_px, std::uint64_t epoch, std::uint64_t epochs);

/// The largest number of epochs, at least 1, that takes no longer than `seconds`. An epoch's
/// training steps take `step_seconds(px)` for images of `px`, summed over `steps` of them; behind
/// each epoch comes a validation of `validation_seconds`.
int epochs_within(double seconds, int start_px, int full_px, std::uint64_t steps,
                  const std::function<double(int px)>& step_seconds, double validation_seconds);

}  // namespace signpost
