#include "image/synth.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <string>

#include "base/random.h"
#include "image/scene.h"
#include "image/sign_raster.h"
#include "image/weather.h"

namespace signpost {
namespace {

constexpr int kDriveSize = 256, kPhotographSize = 480;  // of sign and scene, in pixels

double log_uniform(Random& random, double low, double high) {
  return std::exp(random.uniform(std::log(low), std::log(high)));
}

double clamped_normal(Random& random, double sigma, double limit) {
  return std::clamp(random.normal() * sigma, -limit, limit);
}

Mount draw_mount(Random& random) {
  Mount mount;
  mount.pole = random.chance(0.8);
  mount.pole_width = random.uniform(0.07, 0.13);
  const auto metal = static_cast<std::uint8_t>(90 + random.below(90));
  mount.metal = {metal, metal, metal};
  mount.plate = random.chance(0.2);
  mount.plate_height = random.uniform(0.3, 0.6);
  mount.round_sign = random.chance(0.15);
  return mount;
}

}  // namespace

struct SignTrack::Look {
  std::uint64_t seed = 0;
  std::string id;
  Subject subject;
  View view;
  double first_size = 0, last_size = 0;
  double drift_x = 0, drift_y = 0;  ///< of the scene over the track, in its pixels
  double shake = 0;                 ///< in sign widths
  Shot shot;                        ///< what all pictures of the sign share

  void draw_light(Random& random);
};

void SignTrack::Look::draw_light(Random& random) {
  const double hour = random.uniform();
  if (hour < 0.2) {  // dusk, a tunnel, deep shade
    shot.sign_light = log_uniform(random, 0.14, 0.35);
    shot.scene_light = shot.sign_light * log_uniform(random, 0.3, 2.5);
    shot.noise = random.uniform(0.8, 2);
  } else if (hour < 0.4) {  // against the light
    shot.sign_light = log_uniform(random, 0.30, 0.65);
    shot.scene_light = random.uniform(1.0, 1.8);
    shot.noise = random.uniform(0.8, 2.5);
  } else {
    shot.sign_light = random.uniform(0.6, 1.25);
    shot.scene_light = shot.sign_light * log_uniform(random, 0.5, 1.4);
    shot.noise = random.uniform(0.8, 4);
  }
  const double warmth = random.normal() * 0.06, tint = random.normal() * 0.03;
  shot.balance = {1 + warmth, 1 + tint, 1 - warmth};
  shot.contrast = random.uniform(0.75, 1.1);
  shot.haze = random.uniform(0, 16) * std::min(1.0, shot.sign_light);
  shot.defocus = random.uniform(0.2, 0.65);
}

SignTrack::SignTrack(std::uint64_t seed, const SignDrawing& sign, std::string_view set, int number,
                     Kind kind) {
  auto look = std::make_unique<Look>();
  look->seed = seed;
  look->id = std::string(set) + "/" + std::to_string(sign.class_id) + "/" + std::to_string(number);
  Random random(seed, look->id, 0, "synth track");
  const bool phone = kind == Kind::photograph;
  const int detail = phone ? kPhotographSize : kDriveSize;

  look->view.roll = clamped_normal(random, phone ? 7 : 3, 16);
  look->view.yaw = clamped_normal(random, phone ? 24 : 13, 40);
  look->view.pitch = clamped_normal(random, phone ? 12 : 5, 24);
  look->view.distance = random.uniform(3, 8);
  look->first_size = log_uniform(random, 15, 25);
  look->last_size = log_uniform(random, 60, 130);

  look->subject.drawing = &sign;
  look->subject.sign = draw_sign(sign, detail, faded_palette(std::pow(random.uniform(), 3)));
  weather(look->subject.sign, random);
  look->subject.scene = draw_scene(random, detail);
  look->subject.mount = draw_mount(random);
  if (phone) look->subject.mount.round_sign = false;  // it would be a second sign to name

  look->shot.scene_x = detail * random.uniform(0.35, 0.65);
  look->shot.scene_y = detail * random.uniform(0.35, 0.65);
  look->shot.scene_z = random.uniform(0.6, 1.3);
  look->drift_x = detail * random.uniform(-0.12, 0.12);
  look->drift_y = detail * random.uniform(-0.05, 0.05);
  look->draw_light(random);
  look->shake = random.chance(0.3) ? random.uniform(0.03, 0.09) : 0;
  look_ = std::move(look);
}

SignTrack::~SignTrack() = default;
SignTrack::SignTrack(SignTrack&&) noexcept = default;

SignPicture SignTrack::frame(int frame, int frames) const {
  const Look& look = *look_;
  Random random(look.seed, look.id, static_cast<std::uint64_t>(frame), "synth frame");
  const double time = frames > 1 ? static_cast<double>(frame) / (frames - 1) : 0.5;
  Shot shot = look.shot;
  shot.view = look.view;
  shot.view.roll += random.normal() * 0.7;
  shot.view.yaw *= 0.75 + 0.5 * time;
  shot.view.pitch = look.view.pitch * (0.75 + 0.5 * time) + random.normal() * 0.7;

  // The distance shrinks evenly with time, so the size grows as its inverse.
  shot.size = 1 / ((1 - time) / look.first_size + time / look.last_size);
  const Extent box = extent(*look.subject.drawing, shot.view, shot.size);
  const int margin = std::max(5, static_cast<int>(std::lround(shot.size * 0.1)));
  const auto uneven = [&] { return margin + static_cast<int>(random.below(2)); };
  shot.left = uneven() + random.uniform() * 0.9;
  shot.top = uneven() + random.uniform() * 0.9;
  shot.width = static_cast<int>(std::ceil(shot.left + box.width())) + uneven();
  shot.height = static_cast<int>(std::ceil(shot.top + box.height())) + uneven();

  shot.scene_x += look.drift_x * time + random.normal() * 2;
  shot.scene_y += look.drift_y * time + random.normal() * 2;
  const double flicker = std::exp(random.normal() * 0.07);
  shot.sign_light *= flicker;
  shot.scene_light *= flicker;
  shot.contrast *= std::exp(random.normal() * 0.04);
  shot.defocus = shot.defocus * random.uniform(0.7, 1.3) + 0.006 * shot.size * random.uniform();
  shot.shake = look.shake * shot.size * random.uniform(0.3, 1) + (random.chance(0.15) ? 1.2 : 0);
  shot.shake_angle =
      random.chance(0.7) ? random.normal() * 0.25 : random.uniform(0, std::numbers::pi);
  return take_picture(look.subject, shot, random);
}

SignPicture SignTrack::photograph() const {
  const Look& look = *look_;
  Random random(look.seed, look.id, 0, "synth photograph");
  const int longer = 200 + static_cast<int>(random.below(121));
  const int shorter = static_cast<int>(longer * random.uniform(0.8, 1));
  const bool upright = random.chance(0.6);
  Shot shot = look.shot;
  shot.view = look.view;
  shot.width = upright ? shorter : longer;
  shot.height = upright ? longer : shorter;
  shot.size = shorter * random.uniform(0.5, 0.8);
  const Extent box = extent(*look.subject.drawing, shot.view, shot.size);
  shot.left = (shot.width - box.width()) * random.uniform(0.08, 0.92);
  shot.top = (shot.height - box.height()) * random.uniform(0.08, 0.8);
  shot.scene_z = random.uniform(0.7, 1);
  shot.defocus += shot.size * 0.012 * random.uniform();
  shot.shake = random.chance(0.5) ? shot.size * random.uniform(0.02, 0.09) : 0;
  shot.shake_angle = random.uniform(0, std::numbers::pi);
  shot.noise *= 1.3;
  return take_picture(look.subject, shot, random);
}

}  // namespace signpost
