#include "queue/capture_queue.h"

#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <fstream>
#include <set>

#include "base/digest.h"
#include "base/error.h"
#include "support/scratch.h"

namespace signpost {
namespace {

namespace fs = std::filesystem;

ByteView bytes(std::string_view text) { return as_bytes(text); }

std::string wrong_of(const CaptureQueue& queue, const std::string& key) {
  Bytes image;
  std::string wrong;
  return queue.read(key, image, wrong) ? "" : wrong;
}

std::size_t unfinished(const Scratch& scratch) {
  return static_cast<std::size_t>(
      std::distance(fs::directory_iterator(scratch / "q/incoming"), fs::directory_iterator()));
}

}  // namespace

TEST_CASE("what was queued comes back with its bytes and what is known of it") {
  const Scratch scratch;
  {
    CaptureQueue queue(scratch / "q");
    CHECK(queue.add(bytes("image"), ".png", R"({"file":"a.png","label":3})"));
  }
  const CaptureQueue queue(scratch / "q");
  const std::string key = sha256_hex(bytes("image"));
  REQUIRE(queue.pending() == std::vector<std::string>{key});
  Bytes image;
  std::string wrong;
  const auto capture = queue.read(key, image, wrong);
  REQUIRE(capture);
  CHECK(as_text(image) == "image");
  CHECK(capture->sha256 == key);
  CHECK(capture->metadata == R"({"file":"a.png","label":3})");
  CHECK(capture->queued.ends_with("Z"));
  CHECK(fs::exists(scratch / ("q/pending/" + key + "/image.png")));
  CHECK(unfinished(scratch) == 0);
}

TEST_CASE("one content waits once, and the first that is said of it stays") {
  const Scratch scratch;
  CaptureQueue queue(scratch / "q");
  CHECK(queue.add(bytes("image"), "", R"({"file":"a"})"));
  CHECK_FALSE(queue.add(bytes("image"), "", R"({"file":"b"})"));
  Bytes image;
  std::string wrong;
  CHECK(queue.read(queue.pending().front(), image, wrong)->metadata == R"({"file":"a"})");
  CHECK(unfinished(scratch) == 0);
}

TEST_CASE("captures wait in the order in which they were queued") {
  const Scratch scratch;
  CaptureQueue queue(scratch / "q");
  std::vector<std::string> keys;
  for (const char* text : {"c", "a", "b"}) {
    queue.add(bytes(text), "", "{}");
    keys.push_back(sha256_hex(bytes(text)));
    const auto time = fs::file_time_type() + std::chrono::seconds(keys.size());
    fs::last_write_time(scratch / ("q/pending/" + keys.back() + "/capture.json"), time);
  }
  CHECK(queue.pending() == keys);
}

TEST_CASE("a refused capture is kept with the reason, and can be queued again") {
  const Scratch scratch;
  CaptureQueue queue(scratch / "q");
  queue.add(bytes("image"), ".png", R"({"file":"a"})");
  const std::string key = queue.pending().front();
  queue.refuse(key, 422, "is no image");
  CHECK(queue.pending().empty());
  REQUIRE(queue.refused() == std::vector<std::string>{key});
  const auto refused = queue.read_refused(key);
  REQUIRE(refused);
  CHECK(refused->status == 422);
  CHECK(refused->reason == "is no image");
  CHECK(refused->metadata == R"({"file":"a"})");
  SECTION("on request") {
    CHECK(queue.retry(key));
    CHECK_FALSE(queue.retry(key));
  }
  SECTION("when it is added anew") { CHECK(queue.add(bytes("image"), ".png", "{}")); }
  CHECK(queue.refused().empty());
  CHECK(wrong_of(queue, key).empty());
}

TEST_CASE("a capture that is refused a second time replaces the first refusal") {
  const Scratch scratch;
  CaptureQueue queue(scratch / "q");
  queue.add(bytes("image"), "", "{}");
  const std::string key = queue.pending().front();
  queue.refuse(key, 400, "first");
  CaptureQueue(scratch / "other").add(bytes("image"), "", "{}");
  fs::rename(scratch / ("other/pending/" + key), scratch / ("q/pending/" + key));
  queue.refuse(key, 410, "second");
  CHECK(queue.read_refused(key)->reason == "second");
  CHECK(unfinished(scratch) == 0);
}

TEST_CASE("what was sent is gone") {
  const Scratch scratch;
  CaptureQueue queue(scratch / "q");
  queue.add(bytes("image"), "", "{}");
  queue.remove(queue.pending().front());
  CHECK(queue.pending().empty());
  CHECK(unfinished(scratch) == 0);
}

TEST_CASE("damage on the device is told, never sent") {
  const Scratch scratch;
  CaptureQueue queue(scratch / "q");
  queue.add(bytes("image"), ".png", R"({"file":"a"})");
  const std::string key = queue.pending().front();
  const fs::path item = scratch / ("q/pending/" + key);
  SECTION("another byte") {
    std::ofstream(item / "image.png") << "imagE";
    CHECK(wrong_of(queue, key) == "its image is damaged: the bytes are not those that were queued");
  }
  SECTION("no image") {
    fs::remove(item / "image.png");
    CHECK(wrong_of(queue, key) == "its image is missing");
  }
  SECTION("no JSON") {
    std::ofstream(item / "capture.json") << "{";
    CHECK(wrong_of(queue, key) == "its capture.json is damaged");
    queue.refuse(key, 0, wrong_of(queue, key));
    CHECK(queue.read_refused(key)->reason == "its capture.json is damaged");
  }
  SECTION("the JSON of another") {
    std::ofstream(item / "capture.json") << R"({"sha256":"ab","capture":{}})";
    CHECK(wrong_of(queue, key) == "its capture.json is damaged");
  }
}

TEST_CASE("what a program that died has left is cleared away by the next sender") {
  const Scratch scratch;
  CaptureQueue queue(scratch / "q");
  fs::create_directories(scratch / "q/incoming/half");
  std::ofstream(scratch / "q/incoming/half/image") << "half";
  const SenderLock lock(queue);
  CHECK(unfinished(scratch) == 0);
  CHECK_THROWS_WITH(SenderLock(queue), Catch::Contains("another submit is sending this queue"));
}

TEST_CASE("programs that add the same images at once leave each image there once") {
  const Scratch scratch;
  constexpr int kPrograms = 4, kImages = 20;
  std::vector<pid_t> children;
  for (int i = 0; i < kPrograms; ++i) {
    const pid_t child = ::fork();
    if (child == 0) {
      CaptureQueue queue(scratch / "q");
      for (int image = 0; image < kImages; ++image)
        queue.add(bytes("image " + std::to_string(image)), "", "{}");
      ::_exit(0);
    }
    children.push_back(child);
  }
  for (const pid_t child : children) {
    int status = -1;
    ::waitpid(child, &status, 0);
    CHECK(status == 0);
  }
  const CaptureQueue queue(scratch / "q");
  CHECK(queue.pending().size() == kImages);
  for (const std::string& key : queue.pending()) CHECK(wrong_of(queue, key).empty());
  CHECK(unfinished(scratch) == 0);
}

TEST_CASE("a queue that cannot be written says so") {
  const Scratch scratch;
  std::ofstream(scratch / "file") << "x";
  CHECK_THROWS_WITH(CaptureQueue(scratch / "file/q"), Catch::Contains("cannot write"));
  CHECK_THROWS_AS(CaptureQueue(""), Error);
}

TEST_CASE("what is learnt of an image that waits replaces what was known, and its place stays") {
  const Scratch scratch;
  CaptureQueue queue(scratch / "q");
  queue.add(bytes("a"), ".png", R"({"file":"a"})");
  const std::string key = queue.pending()[0];
  CHECK(queue.amend(key, R"({"file":"a","user_label":3})"));
  CHECK(queue.metadata(key) == R"({"file":"a","user_label":3})");
  CHECK(wrong_of(queue, key).empty());
  CHECK_FALSE(queue.amend(std::string(64, '0'), "{}"));
  CHECK_FALSE(queue.metadata(std::string(64, '0')));
}

}  // namespace signpost
