// The rate of augmentation in memory: bench_augment MANIFEST [RECIPE] takes every seventh sample of
// an ingested stream, cuts its 48 px patch, and draws variants of all patches, one after the other,
// on one thread and on two. Then it times each variation alone, with a chance of 1. Prints; asserts
// nothing.
#include "image/augment.h"

#include <time.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "image/render.h"
#include "image/turn.h"
#include "pixels/preprocess.h"
#include "sample/stream.h"

namespace {

using namespace signpost;

constexpr int kSize = 48;
constexpr int kRounds = 5;

double seconds_of(const std::function<void()>& work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

/// Processor time of this thread: other programs may run beside it.
double processor_seconds_of(const std::function<void()>& work) {
  const auto now = [] {
    timespec time{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
  };
  const double start = now();
  work();
  return now() - start;
}

template <typename Clock>
double best_of(Clock clock, const std::function<void()>& work) {
  double best = clock(work);
  for (int i = 1; i < kRounds; ++i) best = std::min(best, clock(work));
  return best;
}

struct Patches {
  int pad = 0;
  std::vector<std::string> ids;
  std::vector<std::vector<std::uint8_t>> pixels;
};

struct Photographs {
  std::vector<std::string> ids;
  std::vector<Image> images;
  std::vector<Box> boxes;
};

Photographs read_photographs(const std::string& manifest) {
  Photographs photographs;
  Rejects rejects("bench_augment", {});
  SampleReader reader(manifest, rejects);
  const Renderer renderer({});
  Sample sample;
  std::string wrong;
  for (std::size_t i = 0; reader.next(sample); ++i) {
    Image image;
    if (i % 7 != 0 || !renderer.decode(sample, image, wrong)) continue;
    photographs.boxes.push_back(box_of(sample, image));
    photographs.images.push_back(std::move(image));
    photographs.ids.push_back(sample.id);
  }
  return photographs;
}

Patches cut(const Photographs& from, const Recipe& recipe) {
  Patches patches;
  patches.pad = patch_pad(recipe, kSize);
  const auto side = static_cast<std::size_t>(kSize + 2 * patches.pad);
  patches.ids = from.ids;
  for (std::size_t i = 0; i < from.images.size(); ++i) {
    auto& patch = patches.pixels.emplace_back(side * side * 3);
    resample(from.images[i], from.boxes[i], kSize, patches.pad, patch);
  }
  return patches;
}

void draw(const Recipe& recipe, const Patches& patches, std::size_t first, std::size_t step) {
  std::vector<std::uint8_t> out(kSize * kSize * 3);
  for (std::size_t i = first; i < patches.ids.size(); i += step) {
    Random random(7, patches.ids[i], 1, kAugmentPurpose);
    augment_patch(recipe, patches.pixels[i], kSize, patches.pad, random, out);
  }
}

void print_stage(const char* name, double seconds, double base, std::size_t images) {
  std::printf("%-34s %8.0f ns\n", name, (seconds - base) * 1e9 / static_cast<double>(images));
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fprintf(stderr, "usage: bench_augment MANIFEST [RECIPE]\n");
    return 2;
  }
  const Recipe recipe = Recipe::load(argc > 2 ? argv[2] : "road");
  const Photographs photographs = read_photographs(argv[1]);
  const Patches patches = cut(photographs, recipe);
  const std::size_t images = patches.ids.size();
  for (const std::size_t threads : {1, 2}) {
    const double seconds = best_of(seconds_of, [&] {
      std::vector<std::jthread> workers;
      for (std::size_t t = 0; t < threads; ++t)
        workers.emplace_back([&, t] { draw(recipe, patches, t, threads); });
    });
    std::printf("%s, in memory, %zu thread%s %19.0f images/s\n", recipe.name.c_str(), threads,
                threads == 1 ? " " : "s", static_cast<double>(images) / seconds);
  }

  const double nothing = best_of(processor_seconds_of, [&] { draw(Recipe{}, patches, 0, 1); });
  std::vector<std::uint8_t> patch(patches.pixels[0].size());
  print_stage("cut the patch",
              best_of(processor_seconds_of,
                      [&] {
                        for (std::size_t i = 0; i < images; ++i)
                          resample(photographs.images[i], photographs.boxes[i], kSize, patches.pad,
                                   patch);
                      }),
              0, images);
  print_stage("warp and relight", nothing, 0, images);
  const auto alone = [&](const char* name, const std::function<void(Recipe&)>& change) {
    Recipe one;
    change(one);
    print_stage(name, best_of(processor_seconds_of, [&] { draw(one, patches, 0, 1); }), nothing,
                images);
  };
  alone("shadow", [](Recipe& r) { r.shadow_chance = 1; });
  alone("low resolution", [](Recipe& r) {
    r.low_resolution_chance = 1;
    r.low_resolution = {1.3, 3};
  });
  alone("blur", [](Recipe& r) {
    r.blur_chance = 1;
    r.blur_sigma_px = {0.4, 1.4};
  });
  alone("motion", [](Recipe& r) {
    r.motion_chance = 1;
    r.motion_px = {2, 6};
  });
  alone("noise", [](Recipe& r) { r.noise_chance = 1; });
  alone("JPEG", [](Recipe& r) { r.jpeg_chance = 1; });
  std::vector<std::uint8_t> turned(patches.pixels[0].size());
  print_stage("flip or turn",
              best_of(processor_seconds_of,
                      [&] {
                        for (const auto& each : patches.pixels)
                          turn_square(Transform::rotate_90, each.data(), kSize + 2 * patches.pad,
                                      turned.data());
                      }),
              0, images);
  return 0;
}
