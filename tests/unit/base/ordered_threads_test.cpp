#include "base/ordered_threads.h"

#include <atomic>
#include <catch2/catch.hpp>
#include <stdexcept>

namespace signpost {
namespace {

using Pipeline = OrderedThreads<int, int>;

/// 0, 1, … count - 1.
Pipeline::Source numbers(int count) {
  return [count, next = 0]() mutable -> std::optional<int> {
    return next < count ? std::optional(next++) : std::nullopt;
  };
}

}  // namespace

TEST_CASE("results come in the order of their source at any number of threads") {
  for (const int jobs : {0, 1, 2, 7}) {
    std::vector<int> out;
    Pipeline::run(
        jobs, numbers(5000),
        [](int n) {
          if (n % 17 == 0) std::this_thread::yield();
          return n * 2;
        },
        [&](int n) { out.push_back(n); });
    REQUIRE(out.size() == 5000);
    for (std::size_t i = 0; i < out.size(); ++i) REQUIRE(out[i] == static_cast<int>(2 * i));
  }
}

TEST_CASE("a result is handed on while the source still waits for more") {
  std::atomic<int> written = 0;
  int next = 0;
  Pipeline::run(
      3,
      [&]() -> std::optional<int> {
        while (written < next) std::this_thread::yield();  // ends only if the sink is called
        return next < 50 ? std::optional(next++) : std::nullopt;
      },
      [](int n) { return n; }, [&](int) { ++written; });
  CHECK(written == 50);
}

TEST_CASE("at most four items a thread are in flight") {
  std::atomic<int> taken = 0, written = 0, most = 0;
  const Pipeline::Source source = numbers(2000);
  Pipeline::run(
      3,
      [&] {
        const int in_flight = taken++ - written;
        most = std::max(most.load(), in_flight);
        return source();
      },
      [](int n) { return n; }, [&](int) { ++written; });
  CHECK(most <= 3 * 4 + 1);
}

TEST_CASE("an exception of any stage ends the pipeline and comes out") {
  for (const std::string stage : {"source", "transform", "sink"}) {
    const auto at = [&](const std::string& here, int n) {
      if (stage == here && n == 100) throw std::runtime_error(stage);
    };
    int next = 0, highest = -1;
    std::string caught;
    try {
      Pipeline::run(
          4,
          [&]() -> std::optional<int> {
            at("source", next);
            return next < 100'000 ? std::optional(next++) : std::nullopt;
          },
          [&](int n) {
            at("transform", n);
            return n;
          },
          [&](int n) {
            at("sink", n);
            CHECK(n == highest + 1);
            highest = n;
          });
    } catch (const std::runtime_error& error) {
      caught = error.what();
    }
    CHECK(caught == stage);
    CHECK(highest < 100);
    CHECK(next < 200);
  }
}

}  // namespace signpost
