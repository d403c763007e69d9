#include "source/label_studio.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/error.h"
#include "base/json_text.h"
#include "source/annotation_files.h"
#include "source/box_fields.h"
#include "source/image_index.h"

namespace signpost {
namespace {

constexpr std::size_t kMaxShown = 4096;
constexpr std::string_view kWholeImage = "image";  ///< its key in data.signpost

bool is_cancelled(JsonValue annotation) {
  return annotation["was_cancelled"].boolean().value_or(false) ||
         annotation["skipped"].boolean().value_or(false);
}

std::string_view time_of(JsonValue annotation) {
  const auto updated = annotation["updated_at"].string();
  return updated ? *updated : annotation["created_at"].string().value_or("");
}

/// The annotation that counts; missing if none does.
JsonValue chosen(JsonValue task) {
  JsonValue best;
  bool best_is_truth = false;
  const JsonValue list = task["annotations"].present() ? task["annotations"] : task["completions"];
  list.each_element([&](JsonValue annotation) {
    if (!annotation.is_object() || is_cancelled(annotation)) return;
    const bool truth = annotation["ground_truth"].boolean().value_or(false);
    const bool better = truth != best_is_truth ? truth : time_of(annotation) >= time_of(best);
    if (best.present() && !better) return;
    best = annotation;
    best_is_truth = truth;
  });
  return best;
}

/// The path that a task's image is looked for by.
std::string image_path(std::string_view reference) {
  if (const std::size_t at = reference.find("/local-files/?d="); at != std::string_view::npos) {
    reference.remove_prefix(at + 16);
    return "/" + percent_decoded(reference.substr(0, reference.find('&')));
  }
  if (reference.starts_with("/data/upload/")) return percent_decoded(reference);
  return std::string(reference);
}

/// What one id of a result says.
struct Region {
  std::string id;
  std::vector<JsonValue> results;
  JsonValue shape;  ///< the result with the box; missing for choices about the whole image
  std::vector<std::string> classes;
  std::string wrong;
};

class LabelStudioReader : public AnnotationReader {
 public:
  LabelStudioReader(Bytes text, std::string file) : file_(std::move(file)), text_(std::move(text)) {
    JsonText::Visitor visitor;
    visitor.element = [&](std::string_view, std::string_view element) {
      tasks_.push_back(element);
    };
    visitor.field = [&](std::string_view, std::string_view) { single_ = true; };
    text_.visit(file_, visitor);
    if (single_) tasks_.push_back(text_.text());
    if (tasks_.empty()) return;
    std::string wrong;
    if (parser_.parse_padded(tasks_.front(), wrong)["data"].is_object() || !wrong.empty()) return;
    throw Error(Blame::input, file_ +
                                  ": its first task has no \"data\"; export it from Label "
                                  "Studio as JSON, not as JSON_MIN");
  }

  bool next(AnnotatedImage& image) override {
    if (at_ == tasks_.size()) return false;
    image = {};
    std::string wrong;
    const std::string_view text = tasks_[at_++];
    const JsonValue task = parser_.parse_padded(text, wrong);
    const JsonValue id = task["id"];
    where_ = file_ + (id.present() ? fmt::format(": task {}", id.text())
                                   : fmt::format(": the task in place {}", at_));
    if (wrong.empty()) wrong = read_task(task, image);
    if (wrong.empty()) {
      read_annotation(chosen(task), image);
    } else {
      Annotation& annotation = image.annotations.emplace_back();
      annotation.where = where_;
      annotation.wrong = wrong;
      annotation.text = text.substr(0, kMaxShown);
    }
    return true;
  }

 private:
  std::string read_task(JsonValue task, AnnotatedImage& image) {
    data_ = task["data"];
    std::string key = "image";
    if (!data_[key].string()) {
      data_.each_field([&](std::string_view name, JsonValue value) {
        const std::string_view text = value.string().value_or("");
        if (!data_[key].string() && names_image(image_path(text.substr(0, text.find('?')))))
          key = name;
        if (!data_[key].string() && text.find("/local-files/?d=") != std::string_view::npos)
          key = name;
      });
    }
    const auto reference = data_[key].string();
    if (!reference) return "its data names no image; is it a task about something else?";
    if (reference->starts_with("data:"))
      return "its image is part of the task (data:…); only files are read";
    image.name = image_path(*reference);
    split_ = split_of_name(data_["split"].string().value_or(""));
    task_json_.clear();
    std::string data;
    data_.each_field([&](std::string_view name, JsonValue value) {
      if (name == key || name == "signpost" || (name == "split" && !split_.empty())) return;
      add_field(data, name, value.text());
    });
    std::string fields;
    task.each_field([&](std::string_view name, JsonValue value) {
      if (name == "data" || name == "annotations" || name == "completions" ||
          name == "predictions" || name == "drafts")
        return;
      add_field(fields, name, value.text());
    });
    if (!fields.empty()) add_field(task_json_, "task", "{" + fields + "}");
    if (!data.empty()) add_field(task_json_, "data", "{" + data + "}");
    return {};
  }

  void read_annotation(JsonValue chosen_annotation, AnnotatedImage& image) {
    std::string fields, others;
    chosen_annotation.each_field([&](std::string_view name, JsonValue value) {
      if (name != "result") add_field(fields, name, value.text());
    });
    std::vector<Region> regions = regions_of(chosen_annotation["result"]);
    const bool has_shapes = std::any_of(regions.begin(), regions.end(), [](const Region& region) {
      return region.shape.present() || !region.wrong.empty();
    });
    // Questions about the whole image beside boxes tell of the scene, not of a sign.
    std::erase_if(regions, [&](const Region& region) {
      const bool a_class = region.shape.present() || !region.wrong.empty() ||
                           (!has_shapes && !region.classes.empty());
      if (a_class) return false;
      for (const JsonValue result : region.results) {
        others += others.empty() ? "" : ",";
        result.append_to(others);
      }
      return true;
    });
    annotation_json_ = task_json_;
    if (!fields.empty()) add_field(annotation_json_, "annotation", "{" + fields + "}");
    if (!others.empty()) add_field(annotation_json_, "results", "[" + others + "]");
    for (const Region& region : regions) read_region(region, image);
    const JsonValue whole = data_["signpost"][kWholeImage];
    if (!image.annotations.empty() || !whole.present()) return;
    Annotation& annotation = image.annotations.emplace_back();  // ours, and not labelled yet
    annotation.where = where_;
    annotation.sample.split = split_;
    bool ignored = false;
    annotation.wrong =
        read_signpost_object(whole.text(), "label_studio", annotation.sample, ignored);
    add_extra(annotation.sample, "label_studio", "{" + annotation_json_ + "}");
  }

  static std::vector<Region> regions_of(JsonValue results) {
    std::vector<Region> regions;
    results.each_element([&](JsonValue result) {
      const std::string_view id = result["id"].string().value_or("");
      auto found = std::find_if(regions.begin(), regions.end(), [&](const Region& region) {
        return !id.empty() && region.id == id;
      });
      if (found == regions.end()) {
        found = regions.insert(regions.end(), Region{});
        found->id = id;
      }
      read_result(result, *found);
    });
    return regions;
  }

  static void read_result(JsonValue result, Region& region) {
    const std::string_view type = result["type"].string().value_or("");
    const JsonValue value = result["value"];
    region.results.push_back(result);
    const bool is_box = value["x"].present() && value["y"].present() && value["width"].present() &&
                        value["height"].present();
    for (const char* shape : {"polygon", "brush", "ellipse", "keypoint", "bitmask", "vector",
                              "videorectangle", "magicwand"}) {
      if (!type.starts_with(shape)) continue;
      region.wrong =
          fmt::format("is of the type {}; only rectangles are read: draw one instead", type);
      return;
    }
    if (is_box && !region.shape.present()) region.shape = result;
    for (const char* list : {"rectanglelabels", "labels", "choices"}) {
      if (type != list) continue;
      value[list].each_element([&](JsonValue name) {
        const std::string text(name.string().value_or(""));
        const bool known =
            std::find(region.classes.begin(), region.classes.end(), text) != region.classes.end();
        if (!known) region.classes.push_back(text);
      });
    }
  }

  void read_region(const Region& region, AnnotatedImage& image) {
    Annotation& annotation = image.annotations.emplace_back();
    annotation.where = region.id.empty() ? where_ : fmt::format("{}, region {}", where_, region.id);
    annotation.key = region.id;
    annotation.sample.split = split_;
    for (const JsonValue result : region.results) annotation.text += result.text();
    annotation.text.resize(std::min(annotation.text.size(), kMaxShown));
    annotation.wrong = region.wrong;
    if (annotation.wrong.empty() && region.classes.size() > 1) {
      annotation.wrong = fmt::format("has {} classes, {} and {}; a sign has one: remove the others",
                                     region.classes.size(), region.classes[0], region.classes[1]);
    }
    if (annotation.wrong.empty() && region.shape.present())
      annotation.wrong = read_box(region.shape, image, annotation);
    if (!annotation.wrong.empty()) return;
    if (!region.classes.empty() && region.classes[0] != kUnlabelled)
      annotation.class_name = region.classes[0];
    read_extra(region, annotation);
  }

  static std::string read_box(JsonValue result, AnnotatedImage& image, Annotation& annotation) {
    const JsonValue value = result["value"];
    std::array<double, 4> percent;
    constexpr std::array<const char*, 4> kKeys = {"x", "y", "width", "height"};
    for (std::size_t i = 0; i < percent.size(); ++i) {
      const std::optional<double> number = value[kKeys[i]].number();
      if (!number) return fmt::format("{} is not a number of percent; correct it", kKeys[i]);
      percent[i] = *number;
    }
    for (const JsonValue rotation : {value["rotation"], result["image_rotation"]}) {
      if (rotation.number().value_or(0) != 0) {
        return fmt::format(
            "is rotated by {} degrees; draw an upright rectangle on the upright image",
            rotation.text());
      }
    }
    if (percent[2] <= 0 || percent[3] <= 0) {
      return fmt::format(
          "the box is {} x {} percent of the image; a box needs a width and a height", percent[2],
          percent[3]);
    }
    std::string wrong;
    const auto width = declared_side(result["original_width"], "original_width", wrong);
    const auto height = declared_side(result["original_height"], "original_height", wrong);
    if (!wrong.empty()) return wrong;
    annotation.relative = !width || !height;
    if (!annotation.relative) {
      image.width = width;
      image.height = height;
    }
    const double across = (annotation.relative ? 1.0 : *width) / 100;
    const double down = (annotation.relative ? 1.0 : *height) / 100;
    annotation.box = {percent[0] * across, percent[1] * down, (percent[0] + percent[2]) * across,
                      (percent[1] + percent[3]) * down};
    return check_box(*annotation.box);
  }

  void read_extra(const Region& region, Annotation& annotation) const {
    std::string own, result, value;
    const JsonValue first = region.shape.present() ? region.shape : region.results.front();
    first.each_field([&](std::string_view name, JsonValue field) {
      if (name == "value" || name == "type" || name == "original_width" ||
          name == "original_height")
        return;
      add_field(result, name, field.text());
    });
    first["value"].each_field([&](std::string_view name, JsonValue field) {
      if (name != "rectanglelabels" && name != "labels" && name != "choices")
        add_field(value, name, field.text());
    });
    if (!result.empty()) add_field(own, "result", "{" + result + "}");
    if (!value.empty()) add_field(own, "value", "{" + value + "}");
    if (!annotation_json_.empty()) {
      if (!own.empty()) own += ',';
      own += annotation_json_;
    }
    bool ignored = false;
    const JsonValue ours =
        data_["signpost"][region.shape.present() ? std::string_view(region.id) : kWholeImage];
    if (ours.present()) {
      annotation.wrong =
          read_signpost_object(ours.text(), "label_studio", annotation.sample, ignored);
    }
    add_extra(annotation.sample, "label_studio", "{" + own + "}");
  }

  std::string file_;
  JsonText text_;
  JsonParser parser_;
  std::vector<std::string_view> tasks_;
  bool single_ = false;
  std::size_t at_ = 0;
  JsonValue data_;
  std::string where_, split_, task_json_, annotation_json_;
};

bool is_label_studio_beginning(const JsonBeginning& beginning) {
  if (beginning.empty() || beginning.front().second != '[' || !beginning.front().first.empty())
    return false;
  return std::any_of(beginning.begin(), beginning.end(), [](const auto& field) {
    const auto& [key, value] = field;
    return (key == "data" && value == '{') || (key == "annotations" && value == '[') ||
           (key == "completions" && value == '[');
  });
}

}  // namespace

std::unique_ptr<AnnotationReader> parse_label_studio(Bytes text, const std::string& file) {
  return std::make_unique<LabelStudioReader>(std::move(text), file);
}

bool is_label_studio(const FileTree& tree) {
  return !find_json_files(tree, is_label_studio_beginning, 16).empty();
}

std::unique_ptr<AnnotationReader> open_label_studio(const FileTree& tree, Rejects&) {
  std::vector<AnnotationFile> files = find_json_files(tree, is_label_studio_beginning);
  if (files.empty()) {
    throw Error(Blame::input, tree.path() +
                                  ": holds no tasks of Label Studio; export the project as JSON "
                                  "(not JSON_MIN) and put the file beside the images");
  }
  for (AnnotationFile& file : files) file.upload_names = true;
  return read_annotation_files(tree, std::move(files), parse_label_studio);
}

}  // namespace signpost
