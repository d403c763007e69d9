#include "source/gtsrb.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <memory>
#include <optional>
#include <string_view>
#include <unordered_set>

#include "base/digest.h"
#include "base/error.h"
#include "base/interrupt.h"
#include "base/parallel.h"
#include "pixels/pnm.h"
#include "source/file_tree.h"
#include "source/format.h"
#include "source/sidecar.h"
#include "source/text_fields.h"

namespace signpost {
namespace {

constexpr std::size_t kBatch = 32;

bool all_digits(std::string_view text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

/// "GT-00014.csv"
bool is_training_csv(std::string_view name) {
  return name.size() == 12 && name.starts_with("GT-") && name.ends_with(".csv") &&
         all_digits(name.substr(3, 5));
}

bool is_ppm(std::string_view name) { return name.ends_with(".ppm") || name.ends_with(".PPM"); }

std::optional<int> whole_number(std::string_view text) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// A folder of images and the file that annotates them.
struct Annotated {
  const FileTree* images = nullptr;
  std::string folder;
  const FileTree* csv_tree = nullptr;
  std::string csv_folder, csv_name;
  bool training = true;
  std::string csv() const { return csv_tree->reference(csv_folder, csv_name); }
};

/// One row with what was found out about its image.
struct Item {
  const Annotated* source = nullptr;
  GtsrbRow row;
  std::string where;  ///< FILE:LINE
  std::string wrong;  ///< why it is rejected; empty if it is good
  std::string text;   ///< the row as it stands in the file
  Sample sample;
  std::unique_ptr<const Sample> known;  ///< what the sidecar knows of it; mostly null
};

std::string text_of(const GtsrbRow& row) {
  return fmt::format("{};{};{};{};{};{};{};{}", row.file, row.width, row.height, row.roi.x1,
                     row.roi.y1, row.roi.x2, row.roi.y2, row.label);
}

/// Fills id, group, frame and split from the file's name; returns what is wrong with it.
std::string name_sample(const Item& item, Sample& sample) {
  const std::string_view stem = std::string_view(item.row.file).substr(0, item.row.file.rfind('.'));
  if (!item.source->training) {
    sample.id = fmt::format("gtsrb/test/{}", stem);
    sample.split = "test";
    return {};
  }
  const std::size_t underscore = stem.find('_');
  const std::string_view track = stem.substr(0, underscore);
  const std::string_view frame =
      underscore == std::string_view::npos ? "" : stem.substr(underscore + 1);
  if (!all_digits(track) || !all_digits(frame) || frame.size() > 9) {
    return "the file name is not TRACK_FRAME.ppm, so its track is unknown";
  }
  const std::string_view folder = last_part(item.source->folder);
  if (const auto of_folder = whole_number(folder); of_folder && *of_folder != item.row.label) {
    return fmt::format("ClassId is {}, but the folder is {}; correct the row or move the image",
                       item.row.label, folder);
  }
  sample.id = fmt::format("gtsrb/train/{:05}/{}", item.row.label, stem);
  sample.group = fmt::format("gtsrb/{:05}/{}", item.row.label, track);
  sample.frame = *whole_number(frame);
  return {};
}

/// Reads and checks the image of a row. Thread-safe.
void examine(Item& item, Bytes& buffer) {
  if (!item.wrong.empty()) return;
  const GtsrbRow& row = item.row;
  Sample& sample = item.sample;
  item.wrong = name_sample(item, sample);
  if (!item.wrong.empty()) return;
  try {
    item.source->images->read(item.source->folder, row.file, buffer);
  } catch (const Error& error) {
    item.wrong = error.what();
    return;
  }
  sample.image = item.source->images->reference(item.source->folder, row.file);
  std::string wrong;
  const std::optional<PnmHeader> header = read_pnm_header(buffer, wrong);
  if (!header) {
    item.wrong = fmt::format("{} {}; copy the image again", sample.image, wrong);
  } else if (header->width != row.width || header->height != row.height) {
    item.wrong = fmt::format(
        "Width and Height are {}x{}, but the image is {}x{}; correct the row or the image",
        row.width, row.height, header->width, header->height);
  } else if (!inside(row.roi, row.width, row.height)) {
    item.wrong =
        fmt::format("the ROI [{},{},{},{}] is empty or outside the {}x{} image; correct the row",
                    row.roi.x1, row.roi.y1, row.roi.x2, row.roi.y2, row.width, row.height);
  }
  if (!item.wrong.empty()) return;
  sample.width = row.width;
  sample.height = row.height;
  sample.roi = row.roi;
  sample.label = row.label;
  sample.sha256 = sha256_hex(buffer);
  if (!item.known) return;
  sample.id = item.known->id;
  sample.group = item.known->group;
  sample.frame = item.known->frame;
  sample.split = item.known->split;
  sample.extra = item.known->extra;
  if (!item.known->roi && row.roi == Roi{0, 0, row.width, row.height}) sample.roi.reset();
}

/// The sidecar of a tree and the folder it stands in; null where there is none.
struct TreeSidecar {
  std::string folder;
  Sidecar records;
};

std::unique_ptr<TreeSidecar> find_sidecar(const FileTree& tree) {
  for (const auto& [folder, names] : tree.folders()) {
    if (std::ranges::binary_search(names, kSidecar))
      return std::unique_ptr<TreeSidecar>(new TreeSidecar{folder, Sidecar(tree, folder)});
  }
  return nullptr;
}

/// Walks over all rows of all annotated folders, in order; keeps one GT file in memory at a time.
/// What is rejected travels in its place among the items, so that messages come in one order at any
/// number of jobs.
class RowSource {
 public:
  RowSource(const std::vector<Annotated>& sources, const GtsrbOptions& options)
      : sources_(sources), options_(options) {
    for (const Annotated& source : sources) {
      if (!sidecars_.contains(source.images))
        sidecars_.emplace(source.images, find_sidecar(*source.images));
    }
  }

  std::optional<std::vector<Item>> next() {
    stop_if_interrupted();
    while (at_ == items_.size()) {
      if (next_ == sources_.size()) return std::nullopt;
      open(sources_[next_++]);
    }
    const std::size_t end = std::min(at_ + kBatch, items_.size());
    std::vector<Item> batch(
        std::make_move_iterator(items_.begin() + static_cast<std::ptrdiff_t>(at_)),
        std::make_move_iterator(items_.begin() + static_cast<std::ptrdiff_t>(end)));
    at_ = end;
    return batch;
  }

 private:
  void open(const Annotated& source) {
    at_ = 0;
    items_.clear();
    std::unordered_set<std::string> seen;
    const std::string csv = source.csv();
    const auto reject = [&](const std::string& where, const std::string& what,
                            std::string_view text) {
      Item& item = items_.emplace_back();
      item.source = &source;
      item.where = where;
      item.wrong = what;
      item.text = text;
    };
    Bytes bytes;
    try {
      source.csv_tree->read(source.csv_folder, source.csv_name, bytes);
      const auto on_bad = [&](std::uint64_t line, const std::string& what, std::string_view text) {
        reject(fmt::format("{}:{}", csv, line), what, text);
        seen.insert(std::string(text.substr(0, text.find(';'))));
      };
      for (GtsrbRow& row : parse_gtsrb_csv(as_text(bytes), csv, on_bad)) {
        const std::string where = fmt::format("{}:{}", csv, row.line);
        if (!seen.insert(row.file).second) {
          reject(where, row.file + " stands in an earlier row already; remove one of the two",
                 text_of(row));
        } else if (!options_.known_class(row.label)) {
          reject(where, fmt::format("class {} is not in the catalogue; correct ClassId", row.label),
                 text_of(row));
        } else {
          Item& item = items_.emplace_back();
          item.source = &source;
          item.where = where;
          item.text = text_of(row);
          item.known = known(source, row.file);
          item.row = std::move(row);
        }
      }
    } catch (const Error& error) {
      const std::string_view what = error.what();
      reject(csv,
             std::string(what.substr(what.starts_with(csv) ? csv.size() + 2 : 0)) +
                 "; its images are rejected",
             {});
      return;
    }
    const auto& folders = source.images->folders();
    const auto found = folders.find(source.folder);
    if (found == folders.end()) return;
    for (const std::string& name : found->second) {
      if (is_ppm(name) && !seen.contains(name)) {
        reject(source.images->reference(source.folder, name),
               "has no row in " + csv + "; add one or remove the image", {});
      }
    }
  }

  std::unique_ptr<const Sample> known(const Annotated& source, const std::string& file) {
    const auto& sidecar = sidecars_.at(source.images);
    if (!sidecar) return nullptr;
    const std::string path = join_path(source.folder, file);
    std::string_view inside = path;
    if (!sidecar->folder.empty()) {
      if (!inside.starts_with(sidecar->folder + "/")) return nullptr;
      inside.remove_prefix(sidecar->folder.size() + 1);
    }
    const Sample* record = sidecar->records.only(inside);
    return record ? std::make_unique<const Sample>(*record) : nullptr;
  }

  const std::vector<Annotated>& sources_;
  const GtsrbOptions& options_;
  std::map<const FileTree*, std::unique_ptr<TreeSidecar>> sidecars_;
  std::size_t next_ = 0, at_ = 0;
  std::vector<Item> items_;
};

struct TestCsv {
  const FileTree* tree;
  std::string folder, name;
};

/// The images that a GT-final_test.csv speaks of: in its own folder, in its Images/, or in the only
/// folder of test images that there is.
const std::pair<const FileTree*, std::string>* images_of(
    const TestCsv& csv, const std::vector<std::pair<const FileTree*, std::string>>& folders) {
  for (const std::string& wanted : {csv.folder, join_path(csv.folder, "Images")}) {
    for (const auto& folder : folders) {
      if (folder.first == csv.tree && folder.second == wanted) return &folder;
    }
  }
  return folders.size() == 1 ? folders.data() : nullptr;
}

/// Finds what is annotated by what. Folders of images without annotation are rejected here, whole.
std::vector<Annotated> find_sources(const std::vector<std::unique_ptr<FileTree>>& trees,
                                    Rejects& rejects) {
  std::vector<Annotated> sources;
  std::vector<std::pair<const FileTree*, std::string>>
      bare;  // folders of images without a GT file of their own
  std::vector<TestCsv> test_csvs;
  for (const auto& tree : trees) {
    for (const auto& [folder, names] : tree->folders()) {
      bool images = false, annotated = false;
      for (const std::string& name : names) {
        if (is_training_csv(name)) {
          sources.push_back({tree.get(), folder, tree.get(), folder, name, true});
          annotated = true;
        } else if (name == "GT-final_test.csv") {
          test_csvs.push_back({tree.get(), folder, name});
        }
        images = images || is_ppm(name);
      }
      if (images && !annotated) bare.emplace_back(tree.get(), folder);
    }
  }
  std::vector<std::pair<const FileTree*, std::string>> test_folders;
  std::copy_if(bare.begin(), bare.end(), std::back_inserter(test_folders), [](const auto& folder) {
    const std::string_view name = last_part(folder.second);
    return !(name.size() == 5 &&
             all_digits(name));  // 000NN is a training folder that lost its GT file
  });
  for (const TestCsv& csv : test_csvs) {
    const auto* found = images_of(csv, test_folders);
    if (!found) {
      rejects.add(csv.tree->reference(csv.folder, csv.name),
                  "its images were not found; name their folder or archive too");
      continue;
    }
    sources.push_back({found->first, found->second, csv.tree, csv.folder, csv.name, false});
    bare.erase(std::find(bare.begin(), bare.end(), *found));
  }
  for (const auto& [tree, folder] : bare) {
    const std::vector<std::string>& names = tree->folders().at(folder);
    const auto count = std::count_if(names.begin(), names.end(), is_ppm);
    const std::string_view name = last_part(folder);
    const bool training = name.size() == 5 && all_digits(name);
    rejects.add(
        tree->reference(folder, ""),
        fmt::format("{} images have no annotation: {} is missing; restore it", count,
                    training ? fmt::format("GT-{}.csv", name) : std::string("GT-final_test.csv")));
  }
  if (sources.empty() && rejects.count() == 0) {
    throw Error(Blame::input,
                trees.front()->path() +
                    ": holds no GTSRB images; expected …/000NN/*.ppm with GT-000NN.csv, or "
                    "…/*.ppm with GT-final_test.csv");
  }
  return sources;
}

}  // namespace

std::vector<GtsrbRow> parse_gtsrb_csv(
    std::string_view text, const std::string& name,
    const std::function<void(std::uint64_t, const std::string&, std::string_view)>& on_bad) {
  constexpr std::array<std::string_view, 8> kColumns = {"Filename", "Width",  "Height", "Roi.X1",
                                                        "Roi.Y1",   "Roi.X2", "Roi.Y2", "ClassId"};
  std::array<std::size_t, kColumns.size()> place;
  std::vector<GtsrbRow> rows;
  std::vector<std::string_view> fields;
  std::size_t columns = 0;
  for (std::uint64_t line = 1; !text.empty(); ++line) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view row_text = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (!row_text.empty() && row_text.back() == '\r') row_text.remove_suffix(1);
    if (row_text.empty()) continue;
    fields.clear();
    for (std::size_t from = 0; from <= row_text.size();) {
      const std::size_t to = std::min(row_text.find(';', from), row_text.size());
      fields.push_back(row_text.substr(from, to - from));
      from = to + 1;
    }
    if (columns == 0) {
      columns = fields.size();
      if (fields[0].starts_with("\xef\xbb\xbf")) fields[0].remove_prefix(3);
      for (std::size_t i = 0; i < kColumns.size(); ++i) {
        const auto found = std::find(fields.begin(), fields.end(), kColumns[i]);
        if (found == fields.end()) {
          throw Error(Blame::input,
                      fmt::format("{}: the header lacks the column {}", name, kColumns[i]));
        }
        place[i] = static_cast<std::size_t>(found - fields.begin());
      }
      continue;
    }
    if (fields.size() != columns) {
      on_bad(line, fmt::format("has {} fields, not {}; correct the row", fields.size(), columns),
             row_text);
      continue;
    }
    std::array<int, 7> numbers;
    std::size_t good = 0;
    while (good < 7) {
      const std::optional<int> number = whole_number(fields[place[good + 1]]);
      if (!number) break;
      numbers[good++] = *number;
    }
    const std::string_view file = fields[place[0]];
    if (good < 7) {
      on_bad(line,
             fmt::format("{} is \"{}\", not a whole number; correct the row", kColumns[good + 1],
                         fields[place[good + 1]]),
             row_text);
    } else if (file.empty() || file.find('/') != std::string_view::npos) {
      on_bad(line, "Filename must name a file of this folder; correct the row", row_text);
    } else {
      rows.push_back({std::string(file),
                      numbers[0],
                      numbers[1],
                      numbers[6],
                      {numbers[2], numbers[3], numbers[4], numbers[5]},
                      line});
    }
  }
  return rows;
}

bool is_gtsrb(const FileTree& tree) {
  const auto official = [](std::string_view path) {
    return path.find("Final_Training") != std::string_view::npos ||
           path.find("Final_Test") != std::string_view::npos;
  };
  return std::ranges::any_of(tree.folders(), [&](const auto& entry) {
    const auto& [folder, names] = entry;
    return std::ranges::any_of(names, [&](const std::string& name) {
      return is_training_csv(name) || name == "GT-final_test.csv" ||
             (is_ppm(name) && (official(folder) || official(tree.path())));
    });
  });
}

void read_gtsrb(const std::vector<std::unique_ptr<FileTree>>& trees, const GtsrbOptions& options,
                Rejects& rejects, const std::function<void(const Sample&)>& emit) {
  for (const auto& tree : trees) {
    if (const std::string damage = tree->damage(); !damage.empty())
      rejects.add(tree->path(), damage.substr(damage.find(": ") + 2));
  }
  const std::vector<Annotated> sources = find_sources(trees, rejects);
  RowSource rows(sources, options);
  ordered_pipeline<std::vector<Item>, std::vector<Item>>(
      options.jobs, [&] { return rows.next(); },
      [](std::vector<Item> batch) {
        thread_local Bytes buffer;
        for (Item& item : batch) examine(item, buffer);
        return batch;
      },
      [&](const std::vector<Item>& batch) {
        for (const Item& item : batch) {
          if (item.wrong.empty()) {
            emit(item.sample);
          } else {
            rejects.add(item.where, item.wrong, item.text);
          }
        }
        if (options.on_images) options.on_images(batch.size());
      });
}

}  // namespace signpost
