#include "source/label_studio.h"

#include "unit/source/annotation_loop.h"

namespace signpost {
namespace {

// As Label Studio's export "JSON" has it.
constexpr std::string_view kExport = R"([
 {"id": 12, "annotations": [
   {"id": 1, "completed_by": 1, "was_cancelled": true, "ground_truth": false,
    "updated_at": "2024-03-03T00:00:00.000000Z", "result": [
     {"id": "skip", "type": "rectanglelabels", "value": {"x": 1, "y": 1, "width": 1, "height": 1,
      "rectanglelabels": ["Old"]}}]},
   {"id": 2, "completed_by": {"id": 5, "email": "ana@example.org"}, "was_cancelled": false,
    "ground_truth": false, "lead_time": 4.288, "updated_at": "2024-03-02T00:00:00.000000Z",
    "result": [
     {"original_width": 640, "original_height": 480, "image_rotation": 0,
      "value": {"x": 12.5, "y": 25, "width": 10.15625, "height": 20.833333333333332, "rotation": 0,
       "rectanglelabels": ["Stop"]},
      "id": "Dx_aB91ISN", "from_name": "tag", "to_name": "img", "type": "rectanglelabels",
      "origin": "manual", "meta": {"text": ["far"]}},
     {"original_width": 640, "original_height": 480, "image_rotation": 0,
      "value": {"x": 50, "y": 50, "width": 10, "height": 10, "rotation": 0},
      "id": "r2", "from_name": "rect", "to_name": "img", "type": "rectangle"},
     {"original_width": 640, "original_height": 480, "image_rotation": 0,
      "value": {"x": 50, "y": 50, "width": 10, "height": 10, "rotation": 0,
       "labels": ["Speed limit 20 km/h"]},
      "id": "r2", "from_name": "kind", "to_name": "img", "type": "labels"},
     {"value": {"choices": ["rain"]}, "id": "w", "from_name": "weather", "to_name": "img",
      "type": "choices"},
     {"original_width": 640, "original_height": 480, "value": {"points": [[1, 2]],
      "polygonlabels": ["Stop"]}, "id": "p", "type": "polygonlabels"}]},
   {"id": 3, "was_cancelled": false, "updated_at": "2024-03-01T00:00:00.000000Z", "result": []}],
  "file_upload": "1a2b3c4d-a b.png", "drafts": [], "predictions": [{"result": [
     {"id": "guess", "type": "choices", "value": {"choices": ["Guess"]}}]}],
  "data": {"image": "/data/upload/1/1a2b3c4d-a%20b.png", "camera": "left"},
  "meta": {}, "project": 83},
 {"id": 13, "annotations": [{"id": 4, "result": [
     {"value": {"choices": ["Stop"]}, "id": "c", "from_name": "class", "to_name": "image",
      "type": "choices"}]}],
  "data": {"picture": "/data/local-files/?d=photos%2Fb.jpg"}},
 {"id": 14, "annotations": [], "data": {"image": "https://example.org/x/c.webp?token=1"}}
])";

std::string task(const std::string& result, const std::string& data = "\"image\":\"a.png\"") {
  std::string text = R"([{"id":1,"data":{)";
  text += data;
  text += R"(},"annotations":[{"result":[)";
  text += result;
  text += "]}]}]";
  return text;
}

std::string wrong_of(const std::string& text) {
  const auto lines = wrongs(parse_all(parse_label_studio, text));
  return lines.empty() ? std::string() : lines.front();
}

}  // namespace

TEST_CASE("Label Studio: the newest annotation that was not cancelled is read") {
  const auto images = parse_all(parse_label_studio, kExport);
  REQUIRE(images.size() == 3);
  CHECK(images[0].name == "/data/upload/1/1a2b3c4d-a b.png");
  CHECK(images[0].width == 640);
  CHECK(images[0].height == 480);
  REQUIRE(images[0].annotations.size() == 3);
  const Annotation& sign = images[0].annotations[0];
  CHECK(sign.where == "a.file: task 12, region Dx_aB91ISN");
  CHECK(sign.key == "Dx_aB91ISN");
  CHECK(sign.class_name == "Stop");
  CHECK(box_text(sign) == "[80,120,145,220]");
  CHECK(!sign.relative);
}

TEST_CASE("Label Studio: results with one id are one region") {
  const auto images = parse_all(parse_label_studio, kExport);
  const Annotation& sign = images[0].annotations[1];
  CHECK(sign.key == "r2");
  CHECK(sign.class_name == "Speed limit 20 km/h");
  CHECK(box_text(sign) == "[320,240,384,288]");
}

TEST_CASE("Label Studio: choices are the class of the whole image where there are no boxes") {
  const auto images = parse_all(parse_label_studio, kExport);
  CHECK(images[1].name == "/photos/b.jpg");
  REQUIRE(images[1].annotations.size() == 1);
  CHECK(images[1].annotations[0].class_name == "Stop");
  CHECK(box_text(images[1].annotations[0]) == "whole");
  CHECK(images[2].name == "https://example.org/x/c.webp?token=1");
  CHECK(images[2].annotations.empty());
}

TEST_CASE("Label Studio: shapes that are no rectangles are rejected by name") {
  CHECK(wrongs(parse_all(parse_label_studio, kExport)) ==
        std::vector<std::string>{"a.file: task 12, region p: is of the type polygonlabels; only "
                                 "rectangles are read: draw one instead"});
}

TEST_CASE("Label Studio: everything else about region, annotation and task is kept") {
  const auto images = parse_all(parse_label_studio, kExport);
  CHECK(images[0].annotations[0].sample.extra ==
        R"("label_studio":{"result":{"image_rotation":0,"id":"Dx_aB91ISN","from_name":"tag",)"
        R"("to_name":"img","origin":"manual","meta":{"text":["far"]}},"value":{"x":12.5,"y":25,)"
        R"("width":10.15625,"height":20.833333333333332,"rotation":0},"task":{"id":12,)"
        R"("file_upload":"1a2b3c4d-a b.png","meta":{},"project":83},"data":{"camera":"left"},)"
        R"("annotation":{"id":2,"completed_by":{"id":5,"email":"ana@example.org"},)"
        R"("was_cancelled":false,"ground_truth":false,"lead_time":4.288,)"
        R"("updated_at":"2024-03-02T00:00:00.000000Z"},"results":[{"value":{"choices":["rain"]},)"
        R"("id":"w","from_name":"weather","to_name":"img","type":"choices"}]})");
}

TEST_CASE("Label Studio: what was kept is written back") {
  const auto images = parse_all(parse_label_studio, kExport);
  Sample sample = ingested(images[0], images[0].annotations[0]);
  sample.id = "x/1";
  sample.split = "val";
  TestTree set;
  write_set(set, create_label_studio, {{{}, 640, 480, {sample}}});
  const std::string text = set.text("tasks.json");
  CHECK(text.find(R"("data":{"image":"/data/local-files/?d=images/x-1.png","split":"val",)"
                  R"("camera":"left","signpost":{"Dx_aB91ISN":{"id":"x/1"}}})") !=
        std::string::npos);
  CHECK(text.find(R"({"id":"Dx_aB91ISN","from_name":"tag","to_name":"img",)"
                  R"("type":"rectanglelabels","original_width":640,"original_height":480,)"
                  R"("value":{"x":12.5,"y":25,"width":10.15625,"height":20.833333333333332,)"
                  R"("rotation":0,"rectanglelabels":["Stop"]},"image_rotation":0,)"
                  R"("origin":"manual","meta":{"text":["far"]}})") != std::string::npos);
  CHECK(text.find(R"("completed_by":{"id":5,"email":"ana@example.org"})") != std::string::npos);
  CHECK(text.find(R"("from_name":"weather")") != std::string::npos);
  CHECK(set.text("labeling_config.xml")
            .find(R"(<Label value="No &quot;entry&quot; &amp; &lt;more>"/>)") != std::string::npos);
}

TEST_CASE("Label Studio: an annotation marked as ground truth wins over newer ones") {
  const auto images = parse_all(
      parse_label_studio,
      R"([{"data":{"image":"a.png"},"annotations":[)"
      R"({"ground_truth":true,"updated_at":"2024-01-01","result":[{"type":"choices",)"
      R"("value":{"choices":["Stop"]}}]},)"
      R"({"updated_at":"2024-01-02","result":[{"type":"choices","value":{"choices":["New"]}}]}]}])");
  REQUIRE(images[0].annotations.size() == 1);
  CHECK(images[0].annotations[0].class_name == "Stop");
}

TEST_CASE("Label Studio: a box without the image's size is a share of it") {
  const auto images = parse_all(
      parse_label_studio,
      task(R"({"id":"a","type":"rectanglelabels","value":{"x":10,"y":20,"width":30,"height":40,)"
           R"("rectanglelabels":["Stop"]}})"));
  const Annotation& sign = images[0].annotations[0];
  CHECK(sign.relative);
  CHECK(box_text(sign) == "[0.1,0.2,0.4,0.6]");
}

TEST_CASE("Label Studio: an uploaded image is found with and without the name it was given") {
  TestTree set;
  set.add("export.json", kExport);
  set.add("a b.png");
  set.add("deep/photos/b.jpg");
  set.add("c.webp");
  const auto images = read_all(set.tree(), open_label_studio);
  REQUIRE(images.size() == 3);
  CHECK(images[0].name == "a b.png");
  CHECK(images[1].folder == "deep/photos");
  CHECK(images[2].name == "c.webp");
  CHECK(is_label_studio(set.tree()));
}

TEST_CASE("Label Studio: JSON_MIN is refused with the export that is wanted") {
  CHECK_THROWS_WITH(
      parse_all(parse_label_studio, R"([{"image":"/data/upload/a.png","id":1,"label":[]}])"),
      "a.file: its first task has no \"data\"; export it from Label Studio as JSON, not as "
      "JSON_MIN");
}

TEST_CASE("Label Studio: what is wrong with a region is said, with task and region") {
  const std::string place = R"("value":{"x":1,"y":1,"width":9,"height":9)";
  const auto region = [&](const std::string& more) {
    std::string text = R"({"id":"r","type":"rectanglelabels",)";
    text += more;
    text += "}";
    return wrong_of(task(text));
  };
  CHECK(region(place + R"(,"rotation":45,"rectanglelabels":["Stop"]})") ==
        "a.file: task 1, region r: is rotated by 45 degrees; draw an upright rectangle on the "
        "upright image");
  CHECK(region(place + R"(},"image_rotation":90)") ==
        "a.file: task 1, region r: is rotated by 90 degrees; draw an upright rectangle on the "
        "upright image");
  CHECK(region(place + R"(,"rectanglelabels":["Stop","Go"]})") ==
        "a.file: task 1, region r: has 2 classes, Stop and Go; a sign has one: remove the others");
  CHECK(region(R"("value":{"x":1,"y":"1","width":9,"height":9})") ==
        "a.file: task 1, region r: y is not a number of percent; correct it");
  CHECK(region(R"("value":{"x":1,"y":1,"width":0,"height":9})") ==
        "a.file: task 1, region r: the box is 0 x 9 percent of the image; a box needs a width and "
        "a height");
  CHECK(region(place + R"(},"original_width":1e12,"original_height":5)") ==
        "a.file: task 1, region r: original_width is 1000000000000.0; correct it");
  CHECK(wrong_of(R"([{"id":1,"data":{}}, {"data":{"text":"words"}}])") ==
        "a.file: task 1: its data names no image; is it a task about something else?");
  CHECK(wrong_of(task("", R"("image":"data:image/png;base64,AAAA")")) ==
        "a.file: task 1: its image is part of the task (data:…); only files are read");
  CHECK(wrong_of(R"([{"id":1,"data":{"image":"a.png"}},{"id":2,"data":NaN}])") ==
        "a.file: the task in place 2: is not valid JSON; correct it (NaN and Infinity are not "
        "JSON)");
}

}  // namespace signpost
