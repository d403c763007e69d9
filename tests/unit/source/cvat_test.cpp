#include "source/cvat.h"

#include "unit/source/annotation_loop.h"

namespace signpost {
namespace {

// As CVAT's "CVAT for images 1.1" has it, from a project.
constexpr std::string_view kProject = R"(<?xml version="1.0" encoding="utf-8"?>
<annotations>
  <version>1.1</version>
  <meta>
    <project><id>4</id><name>signs</name>
      <labels><label><name>Stop</name><type>any</type><attributes><attribute>
        <name>quality</name><mutable>False</mutable><input_type>select</input_type>
        <default_value>good</default_value><values>good
bad</values></attribute></attributes></label></labels>
    </project>
    <dumped>2024-09-25 11:38:28.799808+03:00</dumped>
  </meta>
  <image id="3" name="street/a.jpg" subset="Train" task_id="7" width="1600" height="1200">
    <box label="Stop" source="manual" occluded="1" xtl="797.33" ytl="870.92" xbr="965.52" ybr="928.94" z_order="4" group_id="2">
      <attribute name="quality">bad</attribute>
    </box>
    <tag label="No &quot;entry&quot; &amp; &lt;more>" source="auto">
    </tag>
    <polygon label="Stop" source="manual" occluded="0" points="1,2;3,4" z_order="0">
    </polygon>
    <box label="Stop" source="manual" occluded="0" xtl="1" ytl="2" xbr="3" ybr="4" rotation="30.00" z_order="0">
    </box>
  </image>
  <image id="4" name="street/b.jpg" subset="default" width="1600" height="1200">
  </image>
</annotations>
)";

std::string with_shape(const std::string& shape) {
  std::string text = "<annotations>\n<image name=\"a.png\" width=\"9\" height=\"9\">\n";
  text += shape;
  text += "</image></annotations>";
  return text;
}

std::string wrong_of(const std::string& shape) {
  const auto lines = wrongs(parse_all(parse_cvat, with_shape(shape)));
  return lines.empty() ? std::string() : lines.front();
}

}  // namespace

TEST_CASE("CVAT: boxes and tags are read, with subset and attributes") {
  const auto images = parse_all(parse_cvat, kProject);
  REQUIRE(images.size() == 2);
  CHECK(images[0].name == "street/a.jpg");
  CHECK(images[0].width == 1600);
  CHECK(images[0].height == 1200);
  REQUIRE(images[0].annotations.size() == 4);
  const Annotation& box = images[0].annotations[0];
  CHECK(box.where == "a.file:14");
  CHECK(box.class_name == "Stop");
  CHECK(box_text(box) == "[797.33,870.92,965.52,928.94]");
  CHECK(box.sample.split == "train");
  CHECK(box.sample.extra ==
        R"("cvat":{"source":"manual","occluded":"1","xtl":"797.33","ytl":"870.92",)"
        R"("xbr":"965.52","ybr":"928.94","z_order":"4","group_id":"2",)"
        R"("attributes":{"quality":"bad"},"image":{"id":"3","task_id":"7"}})");
  const Annotation& tag = images[0].annotations[1];
  CHECK(tag.class_name == "No \"entry\" & <more>");
  CHECK(box_text(tag) == "whole");
  CHECK(images[1].annotations.empty());
}

TEST_CASE("CVAT: other shapes and rotated boxes are rejected by name") {
  CHECK(wrongs(parse_all(parse_cvat, kProject)) ==
        std::vector<std::string>{
            "a.file:19: is a <polygon>; only boxes and tags are read: draw a box in CVAT",
            "a.file:21: is rotated by 30 degrees; draw an upright box in CVAT"});
}

TEST_CASE("CVAT: what it has of its own comes back, and its attributes are declared") {
  const auto images = parse_all(parse_cvat, kProject);
  Sample box = ingested(images[0], images[0].annotations[0]);
  Sample tag = ingested(images[0], images[0].annotations[1]);
  box.id = "x/1";
  tag.id = "x/2";
  TestTree set;
  write_set(set, create_cvat, {{{}, 1600, 1200, {box, tag}}});
  const std::string text = set.text("annotations.xml");
  CHECK(text.find(R"(<image id="0" name="x-1.png" subset="train" task_id="7" width="1600" )"
                  R"(height="1200">)") != std::string::npos);
  CHECK(text.find(R"(<box label="Stop" source="manual" occluded="1" xtl="797.33" ytl="870.92" )"
                  R"(xbr="965.52" ybr="928.94" z_order="4" group_id="2">)") != std::string::npos);
  CHECK(text.find(R"(<attribute name="quality">bad</attribute>)") != std::string::npos);
  CHECK(text.find(R"(<tag label="No &quot;entry&quot; &amp; &lt;more>" source="auto">)") !=
        std::string::npos);
  const std::size_t meta = text.find("<meta>"), first = text.find("<image ");
  REQUIRE(meta < first);
  CHECK(text.find("<name>quality</name>") < first);
  CHECK(text.find("<name>signpost</name>") < first);
  CHECK(text.find("<size>1</size>") < first);
}

TEST_CASE("CVAT: the subset of a task is the split of images without their own") {
  const auto images =
      parse_all(parse_cvat,
                "<annotations><meta><task><subset>Validation</subset></task></meta>"
                "<image name=\"a.png\"><tag label=\"Stop\"/></image>"
                "<image name=\"b.png\" subset=\"test\"><tag label=\"Stop\"/></image>"
                "</annotations>");
  REQUIRE(images.size() == 2);
  CHECK(images[0].annotations[0].sample.split == "val");
  CHECK(images[1].annotations[0].sample.split == "test");
}

TEST_CASE("CVAT: tracks are refused with the export that is wanted") {
  CHECK_THROWS_WITH(
      parse_all(parse_cvat, "<annotations><track id=\"0\" label=\"Stop\"/></annotations>"),
      "a.file: holds tracks of CVAT for video; export it as CVAT for images 1.1");
  CHECK_THROWS_WITH(
      parse_all(parse_cvat, "<annotation/>"),
      "a.file: its outermost element is <annotation>, not <annotations>; name another --from");
  CHECK_THROWS_WITH(parse_all(parse_cvat, "<annotations>\n<image>\n</box>"),
                    "a.file:3: is not well-formed XML: Start-end tags mismatch; correct it, or "
                    "export it again");
}

TEST_CASE("CVAT: what is wrong with a shape is said with its line") {
  CHECK(wrong_of("<box xtl=\"1\"/>") == "a.file:3: has no label; add it");
  CHECK(wrong_of("<box label=\"Stop\" xtl=\"1\" ytl=\"x\"/>") ==
        "a.file:3: ytl is \"x\", not a number; correct it");
  CHECK(wrong_of("<box label=\"Stop\" xtl=\"1\" ytl=\"1\" xbr=\"inf\" ybr=\"2\"/>") ==
        "a.file:3: xbr is \"inf\", not a number; correct it");
  CHECK(wrong_of("<box label=\"Stop\" xtl=\"5\" ytl=\"1\" xbr=\"5\" ybr=\"2\"/>") ==
        "a.file:3: the box is 0 x 1 px; a box needs a width and a height");
  CHECK(wrong_of("<box label=\"Stop\" xtl=\"1\" ytl=\"1\" xbr=\"1e30\" ybr=\"2\"/>") ==
        "a.file:3: the box has an edge that no image has; correct it");
  CHECK(wrong_of("<tag label=\"Stop\"><attribute name=\"signpost\">{</attribute></tag>") ==
        "a.file:3: \"signpost\" is not valid JSON; correct it (NaN and Infinity are not JSON)");
  CHECK(wrongs(parse_all(parse_cvat,
                         "<annotations><image><tag label=\"Stop\"/></image>"
                         "<image width=\"2\"/></annotations>")) ==
        std::vector<std::string>{"a.file:1: the <image> has no name; add it",
                                 "a.file:1: the <image> has no name; add it"});
}

TEST_CASE("CVAT: images of a project are found in the folders of their subsets") {
  TestTree set;
  set.add("annotations.xml",
          "<annotations><meta/><image name=\"a.png\" subset=\"Train\"><tag label=\"Stop\"/></image>"
          "<image name=\"b.png\" subset=\"Test\"><tag label=\"Stop\"/></image></annotations>");
  set.add("images/Train/a.png");
  set.add("images/Test/b.png");
  const auto images = read_all(set.tree(), open_cvat);
  REQUIRE(images.size() == 2);
  CHECK(images[0].folder == "images/Train");
  CHECK(images[1].folder == "images/Test");
  CHECK(is_cvat(set.tree()));
}

}  // namespace signpost
