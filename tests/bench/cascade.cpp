// bench_cascade SMALL LARGE MANIFEST [SVG]: what a cascade of two packages gains and costs.
//
// Both packages answer every sample of MANIFEST (whose labels count as the truth), in turn, on one
// thread; what each answer took of the processor's time, crop included, is noted. From that follow,
// for each confidence under which the large package is asked: the share of samples that it is asked
// of, the accuracy, and the mean time. Prints them as CSV; the last row is the small package's own
// thresholds, if it has any. SVG gets the curve as a picture. Times are this machine's.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <ctime>
#include <fstream>
#include <vector>

#include "base/archive.h"
#include "base/error.h"
#include "codecs/decode.h"
#include "device/answer.h"
#include "device/classifier.h"
#include "run/samples.h"

namespace signpost {
namespace {

/// Processor time of this thread in milliseconds: what else the machine does does not count.
double now_ms() {
  timespec time = {};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_nsec) / 1e6;
}

struct Reply {
  bool right = false, abstains = false;
  float confidence = 0;
  double ms = 0;
};

struct Pair {
  Reply small, large;
};

struct Point {
  std::string name;
  double asked = 0, accuracy = 0, mean_ms = 0;
};

Reply ask(Classifier& model, const Image& image, const Box& roi, int label) {
  const double start = now_ms();
  const std::vector<float> probabilities = model.classify(image, roi);
  const std::size_t best = highest(probabilities, 1).front();
  Reply reply;
  reply.ms = now_ms() - start;
  reply.right = model.labels()[best].id == label;
  reply.confidence = probabilities[best];
  reply.abstains = abstains(model.package(), best, reply.confidence).value_or(false);
  return reply;
}

std::vector<Pair> measure(Classifier& small, Classifier& large, const std::string& manifest) {
  std::ifstream in(manifest);
  if (!in) throw Error(Blame::input, manifest + ": cannot be read");
  SampleSource source(in, manifest);
  const BlobReader reader;
  std::vector<Pair> pairs;
  Image image;
  while (std::optional<Subject> subject = source.next()) {
    std::string wrong = subject->wrong;
    if (wrong.empty() && !subject->user_label) wrong = "has no label";
    if (wrong.empty()) {
      reader.read(subject->file, subject->bytes);
      decode_image(subject->bytes, image, wrong);
    }
    const Box roi = subject->roi.value_or(Box{0, 0, image.width, image.height});
    if (wrong.empty()) wrong = small.refusal(image, roi);
    if (!wrong.empty()) throw Error(Blame::input, subject->where + ": " + wrong);
    Pair pair;
    pair.small = ask(small, image, roi, *subject->user_label);
    pair.large = ask(large, image, roi, *subject->user_label);
    pairs.push_back(pair);
  }
  if (pairs.empty()) throw Error(Blame::input, manifest + ": holds no sample");
  return pairs;
}

template <typename Unsure>
Point point(const std::vector<Pair>& pairs, std::string name, const Unsure& unsure) {
  double asked = 0, right = 0, ms = 0;
  for (const Pair& pair : pairs) {
    const bool both = unsure(pair.small);
    asked += both;
    right += both ? pair.large.right : pair.small.right;
    ms += pair.small.ms + (both ? pair.large.ms : 0);
  }
  const auto count = static_cast<double>(pairs.size());
  return {std::move(name), asked / count, right / count, ms / count};
}

std::vector<Point> curve(const std::vector<Pair>& pairs, bool thresholds) {
  constexpr std::array kLimits = {0.0,  0.3,  0.5, 0.6,  0.7,  0.75, 0.8,
                                  0.85, 0.88, 0.9, 0.92, 0.95, 1.1};
  std::vector<Point> points;
  for (const double limit : kLimits) {
    points.push_back(point(pairs, limit > 1 ? "always" : fmt::format("{:g}", limit),
                           [&](const Reply& reply) { return reply.confidence < limit; }));
  }
  if (thresholds)
    points.push_back(point(pairs, "thresholds", [](const Reply& reply) { return reply.abstains; }));
  return points;
}

/// Accuracy over mean time, with the large package alone as a dot of its own.
void draw(const std::string& path, const std::vector<Point>& points, const Point& alone) {
  constexpr double kWidth = 640, kHeight = 360, kLeft = 70, kTop = 20, kRight = 20, kBottom = 50;
  double most_ms = alone.mean_ms, low = alone.accuracy, high = alone.accuracy;
  for (const Point& one : points) {
    most_ms = std::max(most_ms, one.mean_ms);
    low = std::min(low, one.accuracy);
    high = std::max(high, one.accuracy);
  }
  const double margin = std::max(high - low, 1e-4) * 0.15;
  low -= margin;
  high += margin;
  const auto x = [&](double ms) {
    return kLeft + ms / (most_ms * 1.05) * (kWidth - kLeft - kRight);
  };
  const auto y = [&](double share) {
    return kTop + (high - share) / (high - low) * (kHeight - kTop - kBottom);
  };
  const auto text = [](double px, double py, const char* anchor, const std::string& words) {
    return fmt::format(R"(<text x="{:.1f}" y="{:.1f}" text-anchor="{}">{}</text>)", px, py, anchor,
                       words) +
           "\n";
  };
  std::string svg = fmt::format(
      R"(<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {0} {1}" role="img" )"
      R"(aria-label="Accuracy of a cascade over its mean time" font-family="sans-serif" )"
      R"(font-size="12"><rect width="{0}" height="{1}" fill="#fff"/>)",
      kWidth, kHeight);
  svg += "\n";
  for (int i = 0; i <= 4; ++i) {
    const double share = low + (high - low) * i / 4, ms = most_ms * i / 4;
    svg += fmt::format(R"(<path d="M{:.1f} {:.1f}H{:.1f}" stroke="#ddd"/>)", kLeft, y(share),
                       kWidth - kRight);
    svg += text(kLeft - 6, y(share) + 4, "end", fmt::format("{:.2f} %", share * 100));
    svg += text(x(ms), kHeight - kBottom + 18, "middle", fmt::format("{:.2f}", ms));
  }
  svg += text((kLeft + kWidth) / 2, kHeight - 12, "middle", "mean time of an image, ms");
  std::string path_data;
  for (const Point& one : points) {
    if (one.name == "thresholds") continue;
    path_data += fmt::format("{}{:.1f} {:.1f}", path_data.empty() ? 'M' : 'L', x(one.mean_ms),
                             y(one.accuracy));
  }
  svg += fmt::format(R"(<path d="{}" fill="none" stroke="#2563ab" stroke-width="2"/>)", path_data);
  svg += "\n";
  double last_x = -100;
  for (const Point& one : points) {
    const double px = x(one.mean_ms), py = y(one.accuracy);
    svg += fmt::format(R"(<circle cx="{:.1f}" cy="{:.1f}" r="4" fill="{}"/>)", px, py,
                       one.name == "thresholds" ? "#c2410c" : "#2563ab");
    if (px - last_x < 34) continue;
    svg += text(px, py - 9, "middle", one.name);
    last_x = px;
  }
  svg += fmt::format(R"(<circle cx="{:.1f}" cy="{:.1f}" r="5" fill="#444"/>)", x(alone.mean_ms),
                     y(alone.accuracy));
  svg += text(x(alone.mean_ms), y(alone.accuracy) + 20, "middle", "large alone");
  svg += "</svg>\n";
  OutputFile file(path, true);
  file.write(svg);
  file.commit();
}

int run(int argc, char** argv) {
  if (argc != 4 && argc != 5) {
    std::fputs("usage: bench_cascade SMALL LARGE MANIFEST [SVG]\n", stderr);
    return 2;
  }
  Classifier small = Classifier::open(argv[1]), large = Classifier::open(argv[2]);
  const std::vector<Pair> pairs = measure(small, large, argv[3]);
  const std::vector<Point> points =
      curve(pairs, !small.package().contents().abstain.thresholds.empty());
  Point alone{"large alone", 1, 0, 0};
  for (const Pair& pair : pairs) {
    alone.accuracy += pair.large.right / static_cast<double>(pairs.size());
    alone.mean_ms += pair.large.ms / static_cast<double>(pairs.size());
  }
  fmt::print("below,asked,accuracy,mean_ms\n");
  for (const Point& one : points) {
    fmt::print("{},{:.4f},{:.5f},{:.4f}\n", one.name, one.asked, one.accuracy, one.mean_ms);
  }
  fmt::print("{},{:.4f},{:.5f},{:.4f}\n", alone.name, alone.asked, alone.accuracy, alone.mean_ms);
  if (argc == 5) draw(argv[4], points, alone);
  return 0;
}

}  // namespace
}  // namespace signpost

int main(int argc, char** argv) {
  try {
    return signpost::run(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "bench_cascade: %s\n", error.what());
    return 3;
  }
}
