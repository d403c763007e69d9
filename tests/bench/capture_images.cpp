// Image bytes beside the database or in it: the same rows, the same durability, both ways.
// Usage: bench_capture_images FOLDER [IMAGES [BYTES]]; FOLDER must not exist and is removed. Of the
// runs with one image a commit each takes a twentieth of IMAGES.

#include <fmt/format.h>
#include <sqlite3.h>

#include <algorithm>
#include <chrono>
#include <filesystem>

#include "base/digest.h"
#include "base/error.h"
#include "base/random.h"
#include "store/image_folder.h"

namespace signpost {
namespace {

namespace fs = std::filesystem;

struct Setup {
  fs::path folder;
  int images, bytes;
};

class Clock {
 public:
  double seconds() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
  }

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

void check(sqlite3* database, int code) {
  if (code != SQLITE_OK && code != SQLITE_ROW && code != SQLITE_DONE)
    throw Error(Blame::environment, sqlite3_errmsg(database));
}

void execute(sqlite3* database, const char* sql) {
  check(database, sqlite3_exec(database, sql, nullptr, nullptr, nullptr));
}

Bytes image(int number, int size) {
  Bytes bytes(static_cast<std::size_t>(size));
  Random random(7, std::to_string(number), 0, "bench");
  for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(random.bits());
  return bytes;
}

std::uintmax_t disk_bytes(const fs::path& folder) {
  std::uintmax_t total = 0;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    // A file takes whole blocks of 4 KiB.
    if (entry.is_regular_file()) total += (entry.file_size() + 4095) / 4096 * 4096;
  }
  return total;
}

void measure(const Setup& setup, bool blobs, int group) {
  fs::create_directory(setup.folder);
  sqlite3* database = nullptr;
  check(database, sqlite3_open((setup.folder / "c.db").c_str(), &database));
  execute(database, "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL");
  execute(database,
          "CREATE TABLE captures (id INTEGER PRIMARY KEY, sha256 TEXT UNIQUE, image BLOB) STRICT");
  ImageFolder images(setup.folder / "c.db.images");
  sqlite3_stmt* insert = nullptr;
  check(database, sqlite3_prepare_v2(database, "INSERT INTO captures (sha256, image) VALUES (?, ?)",
                                     -1, &insert, nullptr));
  std::vector<Bytes> inputs;
  for (int i = 0; i < setup.images; ++i) inputs.push_back(image(i, setup.bytes));

  const Clock writing;
  for (int begin = 0; begin < setup.images; begin += group) {
    const int end = std::min(setup.images, begin + group);
    std::vector<std::string> digests;
    for (int i = begin; i < end; ++i) {
      const Bytes& bytes = inputs[static_cast<std::size_t>(i)];
      digests.push_back(sha256_hex(bytes));
      if (!blobs) images.write(digests.back(), ".ppm", bytes);
    }
    images.settle();
    execute(database, "BEGIN IMMEDIATE");
    for (int i = begin; i < end; ++i) {
      const Bytes& bytes = inputs[static_cast<std::size_t>(i)];
      const std::string& digest = digests[static_cast<std::size_t>(i - begin)];
      sqlite3_reset(insert);
      sqlite3_bind_text(insert, 1, digest.data(), static_cast<int>(digest.size()), nullptr);
      if (blobs) sqlite3_bind_blob(insert, 2, bytes.data(), setup.bytes, nullptr);
      check(database, sqlite3_step(insert));
    }
    sqlite3_reset(insert);
    execute(database, "COMMIT");
  }
  const double write_seconds = writing.seconds();

  const Clock reading;
  sqlite3_stmt* select = nullptr;
  check(database,
        sqlite3_prepare_v2(database, "SELECT sha256, image FROM captures", -1, &select, nullptr));
  Bytes buffer;
  std::size_t read = 0;
  while (sqlite3_step(select) == SQLITE_ROW) {
    if (blobs) {
      const auto* blob = static_cast<const std::uint8_t*>(sqlite3_column_blob(select, 1));
      buffer.assign(blob, blob + sqlite3_column_bytes(select, 1));
    } else {
      const std::string digest = reinterpret_cast<const char*>(sqlite3_column_text(select, 0));
      read_file(images.folder() / ImageFolder::name(digest, ".ppm"), buffer);
    }
    read += buffer.size();
  }
  const double read_seconds = reading.seconds();
  sqlite3_finalize(select);
  sqlite3_finalize(insert);
  sqlite3_close(database);

  fmt::print("{:<6} {:>3} a commit: {:>6.0f} images/s written, {:>7.0f} images/s read, {:.1f} MB\n",
             blobs ? "inside" : "beside", group, setup.images / write_seconds,
             static_cast<double>(read) / setup.bytes / read_seconds,
             static_cast<double>(disk_bytes(setup.folder)) / 1e6);
  std::fflush(stdout);
  fs::remove_all(setup.folder);
}

}  // namespace
}  // namespace signpost

int main(int argc, char** argv) {
  using namespace signpost;
  try {
    if (argc < 2)
      throw Error(Blame::usage, "usage: bench_capture_images FOLDER [IMAGES [BYTES [GROUP]]]");
    const Setup setup{argv[1], argc > 2 ? std::stoi(argv[2]) : 5000,
                      argc > 3 ? std::stoi(argv[3]) : 10000};
    if (fs::exists(setup.folder)) throw Error(Blame::usage, std::string(argv[1]) + ": exists");
    const std::vector<int> groups =
        argc > 4 ? std::vector<int>{std::stoi(argv[4])} : std::vector<int>{1, 64};
    for (const int group : groups) {
      Setup part = setup;
      if (group == 1) part.images = std::max(1, setup.images / 20);
      for (const bool blobs : {false, true}) measure(part, blobs, group);
    }
  } catch (const std::exception& error) {
    fmt::print(stderr, "bench_capture_images: {}\n", error.what());
    return 1;
  }
}
