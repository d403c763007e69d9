#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>

#include "queue/capture_queue.h"
#include "submit/upload.h"

namespace signpost {

/// How long to wait before an attempt, in seconds: `first_s` doubled with each failure in a row up
/// to `longest_s`, of which a random half is left out so that devices that lost one server do not
/// come back at one moment ("equal jitter"). At least `asked_s`, what the server asked for, but
/// never more than an hour. A pure function of its arguments; `failures` counts from 1.
double backoff_s(unsigned failures, double first_s, double longest_s, std::uint64_t asked_s,
                 std::uint64_t seed);

struct SenderOptions {
  unsigned retries = 5;  ///< after so many failures in a row one more ends it
  double retry_wait_s = 1;
  double longest_wait_s = 300;
  std::uint64_t seed = 0;  ///< of the jitter
};

/// What became of a queue.
struct SendResult {
  std::size_t sent = 0, refused = 0;
  /// Empty, or why captures stay in the queue: what was wrong with the last attempt.
  std::string stopped;
};

/// Sends what a queue holds, oldest first. A capture leaves the queue when the server has said that
/// it is on its disk; whatever happens before that, it is sent again, and the server knows it by
/// its key. One that the server refuses for good moves to the refused ones with the reason.
class Sender {
 public:
  using Send = std::function<UploadAnswer(const Upload&)>;
  using Wait = std::function<void(double seconds)>;

  struct Events {
    std::function<void(const QueuedCapture&, const std::string& capture)> accepted;
    std::function<void(const std::string& key, const std::string& why)> refused;
    std::function<void(const std::string& what, double wait_s)>
        failed;  ///< and will be tried again
  };

  /// `wait` may throw Interrupted.
  Sender(CaptureQueue& queue, const SenderOptions& options, Send send, Wait wait, Events events);

  /// All that waits at this moment.
  SendResult send_all();

 private:
  bool send_one(const std::string& key, SendResult& result);

  CaptureQueue& queue_;
  SenderOptions options_;
  Send send_;
  Wait wait_;
  Events events_;
  unsigned failures_ = 0;  ///< in a row
  Bytes image_;
};

}  // namespace signpost
