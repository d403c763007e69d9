#include "source/pack.h"

#include <optional>
#include <vector>

#include "base/file.h"
#include "base/parallel.h"
#include "image/render.h"
#include "pixels/pnm.h"
#include "sample/stream.h"
#include "source/dataset_json.h"
#include "source/webdataset.h"

namespace signpost {
namespace {

constexpr std::size_t kBatch = 16;

struct Item {
  Sample sample;
  std::vector<Op> ops;
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
  thread_local SampleDecoder decoder;
  item.ops = decoder.ops(sample);
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

}  // namespace

PackResult pack(const std::string& manifest, const PackOptions& options, Rejects& rejects,
                Progress& progress) {
  OutputDirectory folder(options.output, options.force);
  ShardWriter shards(folder.partial(), options.shard_samples);
  const Catalogue catalogue = Catalogue::load(options.classes);
  const Renderer renderer(options.root);
  SampleReader reader(manifest, rejects);
  Sha256 stream;
  DatasetSummary summary;
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
            summary.add(item.sample, item.ops);
          }
          progress.add();
        }
      });
  const std::vector<ShardWriter::Shard>& written = shards.finish();
  OutputFile description(folder.partial() / "dataset.json", false);
  description.write(
      summary.json(catalogue, options.classes, stream.hex(), stream_history().json(), written));
  description.commit();
  folder.commit();
  return {summary.samples(), written.size()};
}

}  // namespace signpost
