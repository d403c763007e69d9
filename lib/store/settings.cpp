#include "store/settings.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>

#include "base/error.h"
#include "base/file.h"
#include "store/captures.h"

namespace signpost {
namespace {

constexpr int kMostLabels = 9;

bool is_path(const std::string& classes) {
  return classes.find('/') != std::string::npos || classes.ends_with(".toml");
}

void put(Database& database, const char* name, const std::string& value) {
  Statement(database,
            "INSERT INTO settings VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = "
            "excluded.value WHERE value <> excluded.value")
      .bind(name, value)
      .run();
}

template <typename Number>
void take(const std::string& text, Number& number) {
  std::from_chars(text.data(), text.data() + text.size(), number);
}

/// The digests under this are the captures of which `labels` people are asked.
std::string digest_limit(double share) {
  constexpr double kAll = 4294967296.0;
  const double limit = std::round(share * kAll);
  return limit >= kAll ? "g" : fmt::format("{:08x}", static_cast<std::uint32_t>(limit));
}

void refuse_lost_classes(Database& database, const Catalogue& catalogue,
                         const std::string& classes) {
  Statement used(database,
                 "SELECT DISTINCT label FROM annotations WHERE label IS NOT NULL ORDER BY label");
  while (used.step()) {
    const int label = static_cast<int>(used.integer(0));
    if (!catalogue.find(label)) {
      throw Error(Blame::input,
                  fmt::format("{}: class {} is not in the catalogue {}, and captures are labelled "
                              "so; give one that has it",
                              database.name(), label, classes));
    }
  }
}

}  // namespace

int parse_place_policy(std::string_view text) {
  if (text == "none") return StoreSettings::kNoPlace;
  for (int decimals = 0; decimals <= StoreSettings::kMostDecimals; ++decimals) {
    if (text == place_policy_name(decimals)) return decimals;
  }
  throw Error(Blame::usage, fmt::format("the place policy \"{}\" is none of none, 1, 0.1, 0.01, … "
                                        "0.000001 (degrees)",
                                        text));
}

std::string place_policy_name(int decimals) {
  if (decimals < 0) return "none";
  return fmt::format("{:.{}f}", std::pow(10, -decimals), decimals);
}

void CaptureStore::refresh_settings() {
  StoreSettings settings;
  std::string classes_text;
  std::vector<std::string> text;
  Statement rows(database_, "SELECT name, value FROM settings");
  while (rows.step()) {
    text.push_back(rows.text(0));
    text.push_back(rows.text(1));
  }
  if (text == settings_text_ && !catalogue_.classes().empty()) return;
  for (std::size_t i = 0; i < text.size(); i += 2) {
    const std::string &name = text[i], &value = text[i + 1];
    if (name == "classes") settings.classes = value;
    if (name == "classes_text") classes_text = value;
    if (name == "place_decimals") take(value, settings.place_decimals);
    if (name == "labels") take(value, settings.labels);
    if (name == "labels_share") take(value, settings.labels_share);
  }
  catalogue_ = classes_text.empty() ? Catalogue::load(settings.classes)
                                    : Catalogue::parse(classes_text, settings.classes);
  settings_ = settings;
  settings_text_ = std::move(text);
}

void CaptureStore::change(const StoreSettings& settings) {
  if (settings.labels < 1 || settings.labels > kMostLabels)
    throw Error(Blame::usage, fmt::format("labels must be 1 to {}", kMostLabels));
  if (!(settings.labels_share >= 0 && settings.labels_share <= 1))
    throw Error(Blame::usage, "the share of captures that several people label must be 0 to 1");
  if (settings.place_decimals < StoreSettings::kNoPlace ||
      settings.place_decimals > StoreSettings::kMostDecimals) {
    throw Error(Blame::usage, fmt::format("a place has at most {} decimals of a degree",
                                          StoreSettings::kMostDecimals));
  }
  const bool other_classes = settings.classes != settings_.classes;
  const Catalogue catalogue = other_classes ? Catalogue::load(settings.classes) : catalogue_;
  Transaction transaction(database_);
  if (other_classes) {
    refuse_lost_classes(database_, catalogue, settings.classes);
    put(database_, "classes", settings.classes);
    put(database_, "classes_text", is_path(settings.classes) ? read_text(settings.classes) : "");
  }
  put(database_, "place_decimals", std::to_string(settings.place_decimals));
  put(database_, "labels", std::to_string(settings.labels));
  put(database_, "labels_share", fmt::format("{}", settings.labels_share));
  put(database_, "labels_below", digest_limit(settings.labels_share));
  // Digits behind those that name a capture, as in the trigger captures_now.
  Statement(database_,
            "UPDATE capture_now SET wanted = w.wanted FROM"
            " (SELECT capture_id, iif(substr(sha256, 17, 8) < ?, ?, 1) AS wanted FROM captures) w"
            " WHERE w.capture_id = capture_now.capture_id AND w.wanted <> capture_now.wanted")
      .bind(digest_limit(settings.labels_share), settings.labels)
      .run();
  transaction.commit();
  refresh_settings();
}

}  // namespace signpost
