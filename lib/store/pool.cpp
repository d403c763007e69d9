#include "store/pool.h"

namespace signpost {

StorePool::StorePool(std::filesystem::path path, Database::Missing missing)
    : path_(std::move(path)), writer_(std::make_unique<CaptureStore>(path_, missing)) {}

StorePool::Use StorePool::reader() {
  {
    std::unique_lock lock(mutex_);
    reader_free_.wait(lock, [&] { return !idle_.empty() || readers_ < kMostReaders; });
    if (!idle_.empty()) {
      std::unique_ptr<CaptureStore> store = std::move(idle_.back());
      idle_.pop_back();
      return {*this, std::move(store), false};
    }
    ++readers_;
  }
  try {
    return {*this, std::make_unique<CaptureStore>(path_, Database::Missing::refuse), false};
  } catch (...) {
    const std::lock_guard lock(mutex_);
    --readers_;
    reader_free_.notify_one();
    throw;
  }
}

StorePool::Use StorePool::writer() {
  std::unique_lock lock(mutex_);
  if (writer_) return {*this, std::move(writer_), true};
  Waiter self;
  waiting_.push_back(&self);
  self.turn.wait(lock, [&] { return self.store != nullptr; });
  return {*this, std::move(self.store), true};
}

StorePool::Use::Use(StorePool& pool, std::unique_ptr<CaptureStore> store, bool writer)
    : pool_(pool), store_(std::move(store)), writer_(writer) {
  try {
    store_->refresh_settings();
  } catch (const std::exception&) {
    // A store that cannot be read says so to whoever reads it next.
  }
}

StorePool::Use::~Use() {
  const std::lock_guard lock(pool_.mutex_);
  if (!writer_) {
    pool_.idle_.push_back(std::move(store_));
    pool_.reader_free_.notify_one();
    return;
  }
  if (pool_.waiting_.empty()) {
    pool_.writer_ = std::move(store_);
    return;
  }
  // Under the lock, as the one who waits takes its condition away when it goes on.
  Waiter& first = *pool_.waiting_.front();
  pool_.waiting_.pop_front();
  first.store = std::move(store_);
  first.turn.notify_one();
}

}  // namespace signpost
