#include "train/pth.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "base/archive.h"
#include "base/error.h"
#include "train/pickle.h"

namespace signpost {
namespace {

constexpr std::uint64_t kMaxPickleBytes = std::uint64_t{4} << 20;
/// Tensors may share a storage, but not so that a small file gives a large network.
constexpr std::uint64_t kMaxGrowth = 8;

class PthReader {
 public:
  explicit PthReader(const std::filesystem::path& path)
      : where_(path.string()), archive_(path), budget_(std::filesystem::file_size(path)) {
    budget_ = budget_ * kMaxGrowth;
    if (!archive_.damage().empty()) throw Error(Blame::input, archive_.damage());
  }

  Weights read() {
    Bytes pickle;
    const Archive::Member& program = find_program();
    if (program.size > kMaxPickleBytes) fail("has a pickle of over 4 MiB; that is no state dict");
    archive_.read(program, pickle);
    const auto tensors = read_pickled_state_dict(pickle, where_);
    const bool prefixed = std::all_of(tensors.begin(), tensors.end(), [](const auto& each) {
      return each.first.starts_with("module.");
    });
    Weights weights;
    for (const auto& [name, tensor] : tensors) {
      if (tensor.type == ElementType::integer) continue;
      weights[prefixed ? name.substr(7) : name] = values_of(name, tensor);
    }
    return weights;
  }

 private:
  [[noreturn]] void fail(const std::string& what) const {
    throw Error(Blame::input, where_ + ": " + what);
  }

  /// The one member FOLDER/data.pkl; sets the folder.
  const Archive::Member& find_program() {
    const Archive::Member* program = nullptr;
    for (const Archive::Member& member : archive_.members()) {
      if (!member.name.ends_with("/data.pkl")) continue;
      if (program) fail("has two data.pkl; that is not what torch.save writes");
      program = &member;
    }
    if (!program) fail("is a zip without a data.pkl; torch.save(model.state_dict(), …) writes one");
    folder_ = program->name.substr(0, program->name.size() - 8);
    if (const Archive::Member* order = archive_.find(folder_ + "byteorder")) {
      Bytes text;
      if (order->size <= 8) archive_.read(*order, text);
      if (as_text(text) != "little") fail("was saved on a big-endian machine; save it on another");
    }
    return *program;
  }

  const Bytes& storage(const PickledTensor& tensor) {
    if (storage_key_ == tensor.storage && !storage_.empty()) return storage_;
    const Archive::Member* member = archive_.find(folder_ + "data/" + tensor.storage);
    if (!member) fail("lacks the storage data/" + tensor.storage.substr(0, 40) + " of a tensor");
    spend(member->size);
    archive_.read(*member, storage_);
    storage_key_ = tensor.storage;
    return storage_;
  }

  void spend(std::uint64_t bytes) {
    if (bytes > budget_) fail("names the same numbers again and again; the file is made to harm");
    budget_ -= bytes;
  }

  WeightTensor values_of(const std::string& name, const PickledTensor& from) {
    WeightTensor tensor;
    tensor.shape = from.shape;
    std::uint64_t count = 1;
    for (const std::int64_t side : from.shape) count *= static_cast<std::uint64_t>(side);
    if (count == 0) return tensor;
    const Bytes& bytes = storage(from);
    const std::size_t width = element_bytes(from.type);
    if (bytes.size() / width != from.storage_elements || bytes.size() % width != 0)
      fail("the storage of " + name + " has another size than its pickle says");
    spend(count * sizeof(float));
    tensor.values.resize(count);
    if (from.type == ElementType::float32 && is_contiguous(from)) {
      std::memcpy(tensor.values.data(), bytes.data() + from.offset * width, count * width);
      return tensor;
    }
    // An odometer over the shape, last side first.
    std::vector<std::int64_t> place(from.shape.size());
    std::uint64_t at = from.offset;
    for (float& value : tensor.values) {
      value = read_element(bytes.data() + at * width, from.type);
      for (std::size_t i = place.size(); i-- > 0;) {
        at += static_cast<std::uint64_t>(from.strides[i]);
        if (++place[i] < from.shape[i]) break;
        at -= static_cast<std::uint64_t>(from.strides[i]) * static_cast<std::uint64_t>(place[i]);
        place[i] = 0;
      }
    }
    return tensor;
  }

  static bool is_contiguous(const PickledTensor& tensor) {
    std::int64_t step = 1;
    for (std::size_t i = tensor.shape.size(); i-- > 0;) {
      if (tensor.shape[i] != 1 && tensor.strides[i] != step) return false;
      step *= tensor.shape[i];
    }
    return true;
  }

  std::string where_, folder_;
  Archive archive_;
  std::uint64_t budget_;
  std::string storage_key_;
  Bytes storage_;
};

}  // namespace

Weights read_pth(const std::filesystem::path& path) { return PthReader(path).read(); }

}  // namespace signpost
