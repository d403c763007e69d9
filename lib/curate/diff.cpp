#include "curate/diff.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <deque>
#include <nlohmann/json.hpp>
#include <tuple>

#include "base/error.h"
#include "base/interrupt.h"
#include "base/json_text.h"
#include "base/random.h"

namespace signpost {
namespace {

using Json = nlohmann::json;

struct Entry {
  std::uint64_t id, content, place;
};

/// A sample that is in one data set alone, by what makes it the same picture.
struct Lone {
  std::uint64_t picture, place;
};

/// Where a change lies; nothing where there is no such record.
struct Places {
  Change::Kind kind;
  std::uint64_t a = 0, b = 0;
};

/// Numbers that are whole are written as such: 0.0 and 0 are one number, and jq prints the latter.
void make_whole(Json& json) {
  if (json.is_number_float()) {
    const double value = json.get<double>();
    if (value == std::floor(value) && std::abs(value) < 1e15)
      json = static_cast<std::int64_t>(value);
  }
  if (!json.is_structured()) return;
  for (Json& each : json) make_whole(each);
}

/// JSON text in a form in which equal values are equal texts.
std::string canonical(const std::string& text) {
  Json json = Json::parse(text, nullptr, false);
  if (json.is_discarded()) return text;
  make_whole(json);
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string ops_json(const std::string& ops) { return canonical("[" + ops + "]"); }
std::string extra_json(const std::string& extra) { return canonical("{" + extra + "}"); }

std::string text_json(const std::string& text) { return text.empty() ? "null" : json_string(text); }

std::string number_json(const std::optional<int>& number) {
  return number ? std::to_string(*number) : "null";
}

std::string roi_json(const std::optional<Roi>& roi) {
  return roi ? fmt::format("[{},{},{},{}]", roi->x1, roi->y1, roi->x2, roi->y2) : "null";
}

/// One side, read once.
class OneSide {
 public:
  explicit OneSide(RecordSource& records) : records_(records) {}

  template <typename Count>
  void read(Rejects& rejects, Progress& progress, History& history, Count count) {
    std::string_view line;
    while (records_.next(line)) {
      stop_if_interrupted();
      progress.add();
      const std::string wrong = decoder_.decode(line, sample_);
      if (!wrong.empty()) {
        rejects.add(records_.where(), wrong, line);
        continue;
      }
      if (!decoder_.history().empty()) history.read(decoder_.history());
      text_.clear();
      encode(sample_, text_);
      entries_.push_back({stable_hash(sample_.id), stable_hash(text_), records_.place()});
      count(sample_);
    }
    records_.end_reading();
    if (const std::string told = records_.history(); !told.empty()) history.read(told);
  }

  /// Sorts by id and returns how many records came after one with the same id; they are left out.
  template <typename Uncount>
  std::uint64_t sort(Uncount uncount) {
    std::sort(entries_.begin(), entries_.end(), [](const Entry& x, const Entry& y) {
      return std::tie(x.id, x.place) < std::tie(y.id, y.place);
    });
    std::uint64_t twice = 0;
    auto kept = entries_.begin();
    for (auto at = entries_.begin(); at != entries_.end(); ++at) {
      if (at != entries_.begin() && at->id == std::prev(kept)->id) {
        ++twice;
        uncount(sample_at(at->place));
      } else {
        *kept++ = *at;
      }
    }
    entries_.erase(kept, entries_.end());
    return twice;
  }

  const std::deque<Entry>& entries() const { return entries_; }

  const Sample& sample_at(std::uint64_t place) {
    records_.read_at(place, text_);
    decoder_.decode(text_, sample_);
    return sample_;
  }

  /// The lone ones among these that have a digest, sorted by picture.
  std::vector<Lone> pictures(const std::vector<std::uint64_t>& places) {
    std::vector<Lone> lone;
    for (const std::uint64_t place : places) {
      const Sample& sample = sample_at(place);
      if (sample.sha256.empty()) continue;
      const std::string picture =
          fmt::format("{} {} {}", sample.sha256, roi_json(sample.roi), ops_json(sample.ops));
      lone.push_back({stable_hash(picture), place});
    }
    std::sort(lone.begin(), lone.end(), [](const Lone& x, const Lone& y) {
      return std::tie(x.picture, x.place) < std::tie(y.picture, y.place);
    });
    return lone;
  }

 private:
  RecordSource& records_;
  SampleDecoder decoder_;
  Sample sample_;
  std::string text_;
  std::deque<Entry> entries_;
};

/// Takes the pairs that show the same picture out of `removed` and `added`.
std::vector<Places> take_renamed(OneSide& a, std::vector<std::uint64_t>& removed, OneSide& b,
                                 std::vector<std::uint64_t>& added) {
  std::vector<Places> renamed;
  const std::vector<Lone> from = a.pictures(removed), to = b.pictures(added);
  for (auto x = from.begin(), y = to.begin(); x != from.end() && y != to.end();) {
    if (x->picture != y->picture) {
      ++(x->picture < y->picture ? x : y);
    } else {
      renamed.push_back({Change::Kind::renamed, (x++)->place, (y++)->place});
    }
  }
  const auto take = [&](std::vector<std::uint64_t>& places, auto member) {
    std::vector<std::uint64_t> gone;
    for (const Places& each : renamed) gone.push_back(each.*member);
    std::sort(gone.begin(), gone.end());
    std::erase_if(places, [&](std::uint64_t place) {
      return std::binary_search(gone.begin(), gone.end(), place);
    });
  };
  take(removed, &Places::a);
  take(added, &Places::b);
  return renamed;
}

void count_fields(const Change& change, const std::vector<Change::Field>& fields,
                  DiffSummary& summary) {
  bool other = false;
  for (const Change::Field& field : fields) {
    const auto at = summary.fields.find(field.name);
    if (at == summary.fields.end()) {
      summary.fields.emplace(field.name, 1);
    } else {
      ++at->second;
    }
    if (field.name == "label") {
      ++summary.relabelled;
      ++summary.relabels[{change.a.label, change.b.label}];
    } else if (field.name == "split") {
      ++summary.moved;
      ++summary.moves[{change.a.split, change.b.split}];
    } else {
      other = true;
    }
  }
  summary.other_changed += other;
}

}  // namespace

std::vector<Change::Field> Change::fields() const {
  std::vector<Field> differing;
  const auto compare = [&](std::string_view name, const auto& x, const auto& y, auto json) {
    if (x == y) return;
    Field field{name, json(x), json(y)};
    if (field.a != field.b) differing.push_back(std::move(field));
  };
  compare("image", a.image, b.image, text_json);
  compare("width", a.width, b.width, number_json);
  compare("height", a.height, b.height, number_json);
  compare("roi", a.roi, b.roi, roi_json);
  compare("label", a.label, b.label, number_json);
  compare("group", a.group, b.group, text_json);
  compare("frame", a.frame, b.frame, number_json);
  compare("split", a.split, b.split, text_json);
  compare("fold", a.fold, b.fold, number_json);
  compare("sha256", a.sha256, b.sha256, text_json);
  compare("ops", a.ops, b.ops, ops_json);
  compare("extra", a.extra, b.extra, extra_json);
  return differing;
}

DiffSummary diff(RecordSource& records_a, RecordSource& records_b, Rejects& rejects,
                 Progress& progress, const std::function<void(const Change&)>& on_change) {
  DiffSummary summary;
  History history_a, history_b;
  OneSide a(records_a), b(records_b);
  a.read(rejects, progress, history_a, [&](const Sample& s) { ++summary.classes[s.label].first; });
  b.read(rejects, progress, history_b, [&](const Sample& s) { ++summary.classes[s.label].second; });
  summary.twice_a = a.sort([&](const Sample& s) { --summary.classes[s.label].first; });
  summary.twice_b = b.sort([&](const Sample& s) { --summary.classes[s.label].second; });
  std::erase_if(summary.classes,
                [](const auto& each) { return each.second.first + each.second.second == 0; });
  summary.samples_a = a.entries().size();
  summary.samples_b = b.entries().size();
  summary.history_a = history_a.known();
  summary.history_b = history_b.known();

  std::vector<std::uint64_t> removed, added;
  std::vector<Places> changes;
  auto x = a.entries().begin();
  auto y = b.entries().begin();
  while (x != a.entries().end() || y != b.entries().end()) {
    if (y == b.entries().end() || (x != a.entries().end() && x->id < y->id)) {
      removed.push_back((x++)->place);
    } else if (x == a.entries().end() || y->id < x->id) {
      added.push_back((y++)->place);
    } else {
      if (x->content == y->content) {
        ++summary.same;
      } else {
        changes.push_back({Change::Kind::changed, x->place, y->place});
      }
      ++x;
      ++y;
    }
  }
  const std::vector<Places> renamed = take_renamed(a, removed, b, added);
  summary.renamed = renamed.size();
  summary.removed = removed.size();
  summary.added = added.size();
  changes.insert(changes.end(), renamed.begin(), renamed.end());
  for (const std::uint64_t place : removed) changes.push_back({Change::Kind::removed, place, 0});
  std::sort(changes.begin(), changes.end(),
            [](const Places& p, const Places& q) { return p.a < q.a; });
  std::sort(added.begin(), added.end());

  for (const Places& each : changes) {
    stop_if_interrupted();
    Change change{each.kind, a.sample_at(each.a), {}};
    if (each.kind != Change::Kind::removed) {
      change.b = b.sample_at(each.b);
      const std::vector<Change::Field> fields = change.fields();
      if (fields.empty() && each.kind == Change::Kind::changed) {
        ++summary.same;
        continue;
      }
      count_fields(change, fields, summary);
    }
    on_change(change);
  }
  for (const std::uint64_t place : added) {
    stop_if_interrupted();
    on_change({Change::Kind::added, {}, b.sample_at(place)});
  }
  return summary;
}

}  // namespace signpost
