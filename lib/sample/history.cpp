#include "sample/history.h"

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <cstring>
#include <optional>

#include "base/provenance.h"

namespace signpost {
namespace {

namespace dom = simdjson::dom;

struct ParsedStep {
  std::string text;
  std::vector<std::size_t> from;
};

std::optional<ParsedStep> parse_step(dom::element element, std::size_t place) {
  dom::object object;
  std::string_view command;
  if (element.get_object().get(object) || object["command"].get_string().get(command)) return {};
  ParsedStep step;
  if (place > 0) step.from = {place - 1};
  step.text = "{";
  for (const dom::key_value_pair field : object) {
    dom::array from;
    if (field.key == "from") {
      if (field.value.get_array().get(from)) return {};
      step.from.clear();
      for (const dom::element each : from) {
        std::uint64_t other;
        if (each.get_uint64().get(other) || other >= place) return {};
        step.from.push_back(other);
      }
      continue;
    }
    if (step.text.size() > 1) step.text += ',';
    step.text += '"';
    step.text += field.key;
    step.text += "\":";
    step.text += simdjson::minify(field.value);
  }
  step.text += '}';
  return step;
}

/// Empty if `json` is no history.
std::vector<ParsedStep> parse(std::string_view json) {
  thread_local dom::parser parser;
  dom::array array;
  std::vector<ParsedStep> steps;
  if (parser.parse(json.data(), json.size()).get_array().get(array)) return {};
  for (const dom::element each : array) {
    std::optional<ParsedStep> step = parse_step(each, steps.size());
    if (!step) return {};
    steps.push_back(std::move(*step));
  }
  return steps;
}

std::string joined(const std::vector<std::size_t>& places) {
  return fmt::format("{}", fmt::join(places, ","));
}

}  // namespace

std::size_t History::place_of(Step step) {
  std::sort(step.from.begin(), step.from.end());
  step.from.erase(std::unique(step.from.begin(), step.from.end()), step.from.end());
  const auto [at, is_new] = places_.try_emplace(joined(step.from) + " " + step.text, steps_.size());
  if (is_new) steps_.push_back(std::move(step));
  return at->second;
}

bool History::read(std::string_view json) {
  const std::vector<ParsedStep> parsed = parse(json);
  if (parsed.empty()) return false;
  if (full_) return true;
  std::vector<std::size_t> places;
  if (steps_.size() + parsed.size() > kMaxSteps) {
    full_ = true;
    places = {place_of(
        {fmt::format("{{\"command\":\"(histories of over {} steps are cut)\"}}", kMaxSteps), {}})};
  }
  std::vector<bool> continued(parsed.size());
  for (std::size_t i = 0; i < parsed.size() && !full_; ++i) {
    Step step{parsed[i].text, {}};
    for (const std::size_t from : parsed[i].from) {
      step.from.push_back(places[from]);
      continued[from] = true;
    }
    places.push_back(place_of(std::move(step)));
  }
  for (std::size_t i = 0; i < places.size(); ++i) {
    if (!continued[i] && std::find(heads_.begin(), heads_.end(), places[i]) == heads_.end())
      heads_.push_back(places[i]);
  }
  return true;
}

/// True if all that leads to `step` is the end of what leads to `to`. A history that was made to
/// be hard to compare counts as different.
bool History::adds_nothing(std::size_t step, std::size_t to, Compared& compared) const {
  constexpr std::size_t kMostCompared = 100'000;
  if (step == to) return true;
  if (steps_[step].text != steps_[to].text || compared.size() > kMostCompared) return false;
  const auto [known, is_new] = compared.try_emplace(step * kMaxSteps * 2 + to, false);
  if (!is_new) return known->second;
  const std::vector<std::size_t>& others = steps_[to].from;
  const bool result =
      std::all_of(steps_[step].from.begin(), steps_[step].from.end(), [&](std::size_t from) {
        return std::any_of(others.begin(), others.end(),
                           [&](std::size_t other) { return adds_nothing(from, other, compared); });
      });
  compared[step * kMaxSteps * 2 + to] = result;
  return result;
}

/// The heads from the `first` on that add something to all the others.
std::vector<std::size_t> History::telling_heads(std::size_t first) const {
  std::vector<std::size_t> telling;
  Compared compared;
  for (std::size_t i = first; i < heads_.size(); ++i) {
    const bool nothing = std::any_of(heads_.begin(), heads_.end(), [&](std::size_t other) {
      return other != heads_[i] && adds_nothing(heads_[i], other, compared);
    });
    if (!nothing) telling.push_back(heads_[i]);
  }
  return telling;
}

/// The steps that lead to `heads`, and behind them `own`, if it is not empty.
std::string History::written(const std::vector<std::size_t>& heads, const std::string& own) const {
  std::vector<bool> wanted(steps_.size());
  for (const std::size_t head : heads) wanted[head] = true;
  for (std::size_t i = steps_.size(); i-- > 0;) {
    if (!wanted[i]) continue;
    for (const std::size_t from : steps_[i].from) wanted[from] = true;
  }
  std::string text = "[";
  std::vector<std::size_t> places(steps_.size());
  std::size_t count = 0;
  const auto append = [&](std::string step, const std::vector<std::size_t>& from) {
    std::vector<std::size_t> shown;
    for (const std::size_t each : from) shown.push_back(places[each]);
    const bool plain = count == 0 ? shown.empty() : shown == std::vector{count - 1};
    if (!plain) {
      step.pop_back();
      step += ",\"from\":[" + joined(shown) + "]}";
    }
    if (count++ > 0) text += ',';
    text += step;
  };
  for (std::size_t i = 0; i < steps_.size(); ++i) {
    if (!wanted[i]) continue;
    places[i] = count;
    append(steps_[i].text, steps_[i].from);
  }
  if (!own.empty()) append(own, heads);
  text += ']';
  return text;
}

std::string History::take() {
  if (!pending()) return {};
  const std::vector<std::size_t> heads = telling_heads(given_);
  const bool first = !begun_;
  begun_ = true;
  given_ = heads_.size();
  if (provenance().command.empty() || (heads.empty() && !first)) return {};
  return written(heads, provenance().json());
}

std::string History::json() const {
  const std::string own = provenance().json();
  return own.empty() ? "[]" : written(telling_heads(0), own);
}

std::string History::known() const { return written(telling_heads(0), {}); }

History& stream_history() {
  static History history;
  return history;
}

bool is_history(std::string_view json) { return !parse(json).empty(); }

std::string_view without_history(std::string_view record, std::string& history,
                                 std::string& buffer) {
  constexpr std::string_view kKey = "\"history\"";
  history.clear();
  if (::memmem(record.data(), record.size(), kKey.data(), kKey.size()) == nullptr) return record;
  namespace od = simdjson::ondemand;
  thread_local od::parser parser;
  const simdjson::padded_string padded(record);
  od::document document;
  od::object object;
  if (parser.iterate(padded).get(document) || document.get_object().get(object)) return record;
  for (auto item : object) {
    od::field field;
    if (std::move(item).get(field)) return record;
    const char* const key = field.key().raw();
    od::value value = field.value();
    if (std::string_view(key, std::min<std::size_t>(8, padded.size())) != "history\"") continue;
    std::string_view raw;
    if (simdjson::to_json_string(value).get(raw)) return record;
    while (!raw.empty() && static_cast<unsigned char>(raw.back()) <= ' ') raw.remove_suffix(1);
    if (!is_history(raw)) continue;
    auto begin = static_cast<std::size_t>(key - 1 - padded.data());
    auto end = static_cast<std::size_t>(raw.data() + raw.size() - padded.data());
    const std::size_t before = record.find_last_not_of(" \t", begin - 1);
    const std::size_t behind = record.find_first_not_of(" \t", end);
    if (record[before] == ',') {
      begin = before;
    } else if (behind != std::string_view::npos && record[behind] == ',') {
      end = behind + 1;
    }
    history = raw;
    buffer.assign(record.substr(0, begin));
    buffer += record.substr(end);
    return buffer;
  }
  return record;
}

}  // namespace signpost
