#include "train/explain.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <optional>
#include <unordered_set>

#include "base/error.h"
#include "base/json_text.h"
#include "base/parallel.h"
#include "codecs/decode.h"
#include "curate/measure.h"
#include "curate/sheet_files.h"
#include "image/contact_sheet.h"
#include "image/heat_map.h"
#include "image/render.h"
#include "sample/stream.h"
#include "train/explainer.h"

namespace signpost {
namespace {

constexpr std::size_t kBatch = 32;

struct Item {
  Sample sample;
  std::string where, wrong;
  RenderPlan plan;
  std::optional<std::size_t> target;  ///< the output of its label
  Image crop;
};
using Batch = std::vector<Item>;

/// What was found out about one sample.
struct Explanation {
  Sample sample;
  std::optional<std::size_t> target;
  std::size_t predicted = 0;
  float confidence = 0;
  std::vector<Image> pictures;  ///< the crop and its maps
  bool is_wrong() const { return target && *target != predicted; }
};

/// Reads the samples that may be explained.
class Wanted {
 public:
  Wanted(const ExplainOptions& options, const RunInfo& info, const Renderer& renderer,
         Rejects& rejects)
      : options_(options),
        info_(info),
        ids_(info.class_ids()),
        renderer_(renderer),
        reader_(options.manifest, rejects),
        missing_(options.ids.begin(), options.ids.end()) {}

  std::optional<Batch> next() {
    Batch batch;
    Sample sample;
    while (batch.size() < kBatch && reader_.next(sample)) {
      if (!wants(sample) || enough_) continue;
      batch.push_back(item_of(std::move(sample)));
    }
    if (batch.empty()) return std::nullopt;
    return batch;
  }

  /// From now on samples are read, so that a program that writes to us ends well, but not handed
  /// out. May be called from another thread.
  void stop() { enough_ = true; }

  /// The ids that the stream did not have, after its end.
  void refuse_missing() const {
    if (missing_.empty()) return;
    // The first as they were asked for: the same words in every run.
    const auto first = std::find_if(options_.ids.begin(), options_.ids.end(),
                                    [&](const auto& id) { return missing_.contains(id); });
    throw Error(Blame::input,
                fmt::format("{}: no sample of that id in {}", *first,
                            options_.manifest == "-" ? "the stream" : options_.manifest));
  }

 private:
  bool wants(const Sample& sample) {
    if (!options_.ids.empty()) {
      return missing_.erase(sample.id) > 0;
    }
    return options_.split.empty() ? sample.split != "train" : sample.split == options_.split;
  }

  Item item_of(Sample sample) {
    Item item;
    item.where = reader_.where();
    if (sample.label) {
      const auto found = std::find(ids_.begin(), ids_.end(), *sample.label);
      item.target = static_cast<std::size_t>(found - ids_.begin());
      if (found == ids_.end())
        item.wrong = fmt::format("has class {}, which this network does not know", *sample.label);
    }
    item.plan = renderer_.plan(sample);
    crop_as(info_.preprocessing, sample, item.plan);
    item.sample = std::move(sample);
    return item;
  }

  const ExplainOptions& options_;
  const RunInfo& info_;
  const std::vector<int> ids_;
  const Renderer& renderer_;
  SampleReader reader_;
  std::unordered_set<std::string> missing_;
  std::atomic<bool> enough_ = false;
};

/// Predicts a batch and explains what of it is asked for.
class Batches {
 public:
  Batches(const ExplainOptions& options, Explainer& explainer)
      : options_(options), explainer_(explainer) {}

  /// `most`: how many may still be explained.
  std::vector<Explanation> explain(const Batch& batch, std::uint64_t most) {
    std::vector<const Item*> items;
    std::vector<std::uint8_t> pixels;
    for (const Item& item : batch) {
      if (!item.wrong.empty()) continue;
      items.push_back(&item);
      pixels.insert(pixels.end(), item.crop.rgb.begin(), item.crop.rgb.end());
    }
    std::vector<Explanation> chosen;
    if (items.empty()) return chosen;
    const std::size_t outputs = explainer_.info().classes.size();
    const std::vector<float> probabilities = explainer_.predict(pixels, items.size());
    std::vector<std::uint8_t> asked_pixels;
    std::vector<std::int64_t> asked;
    const auto ask = [&](const Item& item, std::size_t output) {
      asked_pixels.insert(asked_pixels.end(), item.crop.rgb.begin(), item.crop.rgb.end());
      asked.push_back(static_cast<std::int64_t>(output));
    };
    for (std::size_t i = 0; i < items.size() && chosen.size() < most; ++i) {
      const std::span<const float> answer = std::span(probabilities).subspan(i * outputs, outputs);
      const auto best = std::max_element(answer.begin(), answer.end());
      Explanation each;
      each.predicted = static_cast<std::size_t>(best - answer.begin());
      each.confidence = *best;
      each.target = items[i]->target;
      if (options_.wrong && !each.is_wrong()) continue;
      each.sample = items[i]->sample;
      each.pictures.push_back(tile_picture(items[i]->crop, options_.tile_px, nullptr));
      ask(*items[i], each.predicted);
      if (each.is_wrong()) ask(*items[i], *each.target);
      chosen.push_back(std::move(each));
    }
    if (chosen.empty()) return chosen;
    const std::vector<Explainer::Map> maps = explainer_.explain(asked_pixels, asked);
    std::size_t map = 0;
    for (Explanation& each : chosen) {
      for (int of = 0; of < (each.is_wrong() ? 2 : 1); ++of, ++map)
        each.pictures.push_back(heat_over(each.pictures.front(), maps[map].values, maps[map].side));
    }
    return chosen;
  }

 private:
  const ExplainOptions& options_;
  Explainer& explainer_;
};

std::string title_of(const Explanation& each, const RunInfo& info) {
  const auto name = [&](std::size_t output) {
    return fmt::format("{} {}", info.classes[output].id, info.classes[output].name);
  };
  std::string title = fmt::format("{}, {:.1f} %", name(each.predicted), 100 * each.confidence);
  if (each.is_wrong()) title += ", but is " + name(*each.target);
  return title;
}

std::string line_of(const Explanation& each, const RunInfo& info, const std::string& file) {
  std::string line = "{\"id\":" + json_string(each.sample.id) + ",\"file\":" + json_string(file);
  if (each.target) line += fmt::format(",\"label\":{}", info.classes[*each.target].id);
  line += fmt::format(",\"predicted\":{},\"confidence\":", info.classes[each.predicted].id);
  append_json_number(line, each.confidence);
  return line + "}\n";
}

Tile tile_of(Explanation each, const RunInfo& info) {
  Tile tile;
  tile.title = title_of(each, info);
  tile.tail = each.sample.id.substr(each.sample.id.find_last_of('/') + 1);
  tile.split = each.sample.split;
  tile.pictures = std::move(each.pictures);
  return tile;
}

SheetLayout layout_of(int columns, const ExplainOptions& options, bool any_wrong) {
  SheetLayout layout;
  layout.columns = columns;
  layout.tile_px = options.tile_px;
  layout.pictures = any_wrong ? 3 : 2;
  return layout;
}

std::size_t write_sheets(std::vector<Explanation> all, const RunInfo& info, SheetFiles& files,
                         const ExplainOptions& options, bool any_wrong) {
  const SheetLayout layout = layout_of(options.columns, options, any_wrong);
  const auto columns = static_cast<std::size_t>(options.columns);
  std::vector<SheetRow> rows;
  const auto flush = [&] {
    files.add(encode_png(draw_sheet(rows, layout)));
    rows.clear();
  };
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (i % columns == 0) {
      if (rows.size() == static_cast<std::size_t>(options.rows)) flush();
      rows.emplace_back();
    }
    rows.back().tiles.push_back(tile_of(std::move(all[i]), info));
  }
  flush();
  files.commit();
  return files.count();
}

void write_folder(std::vector<Explanation> all, const RunInfo& info, OutputDirectory& folder,
                  const ExplainOptions& options) {
  OutputFile lines(folder.partial() / "explanations.ndjson", true);
  for (std::size_t i = 0; i < all.size(); ++i) {
    const std::string name = fmt::format("{:04}.png", i + 1);
    lines.write(line_of(all[i], info, name));
    const SheetLayout layout = layout_of(1, options, all[i].is_wrong());
    const SheetRow row{{}, {tile_of(std::move(all[i]), info)}};
    OutputFile file(folder.partial() / name, true);
    file.write(encode_png(draw_sheet(std::span(&row, 1), layout)));
    file.commit();
  }
  lines.commit();
  folder.commit();
}

}  // namespace

ExplainResult explain(const ExplainOptions& options, Rejects& rejects, Progress& progress) {
  const SheetLayout widest = layout_of(options.columns, options, true);
  if (sheet_pixels(widest, static_cast<std::size_t>(options.rows)) > kMaxPixels) {
    throw Error(Blame::usage,
                fmt::format("a sheet of {} x {} tiles of {} px is too large; lower --columns, "
                            "--rows or --tile-px",
                            options.columns, options.rows, options.tile_px));
  }
  std::optional<SheetFiles> files;
  std::optional<OutputDirectory> folder;
  if (options.output == "-" || options.output.extension() == ".png") {
    files.emplace(options.output, options.force);
  } else {
    folder.emplace(options.output, options.force);
  }
  Explainer explainer(options.run);
  const Renderer renderer(options.root);
  Wanted wanted(options, explainer.info(), renderer, rejects);
  Batches batches(options, explainer);
  std::vector<Explanation> all;
  ExplainResult result;
  ordered_pipeline<Batch, Batch>(
      options.jobs, [&] { return wanted.next(); },
      [&](Batch batch) {
        for (Item& item : batch) {
          if (item.wrong.empty()) renderer.render(item.sample, item.plan, item.crop, item.wrong);
        }
        return batch;
      },
      [&](const Batch& batch) {
        if (options.limit > 0 && all.size() == options.limit) return wanted.stop();
        const std::uint64_t most = options.limit > 0 ? options.limit - all.size() : kBatch;
        for (Explanation& each : batches.explain(batch, most)) {
          result.wrong += each.is_wrong();
          all.push_back(std::move(each));
        }
        for (const Item& item : batch) {
          progress.add();
          if (item.wrong.empty()) continue;
          std::string record;
          encode(item.sample, record);
          rejects.add(item.where, item.sample.id + ": " + item.wrong, record);
        }
      });
  wanted.refuse_missing();
  if (all.empty()) {
    throw Error(Blame::input, options.wrong
                                  ? "nothing to explain: the run makes no mistake on these samples"
                                  : "the stream has no sample to explain; name another --split");
  }
  result.explained = all.size();
  if (files) {
    result.sheets =
        write_sheets(std::move(all), explainer.info(), *files, options, result.wrong > 0);
  } else {
    write_folder(std::move(all), explainer.info(), *folder, options);
  }
  return result;
}

}  // namespace signpost
