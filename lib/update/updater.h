#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "device/classifier.h"
#include "update/agreement.h"
#include "update/model_download.h"
#include "update/model_folder.h"

namespace signpost {

struct UpdateOptions {
  std::filesystem::path folder;        ///< of models
  std::filesystem::path confirmed;     ///< captures that people confirmed; empty: none
  std::string public_key;              ///< text or file; empty: signatures are not looked at
  std::size_t min_confirmations = 20;  ///< fewer take no model back
};

/// What an update came to.
struct UpdateResult {
  enum class Status {
    updated,     ///< another model is used from now on
    current,     ///< the one in use is the newest, or passes the check
    refused,     ///< the newest did not prove itself: the one in use stays
    rolled_back  ///< the one in use did not: the one before is used again
  } status = Status::current;
  std::string model, previous;  ///< "NAME-VERSION" of what is used now, and was before; or empty
  std::string why;              ///< of what was refused or taken back
  /// Of the newer and of the older model, where there were confirmed captures.
  std::optional<Agreement> newer, older;
};

/// Keeps the model of a device the newest that proves itself on it.
class Updater {
 public:
  explicit Updater(UpdateOptions options)
      : options_(std::move(options)), models_(options_.folder) {}

  /// Asks the server. What it offers is used if it is signed (with a public key), opens, gives its
  /// golden vectors on this machine, and agrees with the confirmed captures at least as often as
  /// the model in use. One that did not is noted and not fetched again. Before that a model that no
  /// longer opens is taken back, as by `check`. Throws Error{environment} if the server cannot be
  /// reached or the folder cannot be written: what was used is used still.
  UpdateResult update(const FeedOptions& feed);

  /// Takes the model in use back if it does not open, or if it agrees with the confirmed captures,
  /// `min_confirmations` or more, less often than the one before. Throws Error{input} if no model
  /// opens.
  UpdateResult check();

  /// Takes the model in use back. Throws Error{input} if there is none before it that opens.
  UpdateResult roll_back(const std::string& why);

  /// Forgets which models were refused.
  void forget_refusals() { models_.forget_refusals(); }

  /// "NAME-VERSION" of the model in use if it opens; empty if not.
  std::string in_use();

 private:
  std::unique_ptr<Classifier> prove(const std::filesystem::path& package) const;
  std::unique_ptr<Classifier> open(const std::string& sha256, std::string& wrong) const;
  UpdateResult take(const std::string& sha256, Classifier* used, ModelFeedClient& client);

  UpdateOptions options_;
  ModelFolder models_;
};

}  // namespace signpost
