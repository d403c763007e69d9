#pragma once

#include <catch2/catch.hpp>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/rejects.h"
#include "source/file_tree.h"
#include "source/format.h"
#include "support/scratch.h"

namespace signpost {

/// A folder of files, written for one test.
class TestTree {
 public:
  void add(const std::string& name, std::string_view content = {}) {
    const std::filesystem::path path = folder() / name;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << content;
  }
  std::filesystem::path folder() const { return scratch_ / "set"; }
  std::string text(const std::string& name) const { return read_text(folder() / name); }
  FileTree tree() const { return FileTree(folder().string()); }

 private:
  Scratch scratch_;
};

using Open = std::unique_ptr<AnnotationReader> (*)(const FileTree&, Rejects&);
using Create = std::unique_ptr<AnnotationWriter> (*)(const std::filesystem::path&,
                                                     std::span<const ExportedClass>);
using Parse = std::unique_ptr<AnnotationReader> (*)(Bytes, const std::string&);

inline std::vector<AnnotatedImage> all_of(AnnotationReader& reader) {
  std::vector<AnnotatedImage> images;
  AnnotatedImage image;
  while (reader.next(image)) images.push_back(image);
  return images;
}

inline std::vector<AnnotatedImage> read_all(const FileTree& tree, Open open) {
  Rejects::Options options;
  options.quiet = true;
  Rejects rejects("test", options);
  const std::unique_ptr<AnnotationReader> reader = open(tree, rejects);
  std::vector<AnnotatedImage> images = all_of(*reader);
  CHECK(rejects.count() == 0);
  return images;
}

inline std::vector<AnnotatedImage> parse_all(Parse parse, std::string_view text) {
  return all_of(*parse(Bytes(text.begin(), text.end()), "a.file"));
}

/// "where: what" of every annotation that is wrong.
inline std::vector<std::string> wrongs(const std::vector<AnnotatedImage>& images) {
  std::vector<std::string> lines;
  for (const AnnotatedImage& image : images) {
    for (const Annotation& annotation : image.annotations) {
      if (!annotation.wrong.empty()) lines.push_back(annotation.where + ": " + annotation.wrong);
    }
  }
  return lines;
}

/// "[x1,y1,x2,y2]" in hundredths where it must be, or "whole".
inline std::string box_text(const Annotation& annotation) {
  if (!annotation.box) return "whole";
  std::string text;
  for (const double edge :
       {annotation.box->x1, annotation.box->y1, annotation.box->x2, annotation.box->y2}) {
    std::string number = std::to_string(std::round(edge * 100) / 100);
    number.erase(number.find_last_not_of('0') + 1);
    if (number.ends_with('.')) number.pop_back();
    text += text.empty() ? '[' : ',';
    text += number;
  }
  return text + "]";
}

inline const std::vector<ExportedClass>& test_classes() {
  static const std::vector<ExportedClass> classes = {
      {0, 0, "Speed limit 20 km/h"}, {14, 1, "Stop"}, {17, 2, "No \"entry\" & <more>"}};
  return classes;
}

/// What ingest makes of an annotation, as far as these tests go.
inline Sample ingested(const AnnotatedImage& image, const Annotation& annotation) {
  INFO(annotation.where << ": " << annotation.wrong);
  REQUIRE(annotation.wrong.empty());
  Sample sample = annotation.sample;
  sample.image = image.folder + "/" + image.name;
  for (const ExportedClass& known : test_classes()) {
    if (known.name == annotation.class_name) sample.label = known.id;
  }
  REQUIRE((annotation.class_name.empty() || sample.label.has_value()));
  if (annotation.box) {
    const auto pixel = [](double edge) { return static_cast<int>(std::floor(edge + 0.5)); };
    const Annotation::Box& box = *annotation.box;
    sample.roi = Roi{pixel(box.x1), pixel(box.y1), pixel(box.x2), pixel(box.y2)};
  }
  return sample;
}

inline std::vector<Sample> ingested(const std::vector<AnnotatedImage>& images) {
  std::vector<Sample> samples;
  for (const AnnotatedImage& image : images) {
    for (const Annotation& annotation : image.annotations)
      samples.push_back(ingested(image, annotation));
  }
  return samples;
}

/// Writes the images' samples as `create` has it, with an empty file for each image.
inline void write_set(TestTree& set, Create create, const std::vector<ExportedImage>& images) {
  std::filesystem::create_directories(set.folder());
  const std::unique_ptr<AnnotationWriter> writer = create(set.folder(), test_classes());
  for (ExportedImage image : images) {
    image.file = writer->image_stem(image.samples.front()) + ".png";
    set.add(image.file);
    writer->add(image);
  }
  writer->finish();
}

/// A record as one line, without what the image's place decides.
inline std::string record(Sample sample) {
  sample.image.clear();
  std::string text;
  encode(sample, text);
  return text;
}

}  // namespace signpost
