#include <fmt/format.h>

#include <map>
#include <memory>

#include "base/csv.h"
#include "base/file.h"
#include "source/format.h"

namespace signpost {
namespace {

/// A CSV whose header ManifestColumns understands. Images are named relative to its folder.
class ManifestWriter {
 public:
  ManifestWriter(const std::filesystem::path& file, bool with_split)
      : file_(file, false), with_split_(with_split) {
    file_.write(fmt::format("file_name,label,class_name,x1,y1,x2,y2,group,frame{},signpost\n",
                            with_split ? ",split" : ""));
  }

  void add(std::string_view file, const Sample& sample, std::string_view class_name) {
    line_.clear();
    append_csv(line_, file);
    line_ += sample.label ? fmt::format(",{},", *sample.label) : ",,";
    append_csv(line_, class_name);
    line_ += sample.roi ? fmt::format(",{},{},{},{},", sample.roi->x1, sample.roi->y1,
                                      sample.roi->x2, sample.roi->y2)
                        : ",,,,,";
    append_csv(line_, sample.group);
    line_ += sample.frame ? fmt::format(",{},", *sample.frame) : ",,";
    if (with_split_) line_ += sample.split + ",";
    Sample own;
    own.id = sample.id;
    own.extra = sample.extra;
    append_csv(line_, own_fields(own));
    line_ += '\n';
    file_.write(line_);
  }

  void finish() { file_.commit(); }

 private:
  OutputFile file_;
  bool with_split_;
  std::string line_;
};

std::string class_name(std::span<const ExportedClass> classes, const Sample& sample) {
  if (!sample.label) return {};
  for (const ExportedClass& known : classes) {
    if (known.id == *sample.label) return known.name;
  }
  return {};
}

/// SPLIT/00014/STEM.png and SPLIT/metadata.csv.
class ImageFolderWriter : public AnnotationWriter {
 public:
  ImageFolderWriter(std::filesystem::path folder, std::span<const ExportedClass> classes)
      : folder_(std::move(folder)), classes_(classes.begin(), classes.end()) {}

  std::string image_stem(const Sample& sample) const override {
    return fmt::format("{}{}{:05}/{}", sample.split, sample.split.empty() ? "" : "/", *sample.label,
                       stem_of_id(sample.id));
  }

  ExportLayout layout() const override {
    ExportLayout layout;
    layout.shared_images = false;
    layout.needs_labels = true;
    layout.needs_images = true;
    return layout;
  }

  void add(const ExportedImage& image) override {
    for (const Sample& sample : image.samples) {
      std::unique_ptr<ManifestWriter>& manifest = manifests_[sample.split];
      if (!manifest)
        manifest = std::make_unique<ManifestWriter>(folder_ / sample.split / "metadata.csv", false);
      std::string_view file = image.file;
      if (!sample.split.empty()) file.remove_prefix(sample.split.size() + 1);
      manifest->add(file, sample, class_name(classes_, sample));
    }
  }

  void finish() override {
    for (auto& [split, manifest] : manifests_) manifest->finish();
  }

 private:
  std::filesystem::path folder_;
  std::vector<ExportedClass> classes_;
  std::map<std::string, std::unique_ptr<ManifestWriter>> manifests_;
};

/// images/STEM.png and labels.csv.
class CsvWriter : public AnnotationWriter {
 public:
  CsvWriter(const std::filesystem::path& folder, std::span<const ExportedClass> classes)
      : manifest_(folder / "labels.csv", true), classes_(classes.begin(), classes.end()) {}

  std::string image_stem(const Sample& sample) const override {
    return "images/" + stem_of_id(sample.id);
  }

  void add(const ExportedImage& image) override {
    for (const Sample& sample : image.samples)
      manifest_.add(image.file, sample, class_name(classes_, sample));
  }

  void finish() override { manifest_.finish(); }

 private:
  ManifestWriter manifest_;
  std::vector<ExportedClass> classes_;
};

}  // namespace

std::unique_ptr<AnnotationWriter> create_image_folder(const std::filesystem::path& folder,
                                                      std::span<const ExportedClass> classes) {
  return std::make_unique<ImageFolderWriter>(folder, classes);
}

std::unique_ptr<AnnotationWriter> create_csv(const std::filesystem::path& folder,
                                             std::span<const ExportedClass> classes) {
  return std::make_unique<CsvWriter>(folder, classes);
}

}  // namespace signpost
