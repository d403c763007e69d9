#pragma once

#include <condition_variable>
#include <filesystem>
#include <memory>
#include <mutex>
#include <vector>

#include "store/captures.h"

namespace signpost {

/// Connections to one store for the threads of a server. Thread-safe.
///
/// Writers take turns in the order in which they came, so none waits longer than those before it
/// need; readers never wait. Settings that another program changes are seen by connections opened
/// later.
class StorePool {
 public:
  StorePool(std::filesystem::path path, Database::Missing missing);
  StorePool(const StorePool&) = delete;
  StorePool& operator=(const StorePool&) = delete;

  /// A connection that is this thread's until the object goes.
  class Use {
   public:
    Use(StorePool& pool, std::unique_ptr<CaptureStore> store, bool writer)
        : pool_(pool), store_(std::move(store)), writer_(writer) {}
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

  /// For calls that only read: each, find, history, image, account, progress, figures.
  Use reader();
  /// For all others. A thread that holds one and asks for another waits for ever.
  Use writer();

 private:
  std::filesystem::path path_;
  std::mutex mutex_;
  std::condition_variable turn_;
  std::uint64_t next_ticket_ = 0, serving_ = 0;
  std::unique_ptr<CaptureStore> writer_;
  std::vector<std::unique_ptr<CaptureStore>> idle_;
};

}  // namespace signpost
