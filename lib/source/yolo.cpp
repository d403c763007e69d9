#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <map>
#include <set>

#include "base/error.h"
#include "base/json_text.h"
#include "source/format.h"
#include "source/manifest.h"
#include "source/sidecar.h"
#include "source/text_fields.h"

// YOLO, as Ultralytics documents it for detection (https://docs.ultralytics.com/datasets/detect/):
// data.yaml with `path`, `train`, `val`, `test` (a folder, a list of images in a .txt file, or a
// list of these) and `names` (a list or a map), and for each image a text file of the same name,
// in the folder whose last part `images` is `labels`, or beside the image. A line a sign: the
// class's index, then centre x, centre y, width and height as shares of the image. Longer lines are
// polygons, whose enclosing box is taken, or end in a confidence. Without data.yaml the names are
// taken from classes.txt or obj.names, as labelImg and Darknet have it, and without that the
// indices are taken as class ids.

namespace signpost {
namespace {

bool is_yaml_name(std::string_view name) {
  return name.ends_with(".yaml") || name.ends_with(".yml");
}

bool is_names_file(std::string_view name) {
  return name == "classes.txt" || name == "obj.names" || name == "_darknet.labels";
}

std::string slashed(std::string path) {
  std::ranges::replace(path, '\\', '/');
  while (path.size() > 1 && path.ends_with('/')) path.pop_back();
  return path;
}

/// What data.yaml says.
struct Description {
  std::string folder;  ///< that the file stands in
  std::string where;
  std::map<int, std::string> names;
  std::vector<std::pair<std::string, std::string>> sides;  ///< split and path, as they stand there
};

std::optional<Description> read_description(const FileTree& tree, const std::string& folder,
                                            const std::string& name) {
  Bytes bytes;
  tree.read(folder, name, bytes);
  Description description;
  description.folder = folder;
  description.where = tree.reference(folder, name);
  try {
    const YAML::Node root = YAML::Load(std::string(as_text(bytes)));
    if (!root.IsMap() || !root["names"]) return std::nullopt;
    const YAML::Node names = root["names"];
    if (names.IsSequence()) {
      for (std::size_t i = 0; i < names.size(); ++i)
        description.names[static_cast<int>(i)] = names[i].as<std::string>();
    } else if (names.IsMap()) {
      for (const auto& entry : names)
        description.names[entry.first.as<int>()] = entry.second.as<std::string>();
    }
    const std::string path =
        root["path"] && root["path"].IsScalar() ? root["path"].as<std::string>() : "";
    for (const std::string split : {"train", "val", "test"}) {
      const YAML::Node side = root[split];
      if (!side || side.IsNull()) continue;
      const auto add = [&](const YAML::Node& node) {
        description.sides.emplace_back(split, slashed(join_path(path, node.as<std::string>())));
      };
      if (side.IsSequence()) {
        for (const YAML::Node& node : side) add(node);
      } else {
        add(side);
      }
    }
  } catch (const YAML::Exception& error) {
    throw Error(Blame::input,
                fmt::format("{}:{}: {}", description.where, error.mark.line + 1, error.msg));
  }
  if (description.sides.empty()) return std::nullopt;
  return description;
}

std::string label_folder(std::string_view folder) {
  const std::string slashes = "/" + std::string(folder) + "/";
  const std::size_t at = slashes.rfind("/images/");
  if (at == std::string::npos) return std::string(folder);
  const std::string replaced = slashes.substr(0, at) + "/labels/" + slashes.substr(at + 8);
  return replaced.substr(1, replaced.size() - 2);
}

struct Listed {
  std::string folder, name, split;
  const Description* description;
};

class YoloReader : public AnnotationReader {
 public:
  YoloReader(const FileTree& tree, Rejects& rejects) : tree_(tree), rejects_(rejects) {
    for (const auto& [folder, names] : tree.folders()) {
      for (const std::string& name : names) {
        if (!is_yaml_name(name)) continue;
        try {
          if (auto description = read_description(tree, folder, name))
            descriptions_.push_back(std::make_unique<Description>(std::move(*description)));
        } catch (const Error& error) {
          const std::string reference = tree.reference(folder, name);
          const std::string_view what = error.what();
          rejects.add(reference,
                      what.substr(what.starts_with(reference) ? reference.size() + 1 : 0));
        }
      }
    }
    if (descriptions_.empty()) list_without_description();
    for (const auto& description : descriptions_) {
      sidecars_.try_emplace(description.get(), tree, description->folder);
      for (const auto& [split, path] : description->sides) list(*description, split, path);
    }
    if (images_.empty()) throw Error(Blame::input, tree.path() + ": holds no images of YOLO's");
    find_lone_labels();
  }

  bool next(AnnotatedImage& image) override {
    image = {};
    if (at_ < images_.size()) {
      fill(images_[at_++], image);
      return true;
    }
    if (lone_.empty()) return false;
    Annotation& annotation = image.annotations.emplace_back();
    annotation.where = lone_.back();
    annotation.wrong =
        "has no image (ppm, png, jpg or webp); restore it or remove the file of labels";
    lone_.pop_back();
    return true;
  }

 private:
  void list_without_description() {
    auto description = std::make_unique<Description>();
    std::vector<std::string_view> folders;
    for (const auto& [folder, names] : tree_.folders()) {
      folders.push_back(folder);
      for (const std::string& name : names) {
        if (!is_names_file(name) || !description->names.empty()) continue;
        Bytes bytes;
        tree_.read(folder, name, bytes);
        std::string_view text = without_mark(as_text(bytes));
        for (int i = 0; !text.empty(); ++i) description->names[i] = take_line(text);
      }
    }
    description->folder = common_folder(folders);
    for (const auto& [folder, names] : tree_.folders()) {
      std::string_view split;
      for (const std::string_view part : split_fields(folder, '/'))
        split = split_of(part).empty() ? split : split_of(part);
      for (const std::string& name : names) {
        if (names_image(name)) add(folder, name, std::string(split), *description);
      }
    }
    descriptions_.push_back(std::move(description));
  }

  /// The path of data.yaml in the tree: people move data sets, so what does not fit is shortened
  /// from the front until it does.
  template <typename Exists>
  std::optional<std::string> resolve(const std::string& folder, std::string path,
                                     const Exists& exists) const {
    for (;;) {
      const std::string inside = path_within(folder, path);
      if (!inside.empty() && exists(inside)) return inside;
      const std::size_t slash = path.find('/');
      if (slash == std::string::npos) return std::nullopt;
      path.erase(0, slash + 1);
    }
  }

  bool has_folder(const std::string& folder) const {
    const auto at = tree_.folders().lower_bound(folder);
    if (at == tree_.folders().end()) return false;
    if (at->first == folder) return true;
    const auto below = tree_.folders().lower_bound(folder + "/");
    return below != tree_.folders().end() && below->first.starts_with(folder + "/");
  }

  bool has_file(const std::string& path) const {
    const auto at = tree_.folders().find(std::string(parent_part(path)));
    return at != tree_.folders().end() && std::ranges::binary_search(at->second, last_part(path));
  }

  void list(const Description& description, const std::string& split, const std::string& path) {
    if (path.ends_with(".txt")) {
      const auto file = resolve(description.folder, path,
                                [&](const std::string& inside) { return has_file(inside); });
      if (file) {
        list_from_file(description, split, *file);
        return;
      }
    } else if (const auto folder =
                   resolve(description.folder, path,
                           [&](const std::string& inside) { return has_folder(inside); })) {
      for (const auto& [below, names] : tree_.folders()) {
        if (below != *folder && !below.starts_with(*folder + "/")) continue;
        for (const std::string& name : names) {
          if (names_image(name)) add(below, name, split, description);
        }
      }
      return;
    }
    rejects_.add(description.where,
                 fmt::format("{}: {} is not there; restore it or remove the line", split, path));
  }

  void list_from_file(const Description& description, const std::string& split,
                      const std::string& file) {
    Bytes bytes;
    tree_.read(parent_part(file), last_part(file), bytes);
    std::string_view text = without_mark(as_text(bytes));
    for (std::uint64_t number = 1; !text.empty(); ++number) {
      const std::string line = slashed(std::string(take_line(text)));
      if (line.empty()) continue;
      const auto exists = [&](const std::string& inside) { return has_file(inside); };
      auto image = resolve(std::string(parent_part(file)), line, exists);
      if (!image) image = resolve(description.folder, line, exists);
      if (image) {
        add(std::string(parent_part(*image)), std::string(last_part(*image)), split, description);
      } else {
        rejects_.add(fmt::format("{}:{}", tree_.reference("", file), number),
                     line + " is not there; restore it or remove the line");
      }
    }
  }

  /// An image that two sides name belongs to the one that its folder is called after, else to the
  /// first.
  void add(const std::string& folder, const std::string& name, const std::string& split,
           const Description& description) {
    const auto [at, first] = place_.emplace(join_path(folder, name), images_.size());
    if (first) {
      images_.push_back({folder, name, split, &description});
    } else if (split_of(last_part(folder)) == split) {
      images_[at->second].split = split;
    }
  }

  void find_lone_labels() {
    std::map<std::string, std::set<std::string>> wanted;  // by folder of labels
    for (const Listed& image : images_)
      wanted[label_folder(image.folder)].insert(std::string(without_extension(image.name)) +
                                                ".txt");
    for (const auto& [folder, labels] : wanted) {
      const auto at = tree_.folders().find(folder);
      if (at == tree_.folders().end()) continue;
      if (std::ranges::any_of(at->second, names_image)) continue;  // other texts may lie there
      for (const std::string& name : at->second) {
        if (name.ends_with(".txt") && !is_names_file(name) && !labels.contains(name))
          lone_.push_back(tree_.reference(folder, name));
      }
    }
    std::ranges::reverse(lone_);
  }

  void fill(const Listed& listed, AnnotatedImage& image) {
    image.folder = listed.folder;
    image.name = listed.name;
    const std::string path = join_path(listed.folder, listed.name);
    std::string_view inside = path;
    const std::string& base = listed.description->folder;
    if (!base.empty() && inside.starts_with(base + "/")) inside.remove_prefix(base.size() + 1);
    image.stem = without_extension(inside);
    const std::string folder = label_folder(listed.folder);
    const std::string name = std::string(without_extension(listed.name)) + ".txt";
    if (!has_file(join_path(folder, name))) return;
    Bytes bytes;
    try {
      tree_.read(folder, name, bytes);
    } catch (const Error& error) {
      image.annotations = wrong_file(tree_.reference(folder, name), error).annotations;
      return;
    }
    std::string_view text = without_mark(as_text(bytes));
    for (std::uint64_t number = 1; !text.empty(); ++number) {
      const std::string_view line = take_line(text);
      if (line.find_first_not_of(" \t") == std::string_view::npos) continue;
      Annotation& annotation = image.annotations.emplace_back();
      annotation.where = fmt::format("{}:{}", tree_.reference(folder, name), number);
      annotation.text = line;
      annotation.sample.split = listed.split;
      parse(line, *listed.description, annotation);
    }
    if (const auto sidecar = sidecars_.find(listed.description);
        sidecar != sidecars_.end() && !sidecar->second.empty())
      sidecar->second.complete(inside, image);
  }

  static void parse(std::string_view line, const Description& description, Annotation& annotation) {
    const std::vector<std::string_view> fields = split_fields(line, ' ');
    if (fields.size() < 5 || (fields.size() > 6 && fields.size() % 2 == 0)) {
      annotation.wrong = fmt::format(
          "has {} fields, not a class and four numbers; correct the line", fields.size());
      return;
    }
    std::vector<double> numbers;
    for (std::size_t i = 1; i < fields.size(); ++i) {
      const std::optional<double> number = parse_number<double>(fields[i]);
      if (!number) {
        annotation.wrong = fmt::format("\"{}\" is not a number; correct the line", fields[i]);
        return;
      }
      numbers.push_back(*number);
    }
    const std::optional<int> index = parse_number<int>(fields[0]);
    const auto name = index ? description.names.find(*index) : description.names.end();
    if (!index || (name == description.names.end() && !description.names.empty())) {
      annotation.wrong =
          fmt::format("class {} has no name in {}; correct one of the two", fields[0],
                      description.where.empty() ? "the file of class names" : description.where);
      return;
    }
    annotation.class_name = name == description.names.end() ? std::string(fields[0]) : name->second;
    annotation.relative = true;
    if (numbers.size() <= 5) {
      annotation.box = {numbers[0] - numbers[2] / 2, numbers[1] - numbers[3] / 2,
                        numbers[0] + numbers[2] / 2, numbers[1] + numbers[3] / 2};
      if (numbers.size() == 5) {
        annotation.sample.extra = "\"yolo\":{\"confidence\":";
        append_json_number(annotation.sample.extra, numbers[4]);
        annotation.sample.extra += '}';
      }
      return;
    }
    Annotation::Box box{numbers[0], numbers[1], numbers[0], numbers[1]};
    std::string polygon;
    for (std::size_t i = 0; i < numbers.size(); i += 2) {
      box.x1 = std::min(box.x1, numbers[i]);
      box.x2 = std::max(box.x2, numbers[i]);
      box.y1 = std::min(box.y1, numbers[i + 1]);
      box.y2 = std::max(box.y2, numbers[i + 1]);
      for (const double number : {numbers[i], numbers[i + 1]}) {
        if (!polygon.empty()) polygon += ',';
        append_json_number(polygon, number);
      }
    }
    annotation.box = box;
    annotation.sample.extra = fmt::format("\"yolo\":{{\"polygon\":[{}]}}", polygon);
  }

  const FileTree& tree_;
  Rejects& rejects_;
  std::vector<std::unique_ptr<Description>> descriptions_;
  std::map<const Description*, Sidecar> sidecars_;
  std::vector<Listed> images_;
  std::map<std::string, std::size_t> place_;  ///< by path, among images_
  std::vector<std::string> lone_;             ///< labels without an image, the last one first
  std::size_t at_ = 0;
};

}  // namespace

bool is_yolo(const FileTree& tree) {
  for (const auto& [folder, names] : tree.folders()) {
    for (const std::string& name : names) {
      if (!is_yaml_name(name)) continue;
      try {
        if (read_description(tree, folder, name)) return true;
      } catch (const Error&) {
        continue;  // another tool's file
      }
    }
    const std::string labels = label_folder(folder);
    const auto at = tree.folders().find(labels);
    if (labels != folder && at != tree.folders().end() && std::ranges::any_of(names, names_image) &&
        std::ranges::any_of(at->second, [](const auto& name) { return name.ends_with(".txt"); }))
      return true;
  }
  return false;
}

std::unique_ptr<AnnotationReader> open_yolo(const FileTree& tree, Rejects& rejects) {
  return std::make_unique<YoloReader>(tree, rejects);
}

}  // namespace signpost
