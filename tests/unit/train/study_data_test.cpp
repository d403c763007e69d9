#include "train/study_data.h"

#include <fmt/format.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>

#include "base/error.h"
#include "base/file.h"

namespace signpost {
namespace {

namespace fs = std::filesystem;

struct Folder {
  fs::path path = fs::temp_directory_path() / fmt::format("signpost_study_{}", ::getpid());
  Folder() { fs::create_directory(path); }
  ~Folder() { fs::remove_all(path); }
  std::string file(const char* name, const std::string& text) const {
    std::ofstream(path / name) << text;
    return (path / name).string();
  }
};

Rejects quiet() { return {"test", {.file = {}, .strict = true, .quiet = true}}; }

/// Tracks of 10 frames, the last one of them for validation, one sample without a label and one
/// test sample.
std::string stream(int tracks) {
  std::string text;
  for (int track = 0; track < tracks; ++track) {
    for (int frame = 0; frame < 10; ++frame) {
      text += fmt::format(
          R"({{"id":"{0}/{1}","image":"{0}_{1}.ppm","label":{0},"group":"{0}","frame":{1},"split":"{2}"}})"
          "\n",
          track, frame, track + 1 == tracks ? "val" : "train");
    }
  }
  return text + R"({"id":"x","image":"x.ppm","group":"x","split":"train"})" + "\n" +
         R"({"id":"t","image":"t.ppm","label":1,"group":"t","split":"test"})" + "\n";
}

/// What a written stream holds, by group.
std::map<std::string, std::set<std::string>> ids_of(const fs::path& path) {
  Rejects rejects = quiet();
  SampleReader reader(path.string(), rejects);
  std::map<std::string, std::set<std::string>> ids;
  Sample sample;
  while (reader.next(sample)) ids[sample.group].insert(sample.id);
  return ids;
}

std::map<std::string, std::set<std::string>> kept(const Folder& folder, const std::string& text,
                                                  double fraction, std::uint64_t seed) {
  Rejects rejects = quiet();
  StudySamples samples(folder.file("in", text), fraction, seed, rejects);
  samples.write(folder.path / "out");
  return ids_of(folder.path / "out");
}

}  // namespace

TEST_CASE("a fraction keeps that share of each track's frames, rounded up, and never none") {
  const Folder folder;
  for (const auto& [fraction, frames] :
       std::map<double, std::size_t>{{1, 10}, {0.5, 5}, {0.3, 3}, {0.31, 4}, {0.001, 1}}) {
    const auto ids = kept(folder, stream(3), fraction, 7);
    INFO(fraction);
    CHECK(ids.size() == 3);
    for (const auto& [group, members] : ids) CHECK(members.size() == frames);
  }
}

TEST_CASE("a larger fraction holds a smaller one, and another seed draws other frames") {
  const Folder folder;
  const auto few = kept(folder, stream(4), 0.3, 1), more = kept(folder, stream(4), 0.6, 1);
  for (const auto& [group, members] : few) {
    for (const std::string& id : members) CHECK(more.at(group).contains(id));
  }
  CHECK(few != kept(folder, stream(4), 0.3, 2));
  CHECK(few == kept(folder, stream(4), 0.3, 1));
}

TEST_CASE("tracks and samples are counted as they are kept") {
  const Folder folder;
  Rejects rejects = quiet();
  const StudySamples samples(folder.file("in", stream(3)), 0.2, 1, rejects);
  CHECK(samples.train().samples == 4);
  CHECK(samples.train().groups == 2);
  CHECK(samples.validation().samples == 2);
  CHECK(samples.validation().groups == 1);
}

TEST_CASE("the halves of the field share no sign and no class is left to one of them") {
  const Folder folder;
  std::string text;
  for (int group = 0; group < 9; ++group) {
    for (int frame = 0; frame < 2; ++frame) {
      text += fmt::format(R"({{"id":"{0}/{1}","image":"a","label":{2},"group":"{0}"}})"
                          "\n",
                          group, frame, group % 3);
    }
  }
  const std::string base = folder.file("base", stream(2));
  Rejects rejects = quiet();
  FieldSamples field(folder.file("field", text), 1, rejects);
  CHECK(field.learned().groups == 5);
  CHECK(field.judged().groups == 4);
  CHECK(field.learned().samples == 10);
  CHECK(field.judged().samples == 8);
  field.write(base, folder.path / "learned", folder.path / "judged");
  auto learned = ids_of(folder.path / "learned");
  const auto judged = ids_of(folder.path / "judged");
  CHECK(judged.size() == 4);
  std::set<int> judged_classes;
  for (const auto& [group, members] : judged) {
    CHECK(members.size() == 2);
    judged_classes.insert(std::stoi(group) % 3);
    CHECK_FALSE(learned[group].contains(group + "/1"));
  }
  CHECK(judged_classes == std::set<int>{0, 1, 2});
  CHECK(read_text(folder.path / "learned").starts_with(stream(2)));
  CHECK(read_text(folder.path / "judged").find(R"("split":"test")") != std::string::npos);
}

TEST_CASE("a field of one sign cannot be divided") {
  const Folder folder;
  Rejects rejects = quiet();
  CHECK_THROWS_AS(
      FieldSamples(folder.file("field", R"({"id":"a","image":"a","label":1,"group":"g"})"
                                        "\n"),
                   1, rejects),
      Error);
}

}  // namespace signpost
