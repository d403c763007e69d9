#include <fmt/format.h>
#include <toml++/toml.h>

#include <map>

#include "base/digest.h"
#include "base/embedded.h"
#include "base/error.h"
#include "base/file.h"
#include "base/provenance.h"
#include "image/augment.h"

namespace signpost {
namespace {

std::string known_recipes() {
  constexpr std::string_view kFolder = "datasets/recipes/";
  std::string names;
  for (const EmbeddedFile& file : embedded_files()) {
    if (!file.path.starts_with(kFolder)) continue;
    const std::string_view name = file.path.substr(kFolder.size());
    names += (names.empty() ? "" : ", ") + std::string(name.substr(0, name.size() - 5));
  }
  return names;
}

struct Keys {
  std::map<std::string, Recipe::Range*> ranges;
  std::map<std::string, double*> chances;
};

/// Every key that a recipe file may have, as "table.key".
Keys keys_of(Recipe& r) {
  return {{{"geometry.rotate_degrees", &r.rotate_degrees},
           {"geometry.shift", &r.shift},
           {"geometry.scale", &r.scale},
           {"geometry.stretch", &r.stretch},
           {"geometry.shear", &r.shear},
           {"geometry.perspective", &r.perspective},
           {"light.gain", &r.gain},
           {"light.contrast", &r.contrast},
           {"light.brightness", &r.brightness},
           {"light.gamma", &r.gamma},
           {"light.colour_cast", &r.colour_cast},
           {"light.night", &r.night},
           {"light.shadow", &r.shadow},
           {"light.shadow_edge", &r.shadow_edge},
           {"optics.low_resolution", &r.low_resolution},
           {"optics.blur_sigma_px", &r.blur_sigma_px},
           {"optics.motion_px", &r.motion_px},
           {"optics.noise_sigma", &r.noise_sigma},
           {"optics.jpeg_quality", &r.jpeg_quality},
           {"cover.occlusion", &r.occlusion}},
          {{"transform.rotate_90_chance", &r.rotate_90_chance},
           {"transform.rotate_180_chance", &r.rotate_180_chance},
           {"transform.rotate_270_chance", &r.rotate_270_chance},
           {"transform.flip_horizontal_chance", &r.flip_horizontal_chance},
           {"transform.flip_vertical_chance", &r.flip_vertical_chance},
           {"light.night_chance", &r.night_chance},
           {"light.shadow_chance", &r.shadow_chance},
           {"optics.low_resolution_chance", &r.low_resolution_chance},
           {"optics.blur_chance", &r.blur_chance},
           {"optics.motion_chance", &r.motion_chance},
           {"optics.noise_chance", &r.noise_chance},
           {"optics.jpeg_chance", &r.jpeg_chance},
           {"cover.occlusion_chance", &r.occlusion_chance}}};
}

/// What a range must obey so that every drawn value is meaningful.
struct Limits {
  double low, high;
};

Limits limits_of(const std::string& key) {
  if (key == "geometry.rotate_degrees") return {-180, 180};
  if (key == "geometry.shift" || key == "geometry.shear") return {-1, 1};
  if (key == "geometry.perspective")
    return {-0.45, 0.45};  // beyond it the plane passes through the camera
  if (key == "light.brightness") return {-255, 255};
  if (key == "optics.blur_sigma_px" || key == "optics.motion_px") return {0.05, 24};
  if (key == "optics.noise_sigma") return {0, 128};
  if (key == "optics.jpeg_quality") return {1, 100};
  if (key == "light.shadow") return {0, 1};
  if (key == "light.shadow_edge") return {0.01, 2};
  if (key == "cover.occlusion") return {0, 1};
  if (key == "optics.low_resolution") return {1, 16};
  return {0.05, 20};  // factors
}

}  // namespace

Recipe Recipe::load(const std::string& name) {
  const bool is_path = name.find('/') != std::string::npos || name.ends_with(".toml");
  std::string text;
  if (is_path) {
    text = read_text(name);
    provenance().use(name, text);
  } else if (const auto found = embedded_file("datasets/recipes/" + name + ".toml")) {
    text = *found;
    provenance().use("datasets/recipes/" + name + ".toml", text);
  } else {
    throw Error(Blame::usage, "there is no recipe " + name + "; known are " + known_recipes() +
                                  ", or name a TOML file");
  }
  Recipe recipe;
  recipe.name = name;
  recipe.digest = sha256_hex(as_bytes(text)).substr(0, 16);
  const Keys keys = keys_of(recipe);
  const auto fail = [&](const std::string& what, const toml::source_region& region) {
    return Error(Blame::input, fmt::format("recipe {}:{}: {}", name, region.begin.line, what));
  };
  try {
    const toml::table file = toml::parse(text);
    for (const auto& [table_name, table_node] : file) {
      const toml::table* table = table_node.as_table();
      if (!table)
        throw fail(fmt::format("{} stands outside the tables", table_name.str()),
                   table_node.source());
      for (const auto& [key_name, node] : *table) {
        const std::string key = fmt::format("{}.{}", table_name.str(), key_name.str());
        if (const auto range = keys.ranges.find(key); range != keys.ranges.end()) {
          const toml::array* pair = node.as_array();
          const Limits limits = limits_of(key);
          if (!pair || pair->size() != 2 || !(*pair)[0].is_number() || !(*pair)[1].is_number()) {
            throw fail(key + " must be a range [low, high]", node.source());
          }
          *range->second = {*(*pair)[0].value<double>(), *(*pair)[1].value<double>()};
          if (!(range->second->low >= limits.low && range->second->low <= range->second->high &&
                range->second->high <= limits.high)) {
            throw fail(
                fmt::format("{} must be a range within {} to {}", key, limits.low, limits.high),
                node.source());
          }
        } else if (const auto chance = keys.chances.find(key); chance != keys.chances.end()) {
          const std::optional<double> value = node.value<double>();
          if (!value || !(*value >= 0 && *value <= 1))
            throw fail(key + " must be within 0 to 1", node.source());
          *chance->second = *value;
        } else {
          throw fail(key + " is not known", node.source());
        }
      }
    }
  } catch (const toml::parse_error& error) {
    throw fail(std::string(error.description()), error.source());
  }
  if (recipe.rotate_90_chance + recipe.rotate_180_chance + recipe.rotate_270_chance > 1) {
    throw Error(
        Blame::input,
        fmt::format("recipe {}: the chances of rotate_90, rotate_180 and rotate_270 exclude "
                    "one another; let their sum be within 0 to 1",
                    name));
  }
  return recipe;
}

}  // namespace signpost
