#include "source/dataset_json.h"

#include <fmt/format.h>

#include "base/json_text.h"

namespace signpost {
namespace {

constexpr std::array<std::string_view, 4> kSides = {"train", "val", "test", "none"};

std::size_t side_of(const Sample& sample) {
  for (std::size_t i = 0; i + 1 < kSides.size(); ++i) {
    if (sample.split == kSides[i]) return i;
  }
  return kSides.size() - 1;
}

std::string sides_json(const std::array<std::uint64_t, 4>& sides) {
  std::string text;
  for (std::size_t i = 0; i < sides.size(); ++i)
    text += fmt::format("{}\"{}\":{}", i ? "," : "", kSides[i], sides[i]);
  return text;
}

/// Elements on lines of their own.
template <typename Range, typename Write>
std::string list(const Range& range, Write write) {
  std::string text = "[";
  for (const auto& each : range) {
    text += text.size() > 1 ? ",\n" : "\n";
    text += write(each);
  }
  return text + "]";
}

}  // namespace

void DatasetSummary::add(const Sample& sample, const std::vector<Op>& ops) {
  ++samples_;
  ++classes_[sample.label][side_of(sample)];
  for (const Op& op : ops) {
    if (const auto* augment = std::get_if<AugmentOp>(&op))
      ++recipes_[{augment->recipe, augment->digest, augment->seed}];
  }
}

std::string DatasetSummary::json(const Catalogue& catalogue, const std::string& catalogue_name,
                                 const std::string& stream_sha256, const std::string& history,
                                 const std::vector<ShardWriter::Shard>& shards) const {
  Sides all{};
  for (const auto& [label, sides] : classes_) {
    for (std::size_t i = 0; i < sides.size(); ++i) all[i] += sides[i];
  }
  std::string text = fmt::format(
      "{{\"format\":\"webdataset\",\n\"samples\":{},\n\"stream_sha256\":\"{}\",\n"
      "\"splits\":{{{}}},\n\"catalogue\":{{\"name\":{},\"sha256\":\"{}\"}},\n\"classes\":",
      samples_, stream_sha256, sides_json(all), json_string(catalogue_name), catalogue.digest());
  text += list(classes_, [&](const auto& each) {
    const auto& [label, sides] = each;
    const SignClass* known = label ? catalogue.find(*label) : nullptr;
    return fmt::format("{{\"label\":{},\"name\":{},{}}}", label ? std::to_string(*label) : "null",
                       known ? json_string(known->name) : "null", sides_json(sides));
  });
  text += ",\n\"recipes\":" + list(recipes_, [](const auto& each) {
            const auto& [recipe, digest, seed] = each.first;
            return fmt::format("{{\"recipe\":{},\"digest\":{},\"seed\":{},\"samples\":{}}}",
                               json_string(recipe), json_string(digest), seed, each.second);
          });
  text += ",\n\"history\":" + history;
  text += ",\n\"shards\":" + list(shards, [](const ShardWriter::Shard& shard) {
            return fmt::format("{{\"file\":{},\"samples\":{},\"sha256\":\"{}\"}}",
                               json_string(shard.file), shard.samples, shard.sha256);
          });
  return text + "}\n";
}

}  // namespace signpost
