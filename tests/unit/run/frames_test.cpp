#include "run/frames.h"

#include <unistd.h>

#include <array>
#include <catch2/catch.hpp>

#include "base/error.h"
#include "pixels/pnm.h"
#include "support/test_package.h"

namespace signpost {
namespace {

/// A pipe into which a thread writes `bytes`, and then closes it.
class Stream {
 public:
  explicit Stream(std::string bytes) {
    REQUIRE(::pipe(ends_.data()) == 0);
    writer_ = std::thread([this, bytes = std::move(bytes)] {
      write_all(ends_[1], as_bytes(bytes), "pipe");
      ::close(ends_[1]);
    });
  }
  ~Stream() {
    writer_.join();
    ::close(ends_[0]);
  }
  int descriptor() const { return ends_[0]; }

 private:
  std::array<int, 2> ends_{};
  std::thread writer_;
};

std::string ppm(int number) {
  Bytes bytes;
  encode_ppm(TestPackage::picture(number), bytes);
  return std::string(as_text(bytes));
}

/// One word for each frame: the picture that it is, or why it is none.
std::vector<std::string> frames(const std::string& bytes, FrameFormat format = {}) {
  const Stream stream(bytes);
  FrameSource source(stream.descriptor(), format, 0);
  std::vector<std::string> found;
  for (std::uint64_t count = 0; std::optional<Subject> subject = source.next(); ++count) {
    CHECK(subject->frame == count);
    CHECK(subject->where == "frame " + std::to_string(count));
    std::string word = subject->wrong;
    for (int i = 0; word.empty() && i < 5; ++i) {
      if (subject->image == TestPackage::picture(i)) word = std::to_string(i);
    }
    found.push_back(word);
  }
  return found;
}

using Words = std::vector<std::string>;
const std::string kNone = "is not a binary PPM or PGM image";

}  // namespace

TEST_CASE("frames that follow one another are read, with or without space between") {
  CHECK(frames("") == Words());
  CHECK(frames(ppm(0) + ppm(1) + "\n\n" + ppm(2) + "\n") == Words{"0", "1", "2"});
}

TEST_CASE("behind a frame that is none the next one is found") {
  CHECK(frames(ppm(0) + "hello P6 there P6\n7" + ppm(1) + ppm(2)) == Words{"0", kNone, "1", "2"});
  CHECK(frames("P6\n0 4\n255\n" + ppm(1)) == Words{"has a damaged PNM header", "1"});
  CHECK(frames("P6\n99999 99999\n255\n" + ppm(1)) ==
        Words{"claims 99999x99999 pixels; the limit of a frame is 2^25", "1"});
  CHECK(frames("P6\n99999999999999 4\n255\n" + ppm(1)) == Words{"has a damaged PNM header", "1"});
  CHECK(frames("PPPP6" + std::string(10000, ' ') + ppm(1)) == Words{kNone, "1"});
}

TEST_CASE("a frame of another depth is passed over as a whole") {
  const std::string deep = "P6\n2 1\n65535\n" + std::string(12, 'P');
  const std::string shallow = "P6\n2 1\n15\n" + std::string(6, 'P');
  CHECK(frames(deep + ppm(1) + shallow + ppm(2)) ==
        Words{"has a maximum of 65535 a channel; only 255 is read", "1",
              "has a maximum of 15 a channel; only 255 is read", "2"});
}

TEST_CASE("a stream that is cut short loses its last frame alone, wherever it is cut") {
  const std::string whole = ppm(0) + ppm(1);
  const std::size_t first = ppm(0).size();
  for (std::size_t size = first + 1; size < whole.size(); size += 97) {
    const Words found = frames(whole.substr(0, size));
    REQUIRE(found.size() == 2);
    CHECK(found[0] == "0");
    CHECK(found[1] != "1");
    CHECK_FALSE(found[1].empty());
  }
  CHECK(frames(whole.substr(0, whole.size() - 1))[1] == "is truncated: 2879 of 2880 raster bytes");
}

TEST_CASE("a raster that is cut short in the middle costs the frame behind it") {
  const std::string cut = ppm(0).substr(0, 2000);
  const Words found = frames(cut + ppm(1) + ppm(2) + ppm(3));
  REQUIRE(found.size() == 4);
  CHECK(found[2] == "2");
  CHECK(found[3] == "3");
}

TEST_CASE("raw frames have the size that was named, and grey ones become RGB") {
  const std::string raw = ppm(2).substr(ppm(2).size() - 2880);
  CHECK(frames(raw + raw + raw.substr(5), {32, 30}) ==
        Words{"2", "2", "is truncated: 2875 of 2880 raster bytes"});
  const Stream stream("P5\n2 1\n255\nab");
  FrameSource source(stream.descriptor(), {}, 0);
  CHECK(source.next()->image.rgb == Bytes{'a', 'a', 'a', 'b', 'b', 'b'});
}

TEST_CASE("a frame's time is what its header says, or its number over the rate") {
  const Stream stream("P6 # time_s=1.25\n1 1 255 abcP6 1 1 255 abcP6 # time_s=-3\n1 1 255 abc");
  FrameSource source(stream.descriptor(), {}, 4);
  CHECK(source.next()->time_s == 1.25);
  CHECK(source.next()->time_s == 0.25);
  CHECK(source.next()->time_s == 0.5);
  CHECK_FALSE(source.next());
}

TEST_CASE("the format of frames is told by a word") {
  CHECK(parse_frame_format("ppm").width == 0);
  CHECK(parse_frame_format("rgb24:640x480").width == 640);
  CHECK(parse_frame_format("rgb24:640x480").height == 480);
  for (const char* wrong : {"", "png", "rgb24", "rgb24:", "rgb24:640", "rgb24:640x", "rgb24:0x480",
                            "rgb24:640x480x3", "rgb24:-1x-1", "rgb24:99999x99999"})
    CHECK_THROWS_AS(parse_frame_format(wrong), Error);
}

namespace {

/// Hands out frames at once, and complaints in their place where `wrong` says so.
class Quick : public SubjectSource {
 public:
  explicit Quick(std::vector<bool> wrong) : wrong_(std::move(wrong)) {}
  std::optional<Subject> next() override {
    if (at_ == wrong_.size()) return std::nullopt;
    Subject subject;
    subject.frame = at_;
    if (wrong_[at_++]) subject.wrong = "broken";
    return subject;
  }

 private:
  std::vector<bool> wrong_;
  std::size_t at_ = 0;
};

}  // namespace

TEST_CASE("a reader that is slow gets the newest frame, and the others are counted") {
  NewestSource source([](const std::atomic<bool>&) {
    return std::make_unique<Quick>(std::vector<bool>(1000, false));
  });
  std::uint64_t got = 0, last = 0;
  while (const std::optional<Subject> subject = source.next()) {
    ++got;
    last = *subject->frame;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  CHECK(last == 999);
  CHECK(got + source.dropped() == 1000);
}

TEST_CASE("complaints are never dropped") {
  std::vector<bool> wrong(300, false);
  for (std::size_t i = 0; i < wrong.size(); i += 3) wrong[i] = true;
  NewestSource source([&](const std::atomic<bool>&) { return std::make_unique<Quick>(wrong); });
  std::size_t complaints = 0;
  while (const std::optional<Subject> subject = source.next())
    complaints += !subject->wrong.empty();
  CHECK(complaints == 100);
}

TEST_CASE("a reader of the newest frame that gives up early ends the thread") {
  std::array<int, 2> ends{};
  REQUIRE(::pipe(ends.data()) == 0);
  {
    NewestSource source([&](const std::atomic<bool>& stop) {
      return std::make_unique<FrameSource>(ends[0], FrameFormat{}, 0, &stop);
    });
    const std::string one = ppm(0);
    write_all(ends[1], as_bytes(one), "pipe");
    CHECK(source.next()->image == TestPackage::picture(0));
  }
  ::close(ends[0]);
  ::close(ends[1]);
}

}  // namespace signpost
