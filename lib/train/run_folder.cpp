#include "train/run_folder.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/file.h"

namespace signpost {
namespace {

constexpr int kFormat = 1;
constexpr const char* kTensorflowPadding = "tensorflow";

}  // namespace

void write_run(const std::filesystem::path& run, const RunInfo& info) {
  nlohmann::ordered_json json = {{"format", kFormat},
                                 {"model", info.network.name},
                                 {"preprocessing",
                                  {{"size", info.preprocessing.size},
                                   {"margin_permille", info.preprocessing.margin_permille},
                                   {"interpolation", kInterpolation}}},
                                 {"mean", info.mean},
                                 {"deviation", info.deviation},
                                 {"augment", info.augment},
                                 {"augment_digest", info.augment_digest},
                                 {"mirror", info.mirror},
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
  if (info.network.name == "cnn") {
    json["cnn"] = {{"conv_layers", info.network.conv_layers},
                   {"fc1", info.network.fc1},
                   {"fc2", info.network.fc2}};
  }
  if (info.network.name == "signnet") json["width"] = info.network.width;
  if (info.start_px > 0) json["start_px"] = info.start_px;
  if (info.class_balance > 0) json["class_balance"] = info.class_balance;
  if (info.patience > 0) json["patience"] = info.patience;
  if (info.ranks > 1) json["ranks"] = info.ranks;
  if (!info.teachers.empty()) {
    nlohmann::ordered_json teachers = nlohmann::ordered_json::array();
    for (const RunInfo::Teacher& each : info.teachers) {
      teachers.push_back({{"name", each.name}, {"sha256", each.digest}});
    }
    json["distillation"] = {{"weight", info.distill_weight},
                            {"temperature", info.distill_temperature},
                            {"teachers", teachers}};
  }
  if (info.network.pad_as_tensorflow) json["padding"] = kTensorflowPadding;
  if (!info.weights.empty()) {
    json["weights"] = {{"name", info.weights},
                       {"sha256", info.weights_digest},
                       {"frozen_backbone", info.frozen_backbone}};
  }
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
    info.network.name = json.at("model");
    if (json.contains("cnn")) {
      info.network.conv_layers = json["cnn"].at("conv_layers");
      info.network.fc1 = json["cnn"].at("fc1");
      info.network.fc2 = json["cnn"].at("fc2");
    }
    info.network.width = json.value("width", info.network.width);
    info.start_px = json.value("start_px", 0);
    info.class_balance = json.value("class_balance", 0.0);
    info.patience = json.value("patience", 0);
    info.ranks = json.value("ranks", 1);
    if (json.contains("distillation")) {
      const auto& distillation = json["distillation"];
      info.distill_weight = distillation.at("weight");
      info.distill_temperature = distillation.at("temperature");
      for (const auto& each : distillation.at("teachers")) {
        info.teachers.push_back({each.at("name"), each.at("sha256")});
      }
    }
    info.network.pad_as_tensorflow = json.value("padding", "") == kTensorflowPadding;
    if (json.contains("weights")) {
      info.weights = json["weights"].at("name");
      info.weights_digest = json["weights"].at("sha256");
      info.frozen_backbone = json["weights"].at("frozen_backbone");
    }
    info.preprocessing.size = json.at("preprocessing").at("size");
    info.preprocessing.margin_permille = json.at("preprocessing").at("margin_permille");
    if (json.at("preprocessing").at("interpolation") != kInterpolation) {
      throw Error(Blame::input, name + ": was trained with another interpolation; train it again");
    }
    info.mean = json.at("mean");
    info.deviation = json.at("deviation");
    info.augment = json.at("augment");
    info.augment_digest = json.at("augment_digest");
    info.mirror = json.value("mirror", false);
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

Weights read_run_weights(const std::filesystem::path& run) {
  const std::filesystem::path path = run / "weights.safetensors";
  if (!std::filesystem::exists(path)) {
    throw Error(Blame::input, run.string() +
                                  ": the run is not finished; go on with signpost train … -o " +
                                  run.string() + " --resume");
  }
  Bytes bytes;
  read_file(path, bytes);
  return decode_safetensors(bytes, path.string());
}

NetworkSpec RunInfo::spec() const {
  NetworkOptions options = network;
  options.input_px = preprocessing.size;
  options.classes = static_cast<int>(classes.size());
  return make_network(options);
}

std::vector<int> RunInfo::class_ids() const {
  std::vector<int> ids;
  for (const Class& each : classes) ids.push_back(each.id);
  return ids;
}

std::vector<std::string> RunInfo::class_names() const {
  std::vector<std::string> names;
  for (const Class& each : classes) names.push_back(each.name);
  return names;
}

std::string RunInfo::difference(const RunInfo& other) const {
  std::string text;
  const auto compare = [&](const char* what, const auto& mine, const auto& theirs) {
    if (mine == theirs) return;
    text += fmt::format("{}{} ({}, not {})", text.empty() ? "" : ", ", what, mine, theirs);
  };
  compare("model", network.name, other.network.name);
  compare("conv layers", network.conv_layers, other.network.conv_layers);
  compare("fc1", network.fc1, other.network.fc1);
  compare("fc2", network.fc2, other.network.fc2);
  compare("width", network.width, other.network.width);
  compare("padding as TensorFlow's", network.pad_as_tensorflow, other.network.pad_as_tensorflow);
  compare("weights", weights_digest.substr(0, 12), other.weights_digest.substr(0, 12));
  compare("frozen backbone", frozen_backbone, other.frozen_backbone);
  compare("crop size", preprocessing.size, other.preprocessing.size);
  compare("crop margin", preprocessing.margin_permille, other.preprocessing.margin_permille);
  compare("augment", augment, other.augment);
  compare("recipe digest", augment_digest, other.augment_digest);
  compare("mirror", mirror, other.mirror);
  compare("epochs", epochs, other.epochs);
  compare("batch", batch_size, other.batch_size);
  compare("learning rate", learning_rate, other.learning_rate);
  compare("label smoothing", label_smoothing, other.label_smoothing);
  compare("start px", start_px, other.start_px);
  compare("class balance", class_balance, other.class_balance);
  compare("patience", patience, other.patience);
  compare("ranks", ranks, other.ranks);
  const auto taught_by = [](const RunInfo& info) {
    std::string list;
    for (const Teacher& each : info.teachers) list += each.digest.substr(0, 12) + " ";
    return fmt::format("{}at {}, {}", list, info.distill_weight, info.distill_temperature);
  };
  compare("teachers", taught_by(*this), taught_by(other));
  compare("seed", seed, other.seed);
  compare("precision", precision, other.precision);
  compare("data digest", data_digest.substr(0, 12), other.data_digest.substr(0, 12));
  return text;
}

}  // namespace signpost
