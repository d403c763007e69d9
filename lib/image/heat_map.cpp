#include "image/heat_map.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "image/plane.h"

namespace signpost {
namespace {

struct Colour {
  float r, g, b;
};

/// Five points of matplotlib's "inferno" (Smith and van der Walt, 2015), whose lightness rises
/// evenly, so that it reads in print and for the colour-blind.
constexpr std::array<Colour, 5> kRamp = {
    {{0, 0, 4}, {87, 16, 110}, {188, 55, 84}, {249, 142, 9}, {252, 255, 164}}};

Colour colour_of(float heat) {
  const float at = heat * (kRamp.size() - 1);
  const auto low = std::min(static_cast<std::size_t>(at), kRamp.size() - 2);
  const float share = at - static_cast<float>(low);
  const Colour &a = kRamp[low], &b = kRamp[low + 1];
  return {std::lerp(a.r, b.r, share), std::lerp(a.g, b.g, share), std::lerp(a.b, b.b, share)};
}

}  // namespace

Image heat_over(const Image& picture, std::span<const float> map, int side) {
  Plane plane(side, side);
  plane.values.assign(map.begin(), map.end());
  const auto whole = static_cast<double>(side);
  const Plane heat = resize(plane, {0, 0, whole, whole}, picture.width, picture.height);
  const Plane light = grey(picture, {0, 0, picture.width, picture.height});
  Image out(picture.width, picture.height);
  for (std::size_t i = 0; i < heat.values.size(); ++i) {
    const float hot = std::clamp(heat.values[i], 0.0f, 1.0f);
    const float share = 0.35f + 0.35f * hot;
    const Colour colour = colour_of(hot);
    const auto mixed = [&](float channel) {
      return static_cast<std::uint8_t>(std::lerp(light.values[i], channel, share) + 0.5f);
    };
    out.rgb[3 * i] = mixed(colour.r);
    out.rgb[3 * i + 1] = mixed(colour.g);
    out.rgb[3 * i + 2] = mixed(colour.b);
  }
  return out;
}

}  // namespace signpost
