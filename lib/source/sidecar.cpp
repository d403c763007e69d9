#include "source/sidecar.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "base/random.h"

namespace signpost {
namespace {

/// The box in pixels of the record's image.
Annotation::Box box_of(const Annotation& annotation, const Sample& record) {
  const double width = record.width.value_or(0), height = record.height.value_or(0);
  if (!annotation.box) return {0, 0, width, height};
  const Annotation::Box& box = *annotation.box;
  if (!annotation.relative) return box;
  return {box.x1 * width, box.y1 * height, box.x2 * width, box.y2 * height};
}

Roi roi_of(const Sample& record) {
  return record.roi.value_or(Roi{0, 0, record.width.value_or(0), record.height.value_or(0)});
}

bool same(const Annotation& annotation, const Sample& record) {
  if (!annotation.box) return !record.roi;
  const Annotation::Box box = box_of(annotation, record);
  const Roi roi = roi_of(record);
  const auto near = [](double a, int b) { return std::abs(a - b) <= 0.5; };
  return near(box.x1, roi.x1) && near(box.y1, roi.y1) && near(box.x2, roi.x2) &&
         near(box.y2, roi.y2);
}

/// Intersection over union.
double overlap(const Annotation& annotation, const Sample& record) {
  const Annotation::Box a = box_of(annotation, record);
  const Roi b = roi_of(record);
  const double width = std::min<double>(a.x2, b.x2) - std::max<double>(a.x1, b.x1);
  const double height = std::min<double>(a.y2, b.y2) - std::max<double>(a.y1, b.y1);
  if (!(width > 0 && height > 0)) return 0;
  const double both = (a.x2 - a.x1) * (a.y2 - a.y1) +
                      static_cast<double>(b.width()) * static_cast<double>(b.height());
  return width * height / (both - width * height);
}

void take(Annotation& annotation, const Sample& record, bool same_box) {
  Sample& sample = annotation.sample;
  sample.id = record.id;
  sample.group = record.group;
  sample.frame = record.frame;
  sample.split = record.split;
  sample.extra = record.extra;
  if (same_box && !record.roi) annotation.box.reset();
}

}  // namespace

void SidecarWriter::add(const ExportedImage& image) {
  for (const Sample& sample : image.samples) {
    line_.clear();
    encode(sample, line_);
    line_ += '\n';
    file_.write(line_);
  }
}

Sidecar::Sidecar(const FileTree& tree, const std::string& folder) {
  const auto found = tree.folders().find(folder);
  if (found == tree.folders().end() ||
      !std::ranges::binary_search(found->second, std::string(kSidecar)))
    return;
  tree.read(folder, kSidecar, bytes_);
  const std::size_t size = bytes_.size();
  bytes_.resize(size + SampleDecoder::kPadding);
  const std::string_view text = as_text(bytes_).substr(0, size);
  Sample record;
  std::uint64_t number = 0;
  for (std::size_t at = 0; at < size;) {
    const std::size_t end = std::min(text.find('\n', at), size);
    ++number;
    if (end > at) {
      const std::string wrong =
          decoder_.decode(text.substr(at, end - at), bytes_.size() - at, record);
      if (!wrong.empty()) {
        throw Error(Blame::input,
                    fmt::format("{}:{}: {}; correct the line, or remove the file to go without it",
                                tree.reference(folder, kSidecar), number, wrong));
      }
      places_[stable_hash(record.image)].push_back(at);
    }
    at = end + 1;
  }
}

const std::vector<Sample>& Sidecar::records(std::string_view file) {
  found_.clear();
  const auto places = places_.find(stable_hash(file));
  if (places == places_.end()) return found_;
  const std::string_view text = as_text(bytes_).substr(0, bytes_.size() - SampleDecoder::kPadding);
  for (const std::uint64_t at : places->second) {
    Sample record;
    const std::string_view line = text.substr(at, text.find('\n', at) - at);
    decoder_.decode(line, bytes_.size() - at, record);
    if (record.image == file) found_.push_back(std::move(record));
  }
  return found_;
}

void Sidecar::complete(std::string_view file, AnnotatedImage& image) {
  constexpr double kMoved = 0.3;
  const std::vector<Sample>& records = this->records(file);
  if (records.empty()) return;
  std::vector<const Sample*> free;
  for (const Sample& record : records) free.push_back(&record);
  std::vector<Annotation*> left;
  for (Annotation& annotation : image.annotations) {
    const auto exact =
        std::ranges::find_if(free, [&](const Sample* record) { return same(annotation, *record); });
    if (exact == free.end()) {
      left.push_back(&annotation);
    } else {
      take(annotation, **exact, true);
      free.erase(exact);
    }
  }
  for (auto at = left.begin(); at != left.end() && !free.empty();) {
    const auto best = std::ranges::max_element(
        free, {}, [&](const Sample* record) { return overlap(**at, *record); });
    if (overlap(**at, **best) < kMoved) {
      ++at;
      continue;
    }
    take(**at, **best, false);
    free.erase(best);
    at = left.erase(at);
  }
  const bool one_group = std::ranges::all_of(
      records, [&](const Sample& record) { return record.group == records.front().group; });
  if (!one_group) return;
  for (Annotation* annotation : left) {
    if (annotation->sample.group.empty()) annotation->sample.group = records.front().group;
  }
}

const Sample* Sidecar::only(std::string_view file) {
  return records(file).size() == 1 ? found_.data() : nullptr;
}

}  // namespace signpost
