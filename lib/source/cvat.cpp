#include "source/cvat.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <pugixml.hpp>
#include <set>

#include "base/error.h"
#include "base/json_text.h"
#include "source/annotation_files.h"
#include "source/box_fields.h"
#include "source/xml.h"

namespace signpost {
namespace {

constexpr std::array<const char*, 4> kEdges = {"xtl", "ytl", "xbr", "ybr"};

bool is_edge(std::string_view name) {
  return std::find(kEdges.begin(), kEdges.end(), name) != kEdges.end();
}

class CvatReader : public AnnotationReader {
 public:
  CvatReader(Bytes text, const std::string& file) : xml_(std::move(text), file, "annotations") {
    if (xml_.root().child("track")) {
      throw Error(Blame::input,
                  file + ": holds tracks of CVAT for video; export it as CVAT for images 1.1");
    }
    const pugi::xml_node meta = xml_.root().child("meta");
    split_ = split_of_name(xml_text(meta.child("task").child("subset")));
    image_ = xml_.root().child("image");
    if (!image_ && !meta && !xml_.root().child("version"))
      throw Error(Blame::input, file + ": has no <image> elements; export it from CVAT again");
  }

  bool next(AnnotatedImage& image) override {
    if (!image_) return false;
    image = {};
    read_image(image);
    for (const pugi::xml_node& shape : image_.children()) {
      if (shape.type() != pugi::node_element) continue;
      Annotation& annotation = image.annotations.emplace_back();
      annotation.where = xml_.where(shape);
      annotation.text = xml_.shown(shape);
      annotation.wrong = wrong_;
      if (annotation.wrong.empty()) annotation.wrong = read_shape(shape, image, annotation);
    }
    if (!wrong_.empty() && image.annotations.empty()) {
      Annotation& annotation = image.annotations.emplace_back();
      annotation.where = xml_.where(image_);
      annotation.wrong = wrong_;
    }
    image_ = image_.next_sibling("image");
    return true;
  }

 private:
  void read_image(AnnotatedImage& image) {
    wrong_.clear();
    image.name = image_.attribute("name").value();
    if (image.name.empty()) wrong_ = "the <image> has no name; add it";
    image.width = declared_side(image_.attribute("width").value(), "the image's width", wrong_);
    image.height = declared_side(image_.attribute("height").value(), "the image's height", wrong_);
    const std::string subset = image_.attribute("subset").value();
    image_split_ = subset.empty() ? split_ : split_of_name(subset);
    std::string fields;
    for (const pugi::xml_attribute& attribute : image_.attributes()) {
      const std::string_view name = attribute.name();
      if (name == "name" || name == "width" || name == "height") continue;
      if (name == "subset" && !image_split_.empty()) continue;
      add_field(fields, name, json_string(attribute.value()));
    }
    image_json_ = fields.empty() ? std::string() : "{" + fields + "}";
  }

  std::string read_shape(const pugi::xml_node& shape, const AnnotatedImage& image,
                         Annotation& annotation) {
    const std::string kind = shape.name();
    annotation.sample.split = image_split_;
    if (kind != "box" && kind != "tag")
      return fmt::format("is a <{}>; only boxes and tags are read: draw a box in CVAT", kind);
    annotation.class_name = shape.attribute("label").value();
    if (annotation.class_name.empty()) return "has no label; add it";
    if (annotation.class_name == kUnlabelled) annotation.class_name.clear();
    if (kind == "box") {
      const std::optional<double> rotation = decimal(shape.attribute("rotation").value());
      if (rotation && *rotation != 0)
        return fmt::format("is rotated by {} degrees; draw an upright box in CVAT", *rotation);
      std::array<double, 4> edges;
      for (std::size_t i = 0; i < edges.size(); ++i) {
        const char* text = shape.attribute(kEdges[i]).value();
        const std::optional<double> edge = decimal(text);
        if (!edge) return fmt::format("{} is \"{}\", not a number; correct it", kEdges[i], text);
        edges[i] = *edge;
      }
      annotation.box = {edges[0], edges[1], edges[2], edges[3]};
      if (std::string wrong = check_box(*annotation.box); !wrong.empty()) return wrong;
    }
    return read_extra(shape, image, annotation);
  }

  std::string read_extra(const pugi::xml_node& shape, const AnnotatedImage& image,
                         Annotation& annotation) {
    std::string own, attributes, wrong;
    bool whole = false;
    const bool fractional = annotation.box && !is_whole(*annotation.box);
    for (const pugi::xml_attribute& attribute : shape.attributes()) {
      const std::string_view name = attribute.name();
      if (name == "label" || (is_edge(name) && !fractional)) continue;
      add_field(own, name, json_string(attribute.value()));
    }
    for (const pugi::xml_node& attribute : shape.children("attribute")) {
      const std::string_view name = attribute.attribute("name").value();
      if (name != "signpost") {
        add_field(attributes, name, json_string(xml_text(attribute)));
      } else if (const std::string text = xml_text(attribute); !text.empty()) {
        wrong = read_signpost_object(text, "cvat", annotation.sample, whole);
      }
    }
    if (whole && annotation.box && covers_image(*annotation.box, image)) annotation.box.reset();
    if (!attributes.empty()) add_field(own, "attributes", "{" + attributes + "}");
    if (!image_json_.empty()) add_field(own, "image", image_json_);
    add_extra(annotation.sample, "cvat", "{" + own + "}");
    return wrong;
  }

  static bool is_whole(const Annotation::Box& box) {
    const auto whole = [](double edge) {
      return edge == static_cast<double>(static_cast<std::int64_t>(edge));
    };
    return whole(box.x1) && whole(box.y1) && whole(box.x2) && whole(box.y2);
  }

  XmlText xml_;
  pugi::xml_node image_;
  std::string split_, image_split_, image_json_, wrong_;
};

class CvatWriter : public AnnotationWriter {
 public:
  CvatWriter(const std::filesystem::path& folder, std::span<const ExportedClass> classes)
      : folder_(folder), classes_(classes.begin(), classes.end()), images_(folder, "images") {}

  std::string image_stem(const Sample& sample) const override {
    return "images/" + stem_of_id(sample.id);
  }

  void add(const ExportedImage& image) override {
    pugi::xml_document document;
    pugi::xml_node element = document.append_child("image");
    std::string_view name = image.file;
    if (name.starts_with("images/")) name.remove_prefix(7);
    const auto put = [&](const char* key, const std::string& value) {
      element.append_attribute(key).set_value(xml_safe(value).c_str());
    };
    put("id", std::to_string(count_++));
    put("name", std::string(name));
    const auto splits = by_split(image);
    const bool one_split = splits.size() == 1;
    const std::string split = one_split && splits[0].first != "default" ? splits[0].first : "";
    if (!split.empty()) put("subset", split);
    if (!image.samples.empty()) put_image_fields(image.samples.front(), split, element);
    put("width", std::to_string(image.width));
    put("height", std::to_string(image.height));
    for (const Sample& sample : image.samples) add_shape(element, image, sample, !one_split);
    images_.add(printed(element, 1));
  }

  void finish() override {
    OutputFile out(folder_ / "annotations.xml", false);
    out.write(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<annotations>\n  <version>1.1</version>\n");
    out.write(meta());
    images_.copy_to(out);
    out.write("</annotations>\n");
    out.commit();
  }

 private:
  void put_image_fields(const Sample& sample, const std::string& split, pugi::xml_node& element) {
    std::string wrong;
    parser_.parse(format_object(sample, "cvat"), wrong)["image"].each_field(
        [&](std::string_view key, JsonValue value) {
          if (key == "id" || (key == "subset" && !split.empty())) return;
          json_as_xml("@" + std::string(key), value, element);
        });
  }

  void add_shape(pugi::xml_node& parent, const ExportedImage& image, const Sample& sample,
                 bool with_split) {
    const std::string label = class_name_of(sample, classes_);
    pugi::xml_node shape = parent.append_child(sample.roi ? "box" : "tag");
    shape.append_attribute("label").set_value(xml_safe(label).c_str());
    std::string wrong;
    const JsonValue own = parser_.parse(format_object(sample, "cvat"), wrong);
    const auto put_kept = [&](const char* key, const char* otherwise) {
      const auto kept = own[key].string();
      shape.append_attribute(key).set_value(kept ? xml_safe(*kept).c_str() : otherwise);
    };
    put_kept("source", "manual");
    if (sample.roi) {
      put_kept("occluded", "0");
      put_edges(shape, own, roi_of(sample, image), has_first_pixels(sample));
      put_kept("z_order", "0");
    }
    own.each_field([&](std::string_view key, JsonValue value) {
      if (!value.string() || is_edge(key) || shape.attribute(std::string(key).c_str())) return;
      json_as_xml("@" + std::string(key), value, shape);
    });
    std::set<std::string>& declared = attributes_[label];
    const auto put_attribute = [&](std::string_view name, std::string_view value) {
      const std::string safe = xml_safe(name);
      pugi::xml_node attribute = shape.append_child("attribute");
      attribute.append_attribute("name").set_value(safe.c_str());
      attribute.text().set(xml_safe(value).c_str());
      declared.insert(safe);
    };
    own["attributes"].each_field([&](std::string_view key, JsonValue value) {
      put_attribute(key, value.string().value_or(""));
    });
    put_attribute("signpost", ours(sample, with_split));
  }

  /// A tag says by itself that the whole image is meant.
  static std::string ours(const Sample& sample, bool with_split) {
    Sample placed = sample;
    if (!placed.roi) placed.roi = Roi{};
    return signpost_object(placed, "cvat", with_split);
  }

  static void put_edges(pugi::xml_node& shape, JsonValue own, const Roi& roi, bool may_keep) {
    std::array<double, 4> kept;
    bool known = may_keep;
    for (std::size_t i = 0; i < kept.size() && known; ++i) {
      const std::optional<double> edge = decimal(own[kEdges[i]].string().value_or(""));
      known = edge.has_value();
      if (edge) kept[i] = *edge;
    }
    known = known && same_box({kept[0], kept[1], kept[2], kept[3]}, roi);
    const std::array<int, 4> edges = {roi.x1, roi.y1, roi.x2, roi.y2};
    for (std::size_t i = 0; i < edges.size(); ++i) {
      shape.append_attribute(kEdges[i]).set_value(
          fmt::format("{:.2f}", known ? kept[i] : edges[i]).c_str());
    }
  }

  std::string meta() const {
    pugi::xml_document document;
    pugi::xml_node meta = document.append_child("meta");
    pugi::xml_node task = meta.append_child("task");
    task.append_child("name").text().set("signpost");
    task.append_child("size").text().set(std::to_string(count_).c_str());
    task.append_child("mode").text().set("annotation");
    pugi::xml_node labels = task.append_child("labels");
    std::vector<std::string> names;
    for (const ExportedClass& known : classes_) names.push_back(known.name);
    for (const auto& [label, attributes] : attributes_) {
      if (std::find(names.begin(), names.end(), label) == names.end()) names.push_back(label);
    }
    for (const std::string& name : names) {
      pugi::xml_node label = labels.append_child("label");
      label.append_child("name").text().set(xml_safe(name).c_str());
      label.append_child("type").text().set("any");
      pugi::xml_node list = label.append_child("attributes");
      std::set<std::string> declared = {"signpost"};
      if (const auto found = attributes_.find(name); found != attributes_.end())
        declared.insert(found->second.begin(), found->second.end());
      for (const std::string& attribute : declared) {
        pugi::xml_node entry = list.append_child("attribute");
        entry.append_child("name").text().set(attribute.c_str());
        entry.append_child("mutable").text().set("False");
        entry.append_child("input_type").text().set("text");
        entry.append_child("default_value");
        entry.append_child("values");
      }
    }
    return printed(meta, 1);
  }

  std::filesystem::path folder_;
  std::vector<ExportedClass> classes_;
  Spool images_;
  std::map<std::string, std::set<std::string>> attributes_;  ///< by label
  std::uint64_t count_ = 0;
  JsonParser parser_;
};

bool is_cvat_beginning(std::string_view text) {
  return text.find("<annotations") != std::string_view::npos &&
         (text.find("<image ") != std::string_view::npos ||
          text.find("<meta") != std::string_view::npos ||
          text.find("<version>1.1") != std::string_view::npos);
}

std::vector<AnnotationFile> cvat_files(const FileTree& tree, std::size_t at_most) {
  std::vector<AnnotationFile> files;
  for (const auto& [folder, names] : tree.folders()) {
    for (const std::string& name : names) {
      if (!name.ends_with(".xml") && !name.ends_with(".XML")) continue;
      if (at_most-- == 0) return files;
      if (!is_cvat_beginning(beginning_of(tree, folder, name))) continue;
      files.emplace_back();
      files.back().folder = folder;
      files.back().name = name;
    }
  }
  return files;
}

}  // namespace

std::unique_ptr<AnnotationReader> parse_cvat(Bytes text, const std::string& file) {
  return std::make_unique<CvatReader>(std::move(text), file);
}

bool is_cvat(const FileTree& tree) { return !cvat_files(tree, 16).empty(); }

std::unique_ptr<AnnotationReader> open_cvat(const FileTree& tree, Rejects&) {
  std::vector<AnnotationFile> files = cvat_files(tree, static_cast<std::size_t>(-1));
  if (files.empty()) {
    throw Error(Blame::input, tree.path() +
                                  ": holds no annotations.xml of CVAT; export the task as CVAT for "
                                  "images 1.1");
  }
  return read_annotation_files(tree, std::move(files), parse_cvat);
}

std::unique_ptr<AnnotationWriter> create_cvat(const std::filesystem::path& folder,
                                              std::span<const ExportedClass> classes) {
  return std::make_unique<CvatWriter>(folder, classes);
}

}  // namespace signpost
