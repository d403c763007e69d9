#include "image/augment.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "codecs/jpeg_loss.h"
#include "image/filters.h"
#include "image/portable_math.h"
#include "image/warp.h"

namespace signpost {
namespace {

double draw(Random& random, const Recipe::Range& range) {
  return random.uniform(range.low, range.high);
}

double draw_factor(Random& random, const Recipe::Range& range) {
  if (range.low == range.high) return range.low;
  const float octaves = portable_log2(static_cast<float>(range.high / range.low));
  return range.low * portable_exp2(static_cast<float>(random.uniform()) * octaves);
}

Direction draw_direction(Random& random) {
  return portable_direction(random.uniform(-std::numbers::pi, std::numbers::pi));
}

Projection draw_warp(const Recipe& recipe, int size, int pad, Random& random) {
  const Direction turn =
      portable_direction(draw(random, recipe.rotate_degrees) * std::numbers::pi / 180);
  const double scale = 1 / draw_factor(random, recipe.scale);
  const double stretch = std::sqrt(draw_factor(random, recipe.stretch));
  const double shear = draw(random, recipe.shear);
  const double shift_x = draw(random, recipe.shift) * size,
               shift_y = draw(random, recipe.shift) * size;
  const double tilt_x = draw(random, recipe.perspective) / size,
               tilt_y = draw(random, recipe.perspective) / size;
  const double c = turn.x, s = turn.y;
  const double a = scale * stretch * (c + shear * s), b = scale * stretch * (shear * c - s);
  const double d = scale / stretch * s, e = scale / stretch * c;
  // Centred output (u, v) = (x, y) - (size - 1) / 2; patch = (A (u, v) + shift) / (1 + tilt . (u,
  // v)) + centre.
  const double half = (size - 1) / 2.0, centre = half + pad;
  const double w0 = 1 - tilt_x * half - tilt_y * half;
  return {a + centre * tilt_x,
          b + centre * tilt_y,
          shift_x - a * half - b * half + centre * w0,
          d + centre * tilt_x,
          e + centre * tilt_y,
          shift_y - d * half - e * half + centre * w0,
          tilt_x,
          tilt_y,
          w0};
}

void cover(const Recipe& recipe, int size, Random& random, std::uint8_t* pixels) {
  const int width = std::max(1, static_cast<int>(draw(random, recipe.occlusion) * size));
  const int height = std::max(1, static_cast<int>(draw(random, recipe.occlusion) * size));
  const auto place = [&](int extent) {
    return static_cast<int>(
        random.below(static_cast<std::uint32_t>(std::max(1, size - extent + 1))));
  };
  const int left = place(width), top = place(height);
  std::array<std::uint8_t, 3> colour;
  for (std::uint8_t& value : colour) value = static_cast<std::uint8_t>(random.below(256));
  for (int y = top; y < std::min(size, top + height); ++y) {
    for (int x = left; x < std::min(size, left + width); ++x) {
      std::copy(colour.begin(), colour.end(),
                pixels + (static_cast<std::ptrdiff_t>(y) * size + x) * 3);
    }
  }
}

PatchFilters::Light draw_light(const Recipe& recipe, bool night, Random& random) {
  PatchFilters::Light light;
  light.gain = draw_factor(random, recipe.gain);
  if (night) light.gain *= draw_factor(random, recipe.night);
  light.contrast = draw_factor(random, recipe.contrast);
  light.brightness = draw(random, recipe.brightness);
  light.gamma = draw_factor(random, recipe.gamma);
  for (double& cast : light.cast) cast = draw_factor(random, recipe.colour_cast);
  return light;
}

}  // namespace

int patch_pad(const Recipe& recipe, int size) {
  const double loose = (1 / recipe.scale.low - 1) / 2;
  return std::max(size / 4, std::min(size / 2, static_cast<int>(std::ceil(loose * size))));
}

Transform draw_transform(const Recipe& recipe, Random& random) {
  const double turn = random.uniform();
  const double quarter = recipe.rotate_90_chance, half = quarter + recipe.rotate_180_chance;
  Transform transform = Transform::identity;
  if (turn < quarter) {
    transform = Transform::rotate_90;
  } else if (turn < half) {
    transform = Transform::rotate_180;
  } else if (turn < half + recipe.rotate_270_chance) {
    transform = Transform::rotate_270;
  }
  if (random.chance(recipe.flip_horizontal_chance))
    transform = combined(transform, Transform::flip_horizontal);
  if (random.chance(recipe.flip_vertical_chance))
    transform = combined(transform, Transform::flip_vertical);
  return transform;
}

void augment_patch(const Recipe& recipe, std::span<const std::uint8_t> patch, int size, int pad,
                   Random& random, std::span<std::uint8_t> out) {
  thread_local WarpScratch scratch;
  thread_local PatchFilters filters;
  warp(patch.data(), size + 2 * pad, draw_warp(recipe, size, pad, random), size, out.data(),
       scratch);
  if (random.chance(recipe.occlusion_chance)) cover(recipe, size, random, out.data());
  if (random.chance(recipe.shadow_chance)) {
    const Direction across = draw_direction(random);
    const double distance = random.uniform(-0.4, 0.4), edge = draw(random, recipe.shadow_edge);
    filters.shade(out, size, across.x, across.y, distance, edge, draw(random, recipe.shadow));
  }
  if (random.chance(recipe.low_resolution_chance)) {
    filters.coarsen(
        out, size,
        std::max(4,
                 static_cast<int>(std::lround(size / draw_factor(random, recipe.low_resolution)))));
  }
  if (random.chance(recipe.blur_chance))
    filters.blur(out, size, draw(random, recipe.blur_sigma_px) * size / 48);
  if (random.chance(recipe.motion_chance)) {
    const double length = draw(random, recipe.motion_px) * size / 48;
    const Direction along = draw_direction(random);
    filters.smear(out, size, length, along.x, along.y);
  }
  const bool night = random.chance(recipe.night_chance);
  filters.relight(out, draw_light(recipe, night, random));
  const bool noisy = random.chance(recipe.noise_chance);
  if (noisy || night) filters.add_noise(out, draw(random, recipe.noise_sigma), random);
  if (random.chance(recipe.jpeg_chance)) {
    lose_by_jpeg(out, size, size, static_cast<int>(std::lround(draw(random, recipe.jpeg_quality))));
  }
}

}  // namespace signpost
