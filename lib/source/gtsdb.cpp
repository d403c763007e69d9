#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>

#include "base/error.h"
#include "base/file.h"
#include "source/format.h"
#include "source/sidecar.h"
#include "source/text_fields.h"

// The German Traffic Sign Detection Benchmark: full scenes and one file gt.txt beside them, a line
// a sign, `IMAGE;left;top;right;bottom;CLASS`, with the class ids of GTSRB. Houben, Stallkamp,
// Salmen, Schlipsing, Igel: "Detection of Traffic Signs in Real-World Images", IJCNN 2013, and the
// archive's ReadMe.txt. Whether `right` and `bottom` are still inside is not said there. They are
// taken as exclusive: the benchmark's signs are at least 16 px along their longer edge, which the
// smallest of the file are only if their size is right - left.

namespace signpost {
namespace {

constexpr std::string_view kFile = "gt.txt";

Annotation parse_row(std::string_view line, const std::string& where, std::string& file) {
  Annotation annotation;
  annotation.where = where;
  annotation.text = line;
  const std::vector<std::string_view> fields = split_fields(line, ';');
  if (fields.size() != 6) {
    annotation.wrong = fmt::format("has {} fields, not 6; correct the line", fields.size());
    return annotation;
  }
  file = fields[0];
  std::array<int, 5> numbers{};
  for (std::size_t i = 0; i < 5; ++i) {
    const std::optional<int> number = parse_number<int>(fields[i + 1]);
    if (!number && annotation.wrong.empty()) {
      annotation.wrong =
          fmt::format("\"{}\" is not a whole number; correct the line", fields[i + 1]);
    }
    numbers[i] = number.value_or(0);
  }
  annotation.box = {static_cast<double>(numbers[0]), static_cast<double>(numbers[1]),
                    static_cast<double>(numbers[2]), static_cast<double>(numbers[3])};
  if (annotation.wrong.empty()) annotation.sample.label = numbers[4];
  if (annotation.wrong.empty() && (file.empty() || file.find('/') != std::string::npos))
    annotation.wrong = "the first field must name an image beside gt.txt; correct the line";
  return annotation;
}

class GtsdbReader : public AnnotationReader {
 public:
  GtsdbReader(const FileTree& tree, const std::string& folder)
      : tree_(tree), folder_(folder), sidecar_(tree, folder), names_(tree.folders().at(folder)) {
    Bytes bytes;
    tree.read(folder, kFile, bytes);
    std::string_view text = without_mark(as_text(bytes));
    for (std::uint64_t number = 1; !text.empty(); ++number) {
      const std::string_view line = take_line(text);
      if (line.empty()) continue;
      std::string file;
      Annotation annotation =
          parse_row(line, fmt::format("{}:{}", tree.reference(folder, kFile), number), file);
      rows_[in_place(file)].push_back(std::move(annotation));
    }
  }

  bool next(AnnotatedImage& image) override {
    image = {};
    while (at_ < names_.size() && !names_image(names_[at_])) ++at_;
    auto row = rows_.begin();
    if (at_ < names_.size()) {
      image.name = names_[at_++];
      row = rows_.find(image.name);
    } else if (row != rows_.end()) {
      // An image that is not there; reading it says so.
      image.name = row->first;
    } else {
      return false;
    }
    image.folder = folder_;
    image.stem = without_extension(image.name);
    if (row != rows_.end()) {
      image.annotations = std::move(row->second);
      rows_.erase(row);
    }
    if (!sidecar_.empty()) sidecar_.complete(image.name, image);
    return true;
  }

 private:
  /// The file's name, or that of the same image in another type: people convert the PPMs.
  std::string in_place(const std::string& file) const {
    if (std::ranges::binary_search(names_, file)) return file;
    const std::string_view stem = without_extension(file);
    for (const std::string_view ending : {".jpg", ".png", ".webp", ".ppm", ".jpeg"}) {
      std::string other(stem);
      other += ending;
      if (std::ranges::binary_search(names_, other)) return other;
    }
    return file;
  }

  const FileTree& tree_;
  std::string folder_;
  Sidecar sidecar_;
  const std::vector<std::string>& names_;
  std::map<std::string, std::vector<Annotation>> rows_;
  std::size_t at_ = 0;
};

class GtsdbWriter : public AnnotationWriter {
 public:
  explicit GtsdbWriter(const std::filesystem::path& folder)
      : file_(folder / kFile, false), sidecar_(folder) {}

  std::string image_stem(const Sample& sample) const override { return stem_of_id(sample.id); }

  ExportLayout layout() const override {
    ExportLayout layout;
    layout.needs_labels = true;
    return layout;
  }

  void add(const ExportedImage& image) override {
    for (const Sample& sample : image.samples) {
      const Roi roi = sample.roi.value_or(Roi{0, 0, image.width, image.height});
      file_.write(fmt::format("{};{};{};{};{};{}\n", image.file, roi.x1, roi.y1, roi.x2, roi.y2,
                              *sample.label));
    }
    sidecar_.add(image);
  }

  void finish() override {
    file_.commit();
    sidecar_.finish();
  }

 private:
  OutputFile file_;
  SidecarWriter sidecar_;
};

/// The folder of the first gt.txt that begins as GTSDB's does.
std::optional<std::string> find_folder(const FileTree& tree) {
  for (const auto& [folder, names] : tree.folders()) {
    if (!std::ranges::binary_search(names, kFile)) continue;
    Bytes bytes;
    tree.read(folder, kFile, bytes);
    std::string_view text = without_mark(as_text(bytes));
    std::string file;
    if (parse_row(take_line(text), "", file).wrong.empty()) return folder;
  }
  return std::nullopt;
}

}  // namespace

bool is_gtsdb(const FileTree& tree) { return find_folder(tree).has_value(); }

std::unique_ptr<AnnotationReader> open_gtsdb(const FileTree& tree, Rejects&) {
  for (const auto& [folder, names] : tree.folders()) {
    if (std::ranges::binary_search(names, kFile))
      return std::make_unique<GtsdbReader>(tree, find_folder(tree).value_or(folder));
  }
  throw Error(Blame::input, tree.path() + ": holds no gt.txt");
}

std::unique_ptr<AnnotationWriter> create_gtsdb(const std::filesystem::path& folder,
                                               std::span<const ExportedClass>) {
  return std::make_unique<GtsdbWriter>(folder);
}

}  // namespace signpost
