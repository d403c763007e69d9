#include "image/render.h"

#include <cmath>

#include "base/error.h"

namespace signpost {

std::shared_ptr<const Recipe> Renderer::recipe(const AugmentOp& op) const {
  const std::lock_guard lock(mutex_);
  std::shared_ptr<const Recipe>& slot = recipes_[op.recipe];
  if (!slot) slot = std::make_shared<const Recipe>(Recipe::load(op.recipe));
  if (!op.digest.empty() && op.digest != slot->digest) {
    throw Error(Blame::input, "recipe " + op.recipe +
                                  " has changed since the stream was made (digest " + slot->digest +
                                  ", not " + op.digest + "); run signpost augment again");
  }
  return slot;
}

RenderPlan Renderer::plan(const Sample& sample) const {
  RenderPlan plan;
  if (sample.ops.empty()) return plan;
  thread_local SampleDecoder decoder;
  for (const Op& op : decoder.ops(sample)) {
    if (const auto* crop = std::get_if<CropOp>(&op)) {
      if (plan.crop)
        throw Error(Blame::input, sample.id + ": is cropped twice; run signpost crop once");
      plan.crop = Preprocessing{crop->size, static_cast<int>(std::lround(crop->margin * 1000))};
    } else if (const auto* augment = std::get_if<AugmentOp>(&op)) {
      if (plan.recipe)
        throw Error(Blame::input, sample.id + ": is augmented twice; run signpost augment once");
      plan.recipe = recipe(*augment);
      plan.seed = augment->seed;
      plan.copy = augment->copy;
    }
  }
  if (plan.recipe && !plan.crop) {
    throw Error(Blame::input,
                sample.id + ": is augmented but not cropped; run signpost crop first");
  }
  return plan;
}

bool Renderer::decode(const Sample& sample, Image& photograph, std::string& wrong) const {
  return read_photograph(blobs_, sample, photograph, wrong);
}

bool Renderer::render(const Sample& sample, Image& out, std::string& wrong) const {
  RenderPlan plan;
  try {
    plan = this->plan(sample);
  } catch (const Error& error) {
    if (error.blame() == Blame::usage) throw;
    wrong = error.what();
    return false;
  }
  return render(sample, plan, out, wrong);
}

bool Renderer::render(const Sample& sample, const RenderPlan& plan, Image& out,
                      std::string& wrong) const {
  if (!plan.crop) return decode(sample, out, wrong);
  thread_local Image photograph;
  if (!decode(sample, photograph, wrong)) return false;
  const int size = plan.crop->size;
  out = Image(size, size);
  const Box box = crop_box(box_of(sample, photograph), plan.crop->margin_permille, photograph.width,
                           photograph.height);
  if (!plan.recipe) {
    resample(photograph, box, size, 0, out.rgb);
    return true;
  }
  const int pad = patch_pad(size), side = size + 2 * pad;
  thread_local std::vector<std::uint8_t> patch;
  patch.resize(static_cast<std::size_t>(side) * static_cast<std::size_t>(side) * 3);
  resample(photograph, box, size, pad, patch);
  Random random(plan.seed, sample.id, plan.copy, "augment");
  augment_patch(*plan.recipe, patch, size, pad, random, out.rgb);
  return true;
}

}  // namespace signpost
