#include "train/study_plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "base/spelling.h"
#include "sample/catalogue.h"
#include "train/pretrained.h"
#include "train/schedule.h"
#include "train/step_cost.h"

namespace signpost {
namespace {

constexpr double kStart = 2;             // seconds until a run reads
constexpr double kReading = 1.0 / 2000;  // seconds an image
constexpr double kShort = 20 * 60;       // what is suggested
constexpr int kShortEpochs = 2;

double batch_of(const StudyRow& row, double train, int epochs) {
  const std::string given = value_of(row.flags, "batch-size");
  return given.empty() ? default_batch_size(static_cast<std::uint64_t>(train), epochs)
                       : std::stod(given);
}

/// Seconds of one row.
double row_seconds(const StudyRow& row, const StepCost& cost, int epochs, double train,
                   double validation) {
  const double each = train * (cost.training + cost.update / batch_of(row, train, epochs)) +
                      validation * cost.validation;
  return kStart + kReading * (train + validation) + epochs * each + validation * cost.last;
}

/// 0.0437 as 0.04: rounded down to one digit.
double one_digit(double value) {
  const double unit = std::pow(10.0, std::floor(std::log10(value)));
  return std::floor(value / unit + 1e-9) * unit;
}

}  // namespace

std::vector<StudyRow> chosen_rows(const StudyOptions& options) {
  std::vector<std::string_view> names;
  for (const StudyRow& row : options.study.rows) names.emplace_back(row.name);
  for (const std::string& wanted : options.rows) {
    if (std::ranges::find(names, wanted) != names.end()) continue;
    const std::string near(nearest_name(wanted, names));
    throw Error(Blame::usage,
                fmt::format("--rows: {} has no row {}{}", options.study.name, wanted,
                            near.empty() ? fmt::format("; it has {}", fmt::join(names, ", "))
                                         : "; did you mean " + near + "?"));
  }
  const auto asked = [&](const std::string& name) {
    return options.rows.empty() || std::ranges::find(options.rows, name) != options.rows.end();
  };
  const int classes = static_cast<int>(Catalogue::load(options.classes).classes().size());
  std::vector<StudyRow> rows;
  for (const StudyRow& row : options.study.rows) {
    if (!asked(row.name)) continue;
    if (!row.from.empty() && !asked(row.from)) {
      throw Error(Blame::usage,
                  fmt::format("--rows: {} starts from {}; name that row too", row.name, row.from));
    }
    rows.push_back(row);
    rows.back().network.classes = classes;
    if (options.epochs > 0) {
      rows.back().epochs = options.epochs;
      put_flag(rows.back().flags, {"epochs", {std::to_string(options.epochs)}});
    }
  }
  return rows;
}

std::string starting_point(const StudyRow& row, const StudyOptions& options) {
  if (!row.from.empty()) return (options.output / row.from).string();
  for (const std::string& name : row.weights) {
    try {
      find_weights(name, options.weights_folder);
      return name;
    } catch (const Error& error) {
      if (error.blame() != Blame::usage) throw;
    }
  }
  if (row.weights.empty()) return {};
  throw Error(Blame::usage,
              fmt::format("needs the weights {}, {}", fmt::join(row.weights, " or "),
                          options.weights_folder.empty()
                              ? "whose folder --weights-folder names"
                              : "which are not in " + options.weights_folder.string()));
}

double StudyEstimate::seconds() const {
  double sum = 0;
  for (const Row& row : rows) sum += row.seconds;
  return sum;
}

StudyEstimate estimate(const std::vector<StudyRow>& rows, const StudySamples& samples,
                       std::uint64_t learned, const StudyOptions& options) {
  StudyEstimate result;
  const auto train = static_cast<double>(samples.train().samples);
  const auto validation = static_cast<double>(samples.validation().samples);
  double few_epochs = 0;  // the same data with kShortEpochs
  int most_epochs = 0;
  for (const StudyRow& row : rows) {
    const StepCost cost = step_cost(row.network, row.frozen, options.jobs);
    const double learning = train + (row.with_field ? static_cast<double>(learned) : 0);
    const double px = row.network.input_px;
    const int epochs =
        row.epochs > 0 ? row.epochs : default_epochs(static_cast<std::uint64_t>(learning));
    result.rows.push_back({row.name, row_seconds(row, cost, epochs, learning, validation),
                           make_network(row.network).parameter_count(),
                           (learning + validation) * px * px * 3});
    few_epochs += row_seconds(row, cost, std::min(epochs, kShortEpochs), learning, validation);
    most_epochs = std::max(most_epochs, epochs);
  }
  if (result.seconds() > kShort) {
    const double fixed = kStart * static_cast<double>(rows.size());
    const double share = (kShort - fixed) / std::max(1.0, few_epochs - fixed);
    const double fraction = std::max(1e-3, one_digit(options.fraction * std::min(1.0, share)));
    const double seconds = fixed + (few_epochs - fixed) * fraction / options.fraction;
    const std::string thinner =
        fraction < options.fraction ? fmt::format("--fraction {:g} ", fraction) : std::string();
    result.shorter = fmt::format("{}--epochs {} takes {}", thinner,
                                 std::min(most_epochs, kShortEpochs), about(seconds));
  }
  return result;
}

}  // namespace signpost
