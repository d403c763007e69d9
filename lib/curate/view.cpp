#include "curate/view.h"

#include <fmt/format.h>
#include <tbb/parallel_for.h>

#include <algorithm>
#include <map>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/parallel.h"
#include "codecs/decode.h"
#include "curate/picks.h"
#include "curate/sheet_files.h"
#include "curate/split.h"
#include "curate/stats.h"
#include "image/render.h"
#include "sample/stream.h"

namespace signpost {
namespace {

using Rows = ViewOptions::Rows;
using Show = ViewOptions::Show;

/// A record that is shown.
struct Chosen {
  Sample sample;
  std::string where;
};

struct Row {
  std::string heading;
  std::vector<Chosen> samples;
};

/// The first samples that are added, or a fair draw of all, in the order of the stream.
class Draw {
 public:
  Draw(std::uint64_t first, std::uint64_t sample, std::uint64_t seed)
      : most_(sample > 0 ? sample : first), random_(sample > 0), seed_(seed) {}

  void add(const Sample& sample, const std::string& where) {
    const std::uint64_t position = seen_++;
    const std::uint64_t lot = random_ ? lot_of(seed_, sample.id, "view") : position;
    if (by_lot_.size() == most_) {
      if (std::pair(lot, position) > std::prev(by_lot_.end())->first) return;
      by_lot_.erase(std::prev(by_lot_.end()));
    }
    by_lot_.emplace(std::pair(lot, position), Chosen{sample, where});
  }
  std::uint64_t seen() const { return seen_; }
  std::vector<Chosen> take() {
    std::vector<std::pair<std::uint64_t, Chosen>> placed;
    for (auto& [key, chosen] : by_lot_) placed.emplace_back(key.second, std::move(chosen));
    std::sort(placed.begin(), placed.end(),
              [](const auto& a, const auto& b) { return a.first < b.first; });
    std::vector<Chosen> samples;
    for (auto& [position, chosen] : placed) samples.push_back(std::move(chosen));
    return samples;
  }

 private:
  std::uint64_t most_;
  bool random_;
  std::uint64_t seed_, seen_ = 0;
  std::map<std::pair<std::uint64_t, std::uint64_t>, Chosen> by_lot_;
};

std::string title_of(const Sample& sample, const Catalogue& catalogue) {
  if (!sample.label) return "no label";
  return fmt::format("{} {}", *sample.label, class_title(sample.label, catalogue));
}

/// Hands out the rows of the sheets, in their order.
class RowSource {
 public:
  RowSource(const ViewOptions& options, const Catalogue& catalogue, Rejects& rejects)
      : options_(options), catalogue_(catalogue), reader_(options.manifest, rejects) {
    if (options.by == Rows::classes) draw_by_class();
    if (options.by == Rows::groups) draw_by_group();
    if (options.by == Rows::none && options.sample > 0) draw_all();
  }

  /// False when there are no more.
  bool next(Row& row) {
    row = {};
    if (options_.by != Rows::none || options_.sample > 0) {
      if (at_ == ready_.size()) return false;
      row = std::move(ready_[at_++]);
      return true;
    }
    Sample sample;
    while (row.samples.size() < static_cast<std::size_t>(options_.columns) &&
           (options_.limit == 0 || shown_ < options_.limit) && read(sample)) {
      row.samples.push_back({std::move(sample), reader_.where()});
      ++shown_;
    }
    return !row.samples.empty();
  }

  /// Reads what is left, so that a program that writes to us ends well, and tells how many samples
  /// there were.
  std::uint64_t drain() {
    Sample sample;
    while (read(sample)) {
    }
    return samples_;
  }

 private:
  bool read(Sample& sample) {
    if (!reader_.next(sample)) return false;
    ++samples_;
    return true;
  }

  Draw draw() const {
    return {static_cast<std::uint64_t>(options_.columns), options_.sample, options_.seed};
  }

  void take(Draw& drawn, const std::string& name) {
    Row row{{}, drawn.take()};
    row.heading =
        fmt::format("{} · {} of {}", name, row.samples.size(), counted(drawn.seen(), "sample"));
    ready_.push_back(std::move(row));
  }

  void draw_by_class() {
    std::map<std::optional<int>, Draw> classes;
    Sample sample;
    while (read(sample)) {
      classes.try_emplace(sample.label, draw()).first->second.add(sample, reader_.where());
      if (options_.limit > 0 && classes.size() > options_.limit)
        classes.erase(std::prev(classes.end()));
    }
    for (auto& [label, drawn] : classes) {
      sample.label = label;
      take(drawn, title_of(sample, catalogue_));
    }
  }

  void draw_by_group() {
    std::unordered_map<std::string, std::size_t> numbers;
    std::vector<std::pair<std::string, Draw>> groups;
    Sample sample;
    while (read(sample)) {
      const bool full = options_.limit > 0 && groups.size() == options_.limit;
      auto found = numbers.find(group_of(sample));
      if (found == numbers.end()) {
        if (full) continue;
        found = numbers.emplace(group_of(sample), groups.size()).first;
        groups.emplace_back(group_of(sample) + " · " + title_of(sample, catalogue_), draw());
      }
      groups[found->second].second.add(sample, reader_.where());
    }
    for (auto& [name, drawn] : groups) take(drawn, name);
  }

  void draw_all() {
    Draw drawn = draw();
    Sample sample;
    while (read(sample)) drawn.add(sample, reader_.where());
    for (Chosen& chosen : drawn.take()) {
      if (ready_.empty() ||
          ready_.back().samples.size() == static_cast<std::size_t>(options_.columns)) {
        ready_.emplace_back();
      }
      ready_.back().samples.push_back(std::move(chosen));
    }
  }

  const ViewOptions& options_;
  const Catalogue& catalogue_;
  SampleReader reader_;
  std::vector<Row> ready_;
  std::size_t at_ = 0;
  std::uint64_t samples_ = 0, shown_ = 0;
};

/// The stored image with its ROI drawn in.
bool before(const Sample& sample, const Renderer& renderer, int side, Tile& tile,
            std::string& wrong) {
  thread_local Image image;
  if (!renderer.decode(sample, image, wrong)) return false;
  const Box box = box_of(sample, image);
  tile.pictures.push_back(tile_picture(image, side, sample.roi ? &box : nullptr));
  return true;
}

bool after(const Sample& sample, const Renderer& renderer, int side, Tile& tile,
           std::string& wrong) {
  thread_local Image image;
  if (!renderer.render(sample, image, wrong)) return false;
  tile.pictures.push_back(tile_picture(image, side, nullptr));
  return true;
}

/// Returns what is wrong with the sample, or nothing.
std::string fill(Tile& tile, const Sample& sample, const Renderer& renderer,
                 const ViewOptions& options) {
  std::string wrong;
  const bool has_ops = !sample.ops.empty();
  const bool stored = options.show != Show::after || !has_ops;
  const bool rendered = options.show != Show::before && has_ops;
  tile.broken = (stored && !before(sample, renderer, options.tile_px, tile, wrong)) ||
                (rendered && !after(sample, renderer, options.tile_px, tile, wrong));
  return wrong;
}

/// A sheet on its way through the pipeline.
struct Sheet {
  std::vector<Row> rows;
  std::vector<std::pair<const Chosen*, std::string>> wrong;  ///< into `rows`, and why
  Bytes png;
};

/// Renders the tiles in parallel, then draws the sheet.
void draw(Sheet& sheet, const SheetLayout& layout, const Renderer& renderer,
          const ViewOptions& options, const Catalogue& catalogue) {
  struct Item {
    const Chosen* chosen;
    Tile* tile;
    std::string wrong;
  };
  std::vector<SheetRow> rows(sheet.rows.size());
  std::vector<Item> items;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const std::vector<Chosen>& samples = sheet.rows[i].samples;
    rows[i].heading = sheet.rows[i].heading;
    rows[i].tiles.resize(samples.size());
    for (std::size_t k = 0; k < samples.size(); ++k)
      items.push_back({&samples[k], &rows[i].tiles[k], {}});
  }
  const auto render = [&](std::size_t i) {
    const Sample& sample = items[i].chosen->sample;
    Tile& tile = *items[i].tile;
    tile.title = title_of(sample, catalogue);
    tile.tail = sample.id.substr(sample.id.find_last_of('/') + 1);
    tile.split = sample.split;
    items[i].wrong = fill(tile, sample, renderer, options);
  };
  if (job_count(options.jobs) == 1) {
    for (std::size_t i = 0; i < items.size(); ++i) render(i);
  } else {
    // Isolated: a thread that waits here must not begin another sheet, which would take memory.
    tbb::this_task_arena::isolate([&] { tbb::parallel_for(std::size_t{0}, items.size(), render); });
  }
  for (Item& item : items) {
    if (!item.wrong.empty()) sheet.wrong.emplace_back(item.chosen, std::move(item.wrong));
  }
  sheet.png = encode_png(draw_sheet(rows, layout));
}

}  // namespace

ViewResult view(const ViewOptions& options, const Catalogue& catalogue, Rejects& rejects,
                Progress& progress) {
  SheetLayout layout;
  layout.columns = options.columns;
  layout.tile_px = options.tile_px;
  layout.pictures = options.show == Show::both ? 2 : 1;
  layout.headings = options.by != Rows::none;
  if (sheet_pixels(layout, static_cast<std::size_t>(options.rows)) > kMaxPixels) {
    throw Error(Blame::usage, fmt::format("a sheet of {} x {} tiles of {} px is too large; lower "
                                          "--columns, --rows or --tile-px",
                                          options.columns, options.rows, options.tile_px));
  }
  SheetFiles files(options.output, options.force);
  const Renderer renderer(options.root);
  RowSource source(options, catalogue, rejects);
  ViewResult result;
  ordered_pipeline<Sheet, Sheet>(
      options.jobs,
      [&]() -> std::optional<Sheet> {
        Sheet sheet;
        Row row;
        while (sheet.rows.size() < static_cast<std::size_t>(options.rows) && source.next(row))
          sheet.rows.push_back(std::move(row));
        if (sheet.rows.empty()) return std::nullopt;
        return sheet;
      },
      [&](Sheet sheet) {
        draw(sheet, layout, renderer, options, catalogue);
        return sheet;
      },
      [&](const Sheet& sheet) {
        for (const Row& row : sheet.rows) {
          result.shown += row.samples.size();
          progress.add(row.samples.size());
        }
        for (const auto& [chosen, wrong] : sheet.wrong) {
          std::string record;
          encode(chosen->sample, record);
          rejects.add(chosen->where, chosen->sample.id + ": " + wrong, record);
        }
        files.add(sheet.png);
      });
  result.samples = source.drain();
  result.sheets = files.count();
  if (result.sheets == 0)
    throw Error(Blame::input, "the stream has no samples; there is nothing to show");
  files.commit();
  return result;
}

}  // namespace signpost
