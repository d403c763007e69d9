#include "source/coco.h"

#include "unit/source/annotation_loop.h"

namespace signpost {
namespace {

// As COCO's own instances_val2017.json has it, with fields of other tools.
constexpr std::string_view kInstances = R"({
 "info": {"description": "COCO 2017 Dataset", "year": 2017},
 "licenses": [{"url": "http://creativecommons.org/licenses/by/2.0/", "id": 4, "name": "Attribution"}],
 "annotations": [
  {"segmentation": [[510.66, 423.01, 511.72, 420.03]], "area": 702.1057499999998, "iscrowd": 0,
   "image_id": 289343, "bbox": [473.07, 395.93, 38.65, 28.67], "category_id": 18, "id": 1768,
   "score": 0.5, "attributes": {"occluded": true}},
  {"segmentation": {"counts": [272, 2], "size": [640, 529]}, "area": 100, "iscrowd": 1,
   "image_id": 289343, "bbox": [0, 34, 528, 600], "category_id": 1, "id": 900100289343},
  {"image_id": 61471, "bbox": [10, 20, 30.0, 40], "category_id": 1, "id": 7}
 ],
 "images": [
  {"license": 4, "file_name": "000000289343.jpg", "coco_url": "http://images.cocodataset.org/x.jpg",
   "height": 640, "width": 529, "id": 289343},
  {"license": 9, "file_name": "000000061471.jpg", "height": 480, "width": 640, "id": 61471}
 ],
 "categories": [{"supercategory": "person", "id": 1, "name": "person"},
                {"supercategory": "animal", "id": 18, "name": "Stop"}]
})";

std::vector<std::string> coco_wrongs(const std::string& images, const std::string& annotations) {
  std::string text = R"({"images":[)";
  text += images;
  text += R"(],"categories":[{"id":1,"name":"Stop"}],"annotations":[)";
  text += annotations;
  text += "]}";
  return wrongs(parse_all(parse_coco, text));
}

const std::string kImage = R"({"id":1,"file_name":"a.jpg","width":100,"height":80})";

}  // namespace

TEST_CASE("COCO: annotations are grouped by image, whatever the order of the lists") {
  const auto images = parse_all(parse_coco, kInstances);
  REQUIRE(images.size() == 2);
  CHECK(images[0].name == "000000289343.jpg");
  CHECK(images[0].width == 529);
  CHECK(images[0].height == 640);
  REQUIRE(images[0].annotations.size() == 2);
  const Annotation& sign = images[0].annotations[0];
  CHECK(sign.wrong.empty());
  CHECK(sign.where == "a.file: annotation 1768");
  CHECK(sign.key == "1768");
  CHECK(sign.class_name == "Stop");
  CHECK(box_text(sign) == "[473.07,395.93,511.72,424.6]");
  CHECK(sign.text.starts_with("{\"segmentation\""));
  CHECK(box_text(images[1].annotations[0]) == "[10,20,40,60]");
  CHECK(images[1].annotations[0].class_name == "person");
}

TEST_CASE("COCO: a crowd is rejected, since it is no single sign") {
  CHECK(wrongs(parse_all(parse_coco, kInstances)) ==
        std::vector<std::string>{
            "a.file: annotation 900100289343: is a crowd (iscrowd 1), not one sign; draw single "
            "boxes, or remove it"});
}

TEST_CASE("COCO: fields of the annotation and the image are kept, with the licence spelt out") {
  const auto images = parse_all(parse_coco, kInstances);
  CHECK(images[0].annotations[0].sample.extra ==
        R"("coco":{"segmentation":[[510.66,423.01,511.72,420.03]],"area":702.1057499999998,)"
        R"("iscrowd":0,"bbox":[473.07,395.93,38.65,28.67],"id":1768,"score":0.5,)"
        R"("attributes":{"occluded":true},"image":{"license":{"url":)"
        R"("http://creativecommons.org/licenses/by/2.0/","id":4,"name":"Attribution"},)"
        R"("coco_url":"http://images.cocodataset.org/x.jpg","id":289343}})");
  CHECK(images[1].annotations[0].sample.extra ==
        R"("coco":{"bbox":[10,20,30.0,40],"id":7,"image":{"license":9,"id":61471}})");
}

TEST_CASE("COCO: kept fields are written back, shapes only while the box is the same") {
  const auto read = parse_all(parse_coco, kInstances);
  Sample sample = ingested(read[0], read[0].annotations[0]);
  sample.id = "x/1";
  sample.split = "val";
  TestTree set, moved, rendered;
  write_set(set, create_coco, {{{}, 529, 640, {sample}}});
  const std::string text = set.text("annotations/instances_val.json");
  CHECK(text.find(R"("licenses":[
{"url":"http://creativecommons.org/licenses/by/2.0/","id":4,"name":"Attribution"}])") !=
        std::string::npos);
  CHECK(text.find(R"({"id":289343,"file_name":"x-1.png","width":529,"height":640,"license":4,)"
                  R"("coco_url":"http://images.cocodataset.org/x.jpg"})") != std::string::npos);
  CHECK(text.find(R"({"id":1768,"image_id":289343,"category_id":14,)"
                  R"("bbox":[473.07,395.93,38.65,28.67],"area":702.1057499999998,"iscrowd":0,)"
                  R"("segmentation":[[510.66,423.01,511.72,420.03]],"score":0.5,)"
                  R"("attributes":{"occluded":true},"signpost":{"id":"x/1"}})") !=
        std::string::npos);
  CHECK(text.find(R"({"id":14,"name":"Stop","supercategory":"traffic sign"})") !=
        std::string::npos);

  Sample elsewhere = sample;
  elsewhere.roi = Roi{400, 300, 450, 340};
  write_set(moved, create_coco, {{{}, 529, 640, {elsewhere}}});
  CHECK(moved.text("annotations/instances_val.json")
            .find(R"("bbox":[400,300,50,40],"area":2000,"iscrowd":0,"segmentation":[],)") !=
        std::string::npos);

  sample.extra += R"(,"rendered_from":{"image":"y.png"})";
  write_set(rendered, create_coco, {{{}, 529, 640, {sample}}});
  CHECK(rendered.text("annotations/instances_val.json").find(R"({"id":1,"file_name":"x-1.png")") !=
        std::string::npos);
  CHECK(rendered.text("annotations/instances_val.json").find("\"segmentation\":[]") !=
        std::string::npos);
}

TEST_CASE("COCO: ids that stand twice among data sets that were merged are given anew") {
  Sample first, second;
  first.id = "first";
  second.id = "second";
  first.roi = second.roi = Roi{0, 0, 5, 5};
  first.label = second.label = 14;
  first.extra = second.extra = R"("coco":{"id":3,"image":{"id":1}})";
  TestTree set;
  write_set(set, create_coco, {{{}, 9, 9, {first}}, {{}, 9, 9, {second}}});
  const auto images = read_all(set.tree(), open_coco);
  REQUIRE(images.size() == 2);
  CHECK(wrongs(images).empty());
  CHECK(images[0].annotations[0].sample.extra.find("\"id\":3") != std::string::npos);
  CHECK(images[1].annotations[0].sample.id == "second");
}

TEST_CASE("COCO: the split and the images' folder follow from the file's name") {
  TestTree set;
  const std::string text =
      R"({"images":[{"id":1,"file_name":"1.jpg"}],"categories":[{"id":1,"name":"Stop"}],"annotations":[{"id":1,)"
      R"("image_id":1,"category_id":1,"bbox":[1,1,5,5]}]})";
  set.add("annotations/instances_train2017.json", text);
  set.add("annotations/instances_val2017.json", text);
  set.add("annotations/captions_val2017.json", text);
  set.add("train2017/1.jpg");
  set.add("val2017/1.jpg");
  const auto read = read_all(set.tree(), open_coco);
  REQUIRE(read.size() == 2);
  CHECK(read[0].folder == "train2017");
  CHECK(read[0].annotations[0].sample.split == "train");
  CHECK(read[1].folder == "val2017");
  CHECK(read[1].annotations[0].sample.split == "val");
  CHECK(is_coco(set.tree()));

  TestTree roboflow;
  roboflow.add("valid/_annotations.coco.json", text);
  roboflow.add("valid/1.jpg");
  const auto valid = read_all(roboflow.tree(), open_coco);
  REQUIRE(valid.size() == 1);
  CHECK(valid[0].folder == "valid");
  CHECK(valid[0].annotations[0].sample.split == "val");
}

TEST_CASE("COCO: what is wrong with an annotation is said, and its neighbours stay") {
  const std::string sound = R"({"id":1,"image_id":1,"category_id":1,"bbox":[0,0,9,9]})";
  CHECK(coco_wrongs(kImage, sound).empty());
  std::string with_nan = sound;
  with_nan += R"(,{"id":2,"image_id":1,"category_id":1,"bbox":[0,0,NaN,9]})";
  CHECK(coco_wrongs(kImage, with_nan) ==
        std::vector<std::string>{"a.file: annotation at byte 173: is not valid JSON; correct it "
                                 "(NaN and Infinity are not JSON)"});
  CHECK(coco_wrongs(kImage,
                    R"({"id":1,"image_id":1,"category_id":1,"bbox":[0,0,-4,9]},)"
                    R"({"id":2,"image_id":1,"category_id":1,"bbox":[0,0,1e300,9]},)"
                    R"({"id":3,"image_id":1,"category_id":1,"bbox":[0,0,"4",9]},)"
                    R"({"id":4,"image_id":1,"category_id":1,"bbox":[0,0,4]},)"
                    R"({"id":5,"image_id":1,"category_id":1},)"
                    R"({"id":6,"image_id":1,"category_id":9,"bbox":[0,0,4,4]},)"
                    R"({"id":7,"image_id":1,"bbox":[0,0,4,4]},)"
                    R"({"id":8,"image_id":1,"category_id":1,"bbox":[0,0,4,4]},)"
                    R"({"id":8,"image_id":1,"category_id":1,"bbox":[0,0,5,5]},)"
                    R"([1],)"
                    R"({"id":10,"image_id":1,"category_id":1,"bbox":[0,0,4,4],"signpost":7})") ==
        std::vector<std::string>{
            "a.file: annotation 1: the box is -4 x 9 px; a box needs a width and a height",
            "a.file: annotation 2: the box has an edge that no image has; correct it",
            "a.file: annotation 3: bbox is not four numbers [x,y,width,height]; correct it",
            "a.file: annotation 4: bbox is not four numbers [x,y,width,height]; correct it",
            "a.file: annotation 5: has no bbox; is it a file of captions? Name the one of "
            "instances alone",
            "a.file: annotation 6: category_id 9 is not among the categories; add it or correct it",
            "a.file: annotation 7: has no category_id; add it",
            "a.file: annotation 8: its id stands at several annotations; give each its own",
            "a.file: annotation 8: its id stands at several annotations; give each its own",
            "a.file: annotation 10: \"signpost\" is not a JSON object; remove it",
            "a.file: annotation at byte 585: is not a JSON object; remove it"});
}

TEST_CASE("COCO: what is wrong with an image is said at its annotations, or once") {
  const std::string annotation = R"({"id":1,"image_id":1,"category_id":1,"bbox":[0,0,9,9]})";
  CHECK(coco_wrongs(R"({"id":1,"file_name":"a.jpg","width":2147483648,"height":80})", annotation) ==
        std::vector<std::string>{
            "a.file: annotation 1: the image's width is 2147483648; correct it"});
  CHECK(coco_wrongs(R"({"id":1,"file_name":"a.jpg","width":-5})", "") ==
        std::vector<std::string>{"a.file: image 1: the image's width is -5; correct it"});
  CHECK(coco_wrongs(R"({"id":1})", "") ==
        std::vector<std::string>{"a.file: image 1: the image's entry has no file_name; add it"});
  CHECK(coco_wrongs(R"({"file_name":"a.jpg"})", "") ==
        std::vector<std::string>{
            "a.file: images[0]: the image's entry has no whole number as its id; give it one"});
  std::string twice = kImage;
  twice += ",";
  twice += kImage;
  CHECK(coco_wrongs(twice, annotation) ==
        std::vector<std::string>{"a.file: image 1: the image's id stands at an earlier image "
                                 "already; give it its own"});
  CHECK(coco_wrongs("", annotation) ==
        std::vector<std::string>{"a.file: annotation 1: image_id 1 is not among the images; add "
                                 "the image or correct it"});
  CHECK(coco_wrongs("", R"({"id":1,"category_id":1,"bbox":[0,0,9,9]})") ==
        std::vector<std::string>{"a.file: annotation 1: has no image_id; add it"});
}

TEST_CASE("COCO: a file name never leads out of the tree") {
  TestTree set;
  set.add("a.json", R"({"images":[{"id":1,"file_name":"../../../etc/passwd.png"},)"
                    R"({"id":2,"file_name":"/elsewhere/b.jpg"}],"categories":[],"annotations":[]})");
  set.add("c/b.jpg");
  const auto images = read_all(set.tree(), open_coco);
  REQUIRE(images.size() == 2);
  REQUIRE(images[0].annotations.size() == 1);
  CHECK(images[0].annotations[0].wrong.starts_with("the image ../../../etc/passwd.png is not in "));
  CHECK(images[1].folder == "c");
  CHECK(images[1].annotations.empty());
}

TEST_CASE("COCO: an annotator who tightened the box around a whole image wins") {
  const auto parsed = [](const std::string& bbox) {
    std::string text = R"({"images":[{"id":1,"file_name":"a.jpg","width":100,"height":80}],)"
                       R"("categories":[{"id":1,"name":"Stop"}],"annotations":[{"id":1,)"
                       R"("image_id":1,"category_id":1,"signpost":{"id":"x","roi":null},"bbox":)";
    text += bbox;
    text += "}]}";
    return parse_all(parse_coco, text);
  };
  CHECK(box_text(parsed("[0,0,100,80]")[0].annotations[0]) == "whole");
  CHECK(box_text(parsed("[10,10,50,50]")[0].annotations[0]) == "[10,10,60,60]");
}

TEST_CASE("COCO: facts about the image are not taken from the signpost object") {
  const auto images =
      parse_all(parse_coco,
                R"({"images":[{"id":1,"file_name":"a.jpg"}],"categories":[{"id":1,"name":"Stop"}],)"
                R"("annotations":[{"id":1,"image_id":1,"category_id":1,"bbox":[0,0,9,9],)"
                R"("signpost":{"image":"/etc/passwd","label":3,"sha256":"ab","width":7,)"
                R"("split":"../..","ops":[{"crop":{"size":9}}],"coco":{},"mine":[1]}}]})");
  const Sample& sample = images[0].annotations[0].sample;
  CHECK(sample.image.empty());
  CHECK(!sample.label);
  CHECK(sample.sha256.empty());
  CHECK(!sample.width);
  CHECK(sample.split.empty());
  CHECK(sample.ops.empty());
  CHECK(sample.id.empty());
  CHECK(sample.extra == R"("mine":[1],"coco":{"id":1,"bbox":[0,0,9,9],"image":{"id":1}})");
}

}  // namespace signpost
