#include <array>
#include <charconv>
#include <nlohmann/json.hpp>
#include <set>

#include "base/digest.h"
#include "base/error.h"
#include "base/zip_writer.h"
#include "model/contract.h"
#include "model/package.h"
#include "model/package_checks.h"

namespace signpost {
namespace {

using Json = nlohmann::ordered_json;

bool plain_name(const std::string& text) {
  constexpr std::string_view kAllowed =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._+-";
  return !text.empty() && text.size() <= 100 &&
         text.find_first_not_of(kAllowed) == std::string::npos;
}

/// The double whose shortest decimal is that of `value`: 0.1f is written 0.1.
double as_written(float value) {
  std::array<char, 32> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
  double result = 0;
  std::from_chars(digits.data(), end, result);
  return result;
}

std::string dumped(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string golden_name(std::size_t index, const char* suffix) {
  return "golden/" + std::to_string(index) + suffix;
}

Json object_of(const std::string& text, const char* what) {
  Json object = Json::parse(text, nullptr, false);
  if (!object.is_object()) {
    throw Error(Blame::usage,
                "cannot write the package: its " + std::string(what) + " must be a JSON object");
  }
  return object;
}

Json abstain_json(const Abstain& abstain) {
  Json thresholds = Json::array();
  for (const float value : abstain.thresholds) thresholds.push_back(as_written(value));
  return {{"accuracy", abstain.accuracy},
          {"coverage", abstain.coverage},
          {"thresholds", std::move(thresholds)}};
}

using Members = std::vector<std::pair<std::string, ByteView>>;

std::string manifest(const PackageContents& contents, const Members& members) {
  Json golden = Json::array();
  for (const GoldenVector& vector : contents.golden) {
    Json probabilities = Json::array();
    for (const float value : vector.probabilities) probabilities.push_back(as_written(value));
    golden.push_back({{"image", golden_name(golden.size(), ".ppm")},
                      {"roi", {vector.roi.x1, vector.roi.y1, vector.roi.x2, vector.roi.y2}},
                      {"tensor", golden_name(golden.size(), ".tensor")},
                      {"probabilities", std::move(probabilities)}});
  }
  Json gates = Json::array();
  for (const Gate& gate : contents.gates) {
    gates.push_back({{"name", gate.name},
                     {"limit", gate.limit},
                     {"measured", gate.measured},
                     {"passed", gate.passed}});
  }
  Json digests = Json::object();
  for (const auto& [name, bytes] : members) digests[name] = sha256_hex(bytes);
  Json json = {{"format", kPackageFormat},
               {"name", contents.name},
               {"version", contents.version},
               {"signpost", contents.made_by},
               {"licence", contents.licence},
               {"preprocessing", Json::parse(encode_contract(contents.preprocessing))},
               {"model",
                {{"name", contents.network},
                 {"parameters", contents.parameters},
                 {"precision", contents.precision}}},
               {"provenance", object_of(contents.provenance, "provenance")},
               {"metrics", object_of(contents.metrics, "metrics")}};
  if (!contents.abstain.thresholds.empty()) json["abstain"] = abstain_json(contents.abstain);
  json["gates"] = std::move(gates);
  json["golden"] = std::move(golden);
  json["sha256"] = std::move(digests);
  return dumped(json);
}

/// What is wrong with precision, thresholds, gates and pictures, or nothing.
std::string card_contradiction(const PackageContents& contents) {
  if (contents.precision != "float32" && contents.precision != "float16" &&
      contents.precision != "int8")
    return "its precision \"" + contents.precision + "\" is not float32, float16 or int8";
  const Abstain& abstain = contents.abstain;
  if (!abstain.thresholds.empty() && abstain.thresholds.size() != contents.labels.size()) {
    return "it has " + std::to_string(abstain.thresholds.size()) + " thresholds for " +
           std::to_string(contents.labels.size()) + " labels";
  }
  for (const float value : abstain.thresholds) {
    if (!(value >= 0 && value <= kNeverAccepted)) return "a threshold is outside 0 to 2";
  }
  const auto share = [](double value) { return value >= 0 && value <= 1; };
  if (!share(abstain.accuracy) || !share(abstain.coverage))
    return "the accuracy or coverage of its thresholds is outside 0 to 1";
  for (const Gate& gate : contents.gates) {
    if (!gate.passed)
      return "its gate " + gate.name + " was not passed, and such a package is not written";
  }
  std::set<std::string> names;
  for (const CardPicture& picture : contents.pictures) {
    const std::string_view name = picture.name;
    if (!name.starts_with("card/") || !name.ends_with(".png") ||
        !plain_name(std::string(name.substr(5))))
      return "its picture \"" + picture.name + "\" is not named card/NAME.png";
    if (!names.insert(picture.name).second) return "its picture " + picture.name + " stands twice";
  }
  return {};
}

}  // namespace

std::string contradiction(const PackageContents& contents) {
  if (!plain_name(contents.name))
    return "its name \"" + contents.name + "\" is not of letters, digits and ._+-";
  if (!plain_name(contents.version))
    return "its version \"" + contents.version + "\" is not of letters, digits and ._+-";
  if (contents.onnx.empty()) return "model.onnx is empty";
  if (contents.labels.empty()) return "it has no labels";
  std::set<int> ids;
  for (const Label& label : contents.labels) {
    if (label.id < 0) return "the label " + std::to_string(label.id) + " is negative";
    if (!ids.insert(label.id).second)
      return "the label " + std::to_string(label.id) + " stands twice in its labels";
  }
  if (contents.golden.empty())
    return "it has no golden vectors, so nothing can prove that it runs right";
  const std::size_t side = static_cast<std::size_t>(contents.preprocessing.size);
  const std::string odd = card_contradiction(contents);
  if (!odd.empty()) return odd;
  for (std::size_t i = 0; i < contents.golden.size(); ++i) {
    const GoldenVector& golden = contents.golden[i];
    const std::string name = "golden vector " + std::to_string(i);
    if (golden.tensor.size() != side * side * 3) {
      return name + " has a tensor of " + std::to_string(golden.tensor.size()) + " bytes, not " +
             std::to_string(side * side * 3);
    }
    if (golden.probabilities.size() != contents.labels.size()) {
      return name + " has " + std::to_string(golden.probabilities.size()) + " probabilities for " +
             std::to_string(contents.labels.size()) + " labels";
    }
    for (const float value : golden.probabilities) {
      if (!(value >= 0 && value <= 1 + kGoldenTolerance))
        return name + " has a probability outside 0 to 1";
    }
    const Box& roi = golden.roi;
    if (roi.x1 < 0 || roi.y1 < 0 || roi.x1 >= roi.x2 || roi.y1 >= roi.y2)
      return name + " has an empty or negative roi";
  }
  return {};
}

std::string encode_labels(const std::vector<Label>& labels) {
  Json list = Json::array();
  for (const Label& label : labels)
    list.push_back({{"id", label.id}, {"name", label.name}, {"name_de", label.name_de}});
  return dumped(list);
}

void write_package(const std::filesystem::path& path, const PackageContents& contents, bool force) {
  refuse_existing(path, force);
  const std::string wrong = contradiction(contents);
  if (!wrong.empty()) throw Error(Blame::usage, "cannot write the package: " + wrong);
  const std::string labels = encode_labels(contents.labels);
  Members members{{"labels.json", as_bytes(labels)},
                  {"MODEL_CARD.md", as_bytes(contents.model_card)}};
  for (const CardPicture& picture : contents.pictures)
    members.emplace_back(picture.name, picture.bytes);
  for (std::size_t i = 0; i < contents.golden.size(); ++i) {
    members.emplace_back(golden_name(i, ".ppm"), contents.golden[i].image);
    members.emplace_back(golden_name(i, ".tensor"), contents.golden[i].tensor);
  }
  members.emplace_back("model.onnx", contents.onnx);
  const std::string package_json = manifest(contents, members);
  OutputFile file(path, force);
  ZipWriter zip(file);
  zip.add("package.json", package_json);
  for (const auto& [name, bytes] : members) zip.add(name, bytes);
  zip.finish();
  file.commit();
}

}  // namespace signpost
