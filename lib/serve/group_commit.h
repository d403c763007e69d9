#pragma once

#include <condition_variable>
#include <functional>
#include <future>
#include <mutex>
#include <span>
#include <thread>
#include <vector>

#include "store/capture.h"

namespace signpost {

/// Writes what many threads bring in few transactions: while one is on its way to the disk, what
/// arrives gathers for the next. A disk syncs some hundred times a second, whether for one capture
/// or for a hundred. Thread-safe.
class GroupCommit {
 public:
  /// Makes captures of a group; what it returns has reached the disk. Called on one thread of the
  /// object's own.
  using Admit = std::function<std::vector<Admission>(std::span<const StagedCapture>)>;
  /// Told of each transaction: how many captures, in how many seconds.
  using Committed = std::function<void(std::size_t captures, double seconds)>;

  GroupCommit(Admit admit, Committed committed);
  GroupCommit(const GroupCommit&) = delete;
  GroupCommit& operator=(const GroupCommit&) = delete;
  /// Writes what still waits.
  ~GroupCommit();

  /// Returns when the capture is on the disk, or refused. Throws what `Admit` threw for it. A group
  /// that fails is tried again one by one, so that nothing fails for another's sake.
  Admission admit(StagedCapture capture);

  std::size_t waiting() const;

  static constexpr std::size_t kMostCaptures = 256, kMostBytes = std::size_t{64} << 20;

 private:
  struct Group {
    std::vector<StagedCapture> captures;
    std::vector<std::promise<Admission>> answers;
  };
  void run();
  Group take();
  void write(Group& group);

  Admit admit_;
  Committed committed_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  Group next_;
  bool ending_ = false;
  std::thread thread_;
};

}  // namespace signpost
