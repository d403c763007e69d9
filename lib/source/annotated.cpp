#include "source/annotated.h"

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <optional>
#include <unordered_set>
#include <utility>

#include "base/digest.h"
#include "base/error.h"
#include "base/interrupt.h"
#include "base/parallel.h"
#include "base/random.h"
#include "codecs/decode.h"

namespace signpost {
namespace {

constexpr std::size_t kBatch = 16;

struct Item {
  AnnotatedImage image;
  AnnotatedCounts counts;
};

std::string common_folder_of(const FileTree& tree) {
  std::vector<std::string_view> folders;
  for (const auto& [folder, names] : tree.folders()) folders.push_back(folder);
  return common_folder(folders);
}

/// Executes what the header promises for one image at a time. Thread-safe.
class Examiner {
 public:
  Examiner(const Format& format, const FileTree& tree, const AnnotatedOptions& options)
      : format_(format), tree_(tree), options_(options), common_(common_folder_of(tree)) {}

  void examine(Item& item) const {
    AnnotatedImage& image = item.image;
    if (image.annotations.empty()) {
      if (!options_.unlabelled) {
        ++item.counts.without_signs;
        return;
      }
      image.annotations.emplace_back().where = reference(image);
    }
    find_repeated(image.annotations);
    std::vector<Annotation> kept;
    for (Annotation& annotation : image.annotations) {
      if (image.annotations.size() > 1 && annotation.key.empty())
        annotation.key = std::to_string(&annotation - image.annotations.data() + 1);
      if (classify(annotation)) {
        kept.push_back(std::move(annotation));
      } else {
        ++item.counts.unknown_classes;
      }
    }
    image.annotations = std::move(kept);
    if (std::ranges::any_of(image.annotations, &std::string::empty, &Annotation::wrong))
      read(image);
  }

 private:
  std::string reference(const AnnotatedImage& image) const {
    if (!image.inner) return tree_.reference(image.folder, image.name);
    return image.inner->reference + "!" + join_path(image.folder, image.name);
  }

  static void find_repeated(std::vector<Annotation>& annotations) {
    if (annotations.size() < 2) return;
    std::map<std::optional<std::array<double, 4>>, const Annotation*> seen;
    for (Annotation& annotation : annotations) {
      if (!annotation.wrong.empty()) continue;
      std::optional<std::array<double, 4>> box;
      if (annotation.box)
        box = {annotation.box->x1, annotation.box->y1, annotation.box->x2, annotation.box->y2};
      const auto [at, first] = seen.emplace(box, &annotation);
      if (!first) {
        annotation.wrong =
            fmt::format("repeats the box of {}; remove one of the two", at->second->where);
      }
    }
  }

  static std::string unknown(const std::string& id) {
    return fmt::format(
        "class {} is not in the catalogue; correct it, or pass --skip-unknown-classes", id);
  }

  /// Finds the label. False if the sign is to be passed over.
  bool classify(Annotation& annotation) const {
    if (!annotation.wrong.empty()) return true;
    if (annotation.sample.label) {
      if (options_.classes->knows(*annotation.sample.label)) return true;
      annotation.wrong = unknown(std::to_string(*annotation.sample.label));
      return !options_.skip_unknown_classes;
    }
    if (annotation.class_name.empty()) return true;
    const ClassNames::Answer answer = options_.classes->find(annotation.class_name);
    annotation.sample.label = answer.id;
    if (answer.left_out) return false;
    if (answer.id) return true;
    const bool digits = annotation.class_name.find_first_not_of("0123456789") == std::string::npos;
    annotation.wrong =
        digits ? unknown(annotation.class_name)
               : fmt::format(
                     "class \"{}\" is not in the catalogue; the nearest name is {}: correct it, or "
                     "pass "
                     "--class-map or --skip-unknown-classes",
                     annotation.class_name, options_.classes->nearest(annotation.class_name));
    return !options_.skip_unknown_classes;
  }

  std::string stem(const AnnotatedImage& image) const {
    if (!image.stem.empty()) return image.stem;
    std::string_view folder = image.folder;
    if (!image.inner && !common_.empty() && folder.starts_with(common_))
      folder.remove_prefix(std::min(common_.size() + 1, folder.size()));
    return join_path(folder, without_extension(image.name));
  }

  void read(AnnotatedImage& image) const {
    thread_local Bytes buffer;
    std::string wrong;
    ImageSize size;
    const std::string reference = this->reference(image);
    try {
      // A record is UTF-8, so it could not name the file.
      if (!simdjson::validate_utf8(reference))
        throw Error(Blame::input, reference + ": its name is not UTF-8; rename it");
      if (image.inner) {
        const Archive& archive = image.inner->archive;
        archive.read(*archive.find(join_path(image.folder, image.name)), buffer);
      } else {
        tree_.read(image.folder, image.name, buffer);
      }
      if (!decode_size(buffer, size, wrong)) {
        wrong = fmt::format("{} {}; copy the image again", reference, wrong);
      } else if ((image.width && *image.width != size.width) ||
                 (image.height && *image.height != size.height)) {
        wrong = fmt::format("the image is said to be {}x{}, but it is {}x{}; correct the size",
                            image.width.value_or(size.width), image.height.value_or(size.height),
                            size.width, size.height);
      }
    } catch (const Error& error) {
      wrong = error.what();
    }
    const std::string digest = wrong.empty() ? sha256_hex(buffer) : std::string();
    const std::string place = fmt::format("{}/{}", format_.name, stem(image));
    for (Annotation& annotation : image.annotations) {
      if (!annotation.wrong.empty()) continue;
      annotation.wrong = wrong;
      if (!wrong.empty()) continue;
      Sample& sample = annotation.sample;
      sample.image = reference;
      sample.width = size.width;
      sample.height = size.height;
      sample.sha256 = digest;
      if (annotation.box) {
        Annotation::Box box = *annotation.box;
        if (annotation.relative)
          box = {box.x1 * size.width, box.y1 * size.height, box.x2 * size.width,
                 box.y2 * size.height};
        sample.roi = pixel_box(box, size.width, size.height, options_.clip_boxes, annotation.wrong);
      }
      if (sample.id.empty()) {
        sample.id = annotation.key.empty() ? place : place + "/" + annotation.key;
        if (sample.group.empty()) sample.group = place;
      }
    }
  }

  const Format& format_;
  const FileTree& tree_;
  const AnnotatedOptions& options_;
  std::string common_;
};

}  // namespace

AnnotatedCounts& AnnotatedCounts::operator+=(const AnnotatedCounts& other) {
  samples += other.samples;
  images += other.images;
  without_signs += other.without_signs;
  unknown_classes += other.unknown_classes;
  return *this;
}

std::optional<Roi> pixel_box(const Annotation::Box& box, int width, int height, bool clip,
                             std::string& wrong) {
  const auto text = [&] { return fmt::format("[{},{},{},{}]", box.x1, box.y1, box.x2, box.y2); };
  const bool finite = std::isfinite(box.x1) && std::isfinite(box.y1) && std::isfinite(box.x2) &&
                      std::isfinite(box.y2);
  if (!finite || box.x1 >= box.x2 || box.y1 >= box.y2) {
    wrong = fmt::format("the box {} has no size; correct or remove it", text());
    return std::nullopt;
  }
  if (!clip && !(box.x1 > -1 && box.y1 > -1 && box.x2 < width + 1.0 && box.y2 < height + 1.0)) {
    wrong =
        fmt::format("the box {} leaves the {}x{} image; correct it, or pass --clip-boxes to cut it",
                    text(), width, height);
    return std::nullopt;
  }
  const auto rounded = [](double at, int limit) {
    return static_cast<int>(std::clamp(std::floor(at + 0.5), 0.0, static_cast<double>(limit)));
  };
  const Roi roi{rounded(box.x1, width), rounded(box.y1, height), rounded(box.x2, width),
                rounded(box.y2, height)};
  if (inside(roi, width, height)) return roi;
  wrong = fmt::format("the box {} holds no pixel of the {}x{} image; correct or remove it", text(),
                      width, height);
  return std::nullopt;
}

AnnotatedCounts read_annotated(const Format& format, const FileTree& tree,
                               const AnnotatedOptions& options, Rejects& rejects,
                               const std::function<void(const Sample&)>& emit) {
  if (const std::string damage = tree.damage(); !damage.empty())
    rejects.add(tree.path(), damage.substr(damage.find(": ") + 2));
  const std::unique_ptr<AnnotationReader> reader = format.open(tree, rejects);
  const Examiner examiner(format, tree, options);
  AnnotatedCounts counts;
  std::unordered_set<std::uint64_t> ids;
  ordered_pipeline<std::vector<Item>, std::vector<Item>>(
      options.jobs,
      [&]() -> std::optional<std::vector<Item>> {
        stop_if_interrupted();
        std::vector<Item> batch;
        AnnotatedImage image;
        while (batch.size() < kBatch && reader->next(image)) {
          batch.emplace_back().image = std::exchange(image, {});
        }
        if (batch.empty()) return std::nullopt;
        return batch;
      },
      [&](std::vector<Item> batch) {
        for (Item& item : batch) examiner.examine(item);
        return batch;
      },
      [&](const std::vector<Item>& batch) {
        for (const Item& item : batch) {
          const std::uint64_t before = counts.samples;
          counts += item.counts;
          for (const Annotation& annotation : item.image.annotations) {
            const Sample& sample = annotation.sample;
            if (!annotation.wrong.empty()) {
              rejects.add(annotation.where, annotation.wrong, annotation.text);
            } else if (!ids.insert(stable_hash(sample.id)).second) {
              rejects.add(annotation.where,
                          fmt::format("its id {} stands twice; rename it, or remove one of the two",
                                      sample.id),
                          annotation.text);
            } else {
              emit(sample);
              ++counts.samples;
            }
          }
          counts.images += counts.samples > before ? 1 : 0;
        }
        if (options.on_images) options.on_images(batch.size());
      });
  return counts;
}

}  // namespace signpost
