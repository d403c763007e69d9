#include "source/voc.h"

#include "unit/source/annotation_loop.h"

namespace signpost {
namespace {

// As the development kit of the challenge has it.
constexpr std::string_view kChallenge = R"(<annotation>
	<folder>VOC2007</folder>
	<filename>000001.jpg</filename>
	<source>
		<database>The VOC2007 Database</database>
		<annotation>PASCAL VOC2007</annotation>
		<image>flickr</image>
		<flickrid>341012865</flickrid>
	</source>
	<owner><flickrid>Fried Camels</flickrid><name>Jinky the Fruit Bat</name></owner>
	<size><width>353</width><height>500</height><depth>3</depth></size>
	<segmented>0</segmented>
	<object>
		<name>Stop</name>
		<pose>Left</pose>
		<truncated>1</truncated>
		<difficult>0</difficult>
		<bndbox><xmin>48</xmin><ymin>240</ymin><xmax>195</xmax><ymax>371</ymax></bndbox>
		<part><name>head</name>
			<bndbox><xmin>50</xmin><ymin>250</ymin><xmax>60</xmax><ymax>270</ymax></bndbox></part>
		<part><name>foot</name>
			<bndbox><xmin>51</xmin><ymin>350</ymin><xmax>61</xmax><ymax>370</ymax></bndbox></part>
	</object>
</annotation>
)";

// As labelImg and CVAT write it.
constexpr std::string_view kTool = R"(<?xml version="1.0" encoding="utf-8"?>
<annotation verified="yes">
  <folder>photos</folder>
  <filename>a&amp;b.png</filename>
  <path>/home/ana/photos/a&amp;b.png</path>
  <source><database>Unknown</database></source>
  <size><width>100</width><height>80</height><depth>1</depth></size>
  <object>
    <name>Stop</name>
    <occluded>0</occluded>
    <bndbox><ymax>70.75</ymax><xmin>1.5</xmin><ymin>2</ymin><xmax>60</xmax></bndbox>
    <attributes>
      <attribute><name>dirty</name><value>yes</value></attribute>
      <attribute><name>signpost</name><value>{"id":"p/1","frame":2}</value></attribute>
    </attributes>
  </object>
</annotation>
)";

std::string with_box(const std::string& bndbox) {
  return "<annotation><filename>a.png</filename><object><name>Stop</name>" + bndbox +
         "</object></annotation>";
}

}  // namespace

TEST_CASE("VOC: the challenge's own files count from 1 and include the last pixel") {
  const auto images = parse_all(parse_voc, kChallenge);
  REQUIRE(images.size() == 1);
  CHECK(images[0].name == "000001.jpg");
  CHECK(images[0].width == 353);
  CHECK(images[0].height == 500);
  REQUIRE(images[0].annotations.size() == 1);
  const Annotation& sign = images[0].annotations[0];
  CHECK(sign.wrong.empty());
  CHECK(sign.where == "a.file:13");
  CHECK(sign.class_name == "Stop");
  CHECK(box_text(sign) == "[47,239,195,371]");
  CHECK(sign.text.starts_with("<object>"));
}

TEST_CASE("VOC: files of today's tools count edges from 0") {
  const auto images = parse_all(parse_voc, kTool);
  CHECK(images[0].name == "a&b.png");
  CHECK(box_text(images[0].annotations[0]) == "[1.5,2,60,70.75]");
  CHECK(images[0].annotations[0].sample.id == "p/1");
  CHECK(images[0].annotations[0].sample.frame == 2);
}

TEST_CASE("VOC: other elements are kept as JSON and come back as elements") {
  const auto images = parse_all(parse_voc, kChallenge);
  CHECK(images[0].annotations[0].sample.extra ==
        R"("voc":{"pose":"Left","truncated":"1","difficult":"0","part":[{"name":"head","bndbox":)"
        R"({"xmin":"50","ymin":"250","xmax":"60","ymax":"270"}},{"name":"foot","bndbox":)"
        R"({"xmin":"51","ymin":"350","xmax":"61","ymax":"370"}}],"image":{"folder":"VOC2007",)"
        R"("source":{"database":"The VOC2007 Database","annotation":"PASCAL VOC2007",)"
        R"("image":"flickr","flickrid":"341012865"},"owner":{"flickrid":"Fried Camels",)"
        R"("name":"Jinky the Fruit Bat"},"size":{"depth":"3"},"segmented":"0"}})");
  TestTree set;
  Sample sample = ingested(images[0], images[0].annotations[0]);
  sample.id = "x";
  write_set(set, create_voc, {{{}, 353, 500, {sample}}});
  const auto again = read_all(set.tree(), open_voc);
  CHECK(box_text(again[0].annotations[0]) == "[47,239,195,371]");
  const std::string text = set.text("Annotations/x.xml");
  CHECK(text.find("<xmin>48</xmin>") != std::string::npos);
  CHECK(text.find("<xmin>51</xmin>") != std::string::npos);
  CHECK(text.find("<flickrid>Fried Camels</flickrid>") != std::string::npos);
  CHECK(text.find("<annotation>PASCAL VOC2007</annotation>") != std::string::npos);
}

TEST_CASE("VOC: fractions of a pixel and attributes of other tools survive a round") {
  const auto images = parse_all(parse_voc, kTool);
  TestTree set;
  write_set(set, create_voc, {{{}, 100, 80, {ingested(images[0], images[0].annotations[0])}}});
  const auto again = read_all(set.tree(), open_voc);
  CHECK(box_text(again[0].annotations[0]) == "[1.5,2,60,70.75]");
  CHECK(again[0].annotations[0].sample.extra.find(
            R"("attributes":{"attribute":[{"name":"dirty","value":"yes"}]})") != std::string::npos);
  CHECK(set.text("Annotations/p-1.xml").find("<depth>1</depth>") != std::string::npos);
  CHECK(set.text("labelmap.txt").find("Stop:::") != std::string::npos);
}

TEST_CASE("VOC: lists of stems are splits, and two of them are a contradiction") {
  TestTree set;
  for (const std::string stem : {"one", "two words", "both", "none"}) {
    set.add("VOC2012/Annotations/" + stem + ".xml", "<annotation><filename>" + stem +
                                                        ".jpg</filename><object><name>Stop</name>"
                                                        "<bndbox><xmin>1</xmin><ymin>1</ymin>"
                                                        "<xmax>5</xmax><ymax>5</ymax></bndbox>"
                                                        "</object></annotation>");
    set.add("VOC2012/JPEGImages/" + stem + ".jpg");
  }
  set.add("VOC2012/ImageSets/Main/train.txt", "one\r\ntwo words\nboth\nboth\n");
  set.add("VOC2012/ImageSets/Main/val.txt", "both");
  set.add("VOC2012/ImageSets/Main/trainval.txt", "one\ntwo words\nboth\nnone\n");
  set.add("VOC2012/ImageSets/Main/Stop_train.txt", "one 1\n");
  const auto images = read_all(set.tree(), open_voc);
  REQUIRE(images.size() == 4);
  CHECK(images[0].name == "both.jpg");
  CHECK(images[0].annotations[0].wrong ==
        "stands in train.txt and in val.txt of ImageSets/Main; remove it from one");
  CHECK(images[1].annotations[0].sample.split.empty());
  CHECK(images[2].annotations[0].sample.split == "train");
  CHECK(images[3].annotations[0].sample.split == "train");
  CHECK(images[3].folder == "VOC2012/JPEGImages");
}

TEST_CASE("VOC: an image that was renamed is found by its annotation's stem") {
  TestTree set;
  set.add("labels/new.xml", with_box("<bndbox><xmin>1</xmin><ymin>1</ymin><xmax>5</xmax>"
                                     "<ymax>5</ymax></bndbox>"));
  set.add("labels/new.jpeg");
  const auto images = read_all(set.tree(), open_voc);
  REQUIRE(images.size() == 1);
  CHECK(images[0].name == "new.jpeg");
}

TEST_CASE("VOC: what is wrong with an object is said with its line") {
  const auto wrong_of = [](const std::string& text) {
    const auto lines = wrongs(parse_all(parse_voc, text));
    return lines.empty() ? std::string() : lines.front();
  };
  CHECK(wrong_of("<annotation>\n<object>\n</object></annotation>") ==
        "a.file:2: has no <name>; add the class");
  CHECK(wrong_of(with_box("")) == "a.file:1: <xmin> is \"\", not a number; correct it");
  CHECK(wrong_of(with_box("<bndbox><xmin>nan</xmin></bndbox>")) ==
        "a.file:1: <xmin> is \"nan\", not a number; correct it");
  CHECK(wrong_of(with_box("<bndbox><xmin>9</xmin><ymin>1</ymin><xmax>5</xmax><ymax>5</ymax>"
                          "</bndbox>")) ==
        "a.file:1: the box is -4 x 4 px; a box needs a width and a height");
  CHECK(wrong_of("<annotation><size><width>2147483648</width></size></annotation>") ==
        "a.file:1: <width> is \"2147483648\"; correct it");
  std::string deep;
  for (int i = 0; i < 100; ++i) deep += "<a>";
  for (int i = 0; i < 100; ++i) deep += "</a>";
  CHECK(wrong_of(with_box("<bndbox><xmin>1</xmin><ymin>1</ymin><xmax>5</xmax><ymax>5</ymax>"
                          "</bndbox>" +
                          deep)) == "a.file:1: <a> nests more than 32 deep; correct it");
}

TEST_CASE("VOC: entities of one's own are not expanded, so a text cannot grow") {
  const std::string laughs =
      "<?xml version=\"1.0\"?><!DOCTYPE lolz [<!ENTITY lol \"lol\"><!ENTITY lol2 "
      "\"&lol;&lol;&lol;&lol;\"><!ENTITY x SYSTEM \"file:///etc/passwd\">]>"
      "<annotation><filename>&lol2;&x;.png</filename></annotation>";
  const auto images = parse_all(parse_voc, laughs);
  REQUIRE(images.size() == 1);
  CHECK(images[0].name == "&lol2;&x;.png");
}

TEST_CASE("VOC: elements nested a million deep are read without harm") {
  std::string text = "<annotation><filename>a.png</filename>";
  for (int i = 0; i < 1000000; ++i) text += "<a>";
  for (int i = 0; i < 1000000; ++i) text += "</a>";
  CHECK(wrongs(parse_all(parse_voc, text + "</annotation>")) ==
        std::vector<std::string>{"a.file:1: <a> nests more than 32 deep; correct it"});
}

TEST_CASE("VOC: images that are not copied keep their folders, and a stem may stand twice") {
  TestTree set;
  std::filesystem::create_directories(set.folder());
  const auto writer = create_voc(set.folder(), test_classes());
  for (const char* file : {"a/b.ppm", "a/b.png"}) {
    ExportedImage image{file, 10, 10, {}};
    image.samples.emplace_back().id = file;
    image.samples.back().split = "train";
    set.add(file);
    writer->add(image);
  }
  writer->finish();
  const auto images = read_all(set.tree(), open_voc);
  REQUIRE(images.size() == 2);
  CHECK(images[0].name == "b.png");
  CHECK(images[1].name == "b.ppm");
  CHECK(images[0].annotations[0].sample.split == "train");
}

}  // namespace signpost
