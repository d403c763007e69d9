#include "image/synth_set.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <opencv2/core/utility.hpp>
#include <string>

#include "base/error.h"
#include "base/file.h"
#include "base/interrupt.h"
#include "base/parallel.h"
#include "base/random.h"
#include "codecs/decode.h"
#include "image/synth.h"
#include "pixels/pnm.h"

namespace signpost {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kHeader =
    "Filename;Width;Height;Roi.X1;Roi.Y1;Roi.X2;Roi.Y2;ClassId\r\n";
constexpr int kTestFrames = 30;

enum class Part { training, test, field };

/// One sign: a track of frames or a single picture.
struct Item {
  Part part = Part::training;
  const SignDrawing* sign = nullptr;
  int number = 0;
};

/// Rows for the table at `csv`, a path inside the output.
struct Rows {
  std::string csv, text;
  std::uint64_t images = 0;
};

std::vector<const SignDrawing*> chosen_signs(const std::vector<int>& classes) {
  std::vector<const SignDrawing*> signs;
  for (const SignDrawing& drawing : sign_drawings()) {
    if (classes.empty() || std::ranges::find(classes, drawing.class_id) != classes.end())
      signs.push_back(&drawing);
  }
  for (const int id : classes) {
    if (!find_sign_drawing(id)) {
      throw Error(Blame::usage,
                  fmt::format("class {} has no drawing; the classes are {} to {}", id,
                              sign_drawings().front().class_id, sign_drawings().back().class_id));
    }
  }
  return signs;
}

/// Single pictures: each run through the classes in a new random order.
void add_singles(std::vector<Item>& items, Part part, int count, std::uint64_t seed,
                 std::vector<const SignDrawing*> signs) {
  for (int i = 0; i < count; ++i) {
    const std::size_t at = static_cast<std::size_t>(i) % signs.size();
    if (at == 0) {
      Random random(seed, part == Part::test ? "test" : "field",
                    static_cast<std::uint64_t>(i) / signs.size(), "synth order");
      for (std::size_t k = signs.size(); k > 1; --k)
        std::swap(signs[k - 1], signs[random.below(static_cast<std::uint32_t>(k))]);
    }
    items.push_back({part, signs[at], i});
  }
}

/// Writes the pictures of items below `folder`; `shown` names it in messages.
class Painter {
 public:
  Painter(const SynthPlan& plan, fs::path folder, fs::path shown)
      : plan_(plan), folder_(std::move(folder)), shown_(std::move(shown)) {}

  Rows paint(const Item& item) const {
    switch (item.part) {
      case Part::training:
        return paint_track(item);
      case Part::test:
        return paint_test(item);
      case Part::field:
        break;
    }
    return paint_photograph(item);
  }

  void write(const std::string& name, ByteView bytes) const {
    std::ofstream file(folder_ / name, std::ios::binary);
    file.write(reinterpret_cast<const char*>(bytes.data()),
               static_cast<std::streamsize>(bytes.size()));
    file.close();
    if (!file) throw_errno("cannot write " + (shown_ / name).string());
  }

 private:
  static std::string row(const std::string& file, const SignPicture& picture, int class_id) {
    return fmt::format("{};{};{};{};{};{};{};{}\r\n", file, picture.image.width,
                       picture.image.height, picture.roi.x1, picture.roi.y1, picture.roi.x2,
                       picture.roi.y2, class_id);
  }

  void write_ppm(const std::string& name, const Image& image) const {
    Bytes bytes;
    encode_ppm(image, bytes);
    write(name, bytes);
  }

  Rows paint_track(const Item& item) const {
    const int id = item.sign->class_id;
    const std::string folder = fmt::format("GTSRB/Final_Training/Images/{:05}/", id);
    Rows rows{fmt::format("{}GT-{:05}.csv", folder, id), "", 0};
    const SignTrack track(plan_.seed, *item.sign, "train", item.number);
    for (int frame = 0; frame < plan_.frames; ++frame) {
      const SignPicture picture = track.frame(frame, plan_.frames);
      const std::string file = fmt::format("{:05}_{:05}.ppm", item.number, frame);
      write_ppm(folder + file, picture.image);
      rows.text += row(file, picture, id);
      ++rows.images;
    }
    return rows;
  }

  Rows paint_test(const Item& item) const {
    Random random(plan_.seed, "test", static_cast<std::uint64_t>(item.number), "synth frame");
    const SignPicture picture =
        SignTrack(plan_.seed, *item.sign, "test", item.number)
            .frame(static_cast<int>(random.below(kTestFrames)), kTestFrames);
    const std::string file = fmt::format("{:05}.ppm", item.number);
    write_ppm("GTSRB/Final_Test/Images/" + file, picture.image);
    return {"GTSRB/Final_Test/GT-final_test.csv", row(file, picture, item.sign->class_id), 1};
  }

  Rows paint_photograph(const Item& item) const {
    const SignPicture picture =
        SignTrack(plan_.seed, *item.sign, "field", item.number, SignTrack::Kind::photograph)
            .photograph();
    const std::string name = fmt::format("{:05}", item.number);
    write("field/" + name + ".png", encode_png(picture.image));
    return {"field/labels.csv",
            fmt::format("{0}.png,{1},field/{0},{2},{3},{4},{5}\n", name, item.sign->class_id,
                        picture.roi.x1, picture.roi.y1, picture.roi.x2, picture.roi.y2),
            1};
  }

  const SynthPlan& plan_;
  fs::path folder_, shown_;
};

}  // namespace

SynthCounts write_synthetic_set(const SynthPlan& plan, const fs::path& output, bool force, int jobs,
                                ProgressStyle style) {
  const std::vector<const SignDrawing*> signs = chosen_signs(plan.classes);
  std::vector<Item> items;
  if (plan.frames > 0) {
    for (const SignDrawing* sign : signs) {
      for (int track = 0; track < plan.tracks; ++track)
        items.push_back({Part::training, sign, track});
    }
  }
  SynthCounts counts;
  counts.classes = signs.size();
  counts.tracks = items.size();
  counts.images = counts.tracks * static_cast<std::uint64_t>(plan.frames);
  add_singles(items, Part::test, plan.test_images, plan.seed, signs);
  add_singles(items, Part::field, plan.field, plan.seed, signs);
  counts.test_images = static_cast<std::uint64_t>(plan.test_images);
  counts.field = static_cast<std::uint64_t>(plan.field);
  if (items.empty()) {
    throw Error(Blame::usage,
                "nothing to draw: ask for tracks and frames, test images or field photographs");
  }

  if (output == "-") throw Error(Blame::usage, "-o -: a data set is a folder; name one");

  OutputDirectory folder(output, force);
  std::map<std::string, std::string> tables;
  const auto prepare = [&](const std::string& csv, std::string_view header,
                           const std::string& images) {
    std::error_code error;
    fs::create_directories(folder.partial() / images, error);
    if (error) {
      throw Error(Blame::environment,
                  "cannot write " + (output / images).string() + ": " + error.message());
    }
    tables[csv] = header;
  };
  if (counts.tracks > 0) {
    for (const SignDrawing* sign : signs) {
      const std::string images = fmt::format("GTSRB/Final_Training/Images/{:05}", sign->class_id);
      prepare(fmt::format("{}/GT-{:05}.csv", images, sign->class_id), kHeader, images);
    }
  }
  if (plan.test_images > 0)
    prepare("GTSRB/Final_Test/GT-final_test.csv", kHeader, "GTSRB/Final_Test/Images");
  if (plan.field > 0) prepare("field/labels.csv", "file,class_id,group,x1,y1,x2,y2\n", "field");

  cv::setNumThreads(1);  // whole pictures are drawn in parallel, not their rows
  const Painter painter(plan, folder.partial(), output);
  Progress progress("synth", "images", counts.images + counts.test_images + counts.field, style);
  std::size_t next = 0;
  ordered_pipeline<Item, Rows>(
      jobs,
      [&]() -> std::optional<Item> {
        stop_if_interrupted();
        if (next == items.size()) return std::nullopt;
        return items[next++];
      },
      [&](const Item& item) { return painter.paint(item); },
      [&](const Rows& rows) {
        tables[rows.csv] += rows.text;
        progress.add(rows.images);
      });
  for (const auto& [csv, text] : tables) painter.write(csv, as_bytes(text));
  folder.commit();
  progress.finish();
  return counts;
}

}  // namespace signpost
