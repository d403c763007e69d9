#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/error.h"
#include "source/format.h"

namespace signpost {
namespace {

constexpr std::string_view kFallback = "imagefolder";

constexpr std::array kFormats = {
    Format{"gtsrb", "German Traffic Sign Recognition Benchmark", is_gtsrb, nullptr, create_gtsrb},
    Format{"gtsdb", "German Traffic Sign Detection Benchmark", is_gtsdb, open_gtsdb, create_gtsdb},
    Format{"yolo", "Ultralytics YOLO, detection", is_yolo, open_yolo, create_yolo},
    Format{"coco", "COCO, detection", is_coco, open_coco, create_coco},
    Format{"voc", "Pascal VOC", is_voc, open_voc, create_voc},
    Format{"cvat", "CVAT for images 1.1", is_cvat, open_cvat, create_cvat},
    Format{"label_studio", "Label Studio, JSON", is_label_studio, open_label_studio,
           create_label_studio},
    Format{"datumaro", "Datumaro, JSON", is_datumaro, open_datumaro, create_datumaro},
    Format{"webdataset", "tar shards, as pack writes them", is_webdataset, open_webdataset,
           nullptr},
    Format{"csv", "a table of images and their classes, with a header", is_csv, open_csv,
           create_csv},
    Format{"imagefolder", "a folder for each class, and metadata.csv", is_image_folder,
           open_image_folder, create_image_folder},
};

}  // namespace

std::span<const Format> formats() { return kFormats; }

std::string format_names(bool written) {
  std::string names;
  for (const Format& format : formats()) {
    if (written && !format.create) continue;
    if (!names.empty()) names += ", ";
    names += format.name;
  }
  return names;
}

const Format& format_named(std::string_view name) {
  const auto found = std::ranges::find(formats(), name, &Format::name);
  if (found != formats().end()) return *found;
  throw Error(Blame::usage,
              fmt::format("there is no format {}; name one of {}", name, format_names(false)));
}

const Format& guess_format(const FileTree& tree) {
  const Format* found = nullptr;
  std::string fitting;
  for (const Format& format : formats()) {
    if (format.name == kFallback || !format.recognises || !format.recognises(tree)) continue;
    fitting += (fitting.empty() ? "" : ", ") + std::string(format.name);
    if (found) continue;
    found = &format;
  }
  if (fitting.find(',') != std::string::npos) {
    throw Error(Blame::input,
                fmt::format("{}: could be {}; say which with --from", tree.path(), fitting));
  }
  if (!found && is_image_folder(tree)) found = &format_named(kFallback);
  if (found) return *found;
  throw Error(
      Blame::input,
      fmt::format("{}: holds no data set that is plain to see; name its format with --from, "
                  "one of {}",
                  tree.path(), format_names(false)));
}

}  // namespace signpost
