#include "curate/stats.h"

#include <algorithm>
#include <cmath>

#include "base/random.h"
#include "curate/split.h"

namespace signpost {
namespace {

int percent(double part, double whole) { return static_cast<int>(std::lround(100 * part / whole)); }

}  // namespace

void Stats::add(const Sample& sample) {
  const Side side = side_of(sample.split).value_or(Side::none);
  const auto side_index = static_cast<std::size_t>(side);
  ++samples_;
  ++sides_[side_index].samples;
  ClassCount& known = classes_[sample.label];
  ++known.samples;
  ++known.by_side[side_index];

  const std::uint64_t group = stable_hash(group_of(sample));
  const auto paired = [group](std::uint64_t with) { return group ^ (with * 0x9e3779b97f4a7c15u); };
  ++groups_[group];
  if (side_groups_.insert(paired(side_index)).second) ++sides_[side_index].groups;
  const auto label = static_cast<std::uint64_t>(sample.label.value_or(-1)) + 2;
  if (class_groups_.insert(paired(label)).second) ++known.groups;

  if (sample.roi) {
    const int side_px = std::min(sample.roi->width(), sample.roi->height());
    roi_short_.add(side_px);
    known.roi_short.add(side_px);
  }
  if (sample.width && sample.height) {
    const auto [small, large] = std::minmax(*sample.width, *sample.height);
    image_short_.add(small);
    image_long_.add(large);
    if (sample.roi && inside(*sample.roi, *sample.width, *sample.height)) {
      const Roi& roi = *sample.roi;
      const double wide = roi.width(), high = roi.height();
      roi_share_.add(percent(wide * high, static_cast<double>(*sample.width) * *sample.height));
      margins_[0].add(percent(roi.x1, wide));
      margins_[1].add(percent(roi.y1, high));
      margins_[2].add(percent(*sample.width - roi.x2, wide));
      margins_[3].add(percent(*sample.height - roi.y2, high));
    }
  }
}

Distribution Stats::group_sizes() const {
  Distribution sizes;
  for (const auto& [group, count] : groups_)
    sizes.add(static_cast<int>(std::min<std::uint32_t>(count, 1u << 30)));
  return sizes;
}

std::string side_title(Side side) {
  return side == Side::none ? "none" : std::string(name_of(side));
}

std::string class_title(const std::optional<int>& label, const Catalogue& catalogue) {
  if (!label) return "(no label)";
  const SignClass* sign = catalogue.find(*label);
  return sign ? sign->name : "(not in the catalogue)";
}

}  // namespace signpost
