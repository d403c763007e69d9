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
  std::string where, json, wrong;
  Bytes ppm;
};

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
        thread_local Image image;
        for (Item& item : batch) {
          encode(item.sample, item.json);
          if (renderer.render(item.sample, image, item.wrong)) encode_ppm(image, item.ppm);
        }
        return batch;
      },
      [&](const std::vector<Item>& batch) {
        for (const Item& item : batch) {
          const std::string key = webdataset_key(item.sample.id);
          const std::string label = item.sample.label ? std::to_string(*item.sample.label) : "";
          std::vector<ShardWriter::Member> members = {{"ppm", item.ppm}};
          if (item.sample.label) members.push_back({"cls", as_bytes(label)});
          members.push_back({"json", as_bytes(item.json)});
          if (!item.wrong.empty()) {
            rejects.add(item.where, item.sample.id + ": " + item.wrong, item.json);
          } else if (key.empty()) {
            rejects.add(item.where, "the id is too long for a tar; shorten it", item.json);
          } else if (!shards.add(key, members)) {
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
