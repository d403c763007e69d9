#include <fmt/format.h>

#include <algorithm>

#include "base/json_text.h"
#include "base/progress.h"
#include "curate/evaluation.h"

namespace signpost {
namespace {

std::string parts_json(const std::vector<Evaluation::Part>& parts) {
  std::string out;
  for (const Evaluation::Part& part : parts) {
    const std::string to = part.high == 0 ? "null" : std::to_string(part.high);
    out += fmt::format(
        "{}{{\"from\":{},\"to\":{},\"samples\":{},\"groups\":{},"
        "\"accuracy\":{:.6f},\"accuracy_95\":[{:.6f},{:.6f}]}}",
        out.empty() ? "" : ",", part.low, to, part.samples, part.groups, part.accuracy.value,
        part.accuracy.low, part.accuracy.high);
  }
  return "[" + out + "]";
}

std::string parts_text(const char* title, const char* unit,
                       const std::vector<Evaluation::Part>& parts) {
  if (parts.empty()) return {};
  std::string out =
      fmt::format("\n{:<24} accuracy   95 % interval        samples  groups\n", title);
  for (const Evaluation::Part& part : parts) {
    std::string range = fmt::format("{} to {}", part.low, part.high - 1);
    if (part.high == 0) range = fmt::format("{} and more", part.low);
    out += fmt::format("{:<24} {:6.2f} %   {:6.2f} to {:6.2f} %   {:>7}  {:>6}\n",
                       range + " " + unit, 100 * part.accuracy.value, 100 * part.accuracy.low,
                       100 * part.accuracy.high, grouped(part.samples), grouped(part.groups));
  }
  return out;
}

}  // namespace

std::string reliability_json(const std::vector<Evaluation::Reliability>& bins) {
  std::string out;
  for (const Evaluation::Reliability& bin : bins) {
    out += fmt::format(
        "{}{{\"from\":{:.6f},\"to\":{:.6f},\"samples\":{},\"confidence\":{:.6f},\"accuracy\":{:.6f}"
        "}}",
        out.empty() ? "" : ",", bin.low, bin.high, bin.samples, bin.confidence, bin.accuracy);
  }
  return "[" + out + "]";
}

std::string Evaluation::json() const {
  const Interval interval = accuracy_by_group();
  std::string out = fmt::format(
      "{{\"samples\":{},\"groups\":{},\"accuracy\":{:.6f},\"accuracy_95\":[{:.6f},{:.6f}],",
      count(), group_count(), interval.value, interval.low, interval.high);
  out += fmt::format(
      "\"top5_accuracy\":{:.6f},\"macro_f1\":{:.6f},\"macro_recall\":{:.6f},\"loss\":{:.6f},",
      top5_accuracy(), macro_f1(), macro_recall(), mean_loss());
  out += fmt::format("\"calibration_error\":{:.6f},\"reliability\":{},", calibration_error(),
                     reliability_json(reliability()));
  out += fmt::format("\"by_size\":{},\"by_brightness\":{},\"classes\":[", parts_json(by_size()),
                     parts_json(by_brightness()));
  for (std::size_t t = 0; t < classes(); ++t) {
    out += fmt::format(
        "{}{{\"label\":{},\"name\":{},\"samples\":{},\"recall\":{:.6f},\"precision\":{:.6f}}}",
        t ? "," : "", class_ids_[t], json_string(names_[t]), support(t), recall(t), precision(t));
  }
  out += "],\"confusion\":[";
  for (std::size_t t = 0; t < classes(); ++t) {
    out += t ? ",[" : "[";
    for (std::size_t p = 0; p < classes(); ++p)
      out += fmt::format("{}{}", p ? "," : "", confusion(t, p));
    out += "]";
  }
  out += "],\"worst\":[";
  for (std::size_t i = 0; i < worst_.size(); ++i) {
    const Failure& each = worst_[i];
    out += fmt::format(
        "{}{{\"id\":{},\"label\":{},\"predicted\":{},\"confidence\":{:.6f},\"loss\":{:.6f}}}",
        i ? "," : "", json_string(each.id), class_ids_[each.target], class_ids_[each.predicted],
        each.confidence, each.loss);
  }
  return out + "]}";
}

std::string Evaluation::text() const {
  const Interval interval = accuracy_by_group();
  std::string out = fmt::format(
      "accuracy      {:6.2f} %   95 % interval over {} groups: {:.2f} to {:.2f} %\n",
      100 * interval.value, grouped(group_count()), 100 * interval.low, 100 * interval.high);
  out += fmt::format("top 5         {:6.2f} %\nmacro recall  {:6.2f} %\nmacro F1      {:6.2f} %\n",
                     100 * top5_accuracy(), 100 * macro_recall(), 100 * macro_f1());
  out += fmt::format("calibration   {:6.2f} %   expected calibration error\nsamples       {}\n",
                     100 * calibration_error(), grouped(count()));
  std::vector<std::size_t> worst;
  for (std::size_t t = 0; t < classes(); ++t) {
    if (support(t) > 0 && recall(t) < 1) worst.push_back(t);
  }
  std::stable_sort(worst.begin(), worst.end(),
                   [&](std::size_t a, std::size_t b) { return recall(a) < recall(b); });
  if (!worst.empty()) out += "\nworst classes            recall  samples  most often called\n";
  for (std::size_t i = 0; i < std::min<std::size_t>(worst.size(), 10); ++i) {
    const std::size_t t = worst[i];
    std::size_t most = t == 0 ? 1 : 0;
    for (std::size_t p = 0; p < classes(); ++p) {
      if (p != t && confusion(t, p) > confusion(t, most)) most = p;
    }
    out += fmt::format("{:>3} {:<20.20} {:6.2f} %  {:>7}  {} {} ({})\n", class_ids_[t], names_[t],
                       100 * recall(t), grouped(support(t)), class_ids_[most], names_[most],
                       confusion(t, most));
  }
  out += parts_text("by size of the sign", "px", by_size());
  out += parts_text("by mean luminance", "of 255", by_brightness());
  for (std::size_t i = 0; i < std::min<std::size_t>(worst_.size(), 10); ++i) {
    const Failure& each = worst_[i];
    if (each.target == each.predicted) break;
    if (i == 0) out += "\nmost confident mistakes\n";
    out += fmt::format("{:6.2f} %  {:>3} called {:<3}  {}\n", 100 * each.confidence,
                       class_ids_[each.target], class_ids_[each.predicted], each.id);
  }
  return out;
}

}  // namespace signpost
