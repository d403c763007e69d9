#include "source/datumaro.h"

#include "unit/source/annotation_loop.h"

namespace signpost {
namespace {

// As Datumaro 1.x and CVAT write it.
constexpr std::string_view kTrain = R"({
  "dm_format_version": "1.0", "media_type": 2, "infos": {"author": "ana"},
  "categories": {"label": {"labels": [
    {"name": "background", "parent": "", "attributes": []},
    {"name": "Stop", "parent": "", "attributes": ["occluded"]}],
    "label_groups": [], "attributes": ["occluded"]}},
  "items": [
    {"id": "street/1", "attr": {"frame": 5},
     "image": {"path": "1.jpg", "size": [600, 800], "crypted": false},
     "annotations": [
      {"id": 3, "type": "bbox", "attributes": {"occluded": false, "rotation": 0.0}, "group": 2,
       "label_id": 1, "z_order": 0, "bbox": [10.25, 20.0, 30.5, 40.0], "object_id": 9},
      {"id": 4, "type": "label", "attributes": {}, "group": 0, "label_id": 1},
      {"id": 5, "type": "polygon", "attributes": {}, "group": 0, "label_id": 1,
       "points": [1.0, 2.0, 3.0, 4.0, 5.0, 6.0], "z_order": 0},
      {"id": 6, "type": "bbox", "attributes": {"rotation": 12.5}, "group": 0, "label_id": 1,
       "z_order": 0, "bbox": [1.0, 2.0, 3.0, 4.0]},
      {"id": 7, "type": "bbox", "attributes": {}, "group": 0, "label_id": 2, "bbox": [1, 2, 3, 4]},
      {"id": 8, "type": "bbox", "attributes": {}, "group": 0, "bbox": [1, 2, 3, 4]}]},
    {"id": "two", "annotations": []}]
})";

std::vector<std::string> item_wrongs(const std::string& item) {
  std::string text = R"({"categories":{"label":{"labels":[{"name":"Stop"}]}},"items":[)";
  text += item;
  text += "]}";
  return wrongs(parse_all(parse_datumaro, text));
}

}  // namespace

TEST_CASE("Datumaro: boxes and labels of items are read") {
  const auto images = parse_all(parse_datumaro, kTrain);
  REQUIRE(images.size() == 2);
  CHECK(images[0].name == "1.jpg");
  CHECK(images[0].width == 800);
  CHECK(images[0].height == 600);
  REQUIRE(images[0].annotations.size() == 6);
  const Annotation& sign = images[0].annotations[0];
  CHECK(sign.where == "a.file: item street/1, annotation 1");
  CHECK(sign.class_name == "Stop");
  CHECK(box_text(sign) == "[10.25,20,40.75,60]");
  CHECK(sign.sample.extra ==
        R"("datumaro":{"id":3,"attributes":{"occluded":false,"rotation":0.0},"group":2,)"
        R"("z_order":0,"bbox":[10.25,20.0,30.5,40.0],"object_id":9,"item":{"id":"street/1",)"
        R"("attr":{"frame":5},"image":{"crypted":false}}})");
  CHECK(box_text(images[0].annotations[1]) == "whole");
  CHECK(images[0].annotations[5].class_name.empty());
  CHECK(images[1].name == "two");
  CHECK(images[1].annotations.empty());
}

TEST_CASE("Datumaro: other types, rotated boxes and unknown labels are rejected by name") {
  CHECK(wrongs(parse_all(parse_datumaro, kTrain)) ==
        std::vector<std::string>{
            "a.file: item street/1, annotation 3: is of the type \"polygon\"; only bbox and label "
            "are read: convert it",
            "a.file: item street/1, annotation 4: is rotated by 12.5 degrees; draw an upright box",
            "a.file: item street/1, annotation 5: label_id 2 is not among the 2 labels of "
            "categories; correct it"});
}

TEST_CASE("Datumaro: what it has of its own comes back") {
  const auto images = parse_all(parse_datumaro, kTrain);
  Sample sample = ingested(images[0], images[0].annotations[0]);
  sample.id = "x/1";
  sample.split = "train";
  TestTree set;
  write_set(set, create_datumaro, {{{}, 800, 600, {sample}}});
  const std::string text = set.text("annotations/train.json");
  CHECK(text.find(R"({"id":"x-1","annotations":[{"id":3,"type":"bbox","attributes":)"
                  R"({"occluded":false,"rotation":0.0,"signpost":"{\"id\":\"x/1\"}"},"group":2,)"
                  R"("label_id":1,"z_order":0,"bbox":[10.25,20.0,30.5,40.0],"object_id":9}],)"
                  R"("attr":{"frame":5},"image":{"crypted":false,"path":"x-1.png",)"
                  R"("size":[600,800]}})") != std::string::npos);
  CHECK(text.find(R"({"name":"Stop","parent":"","attributes":[]})") != std::string::npos);
}

TEST_CASE("Datumaro: the subset's name is the split and leads to the images") {
  TestTree set;
  const std::string text = R"({"categories":{"label":{"labels":[{"name":"Stop"}]}},"items":[{)"
                           R"("id":"1","annotations":[{"type":"label","label_id":0}]}]})";
  set.add("annotations/validation.json", text);
  set.add("annotations/default.json", text);
  set.add("images/validation/1.png");
  set.add("images/default/1.png");
  const auto images = read_all(set.tree(), open_datumaro);
  REQUIRE(images.size() == 2);
  CHECK(images[0].folder == "images/default");
  CHECK(images[0].annotations[0].sample.split.empty());
  CHECK(images[1].folder == "images/validation");
  CHECK(images[1].annotations[0].sample.split == "val");
}

TEST_CASE("Datumaro: what is wrong with an item is said at its annotations, or once") {
  CHECK(item_wrongs(
            R"({"id":"p","point_cloud":{"path":"a.pcd"},"annotations":[{"type":"label"}]})") ==
        std::vector<std::string>{
            "a.file: item p, annotation 1: the item is no single image; only images are read"});
  CHECK(item_wrongs(R"({"annotations":[]})") ==
        std::vector<std::string>{
            "a.file: items[0]: the item has neither an id nor an image path; add one"});
  CHECK(item_wrongs(R"({"id":"a","image":{"size":[-1,5]}})") ==
        std::vector<std::string>{"a.file: item a: the image's height is -1; correct it"});
  CHECK(item_wrongs(R"({"id":"a","x":Infinity},7)") ==
        std::vector<std::string>{
            "a.file: items[0]: the item is not valid JSON; correct it (NaN and Infinity are not "
            "JSON)",
            "a.file: items[1]: the item has neither an id nor an image path; add one"});
  CHECK(item_wrongs(R"({"id":"a","annotations":[{"type":"bbox","bbox":[1,2,3,"4"]},)"
                    R"({"type":"bbox","bbox":[1,2,0,4]},{"type":"label","label_id":-1},)"
                    R"({"type":"label","attributes":{"signpost":"{"}}]})") ==
        std::vector<std::string>{
            "a.file: item a, annotation 1: bbox is not four numbers [x,y,width,height]; correct it",
            "a.file: item a, annotation 2: the box is 0 x 4 px; a box needs a width and a height",
            "a.file: item a, annotation 3: label_id -1 is not among the 1 labels of categories; "
            "correct it",
            "a.file: item a, annotation 4: \"signpost\" is not valid JSON; correct it (NaN and "
            "Infinity are not JSON)"});
  CHECK_THROWS_WITH(parse_all(parse_datumaro, "{}"),
                    "a.file: has no \"items\", so it is not Datumaro's; name another --from");
}

}  // namespace signpost
