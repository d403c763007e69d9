#pragma once

#include <condition_variable>
#include <deque>
#include <filesystem>
#include <memory>
#include <mutex>
#include <vector>

#include "store/captures.h"

namespace signpost {

/// Connections to one store for the threads of a server. Thread-safe.
///
/// Writers take turns in the order in which they came, so none waits longer than those before it
/// need. Readers wait for no writer, but there are at most `kMostReaders`, as each has files and a
/// cache of its own. Settings that another program has changed hold from the next use on.
class StorePool {
 public:
  StorePool(std::filesystem::path path, Database::Missing missing);
  StorePool(const StorePool&) = delete;
  StorePool& operator=(const StorePool&) = delete;

  /// A connection that is this thread's until the object goes.
  class Use {
   public:
    Use(StorePool& pool, std::unique_ptr<CaptureStore> store, bool writer);
    Use(const Use&) = delete;
    Use& operator=(const Use&) = delete;
    ~Use();
    CaptureStore* operator->() const { return store_.get(); }
    CaptureStore& operator*() const { return *store_; }

   private:
    StorePool& pool_;
    std::unique_ptr<CaptureStore> store_;
    bool writer_;
  };

  static constexpr std::size_t kMostReaders = 16;

  /// For calls that only read: each, find, history, image, account, progress, figures.
  Use reader();
  /// For all others. A thread that holds a reader or the writer and asks for another may wait for
  /// ever.
  Use writer();

 private:
  /// A thread that waits to write. Each has a condition of its own, so that a turn wakes one thread
  /// and not a hundred.
  struct Waiter {
    std::condition_variable turn;
    std::unique_ptr<CaptureStore> store;
  };

  std::filesystem::path path_;
  std::mutex mutex_;
  std::condition_variable reader_free_;
  std::size_t readers_ = 0;  ///< that are open
  std::deque<Waiter*> waiting_;
  std::unique_ptr<CaptureStore> writer_;  ///< null while a thread has it
  std::vector<std::unique_ptr<CaptureStore>> idle_;
};

}  // namespace signpost
