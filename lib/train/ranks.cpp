#include "train/ranks.h"

#include <fmt/format.h>

// clang-format off
#include <torch/csrc/distributed/c10d/ProcessGroupGloo.hpp>
#include <torch/csrc/distributed/c10d/TCPStore.hpp>
// clang-format on

#include <charconv>
#include <chrono>
#include <cstdlib>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"

namespace signpost {
namespace {

constexpr std::chrono::minutes kPatience{5};

std::optional<std::string> variable(std::initializer_list<const char*> names) {
  for (const char* name : names) {
    const char* value = std::getenv(name);
    if (value && *value) return value;
  }
  return std::nullopt;
}

int number(std::string_view name, const std::string& text, int low, int high) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < low || value > high) {
    throw Error(Blame::usage,
                fmt::format("{} is \"{}\", not a number from {} to {}; the launcher must set it",
                            name, text, low, high));
  }
  return value;
}

/// What a launcher says of this process.
struct Launch {
  int rank = 0, size = 1, here = 1;
  std::string address;
  int port = 0;
};

/// Nothing for a process alone.
std::optional<Launch> launch_of_environment() {
  const auto world = variable({"WORLD_SIZE", "OMPI_COMM_WORLD_SIZE"});
  const auto address = variable({"MASTER_ADDR"}), port = variable({"MASTER_PORT"});
  if (!world || (!std::getenv("WORLD_SIZE") && !address)) return std::nullopt;
  Launch launch;
  launch.size = number("WORLD_SIZE", *world, 1, 4096);
  if (launch.size == 1) return std::nullopt;
  const auto rank = variable({"RANK", "OMPI_COMM_WORLD_RANK"});
  if (!rank || !address || !port) {
    throw Error(Blame::usage, fmt::format("WORLD_SIZE is {}, but {} is not set; a launcher sets "
                                          "RANK, WORLD_SIZE, MASTER_ADDR and MASTER_PORT",
                                          launch.size,
                                          !rank      ? "RANK"
                                          : !address ? "MASTER_ADDR"
                                                     : "MASTER_PORT"));
  }
  launch.rank = number("RANK", *rank, 0, launch.size - 1);
  const auto local = variable({"LOCAL_WORLD_SIZE", "OMPI_COMM_WORLD_LOCAL_SIZE"});
  launch.here = local ? number("LOCAL_WORLD_SIZE", *local, 1, launch.size) : launch.size;
  launch.address = *address;
  launch.port = number("MASTER_PORT", *port, 1, 65535);
  return launch;
}

}  // namespace

struct Ranks::Group {
  c10::intrusive_ptr<c10d::ProcessGroupGloo> gloo;
};

namespace {

/// Does work with the others, and tells their loss in our words.
void together(int rank, const std::function<void()>& work) {
  try {
    work();
  } catch (const std::exception& error) {
    std::string_view what = error.what();
    what = what.substr(0, what.find('\n'));
    throw Error(
        Blame::environment,
        fmt::format("rank {}: lost the other ranks ({}); a rank that ends early ends all of "
                    "them: see what it said, then start all again with --resume",
                    rank, what));
  }
}

}  // namespace

Ranks::Ranks() = default;
Ranks::Ranks(Ranks&&) noexcept = default;
Ranks& Ranks::operator=(Ranks&&) noexcept = default;
Ranks::~Ranks() = default;
Ranks::Ranks(int rank, int size, int here, std::unique_ptr<Group> group)
    : rank_(rank), size_(size), here_(here), group_(std::move(group)) {}

int launched_rank() {
  const std::optional<Launch> launch = launch_of_environment();
  return launch ? launch->rank : 0;
}

Ranks Ranks::from_environment() {
  const std::optional<Launch> launch = launch_of_environment();
  if (!launch) return {};
  const int rank = launch->rank, size = launch->size, here = launch->here, port = launch->port;
  const std::string address = launch->address;
  auto group = std::make_unique<Group>();
  together(rank, [&] {
    c10d::TCPStoreOptions store_options;
    store_options.port = static_cast<std::uint16_t>(port);
    store_options.isServer = rank == 0;
    store_options.numWorkers = size;
    store_options.timeout = kPatience;
    const auto store = c10::make_intrusive<c10d::TCPStore>(address, store_options);
    const auto options = c10d::ProcessGroupGloo::Options::create(kPatience);
    const auto name = variable({"GLOO_SOCKET_IFNAME"});
    options->devices = {name ? c10d::ProcessGroupGloo::createDeviceForInterface(*name)
                        : address == "localhost" || address == "127.0.0.1"
                            ? c10d::ProcessGroupGloo::createDeviceForHostname("127.0.0.1")
                            : c10d::ProcessGroupGloo::createDefaultDevice()};
    options->threads = 2;
    group->gloo = c10::make_intrusive<c10d::ProcessGroupGloo>(store, rank, size, options);
  });
  return Ranks(rank, size, here, std::move(group));
}

void Ranks::sum(const torch::Tensor& tensor) {
  if (!group_) return;
  together(rank_, [&] {
    std::vector<torch::Tensor> tensors{tensor};
    group_->gloo->allreduce(tensors)->wait();
  });
}

void Ranks::average(const std::vector<torch::Tensor>& tensors) {
  if (!group_ || tensors.empty()) return;
  const torch::NoGradGuard no_grad;
  std::vector<torch::Tensor> parts;
  for (const torch::Tensor& each : tensors) parts.push_back(each.detach().flatten());
  const torch::Tensor all = torch::cat(parts).to(torch::kCPU);
  sum(all);
  all.div_(size_);
  std::int64_t at = 0;
  for (const torch::Tensor& each : tensors) {
    each.detach().copy_(all.narrow(0, at, each.numel()).view(each.sizes()));
    at += each.numel();
  }
}

void Ranks::broadcast(const std::vector<torch::Tensor>& tensors) {
  if (!group_) return;
  const torch::NoGradGuard no_grad;
  for (const torch::Tensor& each : tensors) {
    std::vector<torch::Tensor> sent{each.detach().to(torch::kCPU).contiguous().clone()};
    together(rank_, [&] { group_->gloo->broadcast(sent)->wait(); });
    each.detach().copy_(sent[0]);
  }
}

std::uint64_t Ranks::smallest(std::uint64_t value) {
  if (!group_) return value;
  std::vector<torch::Tensor> held{
      torch::full({1}, static_cast<std::int64_t>(value), torch::kInt64)};
  c10d::AllreduceOptions options;
  options.reduceOp = c10d::ReduceOp::MIN;
  together(rank_, [&] { group_->gloo->allreduce(held, options)->wait(); });
  return static_cast<std::uint64_t>(held[0].item<std::int64_t>());
}

std::uint64_t Ranks::of_first(std::uint64_t value) {
  const torch::Tensor held = torch::full({1}, static_cast<std::int64_t>(value), torch::kInt64);
  broadcast({held});
  return static_cast<std::uint64_t>(held.item<std::int64_t>());
}

}  // namespace signpost
