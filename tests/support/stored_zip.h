#pragma once

#include <libdeflate.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace signpost {

/// A zip of stored members, in memory (PKWARE APPNOTE 6.3.10), for packages that no writer of ours
/// would write.
inline std::string stored_zip(const std::vector<std::pair<std::string, std::string>>& members) {
  std::string out, directory;
  const auto number = [](std::string& to, std::uint64_t value, int bytes) {
    for (int i = 0; i < bytes; ++i) to += static_cast<char>(value >> (8 * i) & 0xff);
  };
  for (const auto& [name, bytes] : members) {
    const std::size_t offset = out.size();
    std::string common;
    number(common, 20, 2);      // version needed
    number(common, 0x0800, 2);  // UTF-8
    number(common, 0, 2);       // stored
    number(common, 0x00210000, 4);
    number(common, libdeflate_crc32(0, bytes.data(), bytes.size()), 4);
    number(common, bytes.size(), 4);
    number(common, bytes.size(), 4);
    number(common, name.size(), 2);
    number(common, 0, 2);  // extra
    number(out, 0x04034b50, 4);
    out += common + name + bytes;
    number(directory, 0x02014b50, 4);
    number(directory, 20, 2);
    directory += common;
    number(directory, 0, 6);  // comment, disk, internal attributes
    number(directory, 0, 4);
    number(directory, offset, 4);
    directory += name;
  }
  const std::size_t start = out.size();
  out += directory;
  number(out, 0x06054b50, 4);
  number(out, 0, 4);
  number(out, members.size(), 2);
  number(out, members.size(), 2);
  number(out, directory.size(), 4);
  number(out, start, 4);
  number(out, 0, 2);
  return out;
}

}  // namespace signpost
