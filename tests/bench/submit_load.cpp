// bench_submit_load [CAPTURES] [CLIENTS] [ROUNDS]: clients submit captures to a server on loopback,
// each on one connection, one after the other. Prints rate and latencies beside the rate at which
// bare SQLite inserts the same bytes just as durably: one row a commit, and as many rows a commit
// as there are clients, which is the most that clients who wait for each answer allow. Checks that
// each capture is there once with its right bytes. Rounds alternate; the disk is that of TMPDIR.
#include <fmt/format.h>
#include <sqlite3.h>
#include <sys/socket.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <filesystem>
#include <thread>
#include <vector>

#include "base/digest.h"
#include "base/error.h"
#include "base/random.h"
#include "pixels/pnm.h"
#include "serve/service.h"
#include "support/scratch.h"
#include "support/web_client.h"

namespace {

using namespace signpost;
using Clock = std::chrono::steady_clock;

double since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

/// A sign's size: 36x36 pixels of noise, 3.9 kB.
std::string picture(std::size_t number) {
  Image image(36, 36);
  Random random(7, std::to_string(number), 0, "bench");
  for (std::uint8_t& value : image.rgb) value = static_cast<std::uint8_t>(random.bits());
  Bytes bytes;
  encode_ppm(image, bytes);
  return std::string(as_text(bytes));
}

void check(int code, sqlite3* database) {
  if (code != SQLITE_OK && code != SQLITE_DONE)
    throw Error(Blame::environment, sqlite3_errmsg(database));
}

/// Rows a second of one connection, so many in a commit.
double bare_inserts(const std::vector<std::string>& images, std::size_t in_commit) {
  const Scratch scratch;
  sqlite3* database = nullptr;
  check(sqlite3_open((scratch / "bare.db").c_str(), &database), database);
  const auto run = [&](const char* sql) {
    check(sqlite3_exec(database, sql, nullptr, nullptr, nullptr), database);
  };
  run("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
      "CREATE TABLE images (id INTEGER PRIMARY KEY, sha256 TEXT NOT NULL UNIQUE, content BLOB)");
  sqlite3_stmt* insert = nullptr;
  check(sqlite3_prepare_v2(database, "INSERT INTO images (sha256, content) VALUES (?, ?)", -1,
                           &insert, nullptr),
        database);
  const auto start = Clock::now();
  for (std::size_t i = 0; i < images.size(); ++i) {
    if (i % in_commit == 0) run("BEGIN IMMEDIATE");
    const std::string key = sha256_hex(as_bytes(images[i]));
    sqlite3_bind_text(insert, 1, key.c_str(), -1, SQLITE_TRANSIENT);
    sqlite3_bind_blob(insert, 2, images[i].data(), static_cast<int>(images[i].size()),
                      SQLITE_STATIC);
    check(sqlite3_step(insert), database);
    sqlite3_reset(insert);
    if (i % in_commit == in_commit - 1 || i + 1 == images.size()) run("COMMIT");
  }
  const double rate = static_cast<double>(images.size()) / since(start);
  sqlite3_finalize(insert);
  sqlite3_close(database);
  return rate;
}

struct Load {
  double rate = 0, p50_ms = 0, p99_ms = 0, worst_ms = 0;
};

Load submit(const std::vector<std::string>& images, std::size_t clients) {
  const Scratch scratch;
  ServiceOptions options;
  options.database = scratch / "c.db";
  options.web.port = 0;
  options.rate_per_s = 0;
  std::vector<std::string> tokens;
  {
    CaptureStore store(options.database, Database::Missing::create);
    for (std::size_t i = 0; i < clients; ++i)
      tokens.push_back(store.add_token(Role::device, "device-" + std::to_string(i)).secret);
  }
  Service service(options, {});
  service.start();
  const int port = std::atoi(service.url().c_str() + service.url().rfind(':') + 1);

  std::vector<std::vector<double>> latencies(clients);
  std::atomic<std::size_t> wrong{0};
  const auto start = Clock::now();
  std::vector<std::thread> threads;
  for (std::size_t client = 0; client < clients; ++client) {
    threads.emplace_back([&, client] {
      WireClient wire(port);
      for (std::size_t i = client; i < images.size(); i += clients) {
        const auto sent = Clock::now();
        const WireAnswer answer = wire.ask(
            fmt::format("POST /v1/captures HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer {}\r\n"
                        "Signpost-Capture: {{\"file\":\"{}.ppm\",\"label\":14,\"confidence\":0.9,"
                        "\"model\":\"net-1\",\"top\":[{{\"label\":14,\"confidence\":0.9}}]}}\r\n"
                        "Content-Length: {}\r\n\r\n{}",
                        tokens[client], i, images[i].size(), images[i]));
        latencies[client].push_back(since(sent) * 1000);
        const std::string key = sha256_hex(as_bytes(images[i]));
        if (answer.status != 201 || answer.body.find(key) == std::string::npos) ++wrong;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  Load load;
  load.rate = static_cast<double>(images.size()) / since(start);
  service.stop();

  std::vector<double> all;
  for (const auto& one : latencies) all.insert(all.end(), one.begin(), one.end());
  std::ranges::sort(all);
  load.p50_ms = all[all.size() / 2];
  load.p99_ms = all[all.size() * 99 / 100];
  load.worst_ms = all.back();

  CaptureStore store(options.database, Database::Missing::refuse);
  std::size_t there = 0, spoilt = 0;
  std::vector<CaptureState> captures;
  store.each({}, [&](const CaptureState& one) { captures.push_back(one); });
  Bytes content;
  std::string why;
  for (const CaptureState& one : captures) {
    ++there;
    spoilt += store.image(one, content, why) && sha256_hex(content) == one.sha256 ? 0 : 1;
  }
  if (wrong > 0 || spoilt > 0 || there != images.size()) {
    throw Error(Blame::environment,
                fmt::format("{} answers were wrong, {} of {} captures are there, {} of them spoilt",
                            wrong.load(), there, images.size(), spoilt));
  }
  return load;
}

}  // namespace

int main(int argc, char** argv) {
  const auto argument = [&](int i, std::size_t otherwise) {
    return argc > i ? static_cast<std::size_t>(std::atoll(argv[i])) : otherwise;
  };
  const std::size_t count = argument(1, 10000), clients = argument(2, 8), rounds = argument(3, 3);
  try {
    std::vector<std::string> images;
    for (std::size_t i = 0; i < count; ++i) images.push_back(picture(i));
    fmt::print("{} captures of {} bytes, {} clients\n", count, images[0].size(), clients);
    std::fflush(stdout);
    for (std::size_t round = 0; round < rounds; ++round) {
      const double single = bare_inserts(images, 1);
      const Load load = submit(images, clients);
      const double grouped = bare_inserts(images, clients);
      fmt::print(
          "bare, 1 a commit: {:.0f}/s  bare, {} a commit: {:.0f}/s  served: {:.0f}/s, p50 {:.1f} "
          "ms, p99 {:.1f} ms, worst {:.0f} ms  ratio {:.2f} and {:.2f}\n",
          single, clients, grouped, load.rate, load.p50_ms, load.p99_ms, load.worst_ms,
          load.rate / single, load.rate / grouped);
    }
    return 0;
  } catch (const std::exception& error) {
    fmt::print(stderr, "bench_submit_load: {}\n", error.what());
    return 3;
  }
}
