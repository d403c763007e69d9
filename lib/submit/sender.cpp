#include "submit/sender.h"

#include <algorithm>
#include <cmath>
#include <deque>
#include <utility>

#include "base/interrupt.h"
#include "base/random.h"
#include "submit/judgement.h"

namespace signpost {

double backoff_s(unsigned failures, double first_s, double longest_s, std::uint64_t asked_s,
                 std::uint64_t seed) {
  constexpr double kMost = 3600;
  const double doubled = std::ldexp(first_s, static_cast<int>(std::min(failures, 32u)) - 1);
  const double whole = std::min(doubled, longest_s);
  const double wait = whole * (0.5 + 0.5 * Random(seed, "submit", failures, "backoff").uniform());
  return std::min(std::max(wait, static_cast<double>(asked_s)), kMost);
}

Sender::Sender(CaptureQueue& queue, const SenderOptions& options, Send send, Wait wait,
               Events events)
    : queue_(queue),
      options_(options),
      send_(std::move(send)),
      wait_(std::move(wait)),
      events_(std::move(events)) {}

SendResult Sender::send_all() {
  SendResult result;
  failures_ = 0;
  const std::vector<std::string> keys = queue_.pending();
  for (std::deque<std::string> waiting(keys.begin(), keys.end()); !waiting.empty();) {
    stop_if_interrupted();
    const std::string key = waiting.front();
    waiting.pop_front();
    // One that fails steps behind the others: what the server chokes on must not hold them up.
    if (!send_one(key, result)) waiting.push_back(key);
    if (!result.stopped.empty()) break;
  }
  return result;
}

bool Sender::send_one(const std::string& key, SendResult& result) {
  std::string wrong;
  const std::optional<QueuedCapture> capture = queue_.read(key, image_, wrong);
  const auto refuse = [&](int status, const std::string& why) {
    queue_.refuse(key, status, why);
    ++result.refused;
    events_.refused(key, why);
  };
  if (!capture) {
    refuse(0, wrong);
    return true;
  }
  const UploadAnswer answer = send_({key, capture->metadata, image_});
  const Judgement judgement = judge(answer, key);
  switch (judgement.kind) {
    case Judgement::Kind::accepted:
      failures_ = 0;
      // More was learnt of it while it was sent: once more.
      if (queue_.metadata(key).value_or(capture->metadata) != capture->metadata) return false;
      queue_.remove(key);
      ++result.sent;
      events_.accepted(*capture, judgement.capture);
      return true;
    case Judgement::Kind::refused:
      failures_ = 0;
      refuse(answer.status, judgement.what);
      return true;
    case Judgement::Kind::stop:
      result.stopped = judgement.what;
      return false;
    case Judgement::Kind::again:
      break;
  }
  if (++failures_ > options_.retries) {
    result.stopped = judgement.what;
    return false;
  }
  const double seconds = backoff_s(failures_, options_.retry_wait_s, options_.longest_wait_s,
                                   answer.retry_after_s.value_or(0), options_.seed);
  events_.failed(judgement.what, seconds);
  wait_(seconds);
  return false;
}

}  // namespace signpost
