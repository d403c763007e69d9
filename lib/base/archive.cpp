#include "base/archive.h"

#include <libdeflate.h>

#include <algorithm>
#include <cstring>

#include "base/error.h"

namespace signpost {
namespace {

constexpr std::uint32_t kLocalHeader = 0x04034b50, kCentralHeader = 0x02014b50,
                        kEndOfDirectory = 0x06054b50, kEndOfDirectory64 = 0x06064b50,
                        kLocator64 = 0x07064b50, kDescriptor = 0x08074b50;
constexpr std::size_t kLocalSize = 30, kCentralSize = 46, kEndSize = 22, kTarBlock = 512;

/// Little-endian fields of a byte range; a read past the end gives 0 and clears `good`.
struct Fields {
  ByteView bytes;
  bool good = true;
  std::uint64_t read(std::uint64_t at, unsigned size) {
    if (at > bytes.size() || bytes.size() - at < size) {
      good = false;
      return 0;
    }
    std::uint64_t value = 0;
    for (unsigned i = size; i-- > 0;) value = value << 8 | bytes[at + i];
    return value;
  }
  std::uint16_t u16(std::uint64_t at) { return static_cast<std::uint16_t>(read(at, 2)); }
  std::uint32_t u32(std::uint64_t at) { return static_cast<std::uint32_t>(read(at, 4)); }
  std::uint64_t u64(std::uint64_t at) { return read(at, 8); }
};

std::string text_at(ByteView bytes, std::uint64_t at, std::uint64_t size) {
  return std::string(as_text(bytes.subspan(at, size)));
}

/// Replaces the 0xffffffff fields of `member` by those of a zip64 extra field (APPNOTE 4.5.3), in
/// its fixed order.
void apply_zip64(ByteView extra, Archive::Member& member) {
  Fields fields{extra};
  for (std::uint64_t at = 0; at + 4 <= extra.size();) {
    const std::uint16_t id = fields.u16(at), size = fields.u16(at + 2);
    if (id == 1) {
      std::uint64_t next = at + 4;
      for (std::uint64_t* field : {&member.size, &member.compressed_size, &member.offset}) {
        if (*field == 0xffffffffu && next + 8 <= at + 4 + size) {
          *field = fields.u64(next);
          next += 8;
        }
      }
      return;
    }
    at += 4u + size;
  }
}

std::uint64_t octal(ByteView field) {
  if (!field.empty() && field[0] & 0x80) {  // GNU base-256
    std::uint64_t value = field[0] & 0x7f;
    for (const std::uint8_t byte : field.subspan(1)) value = value << 8 | byte;
    return value;
  }
  std::uint64_t value = 0;
  for (const std::uint8_t c : field) {
    if (c >= '0' && c <= '7') {
      value = value * 8 + (c - '0');
    } else if (value > 0) {
      break;
    }
  }
  return value;
}

std::string c_string(ByteView field) {
  const auto end = std::find(field.begin(), field.end(), 0);
  return std::string(field.begin(), end);
}

bool tar_checksum_matches(ByteView header) {
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < kTarBlock; ++i) sum += i >= 148 && i < 156 ? ' ' : header[i];
  return sum == octal(header.subspan(148, 8));
}

/// The value of `key` in pax records "LENGTH key=value\n", or empty.
std::string pax_value(std::string_view records, std::string_view key) {
  std::string found;
  while (!records.empty()) {
    std::size_t length = 0, digits = 0;
    while (digits < records.size() && digits < 9 && records[digits] >= '0' &&
           records[digits] <= '9') {
      length = length * 10 + static_cast<std::size_t>(records[digits++] - '0');
    }
    if (digits == 0 || length <= digits + 1 || length > records.size()) break;
    const std::string_view record = records.substr(digits + 1, length - digits - 2);
    if (record.size() > key.size() && record.substr(0, key.size()) == key &&
        record[key.size()] == '=') {
      found = record.substr(key.size() + 1);
    }
    records.remove_prefix(length);
  }
  return found;
}

libdeflate_decompressor* decompressor() {
  struct Owned {
    libdeflate_decompressor* handle = libdeflate_alloc_decompressor();
    ~Owned() { libdeflate_free_decompressor(handle); }
  };
  thread_local const Owned owned;
  return owned.handle;
}

bool ends_with_archive_suffix(std::string_view name) {
  if (name.size() < 4) return false;
  std::string suffix(name.substr(name.size() - 4));
  for (char& c : suffix) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
  return suffix == ".zip" || suffix == ".tar" ||
         (name.size() > 9 && name.substr(name.size() - 9) == ".signpost");
}

}  // namespace

Archive::Archive(const std::filesystem::path& path)
    : path_(path.string()), file_(path), bytes_(file_.bytes()) {
  read_directory();
}

Archive::Archive(ByteView bytes, std::string name) : path_(std::move(name)), bytes_(bytes) {
  read_directory();
}

void Archive::read_directory() {
  const ByteView bytes = bytes_;
  Fields fields{bytes};
  const bool starts_as_zip =
      bytes.size() >= 4 && (fields.u32(0) == kLocalHeader || fields.u32(0) == kEndOfDirectory);
  if (read_zip_directory()) {
    refuse_overlaps();
  } else if (starts_as_zip) {
    recover_zip();
  } else if (bytes.size() >= kTarBlock && tar_checksum_matches(bytes.first(kTarBlock))) {
    tar_ = true;
    read_tar();
  } else {
    throw Error(Blame::input, path_ + ": is neither a zip nor a tar archive");
  }
  by_name_.reserve(members_.size());
  for (std::size_t i = 0; i < members_.size(); ++i) by_name_[members_[i].name] = i;
}

bool Archive::read_zip_directory() {
  const ByteView bytes = bytes_;
  Fields fields{bytes};
  if (bytes.size() < kEndSize) return false;
  const std::uint64_t lowest =
      bytes.size() - std::min<std::uint64_t>(bytes.size(), kEndSize + 0xffff);
  std::uint64_t end = bytes.size() - kEndSize;
  while (fields.u32(end) != kEndOfDirectory) {
    if (end == lowest) return false;
    --end;
  }
  std::uint64_t count = fields.u16(end + 10), size = fields.u32(end + 12),
                start = fields.u32(end + 16);
  if (end >= 20 && fields.u32(end - 20) == kLocator64) {
    const std::uint64_t end64 = fields.u64(end - 12);
    if (fields.u32(end64) == kEndOfDirectory64) {
      count = fields.u64(end64 + 32);
      size = fields.u64(end64 + 40);
      start = fields.u64(end64 + 48);
    }
  }
  if (!fields.good || start > bytes.size() || size > bytes.size() - start ||
      count > size / kCentralSize)
    return false;
  std::vector<Member> members;
  members.reserve(count);
  std::uint64_t at = start;
  for (std::uint64_t i = 0; i < count; ++i) {
    if (fields.u32(at) != kCentralHeader) return false;
    const std::uint16_t name = fields.u16(at + 28), extra = fields.u16(at + 30),
                        comment = fields.u16(at + 32);
    if (!fields.good || at + kCentralSize + name + extra + comment > bytes.size()) return false;
    Member member;
    member.name = text_at(bytes, at + kCentralSize, name);
    member.encrypted = fields.u16(at + 8) & 1;
    member.method = fields.u16(at + 10);
    member.crc32 = fields.u32(at + 16);
    member.compressed_size = fields.u32(at + 20);
    member.size = fields.u32(at + 24);
    member.offset = fields.u32(at + 42);
    apply_zip64(bytes.subspan(at + kCentralSize + name, extra), member);
    const std::uint32_t unix_mode = fields.u32(at + 38) >> 16;
    const bool link = (fields.u16(at + 4) >> 8) == 3 && (unix_mode & 0170000) == 0120000;
    if (!link && !member.name.empty() && member.name.back() != '/')
      members.push_back(std::move(member));
    at += kCentralSize + name + extra + comment;
  }
  members_ = std::move(members);
  return true;
}

void Archive::refuse_overlaps() const {
  std::vector<const Member*> members;
  members.reserve(members_.size());
  for (const Member& member : members_) members.push_back(&member);
  std::sort(members.begin(), members.end(),
            [](const Member* a, const Member* b) { return a->offset < b->offset; });
  for (std::size_t i = 1; i < members.size(); ++i) {
    const std::uint64_t room = members[i]->offset - members[i - 1]->offset;
    if (room < kLocalSize || room - kLocalSize < members[i - 1]->compressed_size) {
      fail(*members[i], "shares bytes with " + members[i - 1]->name +
                            "; the archive is damaged or made to harm, fetch it again");
    }
  }
}

void Archive::recover_zip() {
  const ByteView bytes = bytes_;
  Fields fields{bytes};
  std::uint64_t at = 0;
  std::string cut;
  while (at + kLocalSize <= bytes.size() && fields.u32(at) == kLocalHeader) {
    const std::uint16_t flags = fields.u16(at + 6), name = fields.u16(at + 26),
                        extra = fields.u16(at + 28);
    const std::uint64_t data = at + kLocalSize + name + extra;
    if (at + kLocalSize + name > bytes.size()) break;
    Member member;
    member.name = text_at(bytes, at + kLocalSize, name);
    cut = member.name;
    if (data > bytes.size()) break;
    member.encrypted = flags & 1;
    member.method = fields.u16(at + 8);
    member.crc32 = fields.u32(at + 14);
    member.compressed_size = fields.u32(at + 18);
    member.size = fields.u32(at + 22);
    apply_zip64(bytes.subspan(at + kLocalSize + name, extra), member);
    member.offset = at;
    std::uint64_t next = data + member.compressed_size;
    if (flags & 8 && member.compressed_size == 0) {
      // The sizes stand in a descriptor behind the data: look for one that agrees with its own
      // place.
      std::uint64_t end = data;
      for (; end + 16 <= bytes.size(); ++end) {
        if (fields.u32(end) == kDescriptor && fields.u32(end + 8) == end - data) break;
      }
      if (end + 16 > bytes.size()) break;
      member.crc32 = fields.u32(end + 4);
      member.compressed_size = end - data;
      member.size = fields.u32(end + 12);
      next = end + 16;
    }
    if (next > bytes.size() || next < data) break;
    cut.clear();
    if (!member.name.empty() && member.name.back() != '/') members_.push_back(std::move(member));
    at = next;
  }
  damage_ = path_ + ": the archive is cut short";
  if (!cut.empty()) damage_ += " inside " + cut;
  damage_ += "; " + std::to_string(members_.size()) +
             " whole members were recovered; copy or download it again";
}

void Archive::read_tar() {
  const ByteView bytes = bytes_;
  std::string long_name;
  std::uint64_t at = 0;
  while (at + kTarBlock <= bytes.size()) {
    const ByteView header = bytes.subspan(at, kTarBlock);
    if (std::all_of(header.begin(), header.end(), [](std::uint8_t b) { return b == 0; })) return;
    const std::uint64_t size = octal(header.subspan(124, 12));
    const std::uint64_t data = at + kTarBlock;
    if (!tar_checksum_matches(header)) {
      damage_ = path_ + ": the archive is damaged at byte " + std::to_string(at) + "; " +
                std::to_string(members_.size()) + " members before it were read; copy it again";
      return;
    }
    if (size > bytes.size() - data) break;
    const char type = static_cast<char>(header[156]);
    const ByteView content = bytes.subspan(data, size);
    if (type == 'L') {
      long_name = c_string(content);
    } else if (type == 'x') {
      long_name = pax_value(as_text(content), "path");
    } else {
      if (type == '0' || type == '\0' || type == '7') {
        Member member;
        member.name = c_string(header.first(100));
        const std::string prefix = c_string(header.subspan(345, 155));
        if (as_text(header.subspan(257, 5)) == "ustar" && header[262] == 0 && !prefix.empty()) {
          member.name = prefix + "/" + member.name;
        }
        if (!long_name.empty()) member.name = long_name;
        member.offset = data;
        member.size = member.compressed_size = size;
        if (!member.name.empty()) members_.push_back(std::move(member));
      }
      long_name.clear();
    }
    at = data + (size + kTarBlock - 1) / kTarBlock * kTarBlock;
  }
  damage_ = path_ + ": the archive is cut short; " + std::to_string(members_.size()) +
            " whole members were recovered; copy or download it again";
}

const Archive::Member* Archive::find(std::string_view name) const {
  const auto found = by_name_.find(name);
  return found == by_name_.end() ? nullptr : &members_[found->second];
}

void Archive::fail(const Member& member, const std::string& what) const {
  throw Error(Blame::input, path_ + "!" + member.name + ": " + what);
}

ByteView Archive::raw_bytes(const Member& member) const {
  const ByteView bytes = bytes_;
  std::uint64_t data = member.offset;
  if (!tar_) {
    Fields fields{bytes};
    if (fields.u32(member.offset) != kLocalHeader)
      fail(member, "has no local header; the archive is damaged");
    data += kLocalSize + fields.u16(member.offset + 26) + fields.u16(member.offset + 28);
    if (!fields.good) fail(member, "is cut short");
  }
  if (data > bytes.size() || member.compressed_size > bytes.size() - data)
    fail(member, "is cut short");
  return bytes.subspan(data, member.compressed_size);
}

ByteView Archive::stored_bytes(const Member& member) const {
  return member.method == 0 && member.size == member.compressed_size ? raw_bytes(member)
                                                                     : ByteView{};
}

void Archive::read(const Member& member, Bytes& buffer) const {
  if (member.size > kMaxMemberBytes) fail(member, "claims more than 1 GiB; that is no image");
  if (member.encrypted) fail(member, "is encrypted; unpack the archive with its password first");
  const ByteView raw = raw_bytes(member);
  if (member.method == 0) {
    if (member.size != member.compressed_size) fail(member, "is stored with two different sizes");
    buffer.assign(raw.begin(), raw.end());
  } else if (member.method == 8) {
    // Deflate cannot shrink by more than 1032 to 1, so a larger claim is a lie that would cost
    // memory.
    if (member.size / 1032 > raw.size() + 1)
      fail(member, "claims a size that its bytes cannot hold");
    buffer.resize(member.size);
    std::size_t got = 0;
    if (libdeflate_deflate_decompress(decompressor(), raw.data(), raw.size(), buffer.data(),
                                      buffer.size(), &got) != LIBDEFLATE_SUCCESS ||
        got != buffer.size()) {
      fail(member, "does not inflate; the archive is damaged");
    }
  } else {
    fail(member, "is compressed by method " + std::to_string(member.method) +
                     "; only store and deflate are read");
  }
  if (!tar_ && libdeflate_crc32(0, buffer.data(), buffer.size()) != member.crc32) {
    fail(member, "fails its CRC-32; the archive is damaged");
  }
}

Reference split_reference(std::string_view reference) {
  for (std::size_t at = reference.find('!'); at != std::string_view::npos;
       at = reference.find('!', at + 1)) {
    if (ends_with_archive_suffix(reference.substr(0, at)))
      return {reference.substr(0, at), reference.substr(at + 1)};
  }
  return {{}, reference};
}

std::shared_ptr<const Archive> BlobReader::archive(std::string_view path) const {
  const std::lock_guard lock(mutex_);
  std::shared_ptr<const Archive>& slot = archives_[std::string(path)];
  if (!slot) slot = std::make_shared<const Archive>(root_ / path);
  return slot;
}

void BlobReader::read(std::string_view reference, Bytes& buffer) const {
  const auto [archive_path, member_name] = split_reference(reference);
  if (archive_path.empty()) {
    read_regular_file(root_ / member_name, buffer);
    return;
  }
  const std::shared_ptr<const Archive> opened = archive(archive_path);
  const Archive::Member* member = opened->find(member_name);
  if (!member)
    throw Error(Blame::input, std::string(reference) + ": no such member in the archive");
  opened->read(*member, buffer);
}

}  // namespace signpost
