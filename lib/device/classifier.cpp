#include "device/classifier.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "base/error.h"
#include "base/printable.h"
#include "model/contract.h"
#include "pixels/pnm.h"

namespace signpost {
namespace {

/// pixels/preprocess.h: no box may be longer.
constexpr int kMaxSide = 1 << 13;

std::string model_name(const Package& package) { return package.path() + "!model.onnx"; }

/// Messages of the engine name nodes and weights as the file does.
Engine make_engine(const Package& package) {
  try {
    return {package.contents().onnx, model_name(package)};
  } catch (const Error& error) {
    throw Error(error.blame(), printable(error.what()));
  }
}

}  // namespace

Classifier::Classifier(const std::shared_ptr<const Package>& package)
    : Classifier(package, make_engine(*package)) {
  check_contract();
  for (std::size_t i = 0; i < package_->contents().golden.size(); ++i) check_golden(i);
}

Classifier::Classifier(std::shared_ptr<const Package> package, Engine engine)
    : package_(std::move(package)), engine_(std::move(engine)) {
  const auto side = static_cast<std::size_t>(package_->contents().preprocessing.size);
  tensor_.resize(side * side * 3);
}

Classifier Classifier::open(const std::filesystem::path& path) {
  return Classifier(Package::open(path));
}

Classifier Classifier::twin() const { return {package_, engine_.twin()}; }

void Classifier::check_contract() const {
  const PackageContents& contents = package_->contents();
  const std::string where = model_name(*package_);
  const auto fail = [&](const std::string& what) {
    return Error(Blame::input, where + ": " + what);
  };
  const std::string json = engine_.metadata(kContractKey);
  if (json.empty()) {
    throw fail(fmt::format("carries no preprocessing contract (metadata key {})", kContractKey));
  }
  if (decode_contract(json, where) != contents.preprocessing) {
    throw fail("carries another preprocessing contract than package.json; build the package again");
  }
  if (engine_.input_size() != static_cast<std::size_t>(contents.preprocessing.size)) {
    throw fail(fmt::format("takes {0}x{0} pixels, but its contract says {1}x{1}",
                           engine_.input_size(), contents.preprocessing.size));
  }
  if (engine_.output_size() != contents.labels.size()) {
    throw fail(fmt::format("gives {} probabilities for {} labels", engine_.output_size(),
                           contents.labels.size()));
  }
}

void Classifier::check_golden(std::size_t index) {
  const GoldenVector& golden = package_->contents().golden[index];
  const auto fail = [&](const std::string& what) {
    return Error(Blame::input,
                 fmt::format("{}: golden vector {}: {}", package_->path(), index, what));
  };
  Image image;
  std::string wrong;
  if (!decode_pnm(golden.image, image, wrong)) throw fail("its image " + wrong);
  wrong = refusal(image, golden.roi);
  if (!wrong.empty()) throw fail("its roi " + wrong);
  preprocess(image, golden.roi, package_->contents().preprocessing, tensor_);
  const auto differs = std::mismatch(tensor_.begin(), tensor_.end(), golden.tensor.begin()).first;
  if (differs != tensor_.end()) {
    const auto at = static_cast<std::size_t>(differs - tensor_.begin());
    throw fail(
        fmt::format("preprocessing gives {} at byte {} of the tensor, not {}; the package is "
                    "damaged or was made "
                    "by another implementation: build it again",
                    tensor_[at], at, golden.tensor[at]));
  }
  std::vector<float> probabilities(golden.probabilities.size());
  engine_.run(tensor_, probabilities);
  for (std::size_t i = 0; i < probabilities.size(); ++i) {
    if (!(std::abs(probabilities[i] - golden.probabilities[i]) <= kGoldenTolerance)) {
      throw fail(
          fmt::format("the network gives {:.6f} for label {}, not {:.6f}; it does not run right on "
                      "this machine "
                      "or the package is wrong: build it again",
                      probabilities[i], labels()[i].id, golden.probabilities[i]));
    }
  }
}

std::string Classifier::refusal(int width, int height, const Box& roi) const {
  if (roi.x1 < 0 || roi.y1 < 0 || roi.x1 >= roi.x2 || roi.y1 >= roi.y2 || roi.x2 > width ||
      roi.y2 > height) {
    return fmt::format("{},{},{},{} is not a box inside the image of {}x{} pixels", roi.x1, roi.y1,
                       roi.x2, roi.y2, width, height);
  }
  const Box box = crop_box(roi, package_->contents().preprocessing.margin_permille, width, height);
  if (std::max(box.width(), box.height()) > kMaxSide) {
    return fmt::format("covers {}x{} pixels; at most {} a side are classified", box.width(),
                       box.height(), kMaxSide);
  }
  return {};
}

std::vector<float> Classifier::classify(const Image& image, const Box& roi) {
  const std::string wrong = refusal(image, roi);
  if (!wrong.empty()) throw Error(Blame::input, "the region " + wrong);
  preprocess(image, roi, package_->contents().preprocessing, tensor_);
  std::vector<float> probabilities(labels().size());
  engine_.run(tensor_, probabilities);
  return probabilities;
}

void Classifier::classify_tensors(std::span<const std::uint8_t> tensors,
                                  std::span<float> probabilities) {
  const std::size_t count = tensors.size() / tensor_.size(), classes = labels().size();
  if (tensors.size() != count * tensor_.size() || probabilities.size() != count * classes)
    throw std::invalid_argument("Classifier::classify_tensors: spans of the wrong size");
  for (std::size_t i = 0; i < count; ++i) {
    engine_.run(tensors.subspan(i * tensor_.size(), tensor_.size()),
                probabilities.subspan(i * classes, classes));
  }
}

}  // namespace signpost
