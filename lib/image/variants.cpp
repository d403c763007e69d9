#include "image/variants.h"

#include <fmt/format.h>

#include "base/error.h"
#include "base/json_text.h"
#include "base/progress.h"

namespace signpost {
namespace {

std::string counts_json(const VariantMaker::Tally& tally) {
  return fmt::format(R"("made":{},"relabelled":{},"refused":{})", tally.made, tally.relabelled,
                     tally.refused);
}

}  // namespace

VariantMaker::VariantMaker(const Recipe& recipe, std::uint64_t seed, const Catalogue& catalogue,
                           Labels labels)
    : recipe_(recipe),
      seed_(seed),
      catalogue_(catalogue),
      labels_(labels),
      op_(fmt::format(R"({{"augment":{{"recipe":{},"digest":"{}","seed":{},"copy":)",
                      json_string(recipe.name), recipe.digest, seed)) {}

std::string VariantMaker::take(const Sample& original) {
  if (original.ops.find("\"augment\"") != std::string::npos ||
      original.ops.find("\"transform\"") != std::string::npos) {
    try {
      for (const Op& op : decoder_.ops(original)) {
        if (std::holds_alternative<AugmentOp>(op))
          return original.id + " is augmented already; run signpost augment once";
        if (std::holds_alternative<TransformOp>(op) && recipe_.transforms())
          return original.id + " is transformed already; take a recipe without transforms";
      }
    } catch (const Error& error) {
      return error.what();
    }
  }
  id_ = original.id;
  ops_ = original.ops;
  label_ = original.label;
  of_class_ = &by_class_[label_];
  return {};
}

bool VariantMaker::make(std::uint64_t copy, Sample& variant) {
  Transform transform = Transform::identity;
  std::optional<int> label = label_;
  if (recipe_.transforms()) {
    Random random(seed_, id_, copy, kTransformPurpose);
    transform = draw_transform(recipe_, random);
    if (transform != Transform::identity && labels_ == Labels::safe) {
      const SignClass* sign = label_ ? catalogue_.find(*label_) : nullptr;
      label = sign ? sign->after(transform) : std::nullopt;
      if (!label) {
        ++total_.refused;
        ++of_class_->refused;
        return false;
      }
    }
    if (label != label_) {
      ++total_.relabelled;
      ++of_class_->relabelled;
    }
  }
  ++total_.made;
  ++of_class_->made;
  variant.id = fmt::format("{}#{}", id_, copy);
  variant.label = label;
  variant.ops = ops_;
  if (transform != Transform::identity)
    variant.add_op(fmt::format(R"({{"transform":"{}"}})", transform_name(transform)));
  variant.add_op(fmt::format("{}{}}}}}", op_, copy));
  return true;
}

std::string VariantMaker::text(bool by_class) const {
  std::string text = fmt::format("{} made, {} of them with another label, {} refused",
                                 counted(total_.made, "variant"), grouped(total_.relabelled),
                                 grouped(total_.refused));
  if (!by_class) return text;
  for (const auto& [label, tally] : by_class_) {
    const SignClass* sign = label ? catalogue_.find(*label) : nullptr;
    const std::string name = sign    ? fmt::format("class {} ({})", *label, sign->name)
                             : label ? fmt::format("class {} (not in the catalogue)", *label)
                                     : std::string("without a label");
    text += fmt::format("\n  {}: {} made, {} relabelled, {} refused", name, grouped(tally.made),
                        grouped(tally.relabelled), grouped(tally.refused));
  }
  return text;
}

std::string VariantMaker::json() const {
  std::string json = "{" + counts_json(total_) + ",\"classes\":[";
  const char* separator = "";
  for (const auto& [label, tally] : by_class_) {
    json += fmt::format("{}{{\"label\":{},{}}}", separator,
                        label ? std::to_string(*label) : std::string("null"), counts_json(tally));
    separator = ",";
  }
  return json + "]}";
}

}  // namespace signpost
