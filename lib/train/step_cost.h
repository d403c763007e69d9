#pragma once

#include <string>

#include "train/network_spec.h"

namespace signpost {

/// What training costs on this machine, in seconds, as if nothing else ran on it.
struct StepCost {
  double training = 0;    ///< one image: forward and backward
  double update = 0;      ///< the weights, once a batch
  double validation = 0;  ///< one image: forward, in the precision of training
  double last = 0;        ///< one image in float32, as the last measurement of a run is done
};

/// Measures a few steps of a network of random weights on noise, after one to warm up; some seconds
/// for the large ones. `frozen`: only the classifier learns. On the processor it counts the time of
/// one thread at work, whatever else is going on, and takes `jobs` of them (0: all cores) to get
/// 0.8 of their number done; on a GPU it counts the clock's time. Call from one thread.
StepCost step_cost(const NetworkOptions& network, bool frozen, int jobs);

/// "about 40 s", "about 20 min", "about 9 h".
std::string about(double seconds);

}  // namespace signpost
