#pragma once

#include <torch/torch.h>

#include <cstdint>
#include <memory>
#include <vector>

namespace signpost {

/// The processes that train one network together, each on its own part of the data: synchronous
/// data-parallel descent over libtorch's c10d with Gloo (Li et al., "PyTorch Distributed", VLDB
/// 2020). Every process calls the same functions in the same order; each call waits for the others.
///
/// Throws Error{environment} where another process is lost, or silent for five minutes: a rank that
/// dies ends them all.
class Ranks {
 public:
  /// One process alone: every call below does nothing.
  Ranks();
  /// As a launcher says it by RANK, WORLD_SIZE, MASTER_ADDR and MASTER_PORT (torchrun, or mpirun -x
  /// with OMPI_COMM_WORLD_RANK and OMPI_COMM_WORLD_SIZE); without WORLD_SIZE one process alone.
  /// Waits for all to come. Throws Error{usage} if the variables make no sense.
  static Ranks from_environment();
  Ranks(Ranks&&) noexcept;
  Ranks& operator=(Ranks&&) noexcept;
  ~Ranks();

  int rank() const { return rank_; }
  int size() const { return size_; }
  /// How many of them share this machine, as far as the launcher says (LOCAL_WORLD_SIZE): else all.
  int here() const { return here_; }
  /// Writes the run and speaks to people.
  bool is_first() const { return rank_ == 0; }

  /// In place: the mean, or the sum, over all ranks. Shapes and types must be the same on each.
  void average(const std::vector<torch::Tensor>& tensors);
  void sum(const torch::Tensor& tensor);
  /// In place: what the first rank has.
  void broadcast(const std::vector<torch::Tensor>& tensors);
  std::uint64_t smallest(std::uint64_t value);
  std::uint64_t of_first(std::uint64_t value);

 private:
  struct Group;
  Ranks(int rank, int size, int here, std::unique_ptr<Group> group);

  int rank_ = 0, size_ = 1, here_ = 1;
  std::unique_ptr<Group> group_;
};

/// Which of several processes the launcher says that this one is; 0 for one alone. Throws
/// Error{usage} as Ranks::from_environment does.
int launched_rank();

}  // namespace signpost
