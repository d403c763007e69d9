#pragma once

#include <functional>
#include <string>
#include <vector>

#include "cli/command.h"
#include "train/packager.h"

namespace signpost {

/// What `signpost package RUN` takes, on the command line.
struct PackageFlags {
  PackageOptions package;
  std::string key;  ///< the secret key's file; empty: do not sign
  ProgressStyle progress = ProgressStyle::automatic;
};

/// Declares them. Used by the command itself, which checks the line, and by the program that it
/// hands the work to.
void declare_package(CLI::App& app, PackageFlags& flags);

/// One subcommand of signpost package, one file of this folder.
struct PackageCommand {
  const char* name;
  const char* summary;
  /// Declares the flags and returns the work, as Command::setup does.
  std::function<std::function<Exit()>(CLI::App&)> setup;
};

PackageCommand package_keygen();
PackageCommand package_sign();
/// Those on the packages in a store: register, promote, rollback, list, history, get, trust.
std::vector<PackageCommand> package_registry();

/// The passphrase of a key: SIGNPOST_KEY_PASSPHRASE, else what is typed at the terminal, unseen,
/// and twice where a new one is chosen. Throws Error{usage} where there is neither.
std::string ask_passphrase(const std::string& key, bool fresh);

/// Reads the secret key of --key, asking for its passphrase if it has one.
SigningKey read_signing_key(const std::string& path);

}  // namespace signpost
