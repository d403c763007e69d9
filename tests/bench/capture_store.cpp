// What the store costs over bare inserts of the same bytes with the same durability, and how fast
// its queue answers. Usage: bench_capture_store FOLDER [CAPTURES [BYTES]]; FOLDER must not exist
// and is removed.

#include <fmt/format.h>
#include <sqlite3.h>

#include <algorithm>
#include <chrono>
#include <filesystem>

#include "base/digest.h"
#include "base/error.h"
#include "base/random.h"
#include "store/captures.h"

namespace signpost {
namespace {

namespace fs = std::filesystem;

constexpr int kGroup = 64;

class Clock {
 public:
  double seconds() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
  }

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

/// Staged once and shared, as staging is not what is measured.
StagedCapture capture(int number, int bytes) {
  Random random(7, std::to_string(number), 0, "bench");
  StagedCapture staged;
  staged.content.resize(static_cast<std::size_t>(bytes));
  for (std::uint8_t& byte : staged.content) byte = static_cast<std::uint8_t>(random.bits());
  staged.sha256 = sha256_hex(staged.content);
  staged.pixels = random.bits();
  staged.media_type = "image/png";
  staged.width = staged.height = 40;
  staged.hash = std::uint64_t{random.bits()} << 31U | random.bits() >> 1U;
  for (std::uint8_t& byte : staged.thumbnail) byte = static_cast<std::uint8_t>(random.bits());
  staged.submission.file = std::to_string(number) + ".png";
  staged.submission.device = "phone";
  staged.submission.prediction =
      Prediction{"net-1", static_cast<int>(random.below(43)), random.uniform(), "[]"};
  return staged;
}

class Bare {
 public:
  explicit Bare(const fs::path& path) {
    check(sqlite3_open(path.c_str(), &database_));
    run("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL");
    run("CREATE TABLE captures (id INTEGER PRIMARY KEY, sha256 TEXT UNIQUE, image BLOB) STRICT");
    check(sqlite3_prepare_v2(database_, "INSERT INTO captures (sha256, image) VALUES (?, ?)", -1,
                             &insert_, nullptr));
  }
  Bare(const Bare&) = delete;
  Bare& operator=(const Bare&) = delete;
  ~Bare() {
    sqlite3_finalize(insert_);
    sqlite3_close(database_);
  }
  void add(std::span<const StagedCapture> group) {
    run("BEGIN IMMEDIATE");
    for (const StagedCapture& one : group) {
      sqlite3_reset(insert_);
      sqlite3_bind_text(insert_, 1, one.sha256.data(), static_cast<int>(one.sha256.size()),
                        nullptr);
      sqlite3_bind_blob(insert_, 2, one.content.data(), static_cast<int>(one.content.size()),
                        nullptr);
      check(sqlite3_step(insert_));
    }
    sqlite3_reset(insert_);
    run("COMMIT");
  }

 private:
  void run(const char* sql) { check(sqlite3_exec(database_, sql, nullptr, nullptr, nullptr)); }
  void check(int code) {
    if (code != SQLITE_OK && code != SQLITE_DONE)
      throw Error(Blame::environment, sqlite3_errmsg(database_));
  }
  sqlite3* database_ = nullptr;
  sqlite3_stmt* insert_ = nullptr;
};

template <typename Work>
void time(const char* what, int times, Work&& work) {
  const Clock clock;
  for (int i = 0; i < times; ++i) work(i);
  fmt::print("{:<40} {:>9.3f} ms\n", what, clock.seconds() * 1000 / times);
}

void measure(const fs::path& folder, int captures, int bytes) {
  fs::create_directory(folder);
  Bare bare(folder / "bare.db");
  CaptureStore store(folder / "c.db", Database::Missing::create);
  double bare_seconds = 0, store_seconds = 0;
  const int parts = 10, groups = std::max(1, captures / kGroup / parts);
  int number = 0;
  for (int part = 0; part < parts; ++part) {
    double bare_part = 0, store_part = 0;
    for (int i = 0; i < groups; ++i) {
      std::vector<StagedCapture> group;
      for (int j = 0; j < kGroup; ++j) group.push_back(capture(++number, bytes));
      const Clock first;
      bare.add(group);
      bare_part += first.seconds();
      const Clock second;
      store.admit(group);
      store_part += second.seconds();
    }
    fmt::print("{:>7} captures: {:>7.0f}/s bare, {:>7.0f}/s the store: {:.2f}\n", number,
               groups * kGroup / bare_part, groups * kGroup / store_part, bare_part / store_part);
    bare_seconds += bare_part;
    store_seconds += store_part;
  }
  fmt::print("{} a commit, {} bytes: the store takes captures in at {:.2f} of the bare rate\n",
             kGroup, bytes, bare_seconds / store_seconds);
  time("next, three captures, uncertain", 100,
       [&](int i) { store.next({.annotator = "a" + std::to_string(i), .count = 3}); });
  time("next, three captures of a class", 100, [&](int i) {
    store.next({.annotator = "b" + std::to_string(i), .predicted = i % 43, .count = 3});
  });
  time("next, three captures, random", 100, [&](int i) {
    store.next({.annotator = "c" + std::to_string(i),
                .order = CaptureOrder::random,
                .count = 3,
                .seed = static_cast<std::uint64_t>(i)});
  });
  time("annotate one", 200, [&](int i) {
    Annotation annotation;
    annotation.capture = capture(i + 1, bytes).sha256;
    annotation.annotator = "a";
    annotation.verdict = "label";
    annotation.label = 3;
    store.annotate(std::span(&annotation, 1));
  });
  time("progress", 10, [&](int) { store.progress("a"); });
  time("list, the 20 least certain", 10, [&](int) {
    store.each({.limit = 20, .order = CaptureOrder::uncertain}, [](const CaptureState&) {});
  });
  time("list, all", 1, [&](int) { store.each({}, [](const CaptureState&) {}); });
  time("figures", 3, [&](int) { store.figures(); });
  time("open", 20, [&](int) { CaptureStore(folder / "c.db", Database::Missing::refuse); });
  fs::remove_all(folder);
}

}  // namespace
}  // namespace signpost

int main(int argc, char** argv) {
  using namespace signpost;
  try {
    if (argc < 2) throw Error(Blame::usage, "usage: bench_capture_store FOLDER [CAPTURES [BYTES]]");
    if (fs::exists(argv[1])) throw Error(Blame::usage, std::string(argv[1]) + ": exists");
    measure(argv[1], argc > 2 ? std::stoi(argv[2]) : 100000, argc > 3 ? std::stoi(argv[3]) : 4000);
  } catch (const std::exception& error) {
    fmt::print(stderr, "bench_capture_store: {}\n", error.what());
    return 1;
  }
}
