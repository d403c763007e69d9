#include "store/photo_list.h"

#include <catch2/catch.hpp>

#include "base/error.h"
#include "store/image_copies.h"
#include "store/known_set.h"
#include "support.h"

namespace signpost {
namespace {

std::vector<std::string> wrongs(const Folder& folder, const std::string& text) {
  write(folder / "t.csv", text);
  std::vector<std::string> all;
  read_photo_list(
      folder / "t.csv", [&](const Submission&, const std::string&, const std::string&) {},
      [&](const std::string&, const std::string& wrong, const std::string&) {
        all.push_back(wrong);
      });
  return all;
}

}  // namespace

TEST_CASE("a table of photographs is read by the names of its columns") {
  const Folder folder;
  write(folder / "t.csv",
        "lon;weather;file;label;lat;taken;confidence;model;group;device\r\n"
        "11.5;rain;a.jpg;14;48.25;2026-01-02;0.5;net-1;corner;phone\r\n"
        ";;sub/b.jpg;;;;;;;\r\n");
  std::vector<Submission> all;
  std::vector<std::string> origins;
  read_photo_list(
      folder / "t.csv",
      [&](Submission submission, const std::string& where, const std::string& record) {
        all.push_back(std::move(submission));
        origins.push_back(where + " | " + record);
      },
      [](const std::string&, const std::string& wrong, const std::string&) { FAIL(wrong); });
  REQUIRE(all.size() == 2);
  CHECK(all[0].file == (folder / "a.jpg").string());
  CHECK(all[0].place == Place{48.25, 11.5});
  CHECK(all[0].taken == "2026-01-02");
  CHECK(all[0].group == "corner");
  CHECK(all[0].device == "phone");
  REQUIRE(all[0].prediction);
  CHECK(all[0].prediction->label == 14);
  CHECK(all[0].prediction->confidence == 0.5);
  CHECK(all[0].prediction->model == "net-1");
  CHECK(all[1].file == (folder / "sub/b.jpg").string());
  CHECK_FALSE(all[1].prediction);
  CHECK_FALSE(all[1].place);
  CHECK(origins[0] == (folder / "t.csv").string() +
                          ":2: a.jpg | 11.5;rain;a.jpg;14;48.25;2026-01-02;0.5;net-1;corner;phone");
}

TEST_CASE("a row that does not fit says which column is wrong") {
  const Folder folder;
  CHECK(wrongs(folder, "file,label\n,1\n") == std::vector<std::string>{"has no file"});
  CHECK(wrongs(folder, "file,label\na,stop\n") ==
        std::vector<std::string>{
            "column \"label\" holds \"stop\"; it must be a class id, 0 or more"});
  CHECK(wrongs(folder, "file,label\na,-1\n") ==
        std::vector<std::string>{"column \"label\" must be a class id, 0 or more"});
  CHECK(wrongs(folder, "file,label,confidence\na,1,nan\n") ==
        std::vector<std::string>{"column \"confidence\" must be a number from 0 to 1"});
  CHECK(wrongs(folder, "file,lat\na,1\n") ==
        std::vector<std::string>{"has one of \"lat\" and \"lon\"; give both"});
  CHECK(wrongs(folder, "file,lat\n\"a,1\n") ==
        std::vector<std::string>{"a quote is not closed; correct the row"});
  CHECK(wrongs(folder, "file,lat\na\n").empty());
  CHECK_THROWS_WITH(wrongs(folder, "name\na\n"),
                    (folder / "t.csv").string() + ": its first line names no column \"file\"");
  CHECK_THROWS_WITH(wrongs(folder, ""),
                    (folder / "t.csv").string() + ": its first line names no column \"file\"");
}

TEST_CASE("images are written out once, named by their content, and repaired") {
  const Folder folder;
  CaptureStore store(folder / "c.db", Database::Missing::create);
  add(store, named("a"), image(1));
  const CaptureState capture = only(store);
  std::string wrong;
  std::filesystem::path file;
  for (int round = 0; round < 2; ++round) {
    ImageCopies copies(store, folder / "out");
    file = folder / "out" / copies.put(capture, wrong);
    copies.settle();
    Bytes there;
    read_file(file, there);
    CHECK(there == image(1));
    CHECK(file.filename().string() == capture.sha256 + ".ppm");
    write(file, "P6");
  }
  REQUIRE(answer_to(folder / "c.db", "UPDATE images SET content = x'00'") == "done");
  ImageCopies copies(store, folder / "out");
  CHECK(copies.put(capture, wrong).empty());
  CHECK(wrong == "its image in " + (folder / "c.db").string() + " is damaged; add the image again");
}

TEST_CASE("known images are told by the digests of a manifest, or read") {
  const Folder folder;
  Bytes content = image(1);
  write(folder / "a.ppm", std::string(content.begin(), content.end()));
  const std::string digest = std::string(64, 'a');
  write(folder / "m.ndjson", R"({"id":"1","image":"gone.ppm","sha256":")" + digest + "\"}\n" +
                                 R"({"id":"2","image":"a.ppm","split":"test"})" + "\n");
  Rejects::Options options;
  options.quiet = true;
  Rejects rejects("test", options);
  const std::string manifest = (folder / "m.ndjson").string();
  const std::vector<KnownImage> plain = read_known_set(manifest, folder.path(), false, rejects);
  REQUIRE(plain.size() == 2);
  CHECK(plain[0].sha256 == digest);
  CHECK_FALSE(plain[0].pixels);
  CHECK(plain[1].split == "test");
  CHECK(rejects.count() == 0);
  const std::vector<KnownImage> read = read_known_set(manifest, folder.path(), true, rejects);
  REQUIRE(read.size() == 1);
  CHECK(read[0].sample == "2");
  CHECK(read[0].pixels);
  CHECK(rejects.count() == 1);
}

}  // namespace signpost
