#include "model/package.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <new>
#include <nlohmann/json.hpp>

#include "base/archive.h"
#include "base/digest.h"
#include "base/error.h"
#include "base/printable.h"
#include "model/contract.h"
#include "model/package_checks.h"
#include "model/signature.h"

namespace signpost {
namespace {

using Json = nlohmann::json;

/// The fields of one JSON object; a wrong one is an Error{input} that names object and field.
class Fields {
 public:
  Fields(const Json& object, std::string where) : object_(object), where_(std::move(where)) {
    if (!object_.is_object()) throw Error(Blame::input, where_ + ": is no JSON object");
  }

  std::string text(const char* key) const {
    const Json& field = at(key);
    if (!field.is_string()) throw wrong(key, "text");
    return field.get<std::string>();
  }

  std::int64_t integer(const char* key, std::int64_t low, std::int64_t high) const {
    const Json& field = at(key);
    const bool fits = field.is_number_unsigned()
                          ? field.get<std::uint64_t>() <= static_cast<std::uint64_t>(high)
                          : field.is_number_integer();
    if (!fits || field.get<std::int64_t>() < low || field.get<std::int64_t>() > high)
      throw wrong(key,
                  "a whole number from " + std::to_string(low) + " to " + std::to_string(high));
    return field.get<std::int64_t>();
  }

  double number(const char* key) const {
    const Json& field = at(key);
    if (!field.is_number()) throw wrong(key, "a number");
    return field.get<double>();
  }

  bool truth(const char* key) const {
    const Json& field = at(key);
    if (!field.is_boolean()) throw wrong(key, "true or false");
    return field.get<bool>();
  }

  bool has(const char* key) const { return object_.contains(key); }

  const Json& object(const char* key) const {
    const Json& field = at(key);
    if (!field.is_object()) throw wrong(key, "an object");
    return field;
  }

  const Json& array(const char* key) const {
    const Json& field = at(key);
    if (!field.is_array()) throw wrong(key, "a list");
    return field;
  }

  Box box(const char* key) const {
    const Json& field = array(key);
    std::array<int, 4> corner{};
    if (field.size() != corner.size()) throw wrong(key, "four whole numbers");
    for (std::size_t i = 0; i < corner.size(); ++i) {
      if (!field[i].is_number_unsigned() || field[i].get<std::uint64_t>() > kMaxPixels)
        throw wrong(key, "four whole numbers");
      corner[i] = field[i].get<int>();
    }
    return {corner[0], corner[1], corner[2], corner[3]};
  }

  std::vector<float> numbers(const char* key) const {
    std::vector<float> values;
    for (const Json& value : array(key)) {
      if (!value.is_number() || !(std::abs(value.get<double>()) < 1e9))
        throw wrong(key, "a list of numbers");
      values.push_back(value.get<float>());
    }
    return values;
  }

 private:
  const Json& at(const char* key) const {
    const auto field = object_.find(key);
    if (field == object_.end()) throw Error(Blame::input, where_ + ": has no \"" + key + "\"");
    return *field;
  }
  Error wrong(const char* key, const std::string& expected) const {
    return {Blame::input, where_ + ": \"" + key + "\" must be " + expected};
  }

  const Json& object_;
  std::string where_;
};

/// What the members of a package lie in, with the messages for those that do not.
class Members {
 public:
  Members(const Archive& archive, std::string path) : archive_(archive), path_(std::move(path)) {}

  ByteView bytes(const std::string& name) const {
    const Archive::Member* member = archive_.find(name);
    if (!member)
      throw Error(Blame::input, path_ + ": lacks " + name + "; copy or build the package again");
    if (member->encrypted || member->method != 0 || member->size != member->compressed_size) {
      throw Error(Blame::input, where(name) +
                                    ": is compressed or encrypted; a package's members are stored: "
                                    "use the package as it was built");
    }
    return archive_.stored_bytes(*member);
  }

  /// A copy, verified by the zip's CRC-32.
  std::string text(const std::string& name) const {
    bytes(name);
    Bytes copy;
    archive_.read(*archive_.find(name), copy);
    return std::string(as_text(copy));
  }

  Json json(const std::string& name) const {
    Json parsed = Json::parse(text(name), nullptr, false);
    if (parsed.is_discarded()) throw Error(Blame::input, where(name) + ": is not valid JSON");
    return parsed;
  }

  /// Those of the model card's pictures, in the order of their names.
  std::vector<CardPicture> pictures() const {
    std::vector<CardPicture> found;
    for (const Archive::Member& member : archive_.members()) {
      if (member.name.starts_with("card/")) found.push_back({member.name, bytes(member.name)});
    }
    std::ranges::sort(found, {}, &CardPicture::name);
    return found;
  }

  std::string where(const std::string& name) const { return path_ + "!" + name; }

 private:
  const Archive& archive_;
  std::string path_;
};

/// Throws unless the member has the SHA-256 that package.json states.
void check_digest(const Members& members, const Fields& digests, const std::string& name) {
  if (sha256_hex(members.bytes(name)) == digests.text(name.c_str())) return;
  throw Error(Blame::input, members.where(name) +
                                ": its SHA-256 is not that of package.json; the package was "
                                "damaged or changed: copy or build it again");
}

Abstain read_abstain(const Fields& fields) {
  return {fields.number("accuracy"), fields.number("coverage"), fields.numbers("thresholds")};
}

std::vector<Gate> read_gates(const Fields& fields, const std::string& where) {
  std::vector<Gate> gates;
  for (const Json& entry : fields.array("gates")) {
    const Fields gate(entry, where + ": gate " + std::to_string(gates.size()));
    gates.push_back(
        {gate.text("name"), gate.number("limit"), gate.number("measured"), gate.truth("passed")});
  }
  return gates;
}

/// `stated`: the digests of package.json.
PackageContents read_contents(const Members& members, std::map<std::string, std::string>& stated) {
  const Json manifest = members.json("package.json");
  const std::string where = members.where("package.json");
  const Fields fields(manifest, where);
  const std::int64_t format = fields.integer("format", 1, INT32_MAX);
  if (format != kPackageFormat) {
    throw Error(Blame::input,
                where + ": is of package format " + std::to_string(format) +
                    "; this release reads format " + std::to_string(kPackageFormat) +
                    (format > kPackageFormat ? ": update signpost" : ": package the run again"));
  }
  PackageContents contents;
  contents.name = fields.text("name");
  contents.version = fields.text("version");
  contents.made_by = fields.text("signpost");
  contents.preprocessing = decode_contract(fields.object("preprocessing").dump(), where);
  contents.metrics = fields.object("metrics").dump();
  contents.licence = fields.text("licence");
  contents.provenance = fields.object("provenance").dump();
  contents.gates = read_gates(fields, where);
  if (fields.has("abstain"))
    contents.abstain = read_abstain({fields.object("abstain"), where + ": \"abstain\""});
  const Fields digests(fields.object("sha256"), where + ": \"sha256\"");
  for (const auto& [name, digest] : fields.object("sha256").items()) {
    if (digest.is_string()) stated[name] = digest.get<std::string>();
  }

  const Fields model(fields.object("model"), where + ": \"model\"");
  contents.network = model.text("name");
  contents.parameters = static_cast<std::uint64_t>(model.integer("parameters", 0, INT64_MAX));
  contents.precision = model.text("precision");
  check_digest(members, digests, "model.onnx");
  contents.onnx = members.bytes("model.onnx");

  check_digest(members, digests, "labels.json");
  const Json labels = members.json("labels.json");
  if (!labels.is_array())
    throw Error(Blame::input, members.where("labels.json") + ": is no JSON list");
  for (const Json& entry : labels) {
    const Fields label(
        entry, members.where("labels.json") + ": label " + std::to_string(contents.labels.size()));
    contents.labels.push_back({static_cast<int>(label.integer("id", 0, INT32_MAX)),
                               label.text("name"), label.text("name_de")});
  }
  for (const Json& entry : fields.array("golden")) {
    const Fields golden(entry, where + ": golden vector " + std::to_string(contents.golden.size()));
    for (const char* part : {"image", "tensor"}) check_digest(members, digests, golden.text(part));
    contents.golden.push_back({members.bytes(golden.text("image")), golden.box("roi"),
                               members.bytes(golden.text("tensor")),
                               golden.numbers("probabilities")});
  }
  check_digest(members, digests, "MODEL_CARD.md");
  contents.model_card = members.text("MODEL_CARD.md");
  contents.pictures = members.pictures();
  return contents;
}

/// What `action` returns; its messages may name members as the file does.
template <typename Action>
auto one_line(Action&& action) {
  try {
    return action();
  } catch (const Error& error) {
    throw Error(error.blame(), printable(error.what()));
  }
}

void check_start(ByteView bytes, const std::string& name) {
  if (bytes.size() < 4 || as_text(bytes.first(2)) != "PK")
    throw Error(Blame::input, name + ": is not a signpost package; signpost package writes them");
}

}  // namespace

/// Bytes that start at a multiple of 64, as they do in a mapped file.
class Package::Memory {
 public:
  explicit Memory(ByteView bytes)
      : size_(bytes.size()),
        data_(static_cast<std::uint8_t*>(::operator new(bytes.size(), kAlignment))) {
    std::copy(bytes.begin(), bytes.end(), data_);
  }
  Memory(const Memory&) = delete;
  Memory& operator=(const Memory&) = delete;
  ~Memory() { ::operator delete(data_, kAlignment); }
  ByteView bytes() const { return {data_, size_}; }

 private:
  static constexpr std::align_val_t kAlignment{64};
  std::size_t size_;
  std::uint8_t* data_;
};

Package::Package() = default;
Package::~Package() = default;

std::shared_ptr<const Package> Package::open(const std::filesystem::path& path) {
  std::shared_ptr<Package> package(new Package);
  package->path_ = path.string();
  check_start(MappedFile(path).bytes(), package->path_);
  return one_line([&] {
    package->archive_ = std::make_unique<const Archive>(path);
    package->read();
    return std::move(package);
  });
}

std::shared_ptr<const Package> Package::open_bytes(ByteView bytes, const std::string& name) {
  std::shared_ptr<Package> package(new Package);
  package->path_ = name;
  check_start(bytes, name);
  package->memory_ = std::make_unique<const Memory>(bytes);
  return one_line([&] {
    package->archive_ = std::make_unique<const Archive>(package->memory_->bytes(), name);
    package->read();
    return std::move(package);
  });
}

std::shared_ptr<const Package> Package::open_signed(const std::filesystem::path& path,
                                                    const PublicKey& key) {
  Bytes bytes;
  read_regular_file(path, bytes);
  verify_signature_beside(path, bytes, key);
  return open_bytes(bytes, path.string());
}

void Package::read() {
  const Archive& archive = *archive_;
  if (!archive.damage().empty()) throw Error(Blame::input, archive.damage());
  if (!archive.find("package.json")) {
    throw Error(Blame::input,
                path_ + ": is a zip but not a signpost package: it holds no package.json");
  }
  contents_ = read_contents(Members(archive, path_), digests_);
  const std::string wrong = contradiction(contents_);
  if (!wrong.empty())
    throw Error(Blame::input, path_ + ": the package contradicts itself: " + wrong);
}

std::string Package::damage() const {
  for (const Archive::Member& member : archive_->members()) {
    if (member.name == "package.json") continue;
    const auto stated = digests_.find(member.name);
    if (stated == digests_.end()) return member.name + " was added after the package was written";
    if (sha256_hex(archive_->stored_bytes(member)) != stated->second)
      return member.name + " was changed: its SHA-256 is not that of package.json";
  }
  for (const auto& [name, digest] : digests_) {
    if (!archive_->find(name)) return name + " was taken out";
  }
  if (archive_->members().size() != digests_.size() + 1) return "a member stands twice";
  return {};
}

}  // namespace signpost
