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

std::string manifest(const PackageContents& contents) {
  const Json metrics = Json::parse(contents.metrics, nullptr, false);
  if (!metrics.is_object())
    throw Error(Blame::usage, "cannot write the package: its metrics are no JSON object");
  Json golden = Json::array();
  for (const GoldenVector& vector : contents.golden) {
    Json probabilities = Json::array();
    for (const float value : vector.probabilities) probabilities.push_back(as_written(value));
    golden.push_back({{"image", golden_name(golden.size(), ".ppm")},
                      {"roi", {vector.roi.x1, vector.roi.y1, vector.roi.x2, vector.roi.y2}},
                      {"tensor", golden_name(golden.size(), ".tensor")},
                      {"probabilities", std::move(probabilities)}});
  }
  return dumped({{"format", kPackageFormat},
                 {"name", contents.name},
                 {"version", contents.version},
                 {"signpost", contents.made_by},
                 {"preprocessing", Json::parse(encode_contract(contents.preprocessing))},
                 {"model",
                  {{"name", contents.network},
                   {"parameters", contents.parameters},
                   {"sha256", sha256_hex(contents.onnx)}}},
                 {"metrics", metrics},
                 {"golden", std::move(golden)}});
}

std::string labels_json(const std::vector<Label>& labels) {
  Json list = Json::array();
  for (const Label& label : labels)
    list.push_back({{"id", label.id}, {"name", label.name}, {"name_de", label.name_de}});
  return dumped(list);
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

void write_package(const std::filesystem::path& path, const PackageContents& contents, bool force) {
  refuse_existing(path, force);
  const std::string wrong = contradiction(contents);
  if (!wrong.empty()) throw Error(Blame::usage, "cannot write the package: " + wrong);
  OutputFile file(path, force);
  ZipWriter zip(file);
  zip.add("package.json", manifest(contents));
  zip.add("labels.json", labels_json(contents.labels));
  zip.add("MODEL_CARD.md", contents.model_card);
  for (std::size_t i = 0; i < contents.golden.size(); ++i) {
    zip.add(golden_name(i, ".ppm"), contents.golden[i].image);
    zip.add(golden_name(i, ".tensor"), contents.golden[i].tensor);
  }
  zip.add("model.onnx", contents.onnx);
  zip.finish();
  file.commit();
}

}  // namespace signpost
