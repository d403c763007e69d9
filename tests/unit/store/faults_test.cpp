#include <sys/resource.h>

#include <catch2/catch.hpp>
#include <csignal>

#include "base/error.h"
#include "base/random.h"
#include "support.h"

namespace signpost {
namespace {

/// What opening the store and reading all of it says; empty if nothing is wrong.
std::string complaint(const std::filesystem::path& path) {
  try {
    CaptureStore store(path, Database::Missing::refuse);
    Bytes content;
    std::string wrong;
    for (const CaptureState& capture : all(store)) {
      if (!store.image(capture, content, wrong)) return wrong;
      if (!store.history(capture.sha256, wrong)) return wrong;
    }
    return {};
  } catch (const Error& error) {
    return error.what();
  }
}

std::vector<std::string> verified(const std::filesystem::path& path) {
  CaptureStore store(path, Database::Missing::refuse);
  return store.damage(true);
}

}  // namespace

TEST_CASE("a damaged page gives one line that names the store, and never a wrong image") {
  const Folder folder;
  {
    CaptureStore store(folder / "c.db", Database::Missing::create);
    for (int i = 0; i < 60; ++i) {
      Bytes content;
      encode_ppm(drawing(30, i + 1), content);
      annotate(store, says(add(store, named("a"), content).capture, 3));
    }
  }
  const std::string sound = read_text(folder / "c.db");
  constexpr std::size_t kPage = 4096;
  int noticed = 0, pages = 0;
  for (std::size_t page = 0; page < sound.size() / kPage; page += 3) {
    std::string spoilt = sound;
    Random random(7, std::to_string(page), 0, "damage");
    for (std::size_t i = 0; i < kPage; ++i)
      spoilt[page * kPage + i] = static_cast<char>(random.bits());
    write(folder / "d.db", spoilt);
    const std::string line = complaint(folder / "d.db");
    INFO("page " << page << ": " << line);
    CHECK(line.find('\n') == std::string::npos);
    if (!line.empty()) CHECK(line.find((folder / "d.db").string()) != std::string::npos);
    // What nobody happened to read is found by whoever reads everything.
    noticed += !line.empty() || !verified(folder / "d.db").empty() ? 1 : 0;
    ++pages;
    for (const char* name : {"d.db", "d.db-wal", "d.db-shm"})
      std::filesystem::remove(folder / name);
  }
  CHECK(pages > 30);
  CHECK(noticed == pages);
}

TEST_CASE("a full disk says so, keeps what was acknowledged and loses only the rest") {
  const Folder folder;
  const pid_t child = start([&] {
    CaptureStore store(folder / "c.db", Database::Missing::create);
    std::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{std::size_t{2} << 20, std::size_t{2} << 20};
    setrlimit(RLIMIT_FSIZE, &limit);
    for (int i = 0; i < 1000; ++i) {
      Bytes content;
      encode_ppm(drawing(30, i + 1), content);
      try {
        add(store, named(std::to_string(i)), content);
        write(folder / "count", std::to_string(i + 1));
      } catch (const Error& error) {
        const std::string line = error.what();
        return error.blame() == Blame::environment && line.find("c.db: ") != std::string::npos &&
                       line.find('\n') == std::string::npos
                   ? 0
                   : 1;
      }
    }
    return 2;
  });
  REQUIRE(exit_of(child) == 0);
  const std::size_t acknowledged = std::stoul(read_text(folder / "count"));
  CHECK(acknowledged > 10);
  CHECK(complaint(folder / "c.db").empty());
  CaptureStore store(folder / "c.db", Database::Missing::refuse);
  CHECK(all(store).size() == acknowledged);
  CHECK(add(store, named("more"), image(1)).is_new);
}

}  // namespace signpost
