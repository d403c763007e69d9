#include "base/zip_writer.h"

#include <libdeflate.h>

#include "base/error.h"

namespace signpost {
namespace {

constexpr std::uint64_t kLocalSize = 30, kPaddingHeader = 6;
constexpr std::uint16_t kPaddingId = 0xd935, kUtf8Names = 1u << 11, kDate1980 = 0x0021,
                        kVersion = 20, kMadeOnUnix = 3u << 8 | kVersion;
constexpr std::uint32_t kRegularFile = 0100644u << 16;

void put16(Bytes& out, std::uint64_t value) {
  out.push_back(static_cast<std::uint8_t>(value));
  out.push_back(static_cast<std::uint8_t>(value >> 8));
}

void put32(Bytes& out, std::uint64_t value) {
  put16(out, value & 0xffff);
  put16(out, value >> 16);
}

void put_text(Bytes& out, std::string_view text) {
  out.insert(out.end(), text.begin(), text.end());
}

/// The fields that a local header and a directory entry share, from "version needed" on.
void put_common(Bytes& out, std::uint32_t crc32, std::uint32_t size, std::size_t name,
                std::uint64_t extra) {
  put16(out, kVersion);
  put16(out, kUtf8Names);
  put16(out, 0);  // stored
  put16(out, 0);  // midnight
  put16(out, kDate1980);
  put32(out, crc32);
  put32(out, size);
  put32(out, size);
  put16(out, name);
  put16(out, extra);
}

}  // namespace

void ZipWriter::add(std::string_view name, ByteView bytes) {
  const std::uint64_t unpadded = written_ + kLocalSize + name.size() + kPaddingHeader;
  const std::uint64_t padding = (kAlignment - unpadded % kAlignment) % kAlignment;
  if (entries_.size() == 0xffff || name.size() > 0xffff ||
      unpadded + padding + bytes.size() > 0xffffffffu) {
    throw Error(Blame::usage, std::string(name) + ": does not fit into a zip of under 4 GiB");
  }
  Entry entry;
  entry.name = name;
  entry.crc32 = libdeflate_crc32(0, bytes.data(), bytes.size());
  entry.size = static_cast<std::uint32_t>(bytes.size());
  entry.offset = static_cast<std::uint32_t>(written_);

  Bytes header;
  put32(header, 0x04034b50);
  put_common(header, entry.crc32, entry.size, name.size(), kPaddingHeader + padding);
  put_text(header, name);
  put16(header, kPaddingId);
  put16(header, 2 + padding);
  put16(header, kAlignment);
  header.resize(header.size() + padding);
  file_.write(header);
  file_.write(bytes);
  written_ += header.size() + bytes.size();
  entries_.push_back(std::move(entry));
}

void ZipWriter::finish() {
  Bytes directory;
  for (const Entry& entry : entries_) {
    put32(directory, 0x02014b50);
    put16(directory, kMadeOnUnix);
    put_common(directory, entry.crc32, entry.size, entry.name.size(), 0);
    put16(directory, 0);  // comment
    put16(directory, 0);  // disk
    put16(directory, 0);  // internal attributes
    put32(directory, kRegularFile);
    put32(directory, entry.offset);
    put_text(directory, entry.name);
  }
  const std::size_t size = directory.size();
  if (written_ + size > 0xffffffffu)
    throw Error(Blame::usage, "the members do not fit into a zip of under 4 GiB");
  put32(directory, 0x06054b50);
  put32(directory, 0);  // disks
  put16(directory, entries_.size());
  put16(directory, entries_.size());
  put32(directory, size);
  put32(directory, written_);
  put16(directory, 0);  // comment
  file_.write(directory);
}

}  // namespace signpost
