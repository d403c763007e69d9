#include "source/coco.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <unordered_map>

#include "base/error.h"
#include "source/annotation_files.h"
#include "source/box_fields.h"

namespace signpost {
namespace {

constexpr std::size_t kMaxShown = 4096;  // bytes of an entry in the rejects
constexpr std::uint32_t kNoImage = 0xffffffff;

/// An entry of the file, by its place in the text.
struct Entry {
  std::uint64_t offset;
  std::uint32_t length;
  std::uint32_t image;  ///< of annotations: the place of its image in the list
};

std::optional<Annotation::Box> box_of(JsonValue bbox) {
  std::array<double, 4> numbers{};
  std::size_t count = 0;
  bool sound = true;
  bbox.each_element([&](JsonValue element) {
    const std::optional<double> number = element.number();
    if (!number || count == 4) {
      sound = false;
    } else {
      numbers[count++] = *number;
    }
  });
  if (!sound || count != 4) return std::nullopt;
  return Annotation::Box{numbers[0], numbers[1], numbers[0] + numbers[2], numbers[1] + numbers[3]};
}

class CocoReader : public AnnotationReader {
 public:
  CocoReader(Bytes text, std::string file) : file_(std::move(file)), text_(std::move(text)) {
    index();
  }

  bool next(AnnotatedImage& image) override {
    image = {};
    if (at_ < images_.size()) {
      read_image(images_[at_], image);
      for (; next_ < annotations_.size() && annotations_[next_].image == at_; ++next_) {
        read_annotation(annotations_[next_], image);
      }
      finish_image(image);
      ++at_;
      return true;
    }
    if (next_ == annotations_.size()) return false;
    read_annotation(annotations_[next_++], image);  // its image is nowhere
    return true;
  }

 private:
  std::string_view text_of(const Entry& entry) const {
    return text_.text().substr(entry.offset, entry.length);
  }

  void index() {
    constexpr std::array<std::string_view, 4> kArrays = {"images", "annotations", "categories",
                                                         "licenses"};
    bool has_images = false;
    std::unordered_map<std::int64_t, std::uint32_t> places;
    std::vector<std::int64_t> image_ids;
    std::string wrong;
    JsonText::Visitor visitor;
    visitor.arrays = kArrays;
    visitor.begin = [&](std::string_view array) { has_images = has_images || array == "images"; };
    visitor.element = [&](std::string_view array, std::string_view element) {
      const Entry entry = {static_cast<std::uint64_t>(element.data() - text_.text().data()),
                           static_cast<std::uint32_t>(element.size()), kNoImage};
      const JsonValue value = parser_.parse_padded(element, wrong);
      const std::optional<std::int64_t> id = value["id"].integer();
      if (array == "annotations") {
        annotations_.push_back(entry);
        image_ids.push_back(value["image_id"].integer().value_or(-1));
        if (id) ids_.push_back(*id);
      } else if (array == "images") {
        if (id) places.try_emplace(*id, static_cast<std::uint32_t>(images_.size()));
        images_.push_back(entry);
      } else if (array == "categories") {
        if (const auto name = value["name"].string(); id && name) names_[*id] = *name;
      } else if (array == "licenses" && id) {
        licenses_[*id] = value.text();
      }
    };
    visitor.field = [](std::string_view, std::string_view) {};
    text_.visit(file_, visitor);
    if (!has_images) {
      throw Error(Blame::input,
                  file_ + ": lists no \"images\", so it is not COCO; name another --from");
    }
    for (std::size_t i = 0; i < annotations_.size(); ++i) {
      const auto found = places.find(image_ids[i]);
      if (found != places.end()) annotations_[i].image = found->second;
    }
    std::stable_sort(annotations_.begin(), annotations_.end(),
                     [](const Entry& a, const Entry& b) { return a.image < b.image; });
    std::sort(ids_.begin(), ids_.end());
    std::vector<std::int64_t> repeated;
    for (std::size_t i = 1; i < ids_.size(); ++i) {
      if (ids_[i] == ids_[i - 1]) repeated.push_back(ids_[i]);
    }
    ids_ = std::move(repeated);
    places_ = std::move(places);
  }

  void read_image(const Entry& entry, AnnotatedImage& image) {
    image_wrong_.clear();
    image_extra_.clear();
    const JsonValue value = parser_.parse_padded(text_of(entry), image_wrong_);
    image_id_ = value["id"].integer();
    image_where_ = file_ + (image_id_ ? fmt::format(": image {}", *image_id_)
                                      : fmt::format(": images[{}]", at_));
    const std::optional<std::string_view> name = value["file_name"].string();
    if (!image_wrong_.empty()) {
      image_wrong_ = "the image's entry " + image_wrong_;
    } else if (!image_id_) {
      image_wrong_ = "the image's entry has no whole number as its id; give it one";
    } else if (!name) {
      image_wrong_ = "the image's entry has no file_name; add it";
    } else if (places_.at(*image_id_) != at_) {
      image_wrong_ = "the image's id stands at an earlier image already; give it its own";
    } else {
      image.name = *name;
      image.width = declared_side(value["width"], "the image's width", image_wrong_);
      image.height = declared_side(value["height"], "the image's height", image_wrong_);
    }
    value.each_field([&](std::string_view key, JsonValue field) {
      if (key == "file_name" || key == "width" || key == "height") return;
      const std::optional<std::int64_t> license = key == "license" ? field.integer() : std::nullopt;
      const auto known = license ? licenses_.find(*license) : licenses_.end();
      add_field(image_extra_, key, known != licenses_.end() ? known->second : field.text());
    });
  }

  /// What is wrong with an image is said once, unless its annotations are there to be rejected.
  void finish_image(AnnotatedImage& image) {
    if (image_wrong_.empty()) return;
    if (image.annotations.empty()) {
      Annotation& annotation = image.annotations.emplace_back();
      annotation.where = image_where_;
      annotation.text = text_of(images_[at_]).substr(0, kMaxShown);
    }
    for (Annotation& annotation : image.annotations) {
      if (annotation.wrong.empty()) annotation.wrong = image_wrong_;
    }
  }

  void read_annotation(const Entry& entry, AnnotatedImage& image) {
    Annotation& annotation = image.annotations.emplace_back();
    annotation.text = text_of(entry).substr(0, kMaxShown);
    const JsonValue value = parser_.parse_padded(text_of(entry), annotation.wrong);
    const std::optional<std::int64_t> id = value["id"].integer();
    annotation.where = file_ + (id ? fmt::format(": annotation {}", *id)
                                   : fmt::format(": annotation at byte {}", entry.offset));
    if (id) annotation.key = std::to_string(*id);
    if (annotation.wrong.empty()) annotation.wrong = read_fields(value, entry, image, annotation);
  }

  std::string read_fields(JsonValue value, const Entry& entry, const AnnotatedImage& image,
                          Annotation& annotation) {
    if (!value.is_object()) return "is not a JSON object; remove it";
    if (entry.image == kNoImage) {
      return value["image_id"].present()
                 ? fmt::format("image_id {} is not among the images; add the image or correct it",
                               value["image_id"].text())
                 : "has no image_id; add it";
    }
    const std::optional<std::int64_t> id = value["id"].integer();
    if (id && std::binary_search(ids_.begin(), ids_.end(), *id))
      return "its id stands at several annotations; give each its own";
    if (value["iscrowd"].integer() == 1 || value["iscrowd"].boolean() == true)
      return "is a crowd (iscrowd 1), not one sign; draw single boxes, or remove it";
    const auto category = value["category_id"].integer();
    const auto name = category ? names_.find(*category) : names_.end();
    if (name == names_.end()) {
      return value["category_id"].present()
                 ? fmt::format("category_id {} is not among the categories; add it or correct it",
                               value["category_id"].text())
                 : "has no category_id; add it";
    }
    if (name->second != kUnlabelled) annotation.class_name = name->second;
    annotation.box = box_of(value["bbox"]);
    if (!annotation.box) {
      return value["bbox"].present()
                 ? "bbox is not four numbers [x,y,width,height]; correct it"
                 : "has no bbox; is it a file of captions? Name the one of instances alone";
    }
    if (std::string wrong = check_box(*annotation.box); !wrong.empty()) return wrong;
    return read_extra(value, image, annotation);
  }

  std::string read_extra(JsonValue value, const AnnotatedImage& image, Annotation& annotation) {
    std::string own, wrong;
    bool whole = false;
    value.each_field([&](std::string_view key, JsonValue field) {
      if (key == "image_id" || key == "category_id") return;
      if (key == "signpost") {
        wrong = read_signpost_object(field.text(), "coco", annotation.sample, whole);
      } else {
        add_field(own, key, field.text());
      }
    });
    if (whole && covers_image(*annotation.box, image)) annotation.box.reset();
    if (!image_extra_.empty()) add_field(own, "image", "{" + image_extra_ + "}");
    add_extra(annotation.sample, "coco", "{" + own + "}");
    return wrong;
  }

  std::string file_;
  JsonText text_;
  JsonParser parser_;
  std::vector<Entry> images_, annotations_;
  std::vector<std::int64_t> ids_;  ///< that stand at several annotations, sorted
  std::unordered_map<std::int64_t, std::uint32_t> places_;
  std::unordered_map<std::int64_t, std::string> names_, licenses_;
  std::size_t at_ = 0, next_ = 0;
  std::optional<std::int64_t> image_id_;
  std::string image_where_, image_wrong_, image_extra_;
};

bool is_coco_beginning(const JsonBeginning& beginning) {
  if (beginning.empty() || beginning.front().first.empty()) return false;  // a list
  return std::any_of(beginning.begin(), beginning.end(), [](const auto& field) {
    const auto& [key, value] = field;
    return value == '[' &&
           (key == "images" || key == "annotations" || key == "categories" || key == "licenses");
  });
}

}  // namespace

std::unique_ptr<AnnotationReader> parse_coco(Bytes text, const std::string& file) {
  return std::make_unique<CocoReader>(std::move(text), file);
}

bool is_coco(const FileTree& tree) { return !find_json_files(tree, is_coco_beginning, 16).empty(); }

std::unique_ptr<AnnotationReader> open_coco(const FileTree& tree, Rejects&) {
  std::vector<AnnotationFile> files = find_json_files(tree, is_coco_beginning);
  const auto is_instances = [](const AnnotationFile& file) {
    return file.name.starts_with("instances_");
  };
  // COCO's own archive has captions and keypoints of the same images beside the boxes.
  if (std::any_of(files.begin(), files.end(), is_instances)) {
    std::erase_if(files, [&](const AnnotationFile& file) { return !is_instances(file); });
  }
  if (files.empty()) {
    throw Error(Blame::input, tree.path() +
                                  ": holds no COCO annotations; expected a .json file with "
                                  "\"images\", \"annotations\" and \"categories\"");
  }
  return read_annotation_files(tree, std::move(files), parse_coco);
}

}  // namespace signpost
