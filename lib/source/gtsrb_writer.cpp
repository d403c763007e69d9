#include <fmt/format.h>

#include <fstream>
#include <map>
#include <unordered_set>

#include "base/error.h"
#include "base/file.h"
#include "base/random.h"
#include "source/format.h"
#include "source/sidecar.h"
#include "source/text_fields.h"

namespace signpost {
namespace {

constexpr std::size_t kFlush = 1u << 16;
constexpr std::string_view kHeader =
    "Filename;Width;Height;Roi.X1;Roi.Y1;Roi.X2;Roi.Y2;ClassId\r\n";

/// Numbers that are taken as they are wished for where they are free, else the lowest free one.
class Numbers {
 public:
  int take(std::optional<int> wanted) {
    if (wanted && taken_.insert(*wanted).second) return *wanted;
    while (!taken_.insert(next_).second) ++next_;
    return next_;
  }

 private:
  std::unordered_set<int> taken_;
  int next_ = 0;
};

/// The number at the end of "gtsrb/00014/00023", if the rest is `prefix`.
std::optional<int> number_behind(std::string_view text, const std::string& prefix) {
  if (!text.starts_with(prefix)) return std::nullopt;
  const std::string_view digits = text.substr(prefix.size());
  if (digits.empty() || digits.size() > 5 ||
      digits.find_first_not_of("0123456789") != std::string_view::npos)
    return std::nullopt;
  return parse_number<int>(digits);
}

/// The official layout: GTSRB/Final_Training/Images/000NN/TTTTT_FFFFF.ppm with GT-000NN.csv, and
/// for the side test GTSRB/Final_Test/Images/NNNNN.ppm with GT-final_test.csv. A group becomes a
/// track; those of GTSRB keep their numbers. Memory: some 50 bytes for each sample.
class GtsrbWriter : public AnnotationWriter {
 public:
  explicit GtsrbWriter(const std::filesystem::path& folder)
      : folder_(folder / "GTSRB"), sidecar_(folder) {}

  std::string image_stem(const Sample& sample) const override {
    if (sample.split == "test") {
      return fmt::format("GTSRB/Final_Test/Images/{:05}",
                         test_.take(number_behind(sample.id, "gtsrb/test/")));
    }
    const int label = *sample.label;
    const std::string& group = sample.group.empty() ? sample.id : sample.group;
    const auto [at, first] = tracks_.try_emplace({label, stable_hash(group)});
    Track& track = at->second;
    if (first)
      track.number = classes_[label].take(number_behind(group, fmt::format("gtsrb/{:05}/", label)));
    return fmt::format("GTSRB/Final_Training/Images/{:05}/{:05}_{:05}", label, track.number,
                       track.frames.take(sample.frame));
  }

  ExportLayout layout() const override {
    ExportLayout layout;
    layout.shared_images = false;
    layout.needs_labels = true;
    layout.needs_images = true;
    layout.image_types = {"ppm"};
    return layout;
  }

  void add(const ExportedImage& image) override {
    for (const Sample& sample : image.samples) {
      const Roi roi = sample.roi.value_or(Roi{0, 0, image.width, image.height});
      const std::string csv =
          sample.split == "test"
              ? "Final_Test/Images/GT-final_test.csv"
              : fmt::format("Final_Training/Images/{0:05}/GT-{0:05}.csv", *sample.label);
      std::string& rows = rows_.try_emplace(csv, kHeader).first->second;
      rows += fmt::format("{};{};{};{};{};{};{};{}\r\n", last_part(image.file), image.width,
                          image.height, roi.x1, roi.y1, roi.x2, roi.y2, *sample.label);
      if (rows.size() >= kFlush) flush(csv, rows);
    }
    sidecar_.add(image);
  }

  void finish() override {
    for (auto& [csv, rows] : rows_) flush(csv, rows);
    sidecar_.finish();
  }

 private:
  struct Track {
    int number = 0;
    Numbers frames;
  };

  void flush(const std::string& csv, std::string& rows) const {
    const std::filesystem::path path = folder_ / csv;
    std::ofstream file(path, std::ios::binary | std::ios::app);
    file << rows;
    if (!file.flush()) throw_errno("cannot write " + path.string());
    rows.clear();
  }

  std::filesystem::path folder_;
  SidecarWriter sidecar_;
  std::map<std::string, std::string> rows_;
  // image_stem hands out numbers.
  mutable std::map<std::pair<int, std::uint64_t>, Track> tracks_;
  mutable std::map<int, Numbers> classes_;
  mutable Numbers test_;
};

}  // namespace

std::unique_ptr<AnnotationWriter> create_gtsrb(const std::filesystem::path& folder,
                                               std::span<const ExportedClass>) {
  return std::make_unique<GtsrbWriter>(folder);
}

}  // namespace signpost
