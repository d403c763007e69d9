// bench_annotate_load [ANNOTATORS] [LABELS] [PACE_S] [CAPTURES] [CONNECTIONS]: so many annotators,
// each in a session of its own, make LABELS labels each, while two devices submit and another
// connection to the store reviews. PACE_S is how long a label takes its annotator, 0 for no time at
// all; CAPTURES how many the store holds to begin with; CONNECTIONS what `serve --connections` is.
// Prints rates and latencies, and fails on whatever run_crowd finds wrong:
// support/annotator_crowd.h.
#include <fmt/format.h>

#include <cstdlib>
#include <exception>

#include "support/annotator_crowd.h"

int main(int argc, char** argv) {
  using namespace signpost;
  const auto argument = [&](int i, double otherwise) {
    return argc > i ? std::atof(argv[i]) : otherwise;
  };
  CrowdOptions options;
  options.annotators = static_cast<int>(argument(1, 100));
  options.admins = options.annotators / 10;
  options.labels_each = static_cast<int>(argument(2, 40));
  options.pace_s = argument(3, 0);
  options.captures = static_cast<int>(argument(4, 0));
  options.threads = static_cast<int>(argument(5, 0));
  options.submissions_each = options.labels_each * 10;
  try {
    const CrowdAnswer answer = run_crowd(options);
    fmt::print(
        "{} labels, {} sent twice, {} withdrawn; {} decided, {} accepted, {} captures submitted\n"
        "{:.1f} s, {:.0f} labels/s; {} requests sent again\n",
        answer.labels, answer.repeated, answer.withdrawn, answer.decided, answer.accepted,
        answer.submitted, answer.seconds, static_cast<double>(answer.labels) / answer.seconds,
        answer.resent);
    for (const auto& [kind, times] : answer.milliseconds) {
      fmt::print("{:<10} {:>6}  p50 {:7.1f} ms  p99 {:7.1f} ms  worst {:7.1f} ms\n", kind,
                 times.size(), times[times.size() / 2], times[times.size() * 99 / 100],
                 times.back());
    }
    for (const std::string& wrong : answer.wrong) fmt::print("wrong: {}\n", wrong);
    return answer.wrong.empty() ? 0 : 1;
  } catch (const std::exception& error) {
    fmt::print(stderr, "bench_annotate_load: {}\n", error.what());
    return 3;
  }
}
