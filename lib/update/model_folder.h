#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace signpost {

/// A model that was not taken, or was taken back.
struct RefusedModel {
  std::string sha256, why;
};

/// The models that a device keeps: the one that it uses and the one before.
///
///   DIR/models/SHA256/model.signpost, model.signpost.minisig
///   DIR/current  -> models/SHA256     what is used: DIR/current/model.signpost
///   DIR/previous -> models/SHA256
///   DIR/refused.json                  what is not to be fetched again, and why
///   DIR/incoming*                     on its way in
///
/// A model's folder appears by one rename, and the links change by one rename each, so that
/// whatever moment the power goes at, `current` names a whole model, the new one or the old. Each
/// step has reached the disk before the next. One program at a time changes a folder; any number
/// may read. All throw Error{environment} if it cannot be written.
class ModelFolder {
 public:
  /// Makes the folder if it is missing. Throws Error{environment} if another program changes it.
  explicit ModelFolder(std::filesystem::path folder);
  ModelFolder(const ModelFolder&) = delete;
  ModelFolder& operator=(const ModelFolder&) = delete;
  ~ModelFolder();

  /// SHA-256 of the model that is used, or was used before; empty for none.
  std::string current() const { return named_by("current"); }
  std::string previous() const { return named_by("previous"); }
  std::filesystem::path package(const std::string& sha256) const;
  /// Where a package is put before it is installed; its signature stands beside it.
  std::filesystem::path incoming() const { return folder_ / "incoming.signpost"; }
  const std::filesystem::path& folder() const { return folder_; }

  /// Uses what stands at `incoming()`, the package with that SHA-256, from now on; one that was
  /// there already and was spoilt is replaced. What was used becomes the previous one.
  void install(const std::string& sha256);

  /// Uses the previous model again and forgets the current one, which is noted as refused.
  void roll_back(const std::string& why);

  /// Notes a model, and removes what stands at `incoming()`. The last 16 are kept.
  void refuse(const std::string& sha256, const std::string& why);
  void forget_refusals();
  std::vector<RefusedModel> refused() const;

  /// Removes models that no link names, and what stands at `incoming()`.
  void tidy();

 private:
  std::string named_by(const char* link) const;
  void point(const char* link, const std::string& sha256);
  void write_refused(const std::vector<RefusedModel>& models);

  std::filesystem::path folder_, models_;
  int lock_ = -1;
};

}  // namespace signpost
