#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/file.h"
#include "store/database.h"

namespace signpost {

/// A package as it is handed to the registry.
struct ModelFile {
  std::string name, version;  ///< of its package.json
  Bytes content;
  std::string signature;  ///< the text of its .minisig; empty: none
  std::string who;        ///< registers it
};

struct RegisteredModel {
  std::int64_t number = 0;
  std::string name, version, sha256, registered, who;
  std::uint64_t bytes = 0;
  bool is_signed = false;
  std::vector<std::string> aliases;  ///< those that mean it now
  std::string id() const { return name + "-" + version; }
};

/// One line of the history of an alias.
struct Promotion {
  std::int64_t number = 0, model = 0;
  std::string alias, id, created, who, why;
  std::int64_t undoes = 0;  ///< the promotion that was rolled back; 0: this is none
};

/// What an alias means now.
struct LiveModel {
  std::int64_t promotion = 0, model = 0;
};

inline constexpr const char* kAliases[] = {"stable", "candidate"};

/// The packages in a store and which of them are live: schema/0003_models.sql. One object is one
/// connection, as for CaptureStore: each call that writes is one transaction, on the disk when it
/// returns, and waits for others that write. That a package is sound is for the caller to find out
/// (proof/verify.h) before it is promoted.
class ModelRegistry {
 public:
  /// Opens the store and brings its schema up to date. Throws as Database does.
  ModelRegistry(const std::filesystem::path& path, Database::Missing missing);

  /// Adds a package; false if it was there already, byte for byte, and nothing but a new signature
  /// was added. Throws Error{usage} if another package has its name and version.
  bool add(const ModelFile& file);

  /// All, the oldest first.
  std::vector<RegisteredModel> list();
  /// By "NAME-VERSION". Throws Error{input} that names the store if there is none.
  RegisteredModel find(const std::string& id);
  RegisteredModel find(std::int64_t number);

  /// Throws Error{input} if it does not have its SHA-256 any more.
  Bytes content(std::int64_t number);
  /// Empty if it is not signed.
  std::string signature(std::int64_t number);

  std::optional<LiveModel> live(const std::string& alias);
  /// Of one alias, or of all if it is empty; the oldest first.
  std::vector<Promotion> history(const std::string& alias);

  /// Makes `alias` mean the model from now on. Nothing, and no line of history, if it does so
  /// already.
  std::optional<Promotion> promote(const std::string& alias, std::int64_t model,
                                   const std::string& who, const std::string& why);

  /// The model that `rollback` would go back to: that of the promotion before the last one which
  /// still stands. Throws Error{input} if there is none.
  Promotion before(const std::string& alias);
  /// Undoes the last promotion that still stands; done again, the one before it. `expected`: what
  /// `before` has told; throws Error{input} if another program has promoted or rolled back
  /// meanwhile.
  Promotion rollback(const std::string& alias, const Promotion& expected, const std::string& who,
                     const std::string& why);

  /// The public key of minisign by which everything that is promoted must be signed; empty: none.
  std::string trusted_key();
  void trust(const std::string& key);

 private:
  Promotion add_promotion(const std::string& alias, std::int64_t model, const std::string& who,
                          const std::string& why, std::int64_t undoes);
  std::vector<Promotion> standing(const std::string& alias);

  Database database_;
};

}  // namespace signpost
