#include "update/model_folder.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <fstream>

#include "base/digest.h"
#include "base/error.h"
#include "base/file.h"
#include "queue/capture_queue.h"
#include "support/scratch.h"
#include "support/test_package.h"
#include "update/agreement.h"

namespace signpost {
namespace {

namespace fs = std::filesystem;

const std::string kOne = sha256_hex(as_bytes("one")), kTwo = sha256_hex(as_bytes("two")),
                  kThree = sha256_hex(as_bytes("three"));

std::string install(ModelFolder& models, const std::string& content) {
  std::ofstream(models.incoming()) << content;
  const std::string sha256 = sha256_hex(as_bytes(content));
  models.install(sha256);
  models.tidy();
  return sha256;
}

std::size_t kept(const Scratch& scratch) {
  return static_cast<std::size_t>(
      std::distance(fs::directory_iterator(scratch / "m/models"), fs::directory_iterator()));
}

}  // namespace

TEST_CASE("the model in use and the one before are kept, and no others") {
  const Scratch scratch;
  ModelFolder models(scratch / "m");
  CHECK(models.current().empty());
  for (const char* content : {"one", "two", "three"}) install(models, content);
  CHECK(models.current() == kThree);
  CHECK(models.previous() == kTwo);
  CHECK(read_text(scratch / "m/current/model.signpost") == "three");
  CHECK(read_text(scratch / "m/previous/model.signpost") == "two");
  CHECK(kept(scratch) == 2);
  install(models, "three");
  CHECK(models.current() == kThree);
  CHECK(models.previous() == kTwo);
}

TEST_CASE("a signature comes along") {
  const Scratch scratch;
  ModelFolder models(scratch / "m");
  std::ofstream(models.incoming().string() + ".minisig") << "signed";
  install(models, "one");
  CHECK(read_text(scratch / "m/current/model.signpost.minisig") == "signed");
}

TEST_CASE("a model that comes again replaces one that was spoilt, and its signature an older one") {
  const Scratch scratch;
  ModelFolder models(scratch / "m");
  install(models, "one");
  std::ofstream(scratch / "m/current/model.signpost") << "spoilt";
  install(models, "one");
  CHECK(read_text(scratch / "m/current/model.signpost") == "one");
  std::ofstream(models.incoming().string() + ".minisig") << "signed";
  install(models, "one");
  CHECK(read_text(scratch / "m/current/model.signpost.minisig") == "signed");
  CHECK(models.current() == kOne);
  CHECK(models.previous().empty());
}

TEST_CASE("a model that is taken back gives way to the one before, and is remembered") {
  const Scratch scratch;
  ModelFolder models(scratch / "m");
  install(models, "one");
  install(models, "two");
  models.roll_back("it was \"bad\"");
  models.tidy();
  CHECK(models.current() == kOne);
  CHECK(models.previous().empty());
  CHECK(kept(scratch) == 1);
  REQUIRE(models.refused().size() == 1);
  CHECK(models.refused()[0].sha256 == kTwo);
  CHECK(models.refused()[0].why == "it was \"bad\"");
  models.forget_refusals();
  CHECK(models.refused().empty());
}

TEST_CASE("the last sixteen refused models are remembered, and a damaged list is an empty one") {
  const Scratch scratch;
  ModelFolder models(scratch / "m");
  for (int i = 0; i < 20; ++i) models.refuse(std::to_string(i), "why");
  CHECK(models.refused().size() == 16);
  CHECK(models.refused().back().sha256 == "19");
  std::ofstream(scratch / "m/refused.json") << "[3,{\"sha256\":";
  CHECK(models.refused().empty());
  std::ofstream(scratch / "m/refused.json") << "[3,{\"why\":\"x\"},{\"sha256\":\"a\"}]";
  CHECK(models.refused().size() == 1);
}

TEST_CASE("one program at a time changes a folder") {
  const Scratch scratch;
  const ModelFolder models(scratch / "m");
  CHECK_THROWS_WITH(
      ModelFolder(scratch / "m"),
      (scratch / "m").string() + ": another update is at work on this folder; let it end");
}

TEST_CASE("what an update left half done is cleared away and hinders nothing") {
  const Scratch scratch;
  {
    ModelFolder models(scratch / "m");
    install(models, "one");
  }
  fs::create_directories(scratch / "m/models" / fs::path(kTwo + ".new"));
  fs::create_directory_symlink("models/nowhere", scratch / "m/current.new");
  std::ofstream(scratch / "m/incoming.signpost") << "half";
  ModelFolder models(scratch / "m");
  models.tidy();
  CHECK(kept(scratch) == 1);
  CHECK_FALSE(fs::exists(models.incoming()));
  install(models, "two");
  CHECK(read_text(scratch / "m/current/model.signpost") == "two");
}

TEST_CASE("agreement counts the confirmed captures on which a model says what a person said") {
  const Scratch scratch;
  const TestPackage package;
  write_package(scratch / "tiny.signpost", package.contents, true);
  Classifier model = Classifier::open(scratch / "tiny.signpost");
  const int right = model
                        .labels()[static_cast<std::size_t>(
                            std::ranges::max_element(package.contents.golden[0].probabilities) -
                            package.contents.golden[0].probabilities.begin())]
                        .id;
  CaptureQueue captures(scratch / "c");
  const auto add = [&](int picture, const std::string& metadata) {
    Bytes bytes;
    encode_ppm(TestPackage::picture(picture), bytes);
    captures.add(bytes, ".ppm", metadata);
  };
  add(0, R"({"file":"a","user_label":)" + std::to_string(right) + R"(,"roi":[2,3,30,28]})");
  add(1, R"({"file":"b","user_label":99})");
  add(2, R"({"file":"c"})");
  add(3, R"({"file":"d","user_label":14,"roi":[2,3,300,28]})");
  captures.add(as_bytes("no image"), ".ppm", R"({"user_label":14})");
  Classifier* const models[] = {&model};
  const std::vector<Agreement> measured = measure_agreement(scratch / "c", models);
  REQUIRE(measured.size() == 1);
  CHECK(measured[0].asked == 2);
  CHECK(measured[0].agreed == 1);
  CHECK(measure_agreement(scratch / "nothing", models)[0].asked == 0);
}

}  // namespace signpost
