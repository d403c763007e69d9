#include "serve/group_commit.h"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <utility>

namespace signpost {

GroupCommit::GroupCommit(Admit admit, Committed committed)
    : admit_(std::move(admit)), committed_(std::move(committed)), thread_([this] { run(); }) {}

GroupCommit::~GroupCommit() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

Admission GroupCommit::admit(StagedCapture capture) {
  std::future<Admission> answer;
  {
    const std::lock_guard lock(mutex_);
    next_.captures.push_back(std::move(capture));
    answer = next_.answers.emplace_back().get_future();
  }
  changed_.notify_one();
  return answer.get();
}

std::size_t GroupCommit::waiting() const {
  const std::lock_guard lock(mutex_);
  return next_.captures.size();
}

GroupCommit::Group GroupCommit::take() {
  std::size_t count = 0, bytes = 0;
  while (count < std::min(next_.captures.size(), kMostCaptures)) {
    bytes += next_.captures[count].content.size();
    if (count > 0 && bytes > kMostBytes) break;
    ++count;
  }
  if (count == next_.captures.size()) return std::exchange(next_, {});
  const auto end = static_cast<std::ptrdiff_t>(count);
  Group group;
  std::move(next_.captures.begin(), next_.captures.begin() + end,
            std::back_inserter(group.captures));
  std::move(next_.answers.begin(), next_.answers.begin() + end, std::back_inserter(group.answers));
  next_.captures.erase(next_.captures.begin(), next_.captures.begin() + end);
  next_.answers.erase(next_.answers.begin(), next_.answers.begin() + end);
  return group;
}

void GroupCommit::run() {
  for (;;) {
    Group group;
    {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [&] { return ending_ || !next_.captures.empty(); });
      if (next_.captures.empty()) return;
      group = take();
    }
    write(group);
  }
}

void GroupCommit::write(Group& group) {
  using Clock = std::chrono::steady_clock;
  const auto start = Clock::now();
  const std::span<const StagedCapture> captures = group.captures;
  try {
    std::vector<Admission> answers = admit_(captures);
    committed_(captures.size(), std::chrono::duration<double>(Clock::now() - start).count());
    for (std::size_t i = 0; i < answers.size(); ++i)
      group.answers[i].set_value(std::move(answers[i]));
    return;
  } catch (...) {
    if (captures.size() == 1) {
      group.answers[0].set_exception(std::current_exception());
      return;
    }
  }
  for (std::size_t i = 0; i < captures.size(); ++i) {
    try {
      group.answers[i].set_value(admit_(captures.subspan(i, 1)).front());
    } catch (...) {
      group.answers[i].set_exception(std::current_exception());
    }
  }
}

}  // namespace signpost
