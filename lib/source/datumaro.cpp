#include "source/datumaro.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>

#include "base/error.h"
#include "base/json_text.h"
#include "source/annotation_files.h"
#include "source/box_fields.h"

namespace signpost {
namespace {

std::optional<Annotation::Box> box_of(JsonValue bbox) {
  std::vector<double> n;
  bool sound = true;
  bbox.each_element([&](JsonValue element) {
    const std::optional<double> number = element.number();
    sound = sound && number;
    n.push_back(number.value_or(0));
  });
  if (!sound || n.size() != 4) return std::nullopt;
  return Annotation::Box{n[0], n[1], n[0] + n[2], n[1] + n[3]};
}

class DatumaroReader : public AnnotationReader {
 public:
  DatumaroReader(Bytes text, std::string file) : file_(std::move(file)), text_(std::move(text)) {
    constexpr std::array<std::string_view, 1> kArrays = {"items"};
    bool has_items = false;
    std::string wrong;
    JsonText::Visitor visitor;
    visitor.arrays = kArrays;
    visitor.begin = [&](std::string_view) { has_items = true; };
    visitor.element = [&](std::string_view, std::string_view element) {
      items_.push_back(element);
    };
    visitor.field = [&](std::string_view key, std::string_view value) {
      if (key != "categories") return;
      parser_.parse_padded(value, wrong)["label"]["labels"].each_element(
          [&](JsonValue label) { labels_.emplace_back(label["name"].string().value_or("")); });
      if (!wrong.empty()) throw Error(Blame::input, file_ + ": \"categories\" " + wrong);
    };
    text_.visit(file_, visitor);
    if (!has_items) {
      throw Error(Blame::input,
                  file_ + ": has no \"items\", so it is not Datumaro's; name another --from");
    }
  }

  bool next(AnnotatedImage& image) override {
    if (at_ == items_.size()) return false;
    image = {};
    std::string wrong;
    const std::string_view text = items_[at_++];
    const JsonValue item = parser_.parse_padded(text, wrong);
    const std::string_view id = item["id"].string().value_or("");
    where_ =
        file_ + (id.empty() ? fmt::format(": items[{}]", at_ - 1) : fmt::format(": item {}", id));
    if (!wrong.empty()) {
      wrong = "the item " + wrong;
    } else {
      wrong = read_item(item, id, image);
    }
    std::size_t number = 0;
    item["annotations"].each_element([&](JsonValue value) {
      Annotation& annotation = image.annotations.emplace_back();
      annotation.where = fmt::format("{}, annotation {}", where_, ++number);
      annotation.text = value.text().substr(0, kMaxShown);
      annotation.wrong = wrong.empty() ? read_annotation(value, annotation) : wrong;
    });
    if (!wrong.empty() && image.annotations.empty()) {
      Annotation& annotation = image.annotations.emplace_back();
      annotation.where = where_;
      annotation.wrong = wrong;
      annotation.text = text.substr(0, kMaxShown);
    }
    return true;
  }

 private:
  static constexpr std::size_t kMaxShown = 4096;

  std::string read_item(JsonValue item, std::string_view id, AnnotatedImage& image) {
    std::string fields, rest, wrong;
    const JsonValue media = item["image"];
    for (const std::string_view path :
         {media["path"].string().value_or(""), item["media"]["path"].string().value_or(""), id}) {
      if (image.name.empty()) image.name = path;
    }
    if (item["point_cloud"].present() || item["video"].present() || item["video_frame"].present())
      return "the item is no single image; only images are read";
    if (image.name.empty()) return "the item has neither an id nor an image path; add one";
    std::vector<JsonValue> size;
    media["size"].each_element([&](JsonValue side) { size.push_back(side); });
    if (size.size() >= 2) {
      image.height = declared_side(size[0], "the image's height", wrong);
      image.width = declared_side(size[1], "the image's width", wrong);
    }
    item.each_field([&](std::string_view key, JsonValue value) {
      if (key == "annotations" || key == "media") return;
      if (key != "image") {
        add_field(fields, key, value.text());
        return;
      }
      value.each_field([&](std::string_view name, JsonValue field) {
        if (name != "path" && name != "size") add_field(rest, name, field.text());
      });
      if (!rest.empty()) add_field(fields, "image", "{" + rest + "}");
    });
    item_json_ = "{" + fields + "}";
    return wrong;
  }

  std::string read_annotation(JsonValue value, Annotation& annotation) {
    const std::string_view type = value["type"].string().value_or("");
    if (type != "bbox" && type != "label") {
      return fmt::format("is of the type \"{}\"; only bbox and label are read: convert it", type);
    }
    if (const JsonValue label = value["label_id"]; label.present() && !label.is_null()) {
      const std::optional<std::int64_t> id = label.integer();
      if (!id || *id < 0 || *id >= static_cast<std::int64_t>(labels_.size())) {
        return fmt::format("label_id {} is not among the {} labels of categories; correct it",
                           label.text(), labels_.size());
      }
      annotation.class_name = labels_[static_cast<std::size_t>(*id)];
      if (annotation.class_name == kUnlabelled) annotation.class_name.clear();
    }
    if (type == "bbox") {
      annotation.box = box_of(value["bbox"]);
      if (!annotation.box) return "bbox is not four numbers [x,y,width,height]; correct it";
      if (std::string wrong = check_box(*annotation.box); !wrong.empty()) return wrong;
      const std::optional<double> rotation = value["attributes"]["rotation"].number();
      if (rotation && *rotation != 0)
        return fmt::format("is rotated by {} degrees; draw an upright box", *rotation);
    }
    return read_extra(value, annotation);
  }

  std::string read_extra(JsonValue value, Annotation& annotation) const {
    std::string own, attributes, wrong;
    bool whole = false;
    value.each_field([&](std::string_view key, JsonValue field) {
      if (key == "type" || key == "label_id") return;
      if (key != "attributes" || !field.is_object()) {
        add_field(own, key, field.text());
        return;
      }
      field.each_field([&](std::string_view name, JsonValue attribute) {
        if (name != "signpost") {
          add_field(attributes, name, attribute.text());
        } else {
          const auto text = attribute.string();
          wrong = read_signpost_object(text ? std::string(*text) : attribute.text(), "datumaro",
                                       annotation.sample, whole);
        }
      });
      if (!attributes.empty()) add_field(own, "attributes", "{" + attributes + "}");
    });
    add_field(own, "item", item_json_);
    add_extra(annotation.sample, "datumaro", "{" + own + "}");
    return wrong;
  }

  std::string file_;
  JsonText text_;
  JsonParser parser_;
  std::vector<std::string_view> items_;
  std::vector<std::string> labels_;
  std::size_t at_ = 0;
  std::string where_, item_json_;
};

class DatumaroWriter : public AnnotationWriter {
 public:
  DatumaroWriter(const std::filesystem::path& folder, std::span<const ExportedClass> classes)
      : folder_(folder / "annotations"), classes_(classes.begin(), classes.end()) {
    std::filesystem::create_directories(folder_);
  }

  std::string image_stem(const Sample& sample) const override {
    return fmt::format("images/{}/{}", subset_name(sample.split), stem_of_id(sample.id));
  }

  void add(const ExportedImage& image) override {
    for (const auto& [name, samples] : by_split(image)) {
      Spool& items = spools_.try_emplace(name, folder_, name).first->second;
      items.add_element(item_of(image, name, samples));
    }
  }

  void finish() override {
    if (spools_.empty()) spools_.try_emplace("default", folder_, "default");
    for (auto& [name, items] : spools_) {
      OutputFile out(folder_ / (name + ".json"), false);
      out.write(
          "{\n\"dm_format_version\":\"1.0\",\n\"media_type\":2,\n\"infos\":{},\n"
          "\"categories\":{\"label\":{\"labels\":[\n");
      std::string labels;
      for (const ExportedClass& known : classes_) {
        labels += fmt::format("{}{{\"name\":{},\"parent\":\"\",\"attributes\":[]}}",
                              labels.empty() ? "" : ",\n", json_string(known.name));
      }
      out.write(labels + "],\"label_groups\":[],\"attributes\":[]}},\n\"items\":[\n");
      items.copy_to(out);
      out.write("]\n}\n");
      out.commit();
    }
    spools_.clear();
  }

 private:
  std::string item_of(const ExportedImage& image, const std::string& subset,
                      const std::vector<const Sample*>& samples) {
    std::string_view path = image.file;
    for (const std::string& folder : {"images/" + subset + "/", std::string("images/")}) {
      if (path.size() == image.file.size() && path.starts_with(folder))
        path.remove_prefix(folder.size());
    }
    std::string annotations, fields, media, wrong;
    for (std::size_t i = 0; i < samples.size(); ++i) {
      annotations += i == 0 ? "" : ",";
      annotations += annotation_of(image, *samples[i], i);
    }
    const std::string own = format_object(*samples.front(), "datumaro");
    parser_.parse(own, wrong)["item"].each_field([&](std::string_view key, JsonValue value) {
      if (key == "id") return;
      if (key == "image") {
        value.each_field(
            [&](std::string_view name, JsonValue field) { add_field(media, name, field.text()); });
      } else {
        add_field(fields, key, value.text());
      }
    });
    add_field(media, "path", json_string(path));
    add_field(media, "size", fmt::format("[{},{}]", image.height, image.width));
    return fmt::format("{{\"id\":{},\"annotations\":[{}],{}{}\"image\":{{{}}}}}",
                       json_string(path.substr(0, path.rfind('.'))), annotations, fields,
                       fields.empty() ? "" : ",", media);
  }

  std::string annotation_of(const ExportedImage& image, const Sample& sample, std::size_t place) {
    std::string rest, attributes, wrong, id = std::to_string(place), group = "0", z_order = "0";
    const JsonValue own = parser_.parse(format_object(sample, "datumaro"), wrong);
    const Roi roi = roi_of(sample, image);
    std::string bbox = fmt::format("[{},{},{},{}]", roi.x1, roi.y1, roi.width(), roi.height());
    own.each_field([&](std::string_view key, JsonValue value) {
      if (key == "bbox") {
        const std::optional<Annotation::Box> kept = box_of(value);
        if (has_first_pixels(sample) && kept && same_box(*kept, roi)) bbox = value.text();
      } else if (key == "attributes") {
        value.each_field([&](std::string_view name, JsonValue attribute) {
          add_field(attributes, name, attribute.text());
        });
      } else if (key == "id" || key == "group" || key == "z_order") {
        (key == "id" ? id : key == "group" ? group : z_order) = value.text();
      } else if (key != "item") {
        add_field(rest, key, value.text());
      }
    });
    Sample placed = sample;  // a label says by itself that the whole image is meant
    if (!placed.roi) placed.roi = Roi{};
    add_field(attributes, "signpost", json_string(signpost_object(placed, "datumaro", false)));
    std::string text = fmt::format("{{\"id\":{},\"type\":\"{}\",\"attributes\":{{{}}},\"group\":{}",
                                   id, sample.roi ? "bbox" : "label", attributes, group);
    if (const auto label = index_of(sample)) text += fmt::format(",\"label_id\":{}", *label);
    if (sample.roi) text += fmt::format(",\"z_order\":{},\"bbox\":{}", z_order, bbox);
    if (!rest.empty()) text += "," + rest;
    return text + "}";
  }

  std::optional<std::size_t> index_of(const Sample& sample) const {
    for (const ExportedClass& known : classes_) {
      if (sample.label == known.id) return known.index;
    }
    return std::nullopt;
  }

  std::filesystem::path folder_;
  std::vector<ExportedClass> classes_;
  std::map<std::string, Spool> spools_;
  JsonParser parser_;
};

bool is_datumaro_beginning(const JsonBeginning& beginning) {
  return std::any_of(beginning.begin(), beginning.end(), [](const auto& field) {
    const auto& [key, value] = field;
    return key == "dm_format_version" || (key == "items" && value == '[') ||
           (key == "categories" && value == '{');
  });
}

}  // namespace

std::unique_ptr<AnnotationReader> parse_datumaro(Bytes text, const std::string& file) {
  return std::make_unique<DatumaroReader>(std::move(text), file);
}

bool is_datumaro(const FileTree& tree) {
  return !find_json_files(tree, is_datumaro_beginning, 16).empty();
}

std::unique_ptr<AnnotationReader> open_datumaro(const FileTree& tree, Rejects&) {
  std::vector<AnnotationFile> files = find_json_files(tree, is_datumaro_beginning);
  if (files.empty()) {
    throw Error(Blame::input, tree.path() +
                                  ": holds no annotations of Datumaro; expected "
                                  "annotations/SUBSET.json with \"items\" and \"categories\"");
  }
  return read_annotation_files(tree, std::move(files), parse_datumaro);
}

std::unique_ptr<AnnotationWriter> create_datumaro(const std::filesystem::path& folder,
                                                  std::span<const ExportedClass> classes) {
  return std::make_unique<DatumaroWriter>(folder, classes);
}

}  // namespace signpost
