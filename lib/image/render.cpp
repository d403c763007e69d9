#include "image/render.h"

#include <cmath>

#include "base/error.h"
#include "image/turn.h"

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
  const auto fail = [&](const char* what) { return Error(Blame::input, sample.id + ": " + what); };
  thread_local SampleDecoder decoder;
  bool transformed = false;
  for (const Op& op : decoder.ops(sample)) {
    if (const auto* crop = std::get_if<CropOp>(&op)) {
      if (plan.crop) throw fail("is cropped twice; run signpost crop once");
      plan.crop = Preprocessing{crop->size, static_cast<int>(std::lround(crop->margin * 1000))};
      if (transformed || plan.recipe) throw fail("is varied before it is cropped; crop it first");
    } else if (const auto* transform = std::get_if<TransformOp>(&op)) {
      if (transformed) throw fail("is transformed twice; write both transforms as one");
      if (plan.recipe) throw fail("is transformed behind its augmentation; transform it first");
      plan.transform = transform->transform;
      transformed = true;
    } else if (const auto* augment = std::get_if<AugmentOp>(&op)) {
      if (plan.recipe) throw fail("is augmented twice; run signpost augment once");
      plan.recipe = recipe(*augment);
      plan.seed = augment->seed;
      plan.copy = augment->copy;
    }
  }
  if (plan.recipe && !plan.crop)
    throw fail("is augmented but not cropped; run signpost crop first");
  if (transformed && !plan.crop)
    throw fail("is transformed but not cropped; run signpost crop first");
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
  out.width = out.height = size;
  out.rgb.resize(out.row_bytes() * static_cast<std::size_t>(size));
  const Box box = crop_box(box_of(sample, photograph), plan.crop->margin_permille, photograph.width,
                           photograph.height);
  const int pad = plan.recipe ? patch_pad(*plan.recipe, size) : 0, side = size + 2 * pad;
  thread_local std::vector<std::uint8_t> patch, turned;
  patch.resize(static_cast<std::size_t>(side) * static_cast<std::size_t>(side) * 3);
  resample(photograph, box, size, pad, plan.recipe || plan.turned() ? patch : out.rgb);
  if (plan.turned()) {
    turned.resize(patch.size());
    turn_square(plan.transform, patch.data(), side, plan.recipe ? turned.data() : out.rgb.data());
    patch.swap(turned);
  }
  if (plan.recipe) {
    Random random(plan.seed, sample.id, plan.copy, kAugmentPurpose);
    augment_patch(*plan.recipe, patch, size, pad, random, out.rgb);
  }
  return true;
}

}  // namespace signpost
