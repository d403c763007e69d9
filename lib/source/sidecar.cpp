#include "source/sidecar.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "base/random.h"

namespace signpost {
namespace {

bool same(const Annotation& annotation, const Sample& record) {
  if (!annotation.box) return !record.roi;
  const double width = record.width.value_or(0), height = record.height.value_or(0);
  Annotation::Box box = *annotation.box;
  if (annotation.relative) box = {box.x1 * width, box.y1 * height, box.x2 * width, box.y2 * height};
  const Roi roi =
      record.roi.value_or(Roi{0, 0, record.width.value_or(0), record.height.value_or(0)});
  const auto near = [](double a, int b) { return std::abs(a - b) <= 0.5; };
  return near(box.x1, roi.x1) && near(box.y1, roi.y1) && near(box.x2, roi.x2) &&
         near(box.y2, roi.y2);
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
  const std::vector<Sample>& records = this->records(file);
  if (records.empty()) return;
  std::vector<bool> used(records.size());
  std::vector<Annotation*> left;
  for (Annotation& annotation : image.annotations) {
    std::size_t i = 0;
    while (i < records.size() && (used[i] || !same(annotation, records[i]))) ++i;
    if (i == records.size()) {
      left.push_back(&annotation);
    } else {
      used[i] = true;
      take(annotation, records[i], true);
    }
  }
  if (std::ranges::count(used, false) != static_cast<std::ptrdiff_t>(left.size())) return;
  std::size_t i = 0;
  for (Annotation* annotation : left) {
    while (used[i]) ++i;
    take(*annotation, records[i++], false);
  }
}

const Sample* Sidecar::only(std::string_view file) {
  return records(file).size() == 1 ? found_.data() : nullptr;
}

}  // namespace signpost
