// What must hold for each of the box formats alike.
#include "source/coco.h"
#include "source/cvat.h"
#include "source/datumaro.h"
#include "source/label_studio.h"
#include "source/voc.h"
#include "unit/source/annotation_loop.h"

namespace signpost {
namespace {

struct BoxFormat {
  const char* name;
  Open open;
  Create create;
  bool (*recognises)(const FileTree&);
  Parse parse;
};

const std::vector<BoxFormat> kFormats = {
    {"coco", open_coco, create_coco, is_coco, parse_coco},
    {"voc", open_voc, create_voc, is_voc, parse_voc},
    {"cvat", open_cvat, create_cvat, is_cvat, parse_cvat},
    {"label_studio", open_label_studio, create_label_studio, is_label_studio, parse_label_studio},
    {"datumaro", open_datumaro, create_datumaro, is_datumaro, parse_datumaro},
};

Sample sample(const std::string& id, std::optional<int> label, std::optional<Roi> roi) {
  Sample result;
  result.id = id;
  result.label = label;
  result.roi = roi;
  return result;
}

std::vector<ExportedImage> several_images() {
  std::vector<ExportedImage> images;
  ExportedImage& first = images.emplace_back(ExportedImage{{}, 1360, 800, {}});
  first.samples.push_back(sample("scene/1/a", 14, Roi{100, 200, 141, 243}));
  first.samples.back().group = "sign/7";
  first.samples.back().frame = 3;
  first.samples.back().split = "train";
  first.samples.back().extra = R"("weather":{"rain":true,"note":"ä \"<&>"},"score":0.25)";
  first.samples.push_back(sample("scene/1/b", 0, Roi{0, 0, 1360, 800}));
  first.samples.back().split = "train";
  ExportedImage& whole = images.emplace_back(ExportedImage{{}, 42, 44, {}});
  whole.samples.push_back(sample("crop/2", 17, std::nullopt));
  whole.samples.back().split = "val";
  ExportedImage& odd = images.emplace_back(ExportedImage{{}, 33, 31, {}});
  odd.samples.push_back(sample("../../tmp/a b_\xc3\xa4%/.x", 14, Roi{1, 2, 32, 31}));
  odd.samples.back().split = "test";
  ExportedImage& none = images.emplace_back(ExportedImage{{}, 64, 48, {}});
  none.samples.push_back(sample("new/1", std::nullopt, Roi{5, 5, 37, 39}));
  none.samples.back().group = "new/1";
  ExportedImage& blank = images.emplace_back(ExportedImage{{}, 10, 10, {}});
  blank.samples.push_back(sample("new/2", std::nullopt, std::nullopt));
  blank.samples.back().extra = R"("note":"no label, no box")";
  return images;
}

std::vector<std::string> sorted_records(const std::vector<Sample>& samples) {
  std::vector<std::string> records;
  for (const Sample& each : samples) records.push_back(record(each));
  std::sort(records.begin(), records.end());
  return records;
}

/// The sample without the field that holds what only this format knows.
Sample without_field(Sample each, const std::string& name) {
  const std::size_t at = each.extra.find("\"" + name + "\":{");
  if (at == std::string::npos) return each;
  std::size_t end = at + name.size() + 3;
  for (int depth = 0; end < each.extra.size(); ++end) {
    if (each.extra[end] == '{') ++depth;
    if (each.extra[end] == '}' && --depth == 0) break;
  }
  each.extra.erase(at, end + 1 - at);
  if (each.extra.ends_with(',')) each.extra.pop_back();
  return each;
}

}  // namespace

TEST_CASE("samples come back from every box format as they were") {
  for (const BoxFormat& format : kFormats) {
    INFO(format.name);
    TestTree set;
    const std::vector<ExportedImage> images = several_images();
    write_set(set, format.create, images);
    std::vector<Sample> before, after;
    for (const ExportedImage& image : images)
      before.insert(before.end(), image.samples.begin(), image.samples.end());
    for (const Sample& each : ingested(read_all(set.tree(), format.open)))
      after.push_back(without_field(each, format.name));
    CHECK(sorted_records(after) == sorted_records(before));
  }
}

TEST_CASE("what was read from a box format and written again reads the same a second time") {
  for (const BoxFormat& format : kFormats) {
    INFO(format.name);
    TestTree set, again;
    write_set(set, format.create, several_images());
    const std::vector<AnnotatedImage> first = read_all(set.tree(), format.open);
    std::vector<ExportedImage> images;
    for (const AnnotatedImage& image : first) {
      images.push_back({{}, image.width.value_or(0), image.height.value_or(0), {}});
      for (const ExportedImage& original : several_images()) {
        if (original.samples[0].id == image.annotations[0].sample.id) {
          images.back().width = original.width;
          images.back().height = original.height;
        }
      }
      for (const Annotation& annotation : image.annotations)
        images.back().samples.push_back(ingested(image, annotation));
    }
    write_set(again, format.create, images);
    CHECK(sorted_records(ingested(read_all(again.tree(), format.open))) ==
          sorted_records(ingested(first)));
  }
}

TEST_CASE("every box format knows its own data sets and not those of the others") {
  for (const BoxFormat& written : kFormats) {
    TestTree set;
    write_set(set, written.create, several_images());
    for (const BoxFormat& format : kFormats) {
      INFO(format.name << " looks at " << written.name);
      CHECK(format.recognises(set.tree()) == (format.name == std::string(written.name)));
    }
  }
}

TEST_CASE("no image is written outside of its data set's folder, and no two into one file") {
  for (const BoxFormat& format : kFormats) {
    INFO(format.name);
    TestTree set;
    std::filesystem::create_directories(set.folder());
    const auto writer = format.create(set.folder(), test_classes());
    std::vector<std::string> stems;
    for (const std::string id : {"a/b", "a_b", "a//b", "a/_b", "a_/b", "a__b", "/a/b", "..", "../x",
                                 ".hidden", "a\\b", "a\nb", "a=2Fb", "a-b", "a%2Fb"}) {
      Sample each = sample(id, 14, std::nullopt);
      each.split = "../..";  // no side of a split
      stems.push_back(writer->image_stem(each));
      const std::filesystem::path path(stems.back());
      CHECK(path.lexically_normal() == path);
      CHECK(!path.is_absolute());
      CHECK(!stems.back().starts_with(".."));
    }
    stems.push_back(writer->image_stem(sample(std::string(5000, 'x'), 14, std::nullopt)));
    CHECK(stems.back().size() < 240);
    std::sort(stems.begin(), stems.end());
    CHECK(std::adjacent_find(stems.begin(), stems.end()) == stems.end());
    writer->finish();
  }
}

TEST_CASE("a data set without samples can be written and read") {
  for (const BoxFormat& format : kFormats) {
    // Without an image VOC has no file, and a list of no tasks could be anybody's.
    if (format.name == std::string("voc") || format.name == std::string("label_studio")) continue;
    INFO(format.name);
    TestTree set;
    write_set(set, format.create, {});
    CHECK(read_all(set.tree(), format.open).empty());
  }
}

TEST_CASE("a box that was copied in a tool keeps its group, not its id") {
  for (const BoxFormat& format : kFormats) {
    INFO(format.name);
    TestTree set;
    ExportedImage image{{}, 100, 100, {}};
    image.samples.push_back(sample("one", 14, Roi{1, 1, 20, 20}));
    image.samples.back().group = "sign";
    image.samples.back().frame = 4;
    image.samples.push_back(image.samples.back());
    image.samples.back().roi = Roi{30, 30, 60, 60};
    write_set(set, format.create, {image});
    const std::vector<AnnotatedImage> images = read_all(set.tree(), format.open);
    REQUIRE(images.size() == 1);
    REQUIRE(images[0].annotations.size() == 2);
    CHECK(images[0].annotations[0].sample.id == "one");
    CHECK(images[0].annotations[1].sample.id.empty());
    CHECK(images[0].annotations[1].sample.group == "sign");
    CHECK(!images[0].annotations[1].sample.frame);
  }
}

TEST_CASE("a class that was corrected in the tool wins over what was written") {
  for (const BoxFormat& format : kFormats) {
    INFO(format.name);
    TestTree set, corrected;
    ExportedImage image{{}, 100, 100, {}};
    image.samples.push_back(sample("one", 14, Roi{1, 1, 20, 20}));
    write_set(set, format.create, {image});
    image.samples[0].label = 0;
    write_set(corrected, format.create, {image});
    const std::vector<Sample> samples = ingested(read_all(corrected.tree(), format.open));
    REQUIRE(samples.size() == 1);
    CHECK(samples[0].label == 0);
  }
}

TEST_CASE("bytes that are no annotations are an error that names the file, whatever they are") {
  const std::vector<std::string> texts = {"",
                                          "\n",
                                          "null",
                                          "7",
                                          "\"text\"",
                                          "{",
                                          "[",
                                          "[1,2",
                                          "{\"images\":[{\"id\":1",
                                          "<",
                                          "<annotations",
                                          "<annotation><object>",
                                          "<other/>",
                                          std::string("\xff\xfe\x00\x00", 4),
                                          "{\"a\":\"\xc3\x28\"}",
                                          std::string(100000, '['),
                                          std::string(1000, '\0')};
  for (const BoxFormat& format : kFormats) {
    for (const std::string& text : texts) {
      INFO(format.name << " reads " << text.substr(0, 40));
      try {
        // What parses must at least be rejected entry by entry.
        for (const AnnotatedImage& image : parse_all(format.parse, text)) {
          for (const Annotation& annotation : image.annotations) CHECK(!annotation.wrong.empty());
          CHECK(!image.annotations.empty());
        }
      } catch (const Error& error) {
        CHECK(std::string(error.what()).starts_with("a.file:"));
      }
    }
  }
}

TEST_CASE("every prefix of a sound file is read or refused without harm") {
  for (const BoxFormat& format : kFormats) {
    INFO(format.name);
    TestTree set;
    write_set(set, format.create, several_images());
    std::string text;
    const FileTree tree = set.tree();
    for (const auto& [folder, names] : tree.folders()) {
      for (const std::string& name : names) {
        if (name.ends_with(".json") || (name.ends_with(".xml") && !name.starts_with("label")))
          text = set.text(join_path(folder, name));
      }
    }
    REQUIRE(!text.empty());
    CHECK(!parse_all(format.parse, text).empty());
    for (std::size_t size = 0; size + 3 < text.size(); ++size) {
      CHECK_THROWS_AS(parse_all(format.parse, text.substr(0, size)), Error);
    }
  }
}

}  // namespace signpost
