#include "serve/metrics.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>

namespace signpost {
namespace {

constexpr std::array kSeconds = {0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1,
                                 0.25,  0.5,    1.0,   2.5,  5.0,   10.0};
constexpr std::array kSizes = {1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0};

void head(std::string& out, const char* name, const char* type, const char* help) {
  fmt::format_to(std::back_inserter(out), "# HELP {} {}\n# TYPE {} {}\n", name, help, name, type);
}

}  // namespace

Metrics::Histogram Metrics::seconds() {
  return {kSeconds, std::vector<std::uint64_t>(kSeconds.size() + 1), 0, 0};
}

Metrics::Histogram Metrics::sizes() {
  return {kSizes, std::vector<std::uint64_t>(kSizes.size() + 1), 0, 0};
}

void Metrics::Histogram::add(double value) {
  const auto bucket = std::ranges::lower_bound(bounds, value) - bounds.begin();
  ++counts[static_cast<std::size_t>(bucket)];
  ++count;
  sum += value;
}

void Metrics::Histogram::append(std::string& out, const std::string& name,
                                const std::string& labels) const {
  const std::string comma = labels.empty() ? "" : labels + ",";
  const std::string braces = labels.empty() ? "" : "{" + labels + "}";
  std::uint64_t below = 0;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    below += counts[i];
    const std::string bound = i < bounds.size() ? fmt::format("{}", bounds[i]) : "+Inf";
    fmt::format_to(std::back_inserter(out), "{}_bucket{{{}le=\"{}\"}} {}\n", name, comma, bound,
                   below);
  }
  fmt::format_to(std::back_inserter(out), "{0}_sum{1} {2}\n{0}_count{1} {3}\n", name, braces, sum,
                 count);
}

void Metrics::request(const std::string& route, int status, double seconds) {
  const std::lock_guard lock(mutex_);
  const std::string name = route.empty() ? "none" : route;
  ++requests_[{name, status}];
  latency_.try_emplace(name, Metrics::seconds()).first->second.add(seconds);
}

void Metrics::capture(const char* result) {
  const std::lock_guard lock(mutex_);
  ++captures_[result];
}

void Metrics::commit(std::size_t captures, double seconds) {
  const std::lock_guard lock(mutex_);
  commit_sizes_.add(static_cast<double>(captures));
  commit_seconds_.add(seconds);
}

std::string Metrics::text(std::size_t connections, std::size_t waiting) const {
  const std::lock_guard lock(mutex_);
  std::string out;
  head(out, "signpost_requests_total", "counter", "Requests, by route and status.");
  for (const auto& [key, count] : requests_) {
    fmt::format_to(std::back_inserter(out),
                   "signpost_requests_total{{route=\"{}\",status=\"{}\"}} {}\n", key.first,
                   key.second, count);
  }
  head(out, "signpost_request_seconds", "histogram", "From first byte to end of the answer.");
  for (const auto& [route, histogram] : latency_)
    histogram.append(out, "signpost_request_seconds", "route=\"" + route + "\"");
  head(out, "signpost_captures_total", "counter", "Captures submitted, by what became of them.");
  for (const auto& [result, count] : captures_) {
    fmt::format_to(std::back_inserter(out), "signpost_captures_total{{result=\"{}\"}} {}\n", result,
                   count);
  }
  head(out, "signpost_commit_captures", "histogram", "Captures in one transaction.");
  commit_sizes_.append(out, "signpost_commit_captures", "");
  head(out, "signpost_commit_seconds", "histogram", "Until a transaction was on the disk.");
  commit_seconds_.append(out, "signpost_commit_seconds", "");
  head(out, "signpost_connections", "gauge", "Connections being served.");
  fmt::format_to(std::back_inserter(out), "signpost_connections {}\n", connections);
  head(out, "signpost_captures_waiting", "gauge", "Captures that wait to be written.");
  fmt::format_to(std::back_inserter(out), "signpost_captures_waiting {}\n", waiting);
  return out;
}

}  // namespace signpost
