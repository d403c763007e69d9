#include <atomic>
#include <catch2/catch.hpp>
#include <set>
#include <thread>

#include "store/pool.h"
#include "support.h"

namespace signpost {
namespace {

CaptureStore open(const Folder& folder) {
  return CaptureStore(folder / "c.db", Database::Missing::create);
}

}  // namespace

TEST_CASE("processes that add to one new store at once are all served") {
  const Folder folder;
  constexpr int kProcesses = 8, kEach = 40;
  std::vector<pid_t> children;
  for (int process = 0; process < kProcesses; ++process) {
    children.push_back(start([&] {
      CaptureStore store = open(folder);
      for (int i = 0; i < kEach; ++i) {
        // Every image is added by two of the processes.
        const int number = (process / 2) * kEach + i;
        const Admission answer = add(store, named(std::to_string(number)), image(number));
        if (!answer.wrong.empty()) return 1;
        if (!annotate(store, says(answer.capture, process)).wrong.empty()) return 2;
      }
      return 0;
    }));
  }
  for (const pid_t child : children) CHECK(exit_of(child) == 0);
  CaptureStore store = open(folder);
  CHECK(all(store).size() == kProcesses / 2 * kEach);
  CHECK(ask(folder / "c.db", "SELECT count(*) FROM annotations") == kProcesses * kEach);
}

TEST_CASE("processes that share a queue label every capture once") {
  const Folder folder;
  constexpr int kProcesses = 8, kCaptures = 120;
  {
    CaptureStore store = open(folder);
    for (int i = 0; i < kCaptures; ++i) add(store, named(std::to_string(i)), image(i));
  }
  std::vector<pid_t> children;
  for (int process = 0; process < kProcesses; ++process) {
    children.push_back(start([&] {
      CaptureStore store = open(folder);
      const std::string me = "annotator " + std::to_string(process);
      for (;;) {
        const std::vector<QueueItem> items = store.next({.annotator = me, .count = 3});
        if (items.empty()) return 0;
        const std::string id = short_id(items.front().capture.sha256);
        if (!annotate(store, says(id, process, me)).wrong.empty()) return 1;
      }
    }));
  }
  for (const pid_t child : children) CHECK(exit_of(child) == 0);
  CHECK(ask(folder / "c.db", "SELECT count(*) FROM annotations") == kCaptures);
  CHECK(ask(folder / "c.db", "SELECT count(DISTINCT capture_id) FROM annotations") == kCaptures);
}

TEST_CASE("threads share a pool of connections: no write is lost and no lock is seen") {
  const Folder folder;
  constexpr int kThreads = 100, kEach = 5;
  StorePool pool(folder / "c.db", Database::Missing::create);
  for (int i = 0; i < kThreads; ++i) add(*pool.writer(), named(std::to_string(i)), image(i));
  std::atomic<int> wrong = 0;
  std::vector<std::thread> threads;
  for (int thread = 0; thread < kThreads; ++thread) {
    threads.emplace_back([&, thread] {
      const std::string me = "annotator " + std::to_string(thread);
      try {
        for (int i = 0; i < kEach; ++i) {
          const std::vector<QueueItem> items = pool.writer()->next({.annotator = me});
          if (items.empty()) continue;
          const std::string id = short_id(items.front().capture.sha256);
          if (!annotate(*pool.writer(), says(id, 1, me)).wrong.empty()) ++wrong;
          std::string why;
          if (!pool.reader()->find(id, why)) ++wrong;
        }
      } catch (const std::exception&) {
        ++wrong;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(wrong == 0);
  CHECK(ask(folder / "c.db", "SELECT count(*) FROM annotations") == kThreads);
  CHECK(ask(folder / "c.db", "SELECT count(DISTINCT capture_id) FROM annotations") == kThreads);
}

}  // namespace signpost
