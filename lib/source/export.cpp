#include "source/export.h"

#include <fmt/format.h>

#include <algorithm>
#include <mutex>
#include <optional>
#include <unordered_set>

#include "base/archive.h"
#include "base/digest.h"
#include "base/error.h"
#include "base/parallel.h"
#include "base/random.h"
#include "codecs/decode.h"
#include "image/render.h"
#include "pixels/pnm.h"
#include "source/grouped_stream.h"
#include "source/new_file.h"

namespace signpost {
namespace {

namespace fs = std::filesystem;
using Images = ExportOptions::Images;

struct Item {
  std::vector<Record> records;
  std::vector<std::string> wrong;  ///< for each record; empty if it is sound
  std::string stem;                ///< where the image goes; empty: nowhere
  ExportedImage image;
  bool rendered = false, converted = false;
};

/// Makes folders when the first file goes into them. Thread-safe.
class Folders {
 public:
  explicit Folders(fs::path root) : root_(std::move(root)) {}

  fs::path place(const std::string& file) {
    const fs::path path = root_ / file;
    const std::lock_guard lock(mutex_);
    if (made_.insert(path.parent_path().string()).second)
      fs::create_directories(path.parent_path());
    return path;
  }

 private:
  fs::path root_;
  std::mutex mutex_;
  std::unordered_set<std::string> made_;
};

/// Brings one image into the data set. Thread-safe.
class ImageExporter {
 public:
  ImageExporter(const ExportOptions& options, const ExportLayout& layout, const fs::path& folder)
      : options_(options),
        layout_(layout),
        folders_(folder),
        renderer_(options.root),
        blobs_(options.root) {}

  void write(Item& item) const {
    const auto sound = std::ranges::find(item.wrong, std::string());
    if (sound == item.wrong.end()) return;
    const Sample& first = item.records[static_cast<std::size_t>(sound - item.wrong.begin())].sample;
    thread_local Bytes bytes;
    std::string wrong;
    const bool done =
        first.ops.empty() ? copy(first, item, bytes, wrong) : render(first, item, bytes, wrong);
    const std::string digest = item.converted || item.rendered ? sha256_hex(bytes) : std::string();
    for (std::size_t i = 0; i < item.records.size(); ++i) {
      if (!item.wrong[i].empty()) continue;
      item.wrong[i] = wrong;
      if (!done) continue;
      Sample& sample = item.records[i].sample;
      if (item.rendered) set_rendered(sample);
      sample.image = item.image.file;
      sample.width = item.image.width;
      sample.height = item.image.height;
      if (!digest.empty()) sample.sha256 = digest;
    }
  }

 private:
  bool reads(std::string_view type) const {
    return layout_.image_types.empty() || std::ranges::count(layout_.image_types, type) > 0;
  }

  bool render(const Sample& sample, Item& item, Bytes& bytes, std::string& wrong) const {
    thread_local Image pixels;
    if (!renderer_.render(sample, pixels, wrong)) return false;
    item.rendered = true;
    encode(pixels, reads("png") ? "png" : layout_.image_types.front(), item, bytes);
    return true;
  }

  /// False if nothing was written: `wrong`, or each record's own fault, says why.
  bool copy(const Sample& sample, Item& item, Bytes& bytes, std::string& wrong) const {
    ImageSize size;
    try {
      blobs_.read(sample.image, bytes);
    } catch (const Error& error) {
      wrong = error.what();
      return false;
    }
    if (!decode_size(bytes, size, wrong)) {
      wrong = fmt::format("{} {}; copy the image again", sample.image, wrong);
      return false;
    }
    if (!check(item, size, sha256_hex(bytes))) return false;
    item.image.width = size.width;
    item.image.height = size.height;
    const std::string_view type = image_type(bytes);
    if (options_.images == Images::none) {
      item.image.file = sample.image;
    } else if (reads(type)) {
      item.image.file = fmt::format("{}.{}", item.stem, type);
      store(sample, item.image.file, bytes);
    } else {
      thread_local Image pixels;
      if (!decode_image(bytes, pixels, wrong)) {
        wrong = fmt::format("{} {}; copy the image again", sample.image, wrong);
        return false;
      }
      item.converted = true;
      encode(pixels, layout_.image_types.front(), item, bytes);
    }
    return true;
  }

  /// Looks at all records of an image; false if none is sound.
  static bool check(Item& item, const ImageSize& size, const std::string& digest) {
    bool any = false;
    for (std::size_t i = 0; i < item.records.size(); ++i) {
      if (!item.wrong[i].empty()) continue;
      const Sample& sample = item.records[i].sample;
      if (!sample.sha256.empty() && sample.sha256 != digest) {
        item.wrong[i] = sample.image + " has changed since it was ingested; ingest it again";
      } else if ((sample.width && *sample.width != size.width) ||
                 (sample.height && *sample.height != size.height)) {
        item.wrong[i] = fmt::format("{} is {}x{}, not as the record says; ingest it again",
                                    sample.image, size.width, size.height);
      } else if (sample.roi && !inside(*sample.roi, size.width, size.height)) {
        item.wrong[i] =
            fmt::format("the ROI is empty or outside the {}x{} image; correct the record",
                        size.width, size.height);
      } else {
        any = true;
      }
    }
    return any;
  }

  void encode(const Image& pixels, std::string_view type, Item& item, Bytes& bytes) const {
    if (type == "ppm") {
      bytes.clear();
      encode_ppm(pixels, bytes);
    } else {
      bytes = encode_png(pixels);
    }
    item.image.width = pixels.width;
    item.image.height = pixels.height;
    item.image.file = fmt::format("{}.{}", item.stem, type);
    write_new_file(folders_.place(item.image.file), bytes);
  }

  void store(const Sample& sample, const std::string& file, ByteView bytes) const {
    const fs::path path = folders_.place(file);
    if (options_.images == Images::link && split_reference(sample.image).archive.empty()) {
      std::error_code error;
      const fs::path original = fs::canonical(options_.root / sample.image, error);
      if (!error) fs::create_hard_link(original, path, error);
      if (!error) return;
    }
    write_new_file(path, bytes);
  }

  const ExportOptions& options_;
  const ExportLayout& layout_;
  mutable Folders folders_;
  Renderer renderer_;
  BlobReader blobs_;
};

/// What is wrong with records before their images are looked at. Called for one after another.
class RecordChecker {
 public:
  RecordChecker(const ExportOptions& options, const ExportLayout& layout, const Format& format,
                const Catalogue& catalogue)
      : options_(options), layout_(layout), format_(format), catalogue_(catalogue) {}

  std::string check(const Sample& sample) {
    if (!ids_.insert(stable_hash(sample.id)).second)
      return "the id stands twice; run signpost merge";
    if (!sample.split.empty() && split_of(sample.split) != sample.split)
      return fmt::format("the split is \"{}\", not train, val or test; correct it", sample.split);
    if (sample.label && !catalogue_.find(*sample.label))
      return fmt::format("class {} is not in the catalogue; name its own with --classes",
                         *sample.label);
    if (!sample.label && layout_.needs_labels)
      return fmt::format("has no label, and {} cannot hold such a sample; label it", format_.name);
    if (options_.images == Images::none) {
      if (!sample.ops.empty())
        return "has operations, which need a new image; leave out --images none";
      const fs::path path(sample.image);
      if (!split_reference(sample.image).archive.empty() || path.is_absolute() ||
          path.lexically_normal() != path || sample.image.starts_with("../"))
        return sample.image + " is not a file below --root; leave out --images none";
    }
    return {};
  }

 private:
  const ExportOptions& options_;
  const ExportLayout& layout_;
  const Format& format_;
  const Catalogue& catalogue_;
  std::unordered_set<std::uint64_t> ids_;
};

}  // namespace

ExportResult export_samples(const std::string& manifest, const Format& format,
                            const Catalogue& catalogue, const ExportOptions& options,
                            Rejects& rejects, Progress& progress) {
  OutputDirectory folder(options.output, options.force);
  std::vector<ExportedClass> classes;
  for (const SignClass& sign : catalogue.classes())
    classes.push_back({sign.id, classes.size(), sign.name});
  const std::unique_ptr<AnnotationWriter> writer = format.create(folder.partial(), classes);
  const ExportLayout layout = writer->layout();
  if (layout.needs_images && options.images == Images::none) {
    throw Error(Blame::usage,
                fmt::format("{} says by its folders what an image is, so it cannot be "
                            "written with --images none",
                            format.name));
  }
  GroupedStream stream(manifest, layout.shared_images, rejects);
  RecordChecker checker(options, layout, format, catalogue);
  const ImageExporter exporter(options, layout, folder.partial());
  ExportResult result;
  ordered_pipeline<Item, Item>(
      options.jobs,
      [&]() -> std::optional<Item> {
        Item item;
        if (!stream.next(item.records)) return std::nullopt;
        const Sample* first = nullptr;
        for (const Record& record : item.records) {
          const std::string& wrong = item.wrong.emplace_back(checker.check(record.sample));
          if (wrong.empty() && !first) first = &record.sample;
        }
        if (first && options.images != Images::none) item.stem = writer->image_stem(*first);
        return item;
      },
      [&](Item item) {
        exporter.write(item);
        return item;
      },
      [&](Item item) {
        for (std::size_t i = 0; i < item.records.size(); ++i) {
          Record& record = item.records[i];
          if (item.wrong[i].empty()) {
            item.image.samples.push_back(std::move(record.sample));
          } else {
            rejects.add(record.where, record.sample.id + ": " + item.wrong[i], record.text);
          }
        }
        progress.add(item.records.size());
        if (item.image.samples.empty()) return;
        writer->add(item.image);
        result.samples += item.image.samples.size();
        ++result.images;
        result.rendered += item.rendered ? 1 : 0;
        result.converted += item.converted ? 1 : 0;
      });
  writer->finish();
  folder.commit();
  return result;
}

}  // namespace signpost
