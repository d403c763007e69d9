#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <mutex>
#include <span>
#include <string>
#include <vector>

namespace signpost {

/// What a server counts, in Prometheus' text format 0.0.4. Thread-safe. Labels are of our own
/// making: routes, statuses, results; never what a peer has sent.
class Metrics {
 public:
  void request(const std::string& route, int status, double seconds);
  /// `result`: "new", "known" or "refused".
  void capture(const char* result);
  /// A transaction of so many captures.
  void commit(std::size_t captures, double seconds);

  /// `connections` and `waiting` are as they are now.
  std::string text(std::size_t connections, std::size_t waiting) const;

 private:
  /// Counts of values up to each bound, as Prometheus wants them.
  struct Histogram {
    std::span<const double> bounds;
    std::vector<std::uint64_t> counts;  ///< of each bucket by itself; the last one has no bound
    std::uint64_t count = 0;
    double sum = 0;
    void add(double value);
    void append(std::string& out, const std::string& name, const std::string& labels) const;
  };
  static Histogram seconds();
  static Histogram sizes();

  mutable std::mutex mutex_;
  std::map<std::pair<std::string, int>, std::uint64_t> requests_;
  std::map<std::string, Histogram> latency_;
  std::map<std::string, std::uint64_t> captures_ = {{"known", 0}, {"new", 0}, {"refused", 0}};
  Histogram commit_seconds_ = seconds(), commit_sizes_ = sizes();
};

}  // namespace signpost
