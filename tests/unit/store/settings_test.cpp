#include "store/settings.h"

#include <catch2/catch.hpp>

#include "base/error.h"
#include "store/pool.h"
#include "support.h"

namespace signpost {
namespace {

std::string class_toml(int id, const std::string& name) {
  std::string text = "[[class]]\nid = " + std::to_string(id) + "\nname = \"" + name + "\"\n";
  text += "name_de = \"" + name + "\"\nshape = \"circle\"\n";
  for (const char* transform :
       {"flip_horizontal", "flip_vertical", "rotate_90", "rotate_180", "rotate_270"}) {
    text += std::string(transform) + " = \"refused\"\n";
  }
  return text;
}

std::string refusal(CaptureStore& store, const StoreSettings& settings) {
  try {
    store.change(settings);
    return "changed";
  } catch (const Error& error) {
    return error.what();
  }
}

}  // namespace

TEST_CASE("settings are kept in the store") {
  const Folder folder;
  {
    CaptureStore store(folder / "c.db", Database::Missing::create);
    CHECK(store.settings().classes == "gtsrb");
    CHECK(store.settings().place_decimals == 2);
    CHECK(store.settings().labels == 1);
    store.change({"gtsrb", StoreSettings::kNoPlace, 3, 0.25});
  }
  const CaptureStore store(folder / "c.db", Database::Missing::refuse);
  CHECK(store.settings().place_decimals == StoreSettings::kNoPlace);
  CHECK(store.settings().labels == 3);
  CHECK(store.settings().labels_share == 0.25);
}

TEST_CASE("what one program changes holds in a server that runs") {
  const Folder folder;
  StorePool pool(folder / "c.db", Database::Missing::create);
  CHECK(pool.reader()->settings().labels == 1);
  const auto submit = [&](int number) {
    Submission submission = named(std::to_string(number));
    submission.place = Place{52.123456, 13.123456};
    const std::string id = add(*pool.writer(), submission, image(number)).capture;
    std::string wrong;
    return pool.reader()->find(id, wrong)->place;
  };
  CHECK(submit(1) == Place{52.12, 13.12});
  {
    CaptureStore other(folder / "c.db", Database::Missing::refuse);
    other.change({"gtsrb", StoreSettings::kNoPlace, 2, 1});
  }
  CHECK(submit(2) == std::nullopt);
  CHECK(pool.reader()->settings().labels == 2);
}

TEST_CASE("the classes are a catalogue of one's own, whose text the store keeps") {
  const Folder folder;
  const std::string path = (folder / "two.toml").string();
  write(path, class_toml(0, "Stop") + class_toml(7, "Yield"));
  {
    CaptureStore store(folder / "c.db", Database::Missing::create);
    store.change({path, 2, 1, 1});
    std::filesystem::remove(path);
  }
  CaptureStore store(folder / "c.db", Database::Missing::refuse);
  CHECK(store.catalogue().classes().size() == 2);
  const std::string id = add(store, named("a"), image(1)).capture;
  CHECK(annotate(store, says(id, 7)).wrong.empty());
  CHECK(annotate(store, says(id, 1)).wrong == "class 1 is not in the catalogue; give one that is");
  CHECK(refusal(store, {"gtsrb", 2, 1, 1}) == "changed");
  CHECK(annotate(store, says(id, 1)).wrong.empty());
  write(path, class_toml(0, "Stop"));
  CHECK(refusal(store, {path, 2, 1, 1}) ==
        (folder / "c.db").string() + ": class 1 is not in the catalogue " + path +
            ", and captures are labelled so; give one that has it");
  CHECK(store.settings().classes == "gtsrb");
}

TEST_CASE("settings out of range are refused") {
  const Folder folder;
  CaptureStore store(folder / "c.db", Database::Missing::create);
  CHECK(refusal(store, {"gtsrb", 2, 0, 1}) == "labels must be 1 to 9");
  CHECK(refusal(store, {"gtsrb", 2, 10, 1}) == "labels must be 1 to 9");
  CHECK(refusal(store, {"gtsrb", 2, 2, 1.1}) ==
        "the share of captures that several people label must be 0 to 1");
  CHECK(refusal(store, {"gtsrb", 7, 2, 1}) == "a place has at most 6 decimals of a degree");
}

}  // namespace signpost
