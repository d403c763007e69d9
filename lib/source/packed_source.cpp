#include "source/packed_source.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/error.h"

namespace signpost {
namespace {

/// A place is the number of the shard and, in its lowest bits, that of the member.
constexpr int kMemberBits = 40;

}  // namespace

PackedSource::PackedSource(const std::filesystem::path& folder) {
  const std::string name = (folder / "dataset.json").string();
  try {
    const auto json = nlohmann::ordered_json::parse(read_text(name));
    for (const auto& shard : json.at("shards")) {
      const std::string file = shard.at("file");
      if (file.find('/') != std::string::npos || file.empty())
        throw Error(Blame::input, name + ": names a shard outside its folder: " + file);
      paths_.push_back(folder / file);
    }
    if (json.contains("history")) history_ = json.at("history").dump();
  } catch (const nlohmann::json::exception& error) {
    throw Error(Blame::input, name + ": is damaged: " + error.what());
  }
  for (const std::filesystem::path& path : paths_) {
    shards_.push_back(std::make_unique<const Archive>(path));
    const std::string& damage = shards_.back()->damage();
    if (!damage.empty()) throw Error(Blame::input, damage);
  }
}

bool PackedSource::next(std::string_view& text) {
  for (; shard_ < shards_.size(); ++shard_, member_ = 0) {
    const Archive& shard = *shards_[shard_];
    while (member_ < shard.members().size()) {
      const Archive::Member& member = shard.members()[member_++];
      if (!member.name.ends_with(".json")) continue;
      shard.read(member, buffer_);
      text = as_text(buffer_);
      return true;
    }
  }
  return false;
}

std::uint64_t PackedSource::place() const {
  return std::uint64_t{shard_} << kMemberBits | (member_ - 1);
}

std::string PackedSource::where() const {
  return fmt::format("{}!{}", paths_[shard_].string(),
                     shards_[shard_]->members()[member_ - 1].name);
}

void PackedSource::read_at(std::uint64_t place, std::string& text) const {
  const Archive& shard = *shards_[place >> kMemberBits];
  const std::uint64_t number = place & ((std::uint64_t{1} << kMemberBits) - 1);
  Bytes bytes;
  shard.read(shard.members()[number], bytes);
  text.assign(as_text(bytes));
}

std::unique_ptr<RecordSource> open_records(const std::string& path) {
  std::error_code ignored;
  if (path == "-" || !std::filesystem::is_directory(path, ignored))
    return std::make_unique<ManifestSource>(path);
  if (!std::filesystem::exists(std::filesystem::path(path) / "dataset.json", ignored)) {
    throw Error(Blame::input, path +
                                  ": is a folder without dataset.json; name a folder that "
                                  "signpost pack wrote, or a manifest");
  }
  return std::make_unique<PackedSource>(path);
}

}  // namespace signpost
