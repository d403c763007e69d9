#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/file.h"
#include "pixels/preprocess.h"

namespace signpost {

class Archive;
struct PublicKey;

/// One output of the network: its class.
struct Label {
  int id = 0;  ///< of the class catalogue
  std::string name, name_de;
  bool operator==(const Label&) const = default;
};

/// What a runner must reproduce before it may answer: an image, the tensor that preprocessing must
/// give (byte for byte) and the probabilities that the network must give (within
/// `kGoldenTolerance`).
struct GoldenVector {
  ByteView image;   ///< a binary PPM
  Box roi;          ///< inside the image
  ByteView tensor;  ///< size x size x 3
  std::vector<float> probabilities;
};

inline constexpr float kGoldenTolerance = 1e-4f;

/// The threshold of a class whose predictions are never to be relied on.
inline constexpr float kNeverAccepted = 2;

/// When to give no answer: a prediction of class k whose confidence is under `thresholds[k]` is not
/// to be relied on. Without thresholds every prediction is an answer.
struct Abstain {
  double accuracy = 0;            ///< the stated share of right answers among those accepted
  double coverage = 0;            ///< the share of validation samples that were accepted
  std::vector<float> thresholds;  ///< one a label, in their order, 0 to kNeverAccepted
  bool operator==(const Abstain&) const = default;
};

/// One condition that was measured before the package was written. The name says which side of the
/// limit is good: `min_…` or `max_…`.
struct Gate {
  std::string name;
  double limit = 0, measured = 0;
  bool passed = false;
  bool operator==(const Gate&) const = default;
};

/// A picture of the model card.
struct CardPicture {
  std::string name;  ///< "card/NAME.png"
  ByteView bytes;
};

/// Everything that a package holds (docs/package-format.md). The byte views belong to the caller
/// (writing) or to the Package (reading).
struct PackageContents {
  std::string name, version;  ///< letters, digits and "._+-"
  std::string made_by;        ///< the version of signpost that wrote it
  Preprocessing preprocessing;
  std::string network;  ///< e.g. "signnet"
  std::uint64_t parameters = 0;
  std::string precision = "float32";  ///< of the weights: "float32", "float16" or "int8"
  ByteView onnx;
  std::vector<Label> labels;  ///< in the order of the network's outputs
  std::vector<GoldenVector> golden;
  std::string metrics = "{}";     ///< a JSON object, free in form
  std::string licence;            ///< SPDX id or text; may be empty
  std::string provenance = "{}";  ///< a JSON object: where it comes from (docs/package-format.md)
  Abstain abstain;
  std::vector<Gate> gates;
  std::string model_card;  ///< Markdown
  std::vector<CardPicture> pictures;
};

/// labels.json, which also stands in the ONNX file (kLabelsKey in model/contract.h).
std::string encode_labels(const std::vector<Label>& labels);

/// Writes NAME.signpost: a zip of stored, 64-byte aligned members that appears whole or not at all.
/// The same contents give the same bytes. Throws Error{usage} if `path` exists and `force` is not
/// set, or if the contents contradict themselves (no label, a label twice, no golden vector, one of
/// a wrong size, a threshold too few); Error{environment} if it cannot be written. That the network
/// runs is not checked here: device/classifier.h does.
void write_package(const std::filesystem::path& path, const PackageContents& contents, bool force);

/// An opened package. Its bytes stay in the mapped file; reading is thread-safe.
class Package {
 public:
  /// Throws Error{input} on a file that cannot be read, is no package, is cut short, lacks a
  /// member, is of another format version or contract, or one of whose members does not have the
  /// SHA-256 of package.json.
  static std::shared_ptr<const Package> open(const std::filesystem::path& path);

  /// The same for a package in memory, which is copied; messages call it `name`.
  static std::shared_ptr<const Package> open_bytes(ByteView bytes, const std::string& name);

  /// The same for a file that must be signed by `key` (model/signature.h), its signature beside it.
  /// What was verified is what is opened: the file is read once, so that nobody can change it in
  /// between.
  static std::shared_ptr<const Package> open_signed(const std::filesystem::path& path,
                                                    const PublicKey& key);
  ~Package();
  Package(const Package&) = delete;
  Package& operator=(const Package&) = delete;

  /// Its views are valid while the Package lives. The ONNX bytes start at a multiple of 64 in
  /// memory if a release of signpost wrote the file.
  const PackageContents& contents() const { return contents_; }
  const std::string& path() const { return path_; }
  /// Looks also at what `open` leaves alone, since no device needs it: the pictures, and whether
  /// the members are exactly those that package.json lists. Returns what is wrong, or nothing.
  std::string damage() const;
  /// "NAME-VERSION", as captures and answers name it.
  std::string id() const { return contents_.name + "-" + contents_.version; }

 private:
  class Memory;
  Package();
  void read();
  std::string path_;
  std::unique_ptr<const Memory> memory_;  ///< of a package that is not mapped
  std::unique_ptr<const Archive> archive_;
  std::map<std::string, std::string> digests_;  ///< of the members, by name
  PackageContents contents_;
};

}  // namespace signpost
