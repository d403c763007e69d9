#pragma once

#include <string>

#include "train/network_spec.h"

namespace signpost {

/// What training costs on this machine now, in seconds of the clock, with all threads.
struct StepCost {
  double training = 0;    ///< one image: forward and backward
  double update = 0;      ///< the weights, once a batch
  double validation = 0;  ///< one image: forward, in the precision of training
  double last = 0;        ///< one image in float32, as the last measurement of a run is done
};

/// Measures a few steps of a network of random weights on noise, after one to warm up; a second or
/// two for the large ones. `frozen`: only the classifier learns. `jobs`: threads, 0 for all cores.
StepCost step_cost(const NetworkOptions& network, bool frozen, int jobs);

/// "about 40 s", "about 20 min", "about 9 h".
std::string about(double seconds);

}  // namespace signpost
