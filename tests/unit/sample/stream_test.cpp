#include "sample/stream.h"

#include <fcntl.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <thread>

#include "base/error.h"

namespace signpost {
namespace {

namespace fs = std::filesystem;

/// A path that names a pipe through which `text` comes.
class Pipe {
 public:
  explicit Pipe(std::string text) : text_(std::move(text)) {
    int ends[2];
    REQUIRE(::pipe2(ends, O_CLOEXEC) == 0);
    read_end_ = ends[0];
    writer_ = std::thread([this, to = ends[1]] {
      write_all(to, as_bytes(text_), "pipe");
      ::close(to);
    });
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  ~Pipe() {
    writer_.join();
    ::close(read_end_);
  }
  std::string path() const { return "/proc/self/fd/" + std::to_string(read_end_); }

 private:
  std::string text_;
  int read_end_;
  std::thread writer_;
};

std::vector<std::string> all_lines(LineReader& reader) {
  std::vector<std::string> lines;
  std::string_view line;
  while (reader.next(line)) lines.emplace_back(line);
  return lines;
}

std::string many_lines() {
  std::string text;
  for (int i = 0; i < 50000; ++i) text += "line " + std::to_string(i) + "\n";
  return text;
}

void check_two_passes(const std::string& path) {
  LineReader reader(path, Passes::two);
  const std::vector<std::string> first = all_lines(reader);
  REQUIRE(first.size() == 50000);
  reader.rewind();
  CHECK(reader.line_number() == 0);
  CHECK(all_lines(reader) == first);
  CHECK(reader.line_number() == 50000);
}

}  // namespace

TEST_CASE("a pipe is kept while it is read and can be read again") {
  const Pipe pipe(many_lines());
  check_two_passes(pipe.path());
}

TEST_CASE("a file is read again from where it began") {
  const fs::path path = fs::temp_directory_path() / ("stream-" + std::to_string(::getpid()));
  std::ofstream(path) << many_lines();
  check_two_passes(path.string());
  fs::remove(path);
}

TEST_CASE("a line of the first pass can be fetched by its offset") {
  const Pipe pipe("one\r\n\ntwo\nlast");
  LineReader reader(pipe.path(), Passes::two);
  std::vector<std::pair<std::uint64_t, std::string>> seen;
  std::string_view line;
  while (reader.next(line)) seen.emplace_back(reader.offset(), line);
  REQUIRE(seen.size() == 4);
  CHECK(seen[2].first == 6);
  reader.rewind();
  std::string again;
  for (const auto& [offset, text] : seen) {
    reader.read_at(offset, text.size(), again);
    CHECK(again == text);
  }
  CHECK_THROWS_WITH(reader.read_at(12, 10, again),
                    reader.name() + ": was cut short while it was read");
}

TEST_CASE("a record that is bad is rejected once, though it is read twice") {
  const Pipe pipe("{\"id\":\"a\",\"image\":\"i\"}\nnonsense\n{\"id\":\"b\",\"image\":\"i\"}\n");
  Rejects rejects("test", {.file = {}, .strict = false, .quiet = true});
  SampleReader reader(pipe.path(), rejects, Passes::two);
  Sample sample;
  for (int pass = 0; pass < 2; ++pass) {
    REQUIRE(reader.next(sample));
    CHECK(sample.id == "a");
    REQUIRE(reader.next(sample));
    CHECK(sample.id == "b");
    CHECK(reader.lines().line_number() == 3);
    CHECK_FALSE(reader.next(sample));
    if (pass == 0) reader.rewind();
  }
  CHECK(rejects.count() == 1);
}

TEST_CASE("a temporary folder that cannot be written is named") {
  const Pipe pipe("x\n");
  ::setenv("TMPDIR", "/nonexistent", 1);
  CHECK_THROWS_WITH(LineReader(pipe.path(), Passes::two),
                    "cannot write a temporary file in /nonexistent; set TMPDIR to a folder with "
                    "room: No such file or directory");
  ::unsetenv("TMPDIR");
}

}  // namespace signpost
