#include "source/voc.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <pugixml.hpp>
#include <unordered_set>

#include "base/error.h"
#include "base/json_text.h"
#include "source/annotation_files.h"
#include "source/box_fields.h"
#include "source/new_file.h"
#include "source/xml.h"

namespace signpost {
namespace {

constexpr std::array<const char*, 4> kEdges = {"xmin", "ymin", "xmax", "ymax"};

bool counts_from_one(std::string_view database, std::string_view annotation) {
  return annotation.starts_with("PASCAL VOC") || database.starts_with("The VOC");
}

class VocReader : public AnnotationReader {
 public:
  VocReader(Bytes text, const std::string& file) : xml_(std::move(text), file, "annotation") {}

  bool next(AnnotatedImage& image) override {
    if (done_) return false;
    done_ = true;
    image = {};
    read_image(image);
    for (const pugi::xml_node& object : xml_.root().children("object")) {
      Annotation& annotation = image.annotations.emplace_back();
      annotation.where = xml_.where(object);
      annotation.text = xml_.shown(object);
      annotation.wrong = image_wrong_;
      if (annotation.wrong.empty()) annotation.wrong = read_object(object, image, annotation);
    }
    if (!image_wrong_.empty() && image.annotations.empty()) {
      Annotation& annotation = image.annotations.emplace_back();
      annotation.where = xml_.where(xml_.root());
      annotation.wrong = image_wrong_;
    }
    return true;
  }

 private:
  void read_image(AnnotatedImage& image) {
    const pugi::xml_node root = xml_.root();
    image.name = xml_text(root.child("filename"));
    if (image.name.empty()) image.name = "?";  // the image of the file's own stem is taken then
    const pugi::xml_node size = root.child("size"), source = root.child("source");
    image.width = declared_side(xml_text(size.child("width")), "<width>", image_wrong_);
    image.height = declared_side(xml_text(size.child("height")), "<height>", image_wrong_);
    from_one_ =
        counts_from_one(xml_text(source.child("database")), xml_text(source.child("annotation")));
    std::string fields;
    for (const pugi::xml_node& node : root.children()) {
      const std::string_view name = node.name();
      if (node.type() != pugi::node_element || name == "object" || name == "filename") continue;
      std::string json, wrong;
      if (name == "size") {
        if (node.child("depth"))
          json = R"({"depth":)" + json_string(xml_text(node.child("depth"))) + "}";
      } else {
        wrong = xml_as_json(node, json);
      }
      if (!wrong.empty()) image_wrong_ = fmt::format("<{}> {}", name, wrong);
      if (!json.empty() && wrong.empty()) add_field(fields, name, json);
    }
    if (!fields.empty()) image_json_ = "{" + fields + "}";
  }

  std::string read_object(const pugi::xml_node& object, const AnnotatedImage& image,
                          Annotation& annotation) {
    annotation.class_name = xml_text(object.child("name"));
    if (annotation.class_name.empty()) return "has no <name>; add the class";
    if (annotation.class_name == kUnlabelled) annotation.class_name.clear();
    std::array<double, 4> edges;
    bool whole_pixels = true;
    for (std::size_t i = 0; i < edges.size(); ++i) {
      const std::string text = xml_text(object.child("bndbox").child(kEdges[i]));
      const std::optional<double> edge = decimal(text);
      if (!edge) return fmt::format("<{}> is \"{}\", not a number; correct it", kEdges[i], text);
      edges[i] = *edge;
      whole_pixels = whole_pixels && text.find_first_of(".eE") == std::string::npos;
    }
    const double first = from_one_ ? 1 : 0;
    annotation.box = {edges[0] - first, edges[1] - first, edges[2], edges[3]};
    if (std::string wrong = check_box(*annotation.box); !wrong.empty()) return wrong;
    return read_extra(object, whole_pixels, image, annotation);
  }

  std::string read_extra(const pugi::xml_node& object, bool whole_pixels,
                         const AnnotatedImage& image, Annotation& annotation) {
    std::string own, wrong, signpost;
    std::map<std::string, std::vector<std::string>> repeated;
    std::vector<std::string> order;
    for (const pugi::xml_node& node : object.children()) {
      const std::string name = node.name();
      if (node.type() != pugi::node_element || name == "name") continue;
      if (name == "bndbox" && whole_pixels) continue;
      std::string json;
      wrong =
          name == "attributes" ? read_attributes(node, json, signpost) : xml_as_json(node, json);
      if (!wrong.empty()) return fmt::format("<{}> {}", name, wrong);
      if (json.empty()) continue;
      if (!repeated.contains(name)) order.push_back(name);
      repeated[name].push_back(json);
    }
    for (const std::string& name : order) {
      const std::vector<std::string>& values = repeated[name];
      add_field(own, name,
                values.size() == 1 ? values[0] : fmt::format("[{}]", fmt::join(values, ",")));
    }
    bool whole = false;
    if (!signpost.empty()) wrong = read_signpost_object(signpost, "voc", annotation.sample, whole);
    if (whole && covers_image(*annotation.box, image)) annotation.box.reset();
    if (!image_json_.empty()) add_field(own, "image", image_json_);
    add_extra(annotation.sample, "voc", "{" + own + "}");
    return wrong;
  }

  /// The attributes but for ours, as {"attribute":[…]}; empty if none is left.
  static std::string read_attributes(const pugi::xml_node& node, std::string& json,
                                     std::string& signpost) {
    std::string list, wrong;
    for (const pugi::xml_node& attribute : node.children("attribute")) {
      if (xml_text(attribute.child("name")) == "signpost") {
        signpost = xml_text(attribute.child("value"));
        continue;
      }
      if (!list.empty()) list += ',';
      wrong = xml_as_json(attribute, list);
      if (!wrong.empty()) return wrong;
    }
    if (!list.empty()) json = R"({"attribute":[)" + list + "]}";
    return {};
  }

  XmlText xml_;
  bool done_ = false, from_one_ = false;
  std::string image_wrong_, image_json_;
};

class VocWriter : public AnnotationWriter {
 public:
  VocWriter(const std::filesystem::path& folder, std::span<const ExportedClass> classes)
      : folder_(folder), classes_(classes.begin(), classes.end()) {
    std::filesystem::create_directories(folder_ / "Annotations");
    std::filesystem::create_directories(folder_ / "ImageSets" / "Main");
  }

  std::string image_stem(const Sample& sample) const override {
    return "JPEGImages/" + stem_of_id(sample.id);
  }

  void add(const ExportedImage& image) override {
    std::string_view name = image.file;
    if (name.starts_with("JPEGImages/")) name.remove_prefix(11);
    // Images that are not copied keep their folders, and a.ppm may stand beside a.png.
    std::string stem(name.substr(0, name.rfind('.')));
    if (!stems_.insert(std::hash<std::string>()(stem)).second) stem = name;
    if (stem.find('/') != std::string::npos)
      std::filesystem::create_directories((folder_ / "Annotations" / stem).parent_path());
    const auto splits = by_split(image);
    for (const auto& [split, samples] : splits) {
      lists_.try_emplace(split, folder_ / "ImageSets" / "Main" / (split + ".txt"), false)
          .first->second.write(stem + "\n");
    }
    write_new_file(folder_ / "Annotations" / (stem + ".xml"),
                   as_bytes(annotation_of(image, name, splits.size() > 1)));
  }

  void finish() override {
    std::string labels = "# label:color_rgb:parts:actions\n";
    for (const ExportedClass& known : classes_) labels += known.name + ":::\n";
    if (unlabelled_) labels += std::string(kUnlabelled) + ":::\n";
    write_new_file(folder_ / "labelmap.txt", as_bytes(labels));
    for (auto& [split, list] : lists_) list.commit();
    lists_.clear();
  }

 private:
  std::string annotation_of(const ExportedImage& image, std::string_view name, bool with_split) {
    pugi::xml_document document;
    pugi::xml_node root = document.append_child("annotation");
    const auto put = [](pugi::xml_node parent, const char* key, const std::string& text) {
      parent.append_child(key).text().set(xml_safe(text).c_str());
    };
    put(root, "folder", "JPEGImages");
    put(root, "filename", std::string(name));
    std::string wrong, depth = "3";
    const std::string own =
        image.samples.empty() ? std::string() : format_object(image.samples.front(), "voc");
    const JsonValue kept = parser_.parse(own, wrong)["image"];
    if (const auto known = kept["size"]["depth"].string()) depth = *known;
    if (!kept["source"].is_object()) put(root.append_child("source"), "database", "Unknown");
    kept.each_field([&](std::string_view key, JsonValue value) {
      if (key != "folder" && key != "size" && key != "path") json_as_xml(key, value, root);
    });
    const bool from_one = counts_from_one(kept["source"]["database"].string().value_or(""),
                                          kept["source"]["annotation"].string().value_or(""));
    pugi::xml_node size = root.append_child("size");
    put(size, "width", std::to_string(image.width));
    put(size, "height", std::to_string(image.height));
    put(size, "depth", depth);
    for (const Sample& sample : image.samples) {
      add_object(root, image, sample, from_one, with_split);
    }
    return printed(root, 0);
  }

  void add_object(pugi::xml_node& root, const ExportedImage& image, const Sample& sample,
                  bool from_one, bool with_split) {
    pugi::xml_node object = root.append_child("object");
    object.append_child("name").text().set(xml_safe(class_name_of(sample, classes_)).c_str());
    unlabelled_ = unlabelled_ || !sample.label;
    const Roi roi = roi_of(sample, image);
    std::string wrong;
    const JsonValue own = parser_.parse(format_object(sample, "voc"), wrong);
    bool box_written = false;
    own.each_field([&](std::string_view key, JsonValue value) {
      if (key == "image" || key == "attributes") return;
      if (key == "bndbox") {
        box_written = has_first_pixels(sample) && is_same(value, roi, from_one);
        if (!box_written) return;
      }
      json_as_xml(key, value, object);
    });
    if (!box_written) {
      const int first = from_one ? 1 : 0;
      const std::array<int, 4> edges = {roi.x1 + first, roi.y1 + first, roi.x2, roi.y2};
      pugi::xml_node box = object.append_child("bndbox");
      for (std::size_t i = 0; i < edges.size(); ++i) {
        box.append_child(kEdges[i]).text().set(edges[i]);
      }
    }
    pugi::xml_node attributes = object.append_child("attributes");
    own["attributes"].each_field(
        [&](std::string_view key, JsonValue value) { json_as_xml(key, value, attributes); });
    pugi::xml_node ours = attributes.append_child("attribute");
    ours.append_child("name").text().set("signpost");
    ours.append_child("value").text().set(signpost_object(sample, "voc", with_split).c_str());
  }

  static bool is_same(JsonValue bndbox, const Roi& roi, bool from_one) {
    std::array<double, 4> edges;
    for (std::size_t i = 0; i < edges.size(); ++i) {
      const std::optional<double> edge = decimal(bndbox[kEdges[i]].string().value_or(""));
      if (!edge) return false;
      edges[i] = *edge;
    }
    const double first = from_one ? 1 : 0;
    return same_box({edges[0] - first, edges[1] - first, edges[2], edges[3]}, roi);
  }

  std::filesystem::path folder_;
  std::vector<ExportedClass> classes_;
  std::map<std::string, OutputFile> lists_;
  std::unordered_set<std::size_t> stems_;  // eight bytes an image
  JsonParser parser_;
  bool unlabelled_ = false;
};

std::string_view last_part(std::string_view path) { return path.substr(path.rfind('/') + 1); }

std::string_view parent_of(std::string_view folder) {
  const std::size_t slash = folder.rfind('/');
  return slash == std::string_view::npos ? std::string_view() : folder.substr(0, slash);
}

bool is_xml(std::string_view name) { return name.ends_with(".xml") || name.ends_with(".XML"); }

/// Which split each stem is on, by the root of its data set ("VOC2007") and its stem.
using Splits = std::map<std::pair<std::string, std::string>, std::vector<std::string>>;

/// The key of an annotation file: folders below Annotations/ belong to the stem.
std::pair<std::string, std::string> place_of(std::string_view folder, std::string_view stem) {
  for (std::string_view root = folder;; root = parent_of(root)) {
    if (last_part(root) == "Annotations") {
      const std::string_view below = folder.substr(root.size());
      return {std::string(parent_of(root)), join_path(below.substr(below.empty() ? 0 : 1), stem)};
    }
    if (root.empty()) return {std::string(parent_of(folder)), std::string(stem)};
  }
}

Splits read_lists(const FileTree& tree, Rejects& rejects) {
  Splits splits;
  for (const auto& [folder, names] : tree.folders()) {
    if (last_part(folder) != "Main" || last_part(parent_of(folder)) != "ImageSets") continue;
    const std::string root(parent_of(parent_of(folder)));
    for (const char* split : {"train", "val", "test"}) {
      const std::string name = std::string(split) + ".txt";
      if (!std::binary_search(names.begin(), names.end(), name)) continue;
      Bytes bytes;
      try {
        tree.read(folder, name, bytes);
      } catch (const Error& error) {
        rejects.add(tree.reference(folder, name), error.what());
        continue;
      }
      std::string_view text = as_text(bytes);
      while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        std::string_view line = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        while (!line.empty() && static_cast<unsigned char>(line.back()) <= ' ')
          line.remove_suffix(1);
        while (!line.empty() && static_cast<unsigned char>(line.front()) <= ' ')
          line.remove_prefix(1);
        if (line.empty()) continue;
        std::vector<std::string>& of_stem = splits[{root, std::string(line)}];
        if (of_stem.empty() || of_stem.back() != split) of_stem.emplace_back(split);
      }
    }
  }
  return splits;
}

}  // namespace

std::unique_ptr<AnnotationReader> parse_voc(Bytes text, const std::string& file) {
  return std::make_unique<VocReader>(std::move(text), file);
}

bool is_voc(const FileTree& tree) {
  for (const auto& [folder, names] : tree.folders()) {
    const auto first = std::find_if(names.begin(), names.end(), is_xml);
    if (first == names.end()) continue;
    const std::string text = beginning_of(tree, folder, *first);
    const std::size_t at = text.find("<annotation");
    if (at != std::string::npos && text.find("<annotations", at) != at) return true;
  }
  return false;
}

std::unique_ptr<AnnotationReader> open_voc(const FileTree& tree, Rejects& rejects) {
  const Splits splits = read_lists(tree, rejects);
  std::vector<AnnotationFile> files;
  for (const auto& [folder, names] : tree.folders()) {
    for (const std::string& name : names) {
      if (!is_xml(name)) continue;
      AnnotationFile& file = files.emplace_back();
      file.folder = folder;
      file.name = name;
      file.image_by_stem = true;
      const auto listed = splits.find(place_of(folder, name.substr(0, name.rfind('.'))));
      if (listed == splits.end()) {
        file.split = split_of_name(last_part(folder));
      } else if (listed->second.size() == 1) {
        file.split = listed->second[0];
      } else {
        file.wrong =
            fmt::format("stands in {}.txt and in {}.txt of ImageSets/Main; remove it from one",
                        listed->second[0], listed->second[1]);
      }
    }
  }
  if (files.empty()) {
    throw Error(Blame::input, tree.path() +
                                  ": holds no Pascal VOC annotations; expected Annotations/*.xml "
                                  "beside JPEGImages/");
  }
  return read_annotation_files(tree, std::move(files), parse_voc);
}

std::unique_ptr<AnnotationWriter> create_voc(const std::filesystem::path& folder,
                                             std::span<const ExportedClass> classes) {
  return std::make_unique<VocWriter>(folder, classes);
}

}  // namespace signpost
