#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "base/file.h"
#include "base/json_text.h"
#include "source/annotated.h"
#include "source/format.h"
#include "source/new_file.h"
#include "source/sidecar.h"
#include "source/text_fields.h"

namespace signpost {
namespace {

std::string side_of(const Sample& sample) { return sample.split.empty() ? "train" : sample.split; }

/// The polygon that a sample came with, as the line had it, if its box is still the sample's.
std::string polygon_of(const Sample& sample, const ExportedImage& image) {
  std::string extra = sample.extra;
  std::string yolo = take_field(extra, "yolo");
  if (yolo.size() < 2) return {};
  yolo = yolo.substr(1, yolo.size() - 2);
  std::string list = take_field(yolo, "polygon");
  if (list.size() < 2 || !sample.roi) return {};
  list = list.substr(1, list.size() - 2);
  Annotation::Box box{1e9, 1e9, -1e9, -1e9};
  std::string text;
  bool x = true;
  for (const std::string_view field : split_fields(list, ',')) {
    const std::optional<double> number = parse_number<double>(field);
    if (!number) return {};
    double& low = x ? box.x1 : box.y1;
    double& high = x ? box.x2 : box.y2;
    low = std::min(low, *number * (x ? image.width : image.height));
    high = std::max(high, *number * (x ? image.width : image.height));
    text += fmt::format(" {}", field);
    x = !x;
  }
  std::string wrong;
  return pixel_box(box, image.width, image.height, true, wrong) == sample.roi ? text
                                                                              : std::string();
}

/// images/SIDE/STEM.png, labels/SIDE/STEM.txt and data.yaml. The side is train where a sample has
/// none.
class YoloWriter : public AnnotationWriter {
 public:
  YoloWriter(std::filesystem::path folder, std::span<const ExportedClass> classes)
      : folder_(std::move(folder)), sidecar_(folder_) {
    for (const ExportedClass& known : classes) {
      index_[known.id] = known.index;
      names_ += fmt::format("  {}: {}\n", known.index, json_string(known.name));
    }
  }

  std::string image_stem(const Sample& sample) const override {
    return fmt::format("images/{}/{}", side_of(sample), stem_of_id(sample.id));
  }

  ExportLayout layout() const override {
    ExportLayout layout;
    layout.needs_labels = true;
    layout.needs_images = true;
    layout.image_types = {"png", "jpg", "webp"};
    return layout;
  }

  void add(const ExportedImage& image) override {
    std::string lines;
    for (const Sample& sample : image.samples) {
      lines += fmt::format("{}", index_.at(*sample.label));
      const std::string polygon = polygon_of(sample, image);
      if (polygon.empty()) {
        const Roi roi = sample.roi.value_or(Roi{0, 0, image.width, image.height});
        const double width = image.width, height = image.height;
        lines += fmt::format(" {:.8g} {:.8g} {:.8g} {:.8g}", (roi.x1 + roi.x2) / 2.0 / width,
                             (roi.y1 + roi.y2) / 2.0 / height, roi.width() / width,
                             roi.height() / height);
      }
      lines += polygon + '\n';
    }
    const std::string side = side_of(image.samples.front());
    const std::filesystem::path labels = folder_ / "labels" / side;
    if (sides_.insert(side).second) std::filesystem::create_directories(labels);
    std::string name(without_extension(last_part(image.file)));
    write_new_file(labels / (name + ".txt"), as_bytes(lines));
    sidecar_.add(image);
  }

  void finish() override {
    std::string yaml =
        "# Written by signpost. https://docs.ultralytics.com/datasets/detect/\npath: .\n";
    for (const std::string side : {"train", "val", "test"}) {
      if (sides_.contains(side)) {
        yaml += fmt::format("{}: images/{}\n", side, side);
      } else if (side != "test") {
        // Both must be there for the tool to start at all.
        const std::string other = sides_.empty() ? side : *sides_.begin();
        yaml += fmt::format("{}: images/{}  # no sample is on the side {}: run signpost split\n",
                            side, other, side);
      }
    }
    yaml += "names:\n" + names_;
    write_new_file(folder_ / "data.yaml", as_bytes(yaml));
    sidecar_.finish();
  }

 private:
  std::filesystem::path folder_;
  SidecarWriter sidecar_;
  std::map<int, std::size_t> index_;
  std::string names_;
  std::set<std::string> sides_;
};

}  // namespace

std::unique_ptr<AnnotationWriter> create_yolo(const std::filesystem::path& folder,
                                              std::span<const ExportedClass> classes) {
  return std::make_unique<YoloWriter>(folder, classes);
}

}  // namespace signpost
