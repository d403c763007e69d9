#include "base/archive.h"

#include <sys/resource.h>

#include <catch2/catch.hpp>
#include <cstring>

#include "base/error.h"
#include "base/zip_writer.h"
#include "support/scratch.h"

namespace signpost {
namespace {

void write(const std::filesystem::path& path, ByteView bytes) {
  OutputFile file(path, true);
  file.write(bytes);
  file.commit();
}

/// A zip of a.txt ("alpha"), b/c.txt ("gamma gamma") and empty.
Bytes sample_zip(const Scratch& scratch) {
  OutputFile file(scratch / "sample.zip", true);
  ZipWriter zip(file);
  zip.add("a.txt", "alpha");
  zip.add("b/c.txt", "gamma gamma");
  zip.add("empty", "");
  zip.finish();
  file.commit();
  Bytes bytes;
  read_file(scratch / "sample.zip", bytes);
  return bytes;
}

std::string text_of(const Archive& archive, std::string_view name) {
  const Archive::Member* member = archive.find(name);
  if (!member) return "(none)";
  Bytes bytes;
  archive.read(*member, bytes);
  return std::string(as_text(bytes));
}

std::string error_of(const std::function<void()>& work) {
  try {
    work();
  } catch (const Error& error) {
    return error.what();
  }
  return {};
}

/// One tar block for a regular file, and its padded content.
Bytes tar_member(std::string_view name, std::string_view content, char type = '0') {
  Bytes block(512 + (content.size() + 511) / 512 * 512);
  std::memcpy(block.data(), name.data(), std::min<std::size_t>(name.size(), 100));
  std::memcpy(&block[100], "0000644", 8);
  char size[12];
  std::snprintf(size, sizeof size, "%011zo", content.size());
  std::memcpy(&block[124], size, 12);
  block[156] = static_cast<std::uint8_t>(type);
  std::memcpy(&block[257],
              "ustar\0"
              "00",
              8);
  unsigned sum = 8 * ' ';
  for (std::size_t i = 0; i < 512; ++i) sum += block[i];
  std::snprintf(reinterpret_cast<char*>(&block[148]), 8, "%06o", sum);
  std::memcpy(&block[512], content.data(), content.size());
  return block;
}

}  // namespace

TEST_CASE("the members of a zip are found by name and read whole") {
  const Scratch scratch;
  sample_zip(scratch);
  const Archive zip(scratch / "sample.zip");
  CHECK(zip.members().size() == 3);
  CHECK(zip.damage().empty());
  CHECK(text_of(zip, "a.txt") == "alpha");
  CHECK(text_of(zip, "b/c.txt") == "gamma gamma");
  CHECK(text_of(zip, "empty").empty());
  CHECK(text_of(zip, "c.txt") == "(none)");
}

TEST_CASE("a zip cut anywhere opens or is refused, and gives no byte that is not its own") {
  const Scratch scratch;
  const Bytes whole = sample_zip(scratch);
  for (std::size_t size = 0; size < whole.size(); ++size) {
    write(scratch / "cut.zip", ByteView(whole).first(size));
    const std::string refused = error_of([&] {
      const Archive zip(scratch / "cut.zip");
      CHECK_FALSE(zip.damage().empty());
      for (const Archive::Member& member : zip.members()) {
        const std::string text = text_of(zip, member.name);
        CHECK((text == "alpha" || text == "gamma gamma" || text.empty()));
      }
    });
    if (size >= 4) {
      CHECK(refused.empty());
    } else {
      CHECK(refused.ends_with("cut.zip: is neither a zip nor a tar archive"));
    }
  }
}

TEST_CASE("a changed byte in a zip never goes unnoticed as content") {
  const Scratch scratch;
  const Bytes whole = sample_zip(scratch);
  for (std::size_t at = 0; at < whole.size(); ++at) {
    Bytes changed = whole;
    changed[at] ^= 0x41;
    write(scratch / "changed.zip", changed);
    error_of([&] {
      const Archive zip(scratch / "changed.zip");
      for (const Archive::Member& member : zip.members()) {
        error_of([&] {
          const std::string text = text_of(zip, member.name);
          CHECK((text == "alpha" || text == "gamma gamma" || text.empty()));
        });
      }
    });
  }
}

TEST_CASE("a member that claims more than its bytes can hold is refused before memory is taken") {
  const Scratch scratch;
  Bytes bytes = sample_zip(scratch);
  // In the directory, a.txt becomes deflated, with a claim of 900 MB.
  const std::string_view text = as_text(bytes);
  const std::size_t entry = text.find("PK\x01\x02");
  REQUIRE(entry != std::string_view::npos);
  bytes[entry + 10] = 8;
  const std::uint32_t claim = 900u << 20;
  std::memcpy(&bytes[entry + 24], &claim, 4);
  write(scratch / "bomb.zip", bytes);
  const Archive zip(scratch / "bomb.zip");
  CHECK(error_of([&] {
          text_of(zip, "a.txt");
        }).ends_with("bomb.zip!a.txt: claims a size that its bytes cannot hold"));
}

TEST_CASE("a tar is read with its long names, and its links and folders are left out") {
  const Scratch scratch;
  const std::string long_name = std::string(80, 'd') + "/" + std::string(80, 'f');
  Bytes tar;
  for (const Bytes& part :
       {tar_member("a.txt", "alpha"), tar_member("folder/", "", '5'), tar_member("link", "", '2'),
        tar_member("././@LongLink", long_name, 'L'), tar_member(long_name.substr(0, 100), "long"),
        tar_member("pax", "22 path=pax/named.txt\n", 'x'), tar_member("short", "pax content"),
        Bytes(1024)}) {
    tar.insert(tar.end(), part.begin(), part.end());
  }
  write(scratch / "a.tar", tar);
  const Archive archive(scratch / "a.tar");
  CHECK(archive.damage().empty());
  CHECK(archive.members().size() == 3);
  CHECK(text_of(archive, "a.txt") == "alpha");
  CHECK(text_of(archive, long_name) == "long");
  CHECK(text_of(archive, "pax/named.txt") == "pax content");
}

TEST_CASE("a tar that ends early or is damaged keeps the members before that") {
  const Scratch scratch;
  Bytes tar = tar_member("a.txt", "alpha");
  const Bytes second = tar_member("b.txt", std::string(2000, 'b'));
  tar.insert(tar.end(), second.begin(), second.end());
  write(scratch / "cut.tar", ByteView(tar).first(tar.size() - 600));
  const Archive cut(scratch / "cut.tar");
  CHECK(cut.members().size() == 1);
  CHECK(cut.damage().ends_with(
      "the archive is cut short; 1 whole members were recovered; copy or download it again"));
  tar[1024 + 3] ^= 1;
  write(scratch / "damaged.tar", tar);
  const Archive damaged(scratch / "damaged.tar");
  CHECK(text_of(damaged, "a.txt") == "alpha");
  CHECK(damaged.damage().ends_with(
      "the archive is damaged at byte 1024; 1 members before it were read; copy it again"));
}

TEST_CASE("a zip whose members share bytes is refused") {
  const Scratch scratch;
  Bytes bytes = sample_zip(scratch);
  // Both directory entries are made to point at the first member's local header.
  const std::string_view text = as_text(bytes);
  const std::size_t first = text.find("PK\1\2"), second = text.find("PK\1\2", first + 4);
  std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(first) + 42, 4,
              bytes.begin() + static_cast<std::ptrdiff_t>(second) + 42);
  write(scratch / "bomb.zip", bytes);
  CHECK_THAT(error_of([&] { Archive archive(scratch / "bomb.zip"); }),
             Catch::Contains("shares bytes with"));
}

TEST_CASE("a file in a tar that has no name is left out") {
  const Scratch scratch;
  Bytes bytes = tar_member("", "nameless");
  const Bytes named = tar_member("a.txt", "alpha");
  bytes.insert(bytes.end(), named.begin(), named.end());
  bytes.resize(bytes.size() + 1024);
  write(scratch / "a.tar", bytes);
  const Archive archive(scratch / "a.tar");
  CHECK(archive.members().size() == 1);
  CHECK(text_of(archive, "a.txt") == "alpha");
}

TEST_CASE("a zip of a million members opens in memory that its directory explains") {
  const Scratch scratch;
  OutputFile file(scratch / "many.zip", true);
  constexpr std::uint32_t kMembers = 1'000'000, kEntry = 46 + 12, kDirectory = kMembers * kEntry;
  const auto put = [](Bytes& bytes, std::size_t at, std::uint64_t value, unsigned size) {
    for (unsigned i = 0; i < size; ++i) bytes[at + i] = static_cast<std::uint8_t>(value >> 8 * i);
  };
  for (std::uint32_t i = 0; i < kMembers; ++i) {
    char name[13];
    std::snprintf(name, sizeof name, "%08u.ppm", i);
    Bytes entry(kEntry);
    put(entry, 0, 0x02014b50, 4);
    put(entry, 28, 12, 2);
    put(entry, 42, i * 42, 4);
    std::memcpy(&entry[46], name, 12);
    file.write(entry);
  }
  Bytes end(56 + 20 + 22);  // zip64, as 16 bits cannot count so far
  put(end, 0, 0x06064b50, 4);
  put(end, 32, kMembers, 8);
  put(end, 40, kDirectory, 8);
  put(end, 56, 0x07064b50, 4);
  put(end, 56 + 8, kDirectory, 8);
  put(end, 76, 0x06054b50, 4);
  file.write(end);
  file.commit();
  rusage before{}, after{};
  ::getrusage(RUSAGE_SELF, &before);
  const Archive archive(scratch / "many.zip");
  ::getrusage(RUSAGE_SELF, &after);
  CHECK(archive.members().size() == kMembers);
  CHECK(archive.find("00999999.ppm") != nullptr);
  CHECK((after.ru_maxrss - before.ru_maxrss) / 1024 < 400);
  CHECK_THAT(error_of([&] {
               Bytes bytes;
               archive.read(archive.members()[7], bytes);
             }),
             Catch::Contains("00000007.ppm: has no local header"));
}

TEST_CASE("a reference is split at the first archive in it") {
  CHECK(split_reference("a/b.ppm").archive.empty());
  CHECK(split_reference("a!b.ppm").member == "a!b.ppm");
  CHECK(split_reference("x.ZIP!a/b.ppm").archive == "x.ZIP");
  CHECK(split_reference("x.zip!a!b.ppm").member == "a!b.ppm");
  CHECK(split_reference("wow!/x.tar!b").archive == "wow!/x.tar");
}

}  // namespace signpost
