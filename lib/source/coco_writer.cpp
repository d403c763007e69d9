#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <unordered_set>

#include "base/json_text.h"
#include "source/annotation_files.h"
#include "source/box_fields.h"
#include "source/coco.h"

namespace signpost {
namespace {

/// Ids as they came where they are still free, else the lowest that nobody had yet.
class Ids {
 public:
  std::int64_t take(std::optional<std::int64_t> wanted) {
    if (wanted && *wanted >= 0 && taken_.insert(*wanted).second) return *wanted;
    while (!taken_.insert(next_).second) ++next_;
    return next_++;
  }

 private:
  std::unordered_set<std::int64_t> taken_;
  std::int64_t next_ = 1;
};

/// The file of one split, as far as it is known.
struct Part {
  Part(const std::filesystem::path& folder, const std::string& name)
      : images(folder, name + "-images"), annotations(folder, name + "-annotations") {}
  Spool images, annotations;
  Ids image_ids, annotation_ids;
  std::map<std::int64_t, std::string> licenses;
  bool unlabelled = false;
};

class CocoWriter : public AnnotationWriter {
 public:
  CocoWriter(const std::filesystem::path& folder, std::span<const ExportedClass> classes)
      : folder_(folder / "annotations"), classes_(classes.begin(), classes.end()) {
    std::filesystem::create_directories(folder_);
  }

  std::string image_stem(const Sample& sample) const override {
    return fmt::format("images/{}/{}", subset_name(sample.split), stem_of_id(sample.id));
  }

  void add(const ExportedImage& image) override {
    for (const auto& [name, samples] : by_split(image)) add(image, name, samples);
  }

  void finish() override {
    if (parts_.empty()) part("default");
    for (auto& [name, part] : parts_) {
      OutputFile out(folder_ / ("instances_" + name + ".json"), false);
      out.write("{\n\"info\":{\"description\":\"written by signpost\"},\n\"licenses\":[");
      std::string list;
      for (const auto& [id, license] : part.licenses) {
        list += list.empty() ? "\n" : ",\n";
        list += license;
      }
      out.write(list + "],\n\"categories\":[\n" + categories(part.unlabelled) +
                "],\n\"images\":[\n");
      part.images.copy_to(out);
      out.write("],\n\"annotations\":[\n");
      part.annotations.copy_to(out);
      out.write("]\n}\n");
      out.commit();
    }
    parts_.clear();
  }

 private:
  Part& part(const std::string& name) {
    return parts_.try_emplace(name, folder_, name).first->second;
  }

  int unlabelled_id() const {
    int id = 0;
    for (const ExportedClass& known : classes_) id = std::max(id, known.id + 1);
    return id;
  }

  std::string categories(bool unlabelled) const {
    std::string text;
    const auto add_category = [&](int id, std::string_view name) {
      if (!text.empty()) text += ",\n";
      text += fmt::format("{{\"id\":{},\"name\":{},\"supercategory\":\"traffic sign\"}}", id,
                          json_string(name));
    };
    for (const ExportedClass& known : classes_) add_category(known.id, known.name);
    if (unlabelled) add_category(unlabelled_id(), kUnlabelled);
    return text;
  }

  void add(const ExportedImage& image, const std::string& name,
           const std::vector<const Sample*>& samples) {
    Part& part = this->part(name);
    const std::int64_t image_id = add_image(part, image, name, *samples.front());
    for (const Sample* sample : samples) add_annotation(part, image, *sample, image_id);
  }

  std::int64_t add_image(Part& part, const ExportedImage& image, const std::string& name,
                         const Sample& sample) {
    const std::string folder = "images/" + name + "/";
    std::string_view file = image.file;
    if (file.starts_with(folder)) {
      file.remove_prefix(folder.size());
    } else if (file.starts_with("images/")) {
      file.remove_prefix(7);
    }
    std::string rest, wrong;
    std::optional<std::int64_t> id;
    parser_.parse(format_object(sample, "coco"), wrong)["image"].each_field(
        [&](std::string_view key, JsonValue value) {
          if (key == "id") {
            if (has_first_pixels(sample)) id = value.integer();
          } else if (const auto license = value["id"].integer(); key == "license" && license) {
            part.licenses[*license] = value.text();
            add_field(rest, key, std::to_string(*license));
          } else {
            add_field(rest, key, value.text());
          }
        });
    const std::int64_t taken = part.image_ids.take(id);
    part.images.add_element(
        fmt::format("{{\"id\":{},\"file_name\":{},\"width\":{},\"height\":{}{}{}}}", taken,
                    json_string(file), image.width, image.height, rest.empty() ? "" : ",", rest));
    return taken;
  }

  void add_annotation(Part& part, const ExportedImage& image, const Sample& sample,
                      std::int64_t image_id) {
    const Roi roi = roi_of(sample, image);
    std::string bbox = fmt::format("[{},{},{},{}]", roi.x1, roi.y1, roi.width(), roi.height());
    std::string area = std::to_string(std::int64_t{roi.width()} * roi.height());
    std::string segmentation = "[]", rest, wrong;
    std::optional<std::int64_t> id;
    const JsonValue own = parser_.parse(format_object(sample, "coco"), wrong);
    // What was drawn on the pixels is only true while the box is still the same.
    const bool same = has_first_pixels(sample) && is_same(own["bbox"], roi);
    own.each_field([&](std::string_view key, JsonValue value) {
      if (key == "id") {
        id = value.integer();
      } else if (key == "bbox" || key == "area" || key == "segmentation") {
        if (same) (key == "bbox" ? bbox : key == "area" ? area : segmentation) = value.text();
      } else if (key != "image" && key != "iscrowd" &&
                 (same || (key != "keypoints" && key != "num_keypoints"))) {
        add_field(rest, key, value.text());
      }
    });
    if (!sample.label) part.unlabelled = true;
    add_field(rest, "signpost", signpost_object(sample, "coco", false));
    part.annotations.add_element(fmt::format(
        "{{\"id\":{},\"image_id\":{},\"category_id\":{},\"bbox\":{},\"area\":{},\"iscrowd\":0,"
        "\"segmentation\":{},{}}}",
        part.annotation_ids.take(id), image_id, sample.label.value_or(unlabelled_id()), bbox, area,
        segmentation, rest));
  }

  static bool is_same(JsonValue bbox, const Roi& roi) {
    std::vector<double> n;
    bbox.each_element([&](JsonValue value) { n.push_back(value.number().value_or(1e300)); });
    return n.size() == 4 && same_box({n[0], n[1], n[0] + n[2], n[1] + n[3]}, roi);
  }

  std::filesystem::path folder_;
  std::vector<ExportedClass> classes_;
  std::map<std::string, Part> parts_;
  JsonParser parser_;
};

}  // namespace

std::unique_ptr<AnnotationWriter> create_coco(const std::filesystem::path& folder,
                                              std::span<const ExportedClass> classes) {
  return std::make_unique<CocoWriter>(folder, classes);
}

}  // namespace signpost
