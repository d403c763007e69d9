#include "source/pack.h"

#include <fmt/format.h>

#include <optional>
#include <vector>

#include "base/file.h"
#include "base/json_text.h"
#include "base/parallel.h"
#include "image/render.h"
#include "pixels/pnm.h"
#include "sample/stream.h"
#include "source/webdataset.h"

namespace signpost {
namespace {

constexpr std::size_t kBatch = 16;

struct Item {
  Sample sample;
  std::string where, json, wrong, key;
  Bytes framed;
};

/// Executes the sample and frames what a shard holds of it, or says what is wrong.
void make(const Renderer& renderer, Item& item) {
  thread_local Image image;
  thread_local Bytes ppm;
  const Sample& sample = item.sample;
  encode(sample, item.json);
  if (!renderer.render(sample, image, item.wrong)) return;
  item.key = webdataset_key(sample.id);
  if (item.key.empty()) return;
  ppm.clear();
  encode_ppm(image, ppm);
  const std::string label = sample.label ? std::to_string(*sample.label) : "";
  std::vector<ShardWriter::Member> members = {{"ppm", ppm}};
  if (sample.label) members.push_back({"cls", as_bytes(label)});
  members.push_back({"json", as_bytes(item.json)});
  ShardWriter::frame(item.key, members, item.framed);
}

/// Names the shards with their digests, and the digest of all records.
void write_dataset_json(const std::filesystem::path& folder,
                        const std::vector<ShardWriter::Shard>& shards, std::uint64_t samples,
                        const std::string& stream_sha256) {
  std::string json = fmt::format(
      "{{\"format\":\"webdataset\",\"samples\":{},\"stream_sha256\":\"{}\",\"shards\":[", samples,
      stream_sha256);
  for (std::size_t i = 0; i < shards.size(); ++i) {
    json += fmt::format("{}\n{{\"file\":{},\"samples\":{},\"sha256\":\"{}\"}}", i ? "," : "",
                        json_string(shards[i].file), shards[i].samples, shards[i].sha256);
  }
  OutputFile file(folder / "dataset.json", false);
  file.write(json + "]}\n");
  file.commit();
}

}  // namespace

PackResult pack(const std::string& manifest, const PackOptions& options, Rejects& rejects,
                Progress& progress) {
  OutputDirectory folder(options.output, options.force);
  ShardWriter shards(folder.partial(), options.shard_samples);
  const Renderer renderer(options.root);
  SampleReader reader(manifest, rejects);
  Sha256 stream;
  PackResult result;
  ordered_pipeline<std::vector<Item>, std::vector<Item>>(
      options.jobs,
      [&]() -> std::optional<std::vector<Item>> {
        std::vector<Item> batch;
        Sample sample;
        while (batch.size() < kBatch && reader.next(sample)) {
          Item& item = batch.emplace_back();
          item.where = reader.where();
          item.sample = std::move(sample);
        }
        if (batch.empty()) return std::nullopt;
        return batch;
      },
      [&](std::vector<Item> batch) {
        for (Item& item : batch) make(renderer, item);
        return batch;
      },
      [&](const std::vector<Item>& batch) {
        for (const Item& item : batch) {
          if (!item.wrong.empty()) {
            rejects.add(item.where, item.sample.id + ": " + item.wrong, item.json);
          } else if (item.key.empty()) {
            rejects.add(item.where, "the id is too long for a tar; shorten it", item.json);
          } else if (!shards.add(item.key, item.framed)) {
            rejects.add(item.where, item.sample.id + ": the id stands twice; run signpost merge",
                        item.json);
          } else {
            stream.add(item.json);
            stream.add("\n");
            ++result.samples;
          }
          progress.add();
        }
      });
  const std::vector<ShardWriter::Shard>& written = shards.finish();
  result.shards = written.size();
  write_dataset_json(folder.partial(), written, result.samples, stream.hex());
  folder.commit();
  return result;
}

}  // namespace signpost
