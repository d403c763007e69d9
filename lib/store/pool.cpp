#include "store/pool.h"

namespace signpost {

StorePool::StorePool(std::filesystem::path path, Database::Missing missing)
    : path_(std::move(path)), writer_(std::make_unique<CaptureStore>(path_, missing)) {}

StorePool::Use StorePool::reader() {
  {
    const std::lock_guard lock(mutex_);
    if (!idle_.empty()) {
      std::unique_ptr<CaptureStore> store = std::move(idle_.back());
      idle_.pop_back();
      return {*this, std::move(store), false};
    }
  }
  return {*this, std::make_unique<CaptureStore>(path_, Database::Missing::refuse), false};
}

StorePool::Use StorePool::writer() {
  std::unique_lock lock(mutex_);
  const std::uint64_t ticket = next_ticket_++;
  turn_.wait(lock, [&] { return ticket == serving_; });
  return {*this, std::move(writer_), true};
}

StorePool::Use::~Use() {
  const std::lock_guard lock(pool_.mutex_);
  if (!writer_) {
    pool_.idle_.push_back(std::move(store_));
    return;
  }
  pool_.writer_ = std::move(store_);
  ++pool_.serving_;
  pool_.turn_.notify_all();
}

}  // namespace signpost
