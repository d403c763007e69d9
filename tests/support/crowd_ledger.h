#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "store/captures.h"

namespace signpost {

/// What a server has acknowledged, and who held what, as its clients saw it. Thread-safe.
class CrowdLedger {
 public:
  struct Label {
    std::string annotator, capture;
    int label = 0;
  };

  void wrong(const std::string& what) {
    const std::lock_guard lock(mutex_);
    wrong_.push_back(what);
  }

  /// The server has given `capture` to `annotator`.
  void hold(const std::string& annotator, const std::string& capture) {
    const std::lock_guard lock(mutex_);
    const auto [at, is_new] = holders_.try_emplace(capture, annotator);
    if (!is_new && at->second != annotator)
      wrong_.push_back(capture + " was leased to " + at->second + " and to " + annotator);
  }
  /// Called before the request that gives it back, so that nobody can get it in between.
  void let_go(const std::string& annotator, const std::string& capture) {
    const std::lock_guard lock(mutex_);
    const auto at = holders_.find(capture);
    if (at != holders_.end() && at->second == annotator) holders_.erase(at);
  }

  void label(std::int64_t annotation, Label label) {
    const std::lock_guard lock(mutex_);
    if (!labels_.emplace(annotation, std::move(label)).second)
      wrong_.push_back("annotation " + std::to_string(annotation) + " answers two labels");
  }
  void withdraw(std::int64_t annotation) {
    const std::lock_guard lock(mutex_);
    if (!withdrawn_.insert(annotation).second)
      wrong_.push_back("annotation " + std::to_string(annotation) + " was withdrawn twice");
  }
  void review(std::int64_t review, const std::string& capture, bool decides) {
    const std::lock_guard lock(mutex_);
    if (!reviews_.emplace(review, capture).second)
      wrong_.push_back("review " + std::to_string(review) + " answers two decisions");
    if (decides && !decided_.insert(capture).second)
      wrong_.push_back(capture + " was decided twice");
  }
  void submission(const std::string& sha256) {
    const std::lock_guard lock(mutex_);
    submitted_.insert(sha256);
  }

  std::size_t labels() const { return labels_.size(); }
  std::size_t withdrawn() const { return withdrawn_.size(); }
  std::size_t decided() const { return decided_.size(); }
  std::size_t accepted() const { return reviews_.size() - decided_.size(); }
  std::size_t submitted() const { return submitted_.size(); }

  /// Compares the store with all that was acknowledged; what was wrong so far comes with it. The
  /// store had `before` annotations when it began, and no review. To be called when all is over.
  std::vector<std::string> settle(CaptureStore& store, std::size_t before);

 private:
  void compare(const CaptureHistory& history);

  std::mutex mutex_;
  std::vector<std::string> wrong_;
  std::map<std::string, std::string> holders_;
  std::map<std::int64_t, Label> labels_;
  std::set<std::int64_t> withdrawn_;
  std::map<std::int64_t, std::string> reviews_;
  std::set<std::string> decided_, submitted_;
  std::size_t there_ = 0, gone_ = 0, reviewed_ = 0, others_ = 0;  ///< rows found by `settle`
};

}  // namespace signpost
