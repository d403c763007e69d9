#include "train/run_folder.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/file.h"

namespace signpost {
namespace {

constexpr int kFormat = 1;

}  // namespace

void write_run(const std::filesystem::path& run, const RunInfo& info) {
  nlohmann::ordered_json json = {{"format", kFormat},
                                 {"model", info.model},
                                 {"preprocessing",
                                  {{"size", info.preprocessing.size},
                                   {"margin_permille", info.preprocessing.margin_permille},
                                   {"interpolation", kInterpolation}}},
                                 {"mean", info.mean},
                                 {"deviation", info.deviation},
                                 {"augment", info.augment},
                                 {"augment_digest", info.augment_digest},
                                 {"epochs", info.epochs},
                                 {"batch_size", info.batch_size},
                                 {"learning_rate", info.learning_rate},
                                 {"weight_decay", info.weight_decay},
                                 {"label_smoothing", info.label_smoothing},
                                 {"seed", info.seed},
                                 {"data_sha256", info.data_digest},
                                 {"train_samples", info.train_samples},
                                 {"validation_samples", info.validation_samples},
                                 {"precision", info.precision},
                                 {"history", nlohmann::ordered_json::parse(info.history)}};
  for (const RunInfo::Class& each : info.classes) {
    json["classes"].push_back({{"id", each.id}, {"name", each.name}, {"name_de", each.name_de}});
  }
  OutputFile file(run / "run.json", true);
  file.write(json.dump(1) + "\n");
  file.commit();
}

bool is_run(const std::filesystem::path& path) {
  std::error_code ignored;
  return std::filesystem::is_regular_file(path / "run.json", ignored);
}

RunInfo read_run(const std::filesystem::path& run) {
  if (!is_run(run))
    throw Error(Blame::input, run.string() + ": is not a run folder (it has no run.json)");
  const std::string name = (run / "run.json").string();
  RunInfo info;
  try {
    const auto json = nlohmann::ordered_json::parse(read_text(name));
    if (json.at("format").get<int>() != kFormat) {
      throw Error(Blame::input, name + ": has format " + json.at("format").dump() +
                                    "; this release reads format 1");
    }
    info.model = json.at("model");
    info.preprocessing.size = json.at("preprocessing").at("size");
    info.preprocessing.margin_permille = json.at("preprocessing").at("margin_permille");
    if (json.at("preprocessing").at("interpolation") != kInterpolation) {
      throw Error(Blame::input, name + ": was trained with another interpolation; train it again");
    }
    info.mean = json.at("mean");
    info.deviation = json.at("deviation");
    info.augment = json.at("augment");
    info.augment_digest = json.at("augment_digest");
    info.epochs = json.at("epochs");
    info.batch_size = json.at("batch_size");
    info.learning_rate = json.at("learning_rate");
    info.weight_decay = json.at("weight_decay");
    info.label_smoothing = json.at("label_smoothing");
    info.seed = json.at("seed");
    info.data_digest = json.at("data_sha256");
    info.train_samples = json.at("train_samples");
    info.validation_samples = json.at("validation_samples");
    info.precision = json.at("precision");
    info.history = json.value("history", nlohmann::ordered_json::array()).dump();
    for (const auto& each : json.at("classes")) {
      info.classes.push_back({each.at("id"), each.at("name"), each.at("name_de")});
    }
  } catch (const nlohmann::json::exception& error) {
    throw Error(Blame::input, name + ": is damaged: " + error.what());
  }
  return info;
}

std::string RunInfo::difference(const RunInfo& other) const {
  std::string text;
  const auto compare = [&](const char* what, const auto& mine, const auto& theirs) {
    if (mine == theirs) return;
    text += fmt::format("{}{} ({}, not {})", text.empty() ? "" : ", ", what, mine, theirs);
  };
  compare("model", model, other.model);
  compare("crop size", preprocessing.size, other.preprocessing.size);
  compare("crop margin", preprocessing.margin_permille, other.preprocessing.margin_permille);
  compare("augment", augment, other.augment);
  compare("recipe digest", augment_digest, other.augment_digest);
  compare("epochs", epochs, other.epochs);
  compare("batch", batch_size, other.batch_size);
  compare("learning rate", learning_rate, other.learning_rate);
  compare("seed", seed, other.seed);
  compare("precision", precision, other.precision);
  compare("data digest", data_digest.substr(0, 12), other.data_digest.substr(0, 12));
  return text;
}

}  // namespace signpost
