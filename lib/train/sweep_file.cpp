#include "train/sweep_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <set>

#include "base/error.h"
#include "base/spelling.h"
#include "train/flag_toml.h"

namespace signpost {
namespace {

constexpr std::array<std::string_view, 4> kTopKeys = {"seeds", "base", "grid", "run"};

/// The entries of a table in the order in which the file has them.
std::vector<std::pair<std::string, const toml::node*>> in_order(const toml::table& table) {
  std::vector<std::pair<toml::source_position, std::pair<std::string, const toml::node*>>> found;
  for (const auto& [key, node] : table)
    found.emplace_back(key.source().begin, std::pair(std::string(key.str()), &node));
  std::ranges::sort(found, [](const auto& a, const auto& b) {
    return std::pair(a.first.line, a.first.column) < std::pair(b.first.line, b.first.column);
  });
  std::vector<std::pair<std::string, const toml::node*>> entries;
  for (auto& [place, entry] : found) entries.push_back(std::move(entry));
  return entries;
}

class SweepReader {
 public:
  SweepReader(const std::string& text, const std::string& name, const std::vector<TrainFlag>& known,
              const std::vector<FlagValue>& given)
      : name_(name), known_(known), given_(given), file_(parse_toml(text, name)) {}

  SweepPlan read() {
    refuse_unknown_keys();
    read_seeds();
    read_base();
    const toml::node* grid = file_.get("grid");
    const toml::node* runs = file_.get("run");
    if (!grid == !runs) {
      throw Error(Blame::usage,
                  name_ + ": needs either [grid], whose lists are combined, or [[run]]s");
    }
    if (grid) {
      read_grid(table_of(*grid, "grid"));
    } else {
      read_runs(*runs);
    }
    const std::size_t count =
        plan_.configurations.size() * std::max<std::size_t>(1, plan_.seeds.size());
    if (count > kMaxSweepRuns) {
      throw Error(Blame::usage,
                  fmt::format("{}: is {} runs; at most {} are taken", name_, count, kMaxSweepRuns));
    }
    return std::move(plan_);
  }

 private:
  const toml::table& table_of(const toml::node& node, const std::string& what) const {
    if (!node.is_table()) fail_at(node, name_, what + " must be a table of flags");
    return *node.as_table();
  }

  void refuse_unknown_keys() const {
    for (const auto& [key, node] : file_) {
      if (std::ranges::find(kTopKeys, key.str()) != kTopKeys.end()) continue;
      const std::string near(nearest_name(key.str(), kTopKeys));
      fail_at(node, name_,
              fmt::format("{} is not known here; {}", key.str(),
                          near.empty() ? "flags for all runs belong into [base]"
                                       : "did you mean " + near + "?"));
    }
  }

  void read_seeds() {
    const toml::node* node = file_.get("seeds");
    if (!node) return;
    const toml::array* list = node->as_array();
    if (!list || list->empty()) fail_at(*node, name_, "seeds must be a list such as [1, 2, 3]");
    for (const toml::node& each : *list) {
      const std::optional<std::int64_t> seed = each.value_exact<std::int64_t>();
      if (!seed || *seed < 0) fail_at(each, name_, "a seed is a whole number from 0");
      const auto value = static_cast<std::uint64_t>(*seed);
      if (std::ranges::find(plan_.seeds, value) != plan_.seeds.end())
        fail_at(each, name_, fmt::format("seed {} is there twice", value));
      plan_.seeds.push_back(value);
    }
    if (std::ranges::find(given_, "seed", &FlagValue::name) != given_.end())
      fail_at(*node, name_, "seeds stand here, and --seed on the command line; leave one out");
  }

  void read_base() {
    if (const toml::node* node = file_.get("base")) {
      const toml::table& table = table_of(*node, "base");
      base_ = flag_table(table, known_, name_);
      if (const toml::node* seed = table.get("seed")) refuse_second_seed(*seed);
    }
    for (const FlagValue& flag : given_) put_flag(base_, flag);
  }

  void refuse_second_seed(const toml::node& seed) const {
    if (!plan_.seeds.empty()) fail_at(seed, name_, "seed stands beside seeds; leave one out");
  }

  void refuse_given(const std::string& key, const toml::node& node) const {
    if (std::ranges::find(given_, key, &FlagValue::name) != given_.end()) {
      fail_at(node, name_,
              fmt::format("{0} differs between runs here, and --{0} is given for all of them on "
                          "the command line; leave one out",
                          key));
    }
    if (key == "seed") refuse_second_seed(node);
  }

  void read_grid(const toml::table& grid) {
    struct Axis {
      std::string key;
      std::vector<std::optional<FlagValue>> choices;
    };
    std::vector<Axis> axes;
    for (const auto& [key, node] : in_order(grid)) {
      refuse_given(key, *node);
      const toml::array* list = node->as_array();
      if (!list || list->empty())
        fail_at(*node, name_, key + " must be a list of what to try: [3, 6]");
      Axis axis{key, {}};
      for (const toml::node& each : *list)
        axis.choices.push_back(flag_value(key, each, known_, name_));
      axes.push_back(std::move(axis));
    }
    if (axes.empty()) fail_at(grid, name_, "the grid is empty");
    std::size_t combinations = 1;
    for (const Axis& axis : axes) {
      combinations *= axis.choices.size();
      if (combinations > kMaxSweepRuns)
        fail_at(grid, name_, fmt::format("the grid is more than {} runs", kMaxSweepRuns));
    }
    for (std::size_t i = 0; i < combinations; ++i) {
      SweepConfiguration configuration{"", {}, base_};
      std::size_t rest = i, above = combinations;
      for (const Axis& axis : axes) {
        above /= axis.choices.size();
        const std::optional<FlagValue>& choice = axis.choices[rest / above];
        rest %= above;
        add_to_name(configuration.name, axis.key, choice);
        std::erase_if(configuration.flags,
                      [&](const FlagValue& flag) { return flag.name == axis.key; });
        if (!choice) continue;
        configuration.varied.push_back(*choice);
        configuration.flags.push_back(*choice);
      }
      add(std::move(configuration), grid);
    }
  }

  void read_runs(const toml::node& node) {
    const toml::array* runs = node.as_array();
    if (!runs || runs->empty()) fail_at(node, name_, "runs are written [[run]]");
    for (const toml::node& each : *runs) {
      const toml::table& table = table_of(each, "run");
      SweepConfiguration configuration{"", {}, base_};
      for (const auto& [flag, value] : in_order(table)) {
        if (flag == "name") continue;
        refuse_given(flag, *value);
        std::optional<FlagValue> setting = flag_value(flag, *value, known_, name_);
        add_to_name(configuration.name, flag, setting);
        std::erase_if(configuration.flags,
                      [&name = flag](const FlagValue& f) { return f.name == name; });
        if (!setting) continue;
        configuration.varied.push_back(*setting);
        configuration.flags.push_back(std::move(*setting));
      }
      if (const toml::node* given = table.get("name")) {
        configuration.name = given->value_exact<std::string>().value_or("");
        if (!is_plain_name(configuration.name)) {
          fail_at(*given, name_,
                  "a name is made of letters, digits and . _ = , + -, and begins with a letter or "
                  "digit");
        }
      } else if (configuration.name.empty()) {
        configuration.name = "base";
      }
      add(std::move(configuration), each);
    }
  }

  static void add_to_name(std::string& name, const std::string& key,
                          const std::optional<FlagValue>& setting) {
    std::string value;
    if (!setting) {
      value = "no";
    } else if (setting->values.empty()) {
      value = "yes";
    } else {
      for (const std::string& each : setting->values) {
        // Of a path only its last part.
        const std::string part = std::filesystem::path(each).filename().string();
        value += (value.empty() ? "" : "+") + (part.empty() ? each : part);
      }
    }
    for (char& c : value) {
      if (!is_plain_name(std::string("x") + c)) c = '_';
    }
    if (!name.empty()) name += ',';
    name += key + "=" + value;
  }

  void add(SweepConfiguration configuration, const toml::node& place) {
    if (!is_plain_name(configuration.name))
      fail_at(place, name_, "the run's own name would be too long; give it a name");
    if (!names_.insert(configuration.name).second) {
      fail_at(place, name_,
              fmt::format("two runs are called {}; give [[run]]s a name", configuration.name));
    }
    plan_.configurations.push_back(std::move(configuration));
  }

  std::string name_;
  const std::vector<TrainFlag>& known_;
  const std::vector<FlagValue>& given_;
  toml::table file_;
  std::vector<FlagValue> base_;
  std::set<std::string> names_;
  SweepPlan plan_;
};

}  // namespace

SweepPlan parse_sweep(const std::string& text, const std::string& name,
                      const std::vector<TrainFlag>& known, const std::vector<FlagValue>& given) {
  return SweepReader(text, name, known, given).read();
}

}  // namespace signpost
