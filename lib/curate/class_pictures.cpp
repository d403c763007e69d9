#include "curate/class_pictures.h"

#include <algorithm>

namespace signpost {
namespace {

constexpr std::size_t kValues = std::size_t{ClassPictures::kSide} * ClassPictures::kSide * 3;
constexpr int kMostSide = 8192;  // what `resample` takes

/// Copies a thumbnail into the cell `column` of a strip.
void place(Image& strip, int column, std::span<const std::uint8_t> thumbnail) {
  constexpr std::size_t kRow = std::size_t{ClassPictures::kSide} * 3;
  for (std::size_t y = 0; y < ClassPictures::kSide; ++y) {
    std::copy_n(
        thumbnail.begin() + static_cast<std::ptrdiff_t>(y * kRow), kRow,
        strip.rgb.begin() + static_cast<std::ptrdiff_t>(y * strip.row_bytes() +
                                                        static_cast<std::size_t>(column) * kRow));
  }
}

}  // namespace

bool picture_of(const Sample& sample, const Renderer& renderer, Image& image, Box& box,
                std::string& wrong) {
  if (sample.ops.empty()) {
    if (!renderer.decode(sample, image, wrong)) return false;
    box = box_of(sample, image);
  } else {
    if (!renderer.render(sample, image, wrong)) return false;
    box = {0, 0, image.width, image.height};
  }
  return true;
}

std::vector<std::uint8_t> thumbnail_of(const Image& image, const Box& box) {
  std::vector<std::uint8_t> thumbnail(kValues);
  Box taken = box;
  taken.x2 = std::min(box.x2, box.x1 + kMostSide);
  taken.y2 = std::min(box.y2, box.y1 + kMostSide);
  resample(image, taken, ClassPictures::kSide, 0, thumbnail);
  return thumbnail;
}

void ClassPictures::add(const Sample& sample, std::span<const std::uint8_t> thumbnail) {
  const auto [place, fresh] =
      classes_.try_emplace(sample.label, Class{0, {}, Picks(static_cast<std::size_t>(picks_), 0)});
  Class& known = place->second;
  if (fresh) known.sums.resize(kValues);
  ++known.count;
  for (std::size_t i = 0; i < kValues; ++i) known.sums[i] += thumbnail[i];
  known.picks.add(sample);
}

Image ClassPictures::mean(const std::optional<int>& label) const {
  const Class& known = classes_.at(label);
  Image mean(kSide, kSide);
  for (std::size_t i = 0; i < kValues; ++i)
    mean.rgb[i] = static_cast<std::uint8_t>((known.sums[i] + known.count / 2) / known.count);
  return mean;
}

Image ClassPictures::strip(const std::optional<int>& label, const Renderer& renderer) const {
  const std::vector<const Sample*> drawn = classes_.at(label).picks.drawn();
  Image strip(kSide * static_cast<int>(drawn.size()), kSide), image;
  Box box;
  std::string wrong;
  int column = 0;
  for (const Sample* sample : drawn) {
    const bool good = picture_of(*sample, renderer, image, box, wrong);
    place(strip, column++,
          good ? thumbnail_of(image, box) : std::vector<std::uint8_t>(kValues, 128));
  }
  return strip;
}

}  // namespace signpost
