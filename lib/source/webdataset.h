#pragma once

#include <cstdint>
#include <filesystem>
#include <future>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "base/digest.h"
#include "base/file.h"

namespace signpost {

/// Writes WebDataset shards: POSIX ustar files in which the members of one sample share a key and
/// stand together. Format: the WebDataset project's description, and IEEE Std 1003.1 (pax, ustar
/// interchange). Owner, group and time are zero, so that the same samples give the same bytes.
class ShardWriter {
 public:
  struct Shard {
    std::string file;
    std::uint64_t samples = 0;
    std::string sha256;
  };
  struct Member {
    std::string_view extension;  ///< "ppm"
    ByteView bytes;
  };

  /// Shards NAME-000000.tar, … of `samples_each` samples go into `folder`, which exists.
  ShardWriter(std::filesystem::path folder, std::uint64_t samples_each);

  /// Appends the members of one sample as they stand in a shard: headers, bytes, padding. Needs no
  /// writer, so that many threads can do it. `key` comes from webdataset_key.
  static void frame(const std::string& key, const std::vector<Member>& members, Bytes& out);

  /// Adds one sample, framed. Returns false if the key stands in this shard already.
  /// Throws Error{environment} if a file cannot be written.
  bool add(const std::string& key, ByteView framed);

  /// Ends the last shard and tells of all. Shards are made durable behind the back of `add`, one
  /// at a time; what went wrong then is thrown by a later `add` or here.
  const std::vector<Shard>& finish();

 private:
  void open();
  void close();
  void write(ByteView bytes);

  std::filesystem::path folder_;
  std::uint64_t samples_each_;
  std::vector<Shard> shards_;
  std::unique_ptr<OutputFile> file_;
  std::unique_ptr<Sha256> digest_;
  std::future<void> commit_;  ///< of the shard before the open one
  std::unordered_set<std::uint64_t> keys_;
};

/// A sample id as a WebDataset key: everything but letters, digits, '/', '_', '-', '+' and '=' is
/// percent-encoded, since a key ends at its first dot. Empty if the key would be longer than ustar
/// can name.
std::string webdataset_key(std::string_view id);

}  // namespace signpost
