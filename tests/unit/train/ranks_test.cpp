#include "train/ranks.h"

#include <ATen/Parallel.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstdlib>
#include <functional>

#include "base/error.h"
#include "train/optimiser.h"
#include "train/torch_network.h"
#include "weights_of.h"

using namespace signpost;

namespace {

/// Runs `work` in two processes that are ranks of one group; true if it held in both.
bool holds_in_both(int port, const std::function<bool(Ranks&)>& work) {
  pid_t children[2];
  for (int rank = 0; rank < 2; ++rank) {
    children[rank] = ::fork();
    if (children[rank] == 0) {
      at::set_num_threads(1);  // the threads of the parent are not in the child
      ::setenv("RANK", std::to_string(rank).c_str(), 1);
      ::setenv("WORLD_SIZE", "2", 1);
      ::setenv("MASTER_ADDR", "127.0.0.1", 1);
      ::setenv("MASTER_PORT", std::to_string(port).c_str(), 1);
      bool held = false;
      try {
        Ranks ranks = Ranks::from_environment();
        held = ranks.size() == 2 && ranks.rank() == rank && work(ranks);
      } catch (const std::exception& error) {
        std::fprintf(stderr, "rank %d: %s\n", rank, error.what());
      }
      ::_exit(held ? 0 : 1);
    }
  }
  bool both = true;
  for (const pid_t child : children) {
    int status = 1;
    both = ::waitpid(child, &status, 0) == child && status == 0 && both;
  }
  return both;
}

int port_of(int number) { return 20000 + (static_cast<int>(::getpid()) * 4 + number) % 20000; }

}  // namespace

TEST_CASE("one process alone is its own mean, sum and first") {
  Ranks ranks;
  const torch::Tensor tensor = torch::tensor({1.0f, 2.0f});
  ranks.average({tensor});
  ranks.sum(tensor);
  ranks.broadcast({tensor});
  REQUIRE(tensor[1].item<float>() == 2);
  REQUIRE(ranks.smallest(7) == 7);
  REQUIRE(ranks.of_first(7) == 7);
  REQUIRE(ranks.is_first());
}

TEST_CASE("ranks exchange means, sums, the smallest and what the first one has") {
  REQUIRE(holds_in_both(port_of(0), [](Ranks& ranks) {
    const auto own = static_cast<float>(ranks.rank());
    const torch::Tensor a = torch::full({2, 3}, own), b = torch::full({4}, 10 * own);
    ranks.average({a, b});
    const torch::Tensor counts = torch::full({2}, ranks.rank() + 1, torch::kInt64);
    ranks.sum(counts);
    const torch::Tensor first = torch::full({2}, own);
    ranks.broadcast({first});
    return torch::equal(a, torch::full({2, 3}, 0.5)) && torch::equal(b, torch::full({4}, 5.0)) &&
           counts[0].item<std::int64_t>() == 3 && first[0].item<float>() == 0 &&
           ranks.smallest(static_cast<std::uint64_t>(5 - ranks.rank())) == 4 &&
           ranks.of_first(static_cast<std::uint64_t>(8 + ranks.rank())) == 8;
  }));
}

TEST_CASE("a step of two ranks is the step of one process with the mean of their gradients") {
  const NetworkSpec spec = make_network({.input_px = 32, .classes = 4, .width = 4});
  const auto gradient = [](const torch::Tensor& parameter, int rank) {
    return torch::ones_like(parameter) * (rank == 0 ? 0.5 : -0.1) + parameter.detach() * rank;
  };
  const Weights begin = weights_of(spec);
  TorchNetwork alone_network(spec);
  alone_network.load(begin);
  Optimiser alone_optimiser(alone_network, 10);
  Ranks alone;
  for (std::uint64_t i = 0; i < 2; ++i) {
    for (torch::Tensor& parameter : alone_network.parameters()) {
      parameter.mutable_grad() = (gradient(parameter, 0) + gradient(parameter, 1)) / 2;
    }
    alone_optimiser.step(i, 0.1, alone);
  }
  const Weights expected = alone_network.weights();
  REQUIRE(holds_in_both(port_of(1), [&](Ranks& ranks) {
    TorchNetwork network(spec);
    // Only the first rank knows the weights to begin with.
    if (ranks.is_first()) network.load(begin);
    Optimiser optimiser(network, 10);
    optimiser.begin_together(ranks);
    for (std::uint64_t i = 0; i < 2; ++i) {
      for (torch::Tensor& parameter : network.parameters()) {
        parameter.mutable_grad() = gradient(parameter, ranks.rank());
      }
      optimiser.step(i, 0.1, ranks);
    }
    for (const auto& [name, tensor] : network.weights()) {
      for (std::size_t k = 0; k < tensor.values.size(); ++k) {
        if (std::abs(tensor.values[k] - expected.at(name).values[k]) > 1e-5f) return false;
      }
    }
    return true;
  }));
}
