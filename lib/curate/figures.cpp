#include "curate/figures.h"

#include <vector>

#include "base/parallel.h"
#include "sample/stream.h"

namespace signpost {
namespace {

constexpr std::size_t kBatch = 16;

struct Item {
  Sample sample;
  std::string where, wrong;
  PixelFigures figures;
  std::vector<std::uint8_t> thumbnail;
};

}  // namespace

Figures figures_of(const FiguresOptions& options, Rejects& rejects, Progress& progress) {
  Figures figures;
  SampleReader reader(options.manifest, rejects);
  if (!options.images) {
    Sample sample;
    while (reader.next(sample)) {
      figures.stats.add(sample);
      progress.add();
    }
    return figures;
  }
  PixelStats& pixels = figures.pixels.emplace();
  if (options.pictures >= 0) figures.pictures.emplace(options.pictures);
  const Renderer renderer(options.root);
  ordered_pipeline<std::vector<Item>, std::vector<Item>>(
      options.jobs,
      [&]() -> std::optional<std::vector<Item>> {
        std::vector<Item> batch;
        Sample sample;
        while (batch.size() < kBatch && reader.next(sample)) {
          Item& item = batch.emplace_back();
          item.where = reader.where();
          item.sample = std::move(sample);
        }
        if (batch.empty()) return std::nullopt;
        return batch;
      },
      [&](std::vector<Item> batch) {
        thread_local Image image;
        Box box;
        for (Item& item : batch) {
          if (!picture_of(item.sample, renderer, image, box, item.wrong)) continue;
          item.figures = pixel_figures(image, box);
          if (figures.pictures) item.thumbnail = thumbnail_of(image, box);
        }
        return batch;
      },
      [&](const std::vector<Item>& batch) {
        for (const Item& item : batch) {
          progress.add();
          if (!item.wrong.empty()) {
            std::string record;
            encode(item.sample, record);
            rejects.add(item.where, item.sample.id + ": " + item.wrong, record);
            continue;
          }
          figures.stats.add(item.sample);
          pixels.add(item.sample, item.figures);
          if (figures.pictures) figures.pictures->add(item.sample, item.thumbnail);
        }
      });
  return figures;
}

}  // namespace signpost
