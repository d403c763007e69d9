#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "base/file.h"
#include "base/zip_writer.h"

namespace signpost {

/// Writes small pickles instruction by instruction (CPython's Lib/pickletools.py), so that broken
/// ones can be written too, and puts them into the zip that torch.save writes.
class PickleWriter {
 public:
  std::string text = "\x80\x02";

  PickleWriter& raw(const std::string& bytes) {
    text += bytes;
    return *this;
  }
  PickleWriter& global(const std::string& module, const std::string& name) {
    return raw("c").raw(module).raw("\n").raw(name).raw("\n");
  }
  PickleWriter& word(const std::string& value) {
    raw("X");
    number(value.size(), 4);
    return raw(value);
  }
  PickleWriter& integer(std::uint64_t value) {
    raw("J");
    number(value, 4);
    return *this;
  }
  PickleWriter& integers(const std::vector<std::uint64_t>& values) {
    raw("(");
    for (const std::uint64_t value : values) integer(value);
    return raw("t");
  }
  PickleWriter& ordered_dict() { return global("collections", "OrderedDict").raw(")R"); }

  /// NAME: a tensor over the storage KEY, as an entry between "(" and "u".
  PickleWriter& tensor(const std::string& name, const std::string& type, const std::string& key,
                       std::uint64_t storage_elements, std::uint64_t offset,
                       const std::vector<std::uint64_t>& shape,
                       const std::vector<std::uint64_t>& strides) {
    word(name).global("torch._utils", "_rebuild_tensor_v2").raw("((");
    word("storage").global("torch", type).word(key).word("cpu").integer(storage_elements);
    raw("tQ").integer(offset).integers(shape).integers(strides);
    return raw("\x89").ordered_dict().raw("tR");
  }

  ByteView bytes() const { return as_bytes(text); }

 private:
  void number(std::uint64_t value, int size) {
    for (int i = 0; i < size; ++i) text += static_cast<char>(value >> (8 * i) & 0xff);
  }
};

/// A zip as torch.save writes it: `storages` are pairs of a key and its bytes.
inline void write_pth(const std::filesystem::path& path, const std::string& pickle,
                      const std::vector<std::pair<std::string, std::string>>& storages) {
  OutputFile file(path, true);
  ZipWriter zip(file);
  zip.add("net/data.pkl", pickle);
  for (const auto& [key, bytes] : storages) zip.add("net/data/" + key, bytes);
  zip.add("net/version", "3\n");
  zip.finish();
  file.commit();
}

}  // namespace signpost
