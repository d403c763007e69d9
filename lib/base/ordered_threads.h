#pragma once

#include <algorithm>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <exception>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

namespace signpost {

/// base/parallel.h's ordered_pipeline on the standard library's threads alone, for programs that
/// must stay small: on a device oneTBB would be a tenth of the runner. The same promises: `source`
/// in order, in the calling thread, so that a signal ends its waiting; `transform` in parallel on
/// `jobs` threads (0: all cores); `sink` in the order of the source, one call at a time; at most
/// four items a thread in flight. An exception in any of them ends the pipeline and is rethrown
/// here, when `source` returns.
template <typename In, typename Out>
class OrderedThreads {
 public:
  using Source = std::function<std::optional<In>()>;
  using Transform = std::function<Out(In)>;
  using Sink = std::function<void(Out)>;

  static void run(int jobs, const Source& source, const Transform& transform, const Sink& sink) {
    const std::size_t threads = jobs > 0
                                    ? static_cast<std::size_t>(jobs)
                                    : std::max<std::size_t>(1, std::thread::hardware_concurrency());
    if (threads == 1) {
      while (std::optional<In> item = source()) sink(transform(std::move(*item)));
      return;
    }
    OrderedThreads pipeline(threads, transform, sink);
    pipeline.feed(source);
    pipeline.join();
    if (pipeline.error_) std::rethrow_exception(pipeline.error_);
  }

 private:
  OrderedThreads(std::size_t threads, const Transform& transform, const Sink& sink)
      : transform_(transform), sink_(sink), limit_(threads), done_(threads * 4) {}
  ~OrderedThreads() { join(); }

  /// Threads are started as work comes: one image needs one.
  void feed(const Source& source) {
    try {
      while (std::optional<In> item = source()) {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [&] { return error_ || taken_ - written_ < done_.size(); });
        if (error_) return;
        waiting_.emplace_back(taken_++, std::move(*item));
        if (idle_ >= waiting_.size()) {
          changed_.notify_all();
        } else if (threads_.size() < limit_) {
          threads_.emplace_back([this] { work(); });
        }
      }
    } catch (...) {
      fail(std::current_exception());
    }
  }

  void join() {
    {
      const std::lock_guard lock(mutex_);
      ended_ = true;
      changed_.notify_all();
    }
    for (std::thread& thread : threads_) thread.join();
    threads_.clear();
  }

  void fail(std::exception_ptr error) {
    const std::lock_guard lock(mutex_);
    if (!error_) error_ = std::move(error);
    changed_.notify_all();
  }

  void work() {
    try {
      std::unique_lock lock(mutex_);
      for (;;) {
        ++idle_;
        changed_.wait(lock, [&] { return error_ || ended_ || !waiting_.empty(); });
        --idle_;
        if (error_ || waiting_.empty()) return;
        auto [number, item] = std::move(waiting_.front());
        waiting_.pop_front();
        lock.unlock();
        Out out = transform_(std::move(item));
        lock.lock();
        done_[number % done_.size()].emplace(std::move(out));
        write(lock);
      }
    } catch (...) {
      fail(std::current_exception());
    }
  }

  /// Hands on what is next in order, unless another thread is at it.
  void write(std::unique_lock<std::mutex>& lock) {
    if (writing_) return;
    writing_ = true;
    while (!error_ && done_[written_ % done_.size()]) {
      std::optional<Out> out;
      out.swap(done_[written_ % done_.size()]);
      lock.unlock();
      sink_(std::move(*out));
      lock.lock();
      ++written_;
      changed_.notify_all();
    }
    writing_ = false;
  }

  const Transform& transform_;
  const Sink& sink_;
  const std::size_t limit_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::pair<std::size_t, In>> waiting_;
  std::vector<std::optional<Out>> done_;  ///< a ring: item n is in place n modulo its size
  std::size_t taken_ = 0, written_ = 0, idle_ = 0;
  bool ended_ = false, writing_ = false;
  std::exception_ptr error_;
  std::vector<std::thread> threads_;
};

}  // namespace signpost
