#include "proof/model_card.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <numeric>

#include "base/progress.h"
#include "codecs/decode.h"
#include "image/contact_sheet.h"

namespace signpost {
namespace {

constexpr const char* kIntendedUse =
    "To say which of its classes a cropped photograph of one traffic sign shows: in apps that "
    "inform people, and in research. It answers with a class for anything that it is shown, so "
    "what it is shown must be a sign, framed by a box.";

constexpr const char* kOutOfScope =
    "Finding signs in a scene; signs of other countries or classes than those listed; deciding "
    "for a vehicle. It was not measured for any of these.";

constexpr std::size_t kWorstClasses = 10, kConfusions = 10;
constexpr int kPictures = 12, kPicturesInARow = 6, kPicturePx = 96;

std::string percent(double share) { return fmt::format("{:.2f} %", 100 * share); }

std::string interval(const Interval& of) {
  return fmt::format("{} (95 % interval over tracks: {} to {})", percent(of.value), percent(of.low),
                     percent(of.high));
}

/// Text that stands in a cell of a table.
std::string cell(std::string text) {
  for (std::size_t at = 0; (at = text.find_first_of("|\n\r", at)) != std::string::npos; ++at) {
    if (text[at] == '|')
      text.insert(at++, 1, '\\');
    else
      text[at] = ' ';
  }
  return text;
}

std::string row(const std::string& name, const std::string& value) {
  return fmt::format("| {} | {} |\n", name, cell(value));
}

std::string class_name(const Evaluation& evaluation, std::size_t k) {
  return fmt::format("{} {}", evaluation.class_ids()[k], cell(evaluation.names()[k]));
}

std::string details(const PackageContents& contents, const CardFacts& facts) {
  std::string text = "## Model\n\n| | |\n|---|---|\n";
  text += row("network",
              fmt::format("{}, {} parameters", contents.network, grouped(contents.parameters)));
  text += row("weights", contents.precision);
  text += row("input",
              fmt::format("the sign's box, resized to {0} x {0} RGB", contents.preprocessing.size));
  text += row("classes", std::to_string(contents.labels.size()));
  text += row("licence", contents.licence.empty() ? "not stated" : contents.licence);
  text += row("made by", "signpost " + contents.made_by);
  if (facts.device) {
    const DeviceMeasures& device = *facts.device;
    text += row("multiplications an image", grouped(device.multiplications));
    text += row("time of one image", fmt::format("{:.2f} ms (median), {:.2f} ms (95th percentile), "
                                                 "one thread of the machine that packaged it",
                                                 device.latency.p50_ms, device.latency.p95_ms));
    if (device.memory)
      text +=
          row("memory", fmt::format("{:.1f} MiB", static_cast<double>(*device.memory) / (1 << 20)));
  }
  return text + "\n";
}

std::string use(const CardFacts& facts) {
  return fmt::format("## Intended use\n\n{}\n\nNot intended: {}\n\n",
                     facts.intended_use.empty() ? kIntendedUse : facts.intended_use, kOutOfScope);
}

std::string training(const CardFacts& facts) {
  std::string text = "## Training data\n\n| | |\n|---|---|\n";
  for (const auto& [name, value] : facts.training) text += row(name, value);
  return text + "\n";
}

std::string metrics(const CardFacts& facts) {
  const Evaluation& e = *facts.evaluation;
  std::string text = fmt::format(
      "## Accuracy\n\nMeasured by the device's engine on {} validation samples of {} tracks "
      "(physical signs), none of which the network was trained on.\n\n| | |\n|---|---|\n",
      grouped(e.count()), grouped(e.group_count()));
  text += row("accuracy", interval(e.accuracy_by_group()));
  text += row("right class among the first five", percent(e.top5_accuracy()));
  text += row("mean recall over classes", percent(e.macro_recall()));
  text += row("mean F1 over classes", percent(e.macro_f1()));
  std::string calibration = percent(e.calibration_error());
  if (!facts.calibration.empty()) calibration += " (" + facts.calibration + ")";
  text += row("expected calibration error", calibration);
  text += "\n";
  if (facts.trainer_accuracy) {
    const double cost = *facts.trainer_accuracy - e.accuracy();
    text += fmt::format(
        "The trainer, in float32, reaches {} on the same samples: packaging costs "
        "{:.2f} points.\n\n",
        percent(*facts.trainer_accuracy), 100 * cost + 0.0);
  }
  return text;
}

std::string abstaining(const PackageContents& contents, const CardFacts& facts) {
  if (!facts.abstain) return {};
  const AbstainFit& fit = *facts.abstain;
  std::string text = fmt::format(
      "## When not to rely on an answer\n\nEach class has a threshold of confidence, fitted on {} "
      "samples of {} tracks so that {} of the accepted predictions are right; {} of {} classes "
      "have "
      "one of their own, the others share one. Checked on {} samples of {} other tracks:\n\n"
      "| | |\n|---|---|\n",
      grouped(fit.fitted_samples), grouped(fit.fitted_groups), percent(fit.abstain.accuracy),
      fit.own, contents.labels.size(), grouped(fit.checked_samples), grouped(fit.checked_groups));
  text += row("accepted", percent(fit.abstain.coverage));
  text += row("right among them", fit.accepted > 0 ? interval(fit.accuracy) : "none was accepted");
  return text + "\n";
}

std::string parts_table(const char* title, const std::vector<Evaluation::Part>& parts) {
  if (parts.empty()) return {};
  std::string text = fmt::format(
      "| {} | accuracy | 95 % interval | samples | tracks |\n"
      "|---|---|---|---|---|\n",
      title);
  for (const Evaluation::Part& part : parts) {
    const std::string range = part.high ? fmt::format("{} to {}", part.low, part.high - 1)
                                        : fmt::format("{} and more", part.low);
    text += fmt::format("| {} | {} | {} to {} | {} | {} |\n", range, percent(part.accuracy.value),
                        percent(part.accuracy.low), percent(part.accuracy.high),
                        grouped(part.samples), part.groups);
  }
  return text + "\n";
}

std::string robustness(const CardFacts& facts) {
  if (!facts.robustness) return {};
  std::string text =
      "## Robustness\n\n| disturbance | accuracy | difference | 95 % interval |\n"
      "|---|---|---|---|\n";
  for (const Robustness::Result& each : facts.robustness->results()) {
    text +=
        fmt::format("| {} | {} | {:+.2f} | {:+.2f} to {:+.2f} |\n", cell(each.disturbance->name),
                    percent(each.accuracy.value), 100 * each.difference.value,
                    100 * each.difference.low, 100 * each.difference.high);
  }
  return text + "\n";
}

std::string failures(const PackageContents& contents, const Evaluation& e) {
  std::vector<std::size_t> order(e.classes());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::erase_if(order, [&](std::size_t k) { return e.support(k) == 0; });
  std::ranges::stable_sort(order, {}, [&](std::size_t k) { return e.recall(k); });
  std::string text =
      "## Where it fails\n\n| class | recall | precision | samples |\n|---|---|---|---|\n";
  for (std::size_t i = 0; i < std::min(kWorstClasses, order.size()); ++i) {
    const std::size_t k = order[i];
    text += fmt::format("| {} | {} | {} | {} |\n", class_name(e, k), percent(e.recall(k)),
                        percent(e.precision(k)), grouped(e.support(k)));
  }
  if (order.size() > kWorstClasses) {
    text += fmt::format("\nThe {} other classes that were measured: recall at least {}.",
                        order.size() - kWorstClasses, percent(e.recall(order[kWorstClasses])));
  }
  if (order.size() < e.classes()) {
    text += fmt::format("\nNothing is known of {} classes: no validation sample shows them.",
                        e.classes() - order.size());
  }
  struct Confusion {
    std::size_t target, predicted;
    std::uint64_t samples;
  };
  std::vector<Confusion> confusions;
  for (std::size_t t = 0; t < e.classes(); ++t) {
    for (std::size_t p = 0; p < e.classes(); ++p) {
      if (t != p && e.confusion(t, p) > 0) confusions.push_back({t, p, e.confusion(t, p)});
    }
  }
  std::ranges::stable_sort(confusions, std::greater(), &Confusion::samples);
  if (!confusions.empty()) text += "\n\n| shown | taken for | times |\n|---|---|---|\n";
  for (std::size_t i = 0; i < std::min(kConfusions, confusions.size()); ++i) {
    text += fmt::format("| {} | {} | {} |\n", class_name(e, confusions[i].target),
                        class_name(e, confusions[i].predicted), confusions[i].samples);
  }
  for (const CardPicture& picture : contents.pictures) {
    text += fmt::format(
        "\nThe worst samples, as the network saw them: what they show, what it "
        "said, and how sure it was.\n\n![The worst samples]({})\n",
        picture.name);
  }
  return text + "\n";
}

std::string gates(const PackageContents& contents) {
  if (contents.gates.empty()) return {};
  std::string text = "## Gates\n\n| what | measured | limit |\n|---|---|---|\n";
  for (const Gate& gate : contents.gates) {
    const GateKind* kind = find_gate(gate.name);
    const bool needs = gate.name.starts_with("needs_");
    text += fmt::format(
        "| {} | {} | {} |\n", kind ? kind->what : gate.name, gate_number(gate.name, gate.measured),
        needs ? gate.limit >= 1 ? "needed" : "not needed"
              : fmt::format("{} {}", gate.name.starts_with("max_") ? "at most" : "at least",
                            gate_number(gate.name, gate.limit)));
  }
  return text + "\n";
}

std::string provenance(const PackageContents& contents) {
  const auto json = nlohmann::ordered_json::parse(contents.provenance, nullptr, false);
  if (!json.is_object() || json.empty()) return {};
  std::string text = "## Provenance\n\n| | |\n|---|---|\n";
  for (const auto& [name, value] : json.items()) {
    if (value.is_structured()) continue;
    text += row(name, "`" + (value.is_string() ? value.get<std::string>() : value.dump()) + "`");
  }
  return text + "\n";
}

}  // namespace

std::string model_card(const PackageContents& contents, const CardFacts& facts) {
  std::string text = fmt::format(
      "# {} {}\n\nClassifies a cropped photograph of a traffic sign. This card is made by signpost "
      "from measurements.\n\n",
      contents.name, contents.version);
  text += details(contents, facts) + use(facts) + training(facts);
  if (facts.evaluation) {
    const Evaluation& e = *facts.evaluation;
    text += metrics(facts) + abstaining(contents, facts);
    const std::string parts = parts_table("shorter side of the sign, px", e.by_size()) +
                              parts_table("mean brightness, 0 to 255", e.by_brightness());
    if (!parts.empty()) text += "## Factors\n\n" + parts;
    text += robustness(facts) + failures(contents, e);
  }
  text += gates(contents) + provenance(contents);
  return text +
         "## Caveats\n\nTracks are photographs of one sign; validation signs come from the same "
         "collection as the training signs, so signs of another place, camera or weather may do "
         "worse. Confidence is calibrated on such validation signs and on nothing else.\n";
}

std::vector<DrawnPicture> card_pictures(const Evaluation& evaluation) {
  SheetLayout layout;
  layout.columns = kPicturesInARow;
  layout.tile_px = kPicturePx;
  std::vector<SheetRow> rows;
  int shown = 0;
  for (const Evaluation::Failure& each : evaluation.worst()) {
    if (each.picture.rgb.empty()) continue;
    if (shown++ == kPictures) break;
    if (rows.empty() || static_cast<int>(rows.back().tiles.size()) == kPicturesInARow)
      rows.emplace_back();
    Tile tile;
    tile.pictures.push_back(tile_picture(each.picture, layout.tile_px, nullptr));
    tile.title = evaluation.names()[each.target];
    tile.tail =
        fmt::format("{} as {}", percent(each.confidence), evaluation.class_ids()[each.predicted]);
    rows.back().tiles.push_back(std::move(tile));
  }
  if (rows.empty()) return {};
  return {{"card/worst.png", encode_png(draw_sheet(rows, layout))}};
}

}  // namespace signpost
