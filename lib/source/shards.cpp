#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "sample/history.h"
#include "source/box_fields.h"
#include "source/format.h"
#include "source/json.h"
#include "source/text_fields.h"

// WebDataset, read: tar files whose members of one sample share a key, the name up to its first
// dot, and stand together (https://github.com/webdataset/webdataset). KEY.ppm|png|jpg|webp is the
// image; KEY.json a record, of `signpost pack` or of anybody; KEY.cls the class as a number or a
// name; KEY.txt, where neither says it, the class's name.
//
// What `pack` wrote comes back with all of its fields. Where operations have been executed the
// sample is the whole of the stored image, and "rendered_from" tells of the pixels before.

namespace signpost {
namespace {

bool is_tar_name(std::string_view name) { return name.ends_with(".tar") || name.ends_with(".TAR"); }

/// "a/b" of "a/b.seg.png".
std::string_view key_of(std::string_view member) {
  const std::size_t slash = member.rfind('/');
  const std::size_t dot = member.find('.', slash == std::string_view::npos ? 0 : slash + 1);
  return member.substr(0, dot);
}

std::string_view extension_of(std::string_view member) {
  const std::string_view key = key_of(member);
  return key.size() == member.size() ? std::string_view() : member.substr(key.size() + 1);
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r\n";
  const std::size_t from = text.find_first_not_of(kBlank);
  if (from == std::string_view::npos) return {};
  return text.substr(from, text.find_last_not_of(kBlank) - from + 1);
}

class ShardReader : public AnnotationReader {
 public:
  explicit ShardReader(const FileTree& tree) {
    if (is_tar_name(tree.path())) {
      shards_.push_back(tree.path());
    } else {
      for (const auto& [folder, names] : tree.folders()) {
        const std::size_t before = shards_.size();
        for (const std::string& name : names) {
          if (is_tar_name(name)) shards_.push_back(tree.reference(folder, name));
        }
        if (shards_.size() > before && std::ranges::find(names, "dataset.json") != names.end())
          read_history(tree, folder);
      }
    }
    if (shards_.empty()) throw Error(Blame::input, tree.path() + ": holds no shards (*.tar)");
  }

  bool next(AnnotatedImage& image) override {
    for (;;) {
      if (!shard_ || at_ == shard_->archive.members().size()) {
        if (next_shard_ == shards_.size()) return false;
        image = open(shards_[next_shard_++]);
        if (!image.annotations.empty()) return true;
        continue;
      }
      if (take(image)) return true;
    }
  }

 private:
  using Member = Archive::Member;

  /// What `pack` knew of the way here goes on. Another tool's file of that name has none.
  static void read_history(const FileTree& tree, const std::string& folder) {
    Bytes bytes;
    tree.read(folder, "dataset.json", bytes);
    JsonParser parser;
    std::string wrong;
    const JsonValue history = parser.parse(as_text(bytes), wrong)["history"];
    if (history.present()) stream_history().read(history.text());
  }

  /// Holds a wrong annotation if something is the matter with the shard.
  AnnotatedImage open(const std::string& reference) {
    shard_.reset();
    at_ = 0;
    try {
      shard_ = std::make_shared<const InnerArchive>(InnerArchive{reference, Archive(reference)});
      const std::string_view name = without_extension(last_part(reference));
      stem_ = name;
      split_ = split_of_name(name);
      if (const std::string& damage = shard_->archive.damage(); !damage.empty())
        throw Error(Blame::input, damage);
    } catch (const Error& error) {
      return wrong_file(reference, error);
    }
    return {};
  }

  /// The next key. False if its members are no sample.
  bool take(AnnotatedImage& image) {
    image = {};
    const std::vector<Member>& members = shard_->archive.members();
    const std::string_view key = key_of(members[at_].name);
    const Member *picture = nullptr, *json = nullptr, *cls = nullptr, *text = nullptr;
    for (; at_ < members.size() && key_of(members[at_].name) == key; ++at_) {
      const std::string_view extension = extension_of(members[at_].name);
      if (names_image(members[at_].name)) {
        if (!picture) picture = &members[at_];
      } else if (extension == "json") {
        json = &members[at_];
      } else if (extension == "cls") {
        cls = &members[at_];
      } else if (extension == "txt") {
        text = &members[at_];
      }
    }
    if (!picture && !json && !cls) return false;
    image.inner = shard_;
    image.stem = join_path(stem_, key);
    Annotation annotation;
    annotation.where = fmt::format("{}!{}", shard_->reference, key);
    if (picture) {
      image.folder = parent_part(picture->name);
      image.name = last_part(picture->name);
    } else {
      annotation.wrong = "has no image (ppm, png, jpg or webp); restore it";
    }
    bool ours = false;
    if (json && annotation.wrong.empty()) ours = read_json(*json, image, annotation);
    if (!ours && annotation.sample.split.empty()) annotation.sample.split = split_;
    const bool has_class = ours || annotation.sample.label || !annotation.class_name.empty();
    if (!has_class && (cls || text)) read_class(cls ? *cls : *text, annotation);
    // An image alone is one without a sign.
    if (json || cls || text) image.annotations.push_back(std::move(annotation));
    return true;
  }

  std::string_view read(const Member& member, Annotation& annotation) {
    try {
      shard_->archive.read(member, bytes_);
      return as_text(bytes_);
    } catch (const Error& error) {
      annotation.wrong = error.what();
      return {};
    }
  }

  void read_class(const Member& member, Annotation& annotation) {
    annotation.class_name = trimmed(read(member, annotation));
    if (annotation.class_name.empty() && annotation.wrong.empty())
      annotation.wrong = member.name + " is empty; write the class into it";
  }

  /// True for a record of `pack`.
  bool read_json(const Member& member, AnnotatedImage& image, Annotation& annotation) {
    const std::string_view text = trimmed(read(member, annotation));
    if (!annotation.wrong.empty()) return false;
    annotation.text = text;
    put_on_one_line(annotation.text);
    Sample& sample = annotation.sample;
    if (decoder_.decode(annotation.text, sample).empty()) {
      if (sample.ops.empty()) {
        image.width = sample.width;
        image.height = sample.height;
        if (sample.roi) {
          annotation.box = {
              static_cast<double>(sample.roi->x1), static_cast<double>(sample.roi->y1),
              static_cast<double>(sample.roi->x2), static_cast<double>(sample.roi->y2)};
        }
      } else {
        set_rendered(sample);
      }
      return true;
    }
    sample = {};
    std::string wrong;
    const JsonValue object = parser_.parse(text, wrong);
    if (!wrong.empty() || !object.is_object()) {
      annotation.wrong = member.name + " is not a JSON object; correct it";
      return false;
    }
    std::string_view class_field;
    for (const std::string_view name :
         {"label", "class_id", "cls", "class", "class_name", "category"}) {
      const JsonValue value = object[name];
      if (const auto number = value.integer()) {
        annotation.class_name = std::to_string(*number);
      } else if (const auto word = value.string()) {
        annotation.class_name = *word;
      } else {
        continue;
      }
      class_field = name;
      break;
    }
    std::string kept;
    object.each_field([&](std::string_view key, JsonValue value) {
      if (key != class_field) add_field(kept, key, value.text());
    });
    if (!kept.empty()) sample.extra = "\"webdataset\":{" + kept + "}";
    return false;
  }

  std::vector<std::string> shards_;
  std::size_t next_shard_ = 0, at_ = 0;
  std::shared_ptr<const InnerArchive> shard_;
  std::string stem_;
  std::string split_;
  Bytes bytes_;
  SampleDecoder decoder_;
  JsonParser parser_;
};

}  // namespace

bool is_webdataset(const FileTree& tree) {
  if (!is_tar_name(tree.path())) {
    return std::ranges::any_of(tree.folders(), [](const auto& entry) {
      return std::ranges::any_of(entry.second, is_tar_name);
    });
  }
  for (const auto& [folder, names] : tree.folders()) {
    for (const std::string& name : names) {
      if (!names_image(name)) continue;
      for (const std::string_view ending : {".cls", ".json", ".txt"}) {
        std::string other(key_of(name));
        other += ending;
        if (std::ranges::binary_search(names, other)) return true;
      }
    }
  }
  return false;
}

std::unique_ptr<AnnotationReader> open_webdataset(const FileTree& tree, Rejects&) {
  return std::make_unique<ShardReader>(tree);
}

}  // namespace signpost
