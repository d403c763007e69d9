#include "source/webdataset.h"

#include <fmt/format.h>

#include <array>
#include <cstring>

#include "base/error.h"
#include "base/random.h"

namespace signpost {
namespace {

constexpr std::size_t kBlock = 512, kNameSize = 100, kPrefixSize = 155, kLongestExtension = 16;

/// Where a name longer than 100 bytes is cut into prefix and name, or npos if ustar cannot hold it.
std::size_t cut_of(std::string_view name) {
  if (name.size() <= kNameSize) return 0;
  const std::size_t slash = name.find('/', name.size() - kNameSize - 1);
  return slash == std::string_view::npos || slash > kPrefixSize || slash == 0
             ? std::string_view::npos
             : slash;
}

std::array<std::uint8_t, kBlock> header(std::string_view name, std::size_t size) {
  std::array<char, kBlock> block{};
  const std::size_t cut = cut_of(name);
  const std::string_view base = cut ? name.substr(cut + 1) : name;
  std::memcpy(&block[0], base.data(), base.size());
  std::memcpy(&block[345], name.data(), cut);
  std::memcpy(&block[100], "0000644", 8);
  std::memcpy(&block[108], "0000000", 8);
  std::memcpy(&block[116], "0000000", 8);
  const std::string octal = fmt::format("{:011o}", size);
  std::memcpy(&block[124], octal.c_str(), 12);
  std::memcpy(&block[136], "00000000000", 12);
  std::memset(&block[148], ' ', 8);
  block[156] = '0';
  std::memcpy(&block[257], "ustar", 6);
  std::memcpy(&block[263], "00", 2);
  unsigned sum = 0;
  for (const char c : block) sum += static_cast<unsigned char>(c);
  const std::string checksum = fmt::format("{:06o}", sum);
  std::memcpy(&block[148], checksum.c_str(), 7);
  std::array<std::uint8_t, kBlock> bytes;
  std::memcpy(bytes.data(), block.data(), kBlock);
  return bytes;
}

}  // namespace

std::string webdataset_key(std::string_view id) {
  std::string key;
  for (const char c : id) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       std::string_view("/_-+=").find(c) != std::string_view::npos;
    if (plain) {
      key += c;
    } else {
      key += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  if (key.starts_with('/')) key.replace(0, 1, "%2F");
  if (cut_of(key + std::string(kLongestExtension, 'x')) == std::string_view::npos) key.clear();
  return key;
}

ShardWriter::ShardWriter(std::filesystem::path folder, std::uint64_t samples_each)
    : folder_(std::move(folder)), samples_each_(samples_each) {}

void ShardWriter::open() {
  Shard& shard = shards_.emplace_back();
  shard.file = fmt::format("shard-{:06}.tar", shards_.size() - 1);
  file_ = std::make_unique<OutputFile>(folder_ / shard.file, false);
  digest_ = std::make_unique<Sha256>();
  keys_.clear();
}

void ShardWriter::close() {
  constexpr std::array<std::uint8_t, 2 * kBlock> kEnd{};
  write(kEnd);
  shards_.back().sha256 = digest_->hex();
  if (commit_.valid()) commit_.get();
  commit_ = std::async(std::launch::async, [file = std::move(file_)] { file->commit(); });
}

void ShardWriter::write(ByteView bytes) {
  digest_->add(bytes);
  file_->write(bytes);
}

void ShardWriter::frame(const std::string& key, const std::vector<Member>& members, Bytes& out) {
  for (const Member& member : members) {
    std::string name = key;
    name += '.';
    name += member.extension;
    const auto block = header(name, member.bytes.size());
    out.insert(out.end(), block.begin(), block.end());
    out.insert(out.end(), member.bytes.begin(), member.bytes.end());
    out.resize((out.size() + kBlock - 1) / kBlock * kBlock);
  }
}

bool ShardWriter::add(const std::string& key, ByteView framed) {
  if (file_ && shards_.back().samples == samples_each_) close();
  if (!file_) open();
  if (!keys_.insert(stable_hash(key)).second) return false;
  write(framed);
  ++shards_.back().samples;
  return true;
}

const std::vector<ShardWriter::Shard>& ShardWriter::finish() {
  if (file_) close();
  if (commit_.valid()) commit_.get();
  return shards_;
}

}  // namespace signpost
