#include <unistd.h>

#include <memory>

#include "base/json_text.h"
#include "cli/command.h"
#include "fetch/server_address.h"
#include "fetch/token_file.h"
#include "update/updater.h"

namespace signpost {
namespace {

struct Options {
  UpdateOptions update;
  FeedOptions feed;
  std::filesystem::path token_file;
  bool check = false, roll_back = false, retry_refused = false;
};

void append(std::string& json, const char* key, const std::optional<Agreement>& agreement) {
  if (!agreement) return;
  json += std::string(",\"") + key + "\":{\"agreed\":" + std::to_string(agreement->agreed) +
          ",\"asked\":" + std::to_string(agreement->asked) + "}";
}

Exit tell(const UpdateResult& result) {
  using Status = UpdateResult::Status;
  constexpr const char* kNames[] = {"updated", "current", "refused", "rolled_back"};
  std::string json =
      std::string("{\"status\":\"") + kNames[static_cast<std::size_t>(result.status)] + "\"";
  if (!result.model.empty()) json += ",\"model\":" + json_string(result.model);
  if (!result.previous.empty()) json += ",\"previous\":" + json_string(result.previous);
  if (!result.why.empty()) json += ",\"why\":" + json_string(result.why);
  append(json, "newer", result.newer);
  append(json, "older", result.older);
  json += "}\n";
  write_all(STDOUT_FILENO, as_bytes(json), "standard output");
  const bool good = result.status == Status::updated || result.status == Status::current;
  return good ? Exit::done : Exit::refused;
}

Exit run(const Options& options) {
  if (options.check && options.roll_back)
    throw Error(Blame::usage, "--check and --roll-back exclude one another; give one of them");
  if (options.check || options.roll_back) {
    if (!std::filesystem::is_directory(options.update.folder)) {
      throw Error(Blame::input,
                  options.update.folder.string() + ": there is no such folder of models");
    }
    Updater updater(options.update);
    if (options.check) return tell(updater.check());
    tell(updater.roll_back("taken back by hand"));
    return Exit::done;
  }
  if (options.feed.url.empty() || options.token_file.empty())
    throw Error(Blame::usage, "say where models come from with --url and --token-file");
  FeedOptions feed = options.feed;
  feed.token = read_token_file(options.token_file);
  feed.words = say;
  server_address(feed.url, "");  // refused before anything is written
  Updater updater(options.update);
  if (options.retry_refused) updater.forget_refusals();
  UpdateResult result;
  try {
    result = updater.update(feed);
  } catch (const Error& error) {
    if (error.blame() == Blame::usage) throw;
    const std::string used = updater.in_use();
    const std::string left =
        used.empty() ? "; there is no model here yet" : "; going on with " + used;
    throw Error(error.blame(), error.what() + left);
  }
  return tell(result);
}

}  // namespace

Command command() {
  return {
      "Keep a device's model the newest that proves itself", [](CLI::App& app) {
        auto options = std::make_shared<Options>();
        app.add_option("--models", options->update.folder,
                       "Folder of the device's models; made if missing. DIR/current/model.signpost "
                       "is the one to run")
            ->required()
            ->envname("SIGNPOST_MODELS")
            ->type_name("DIR");
        app.add_option("--url", options->feed.url, "The server, https://HOST or https://HOST:PORT")
            ->envname("SIGNPOST_URL")
            ->type_name("URL");
        app.add_option("--token-file", options->token_file, "File with the token of this device")
            ->envname("SIGNPOST_TOKEN_FILE")
            ->type_name("FILE");
        app.add_option("--cacert", options->feed.cacert,
                       "Trust the certificates in this PEM file in place of the system's")
            ->type_name("FILE");
        app.add_option("--pubkey", options->update.public_key,
                       "Take only what this key signed: minisign's line, or a file with it")
            ->envname("SIGNPOST_PUBKEY")
            ->type_name("KEY");
        app.add_option(
               "--confirmed", options->update.confirmed,
               "Captures that people confirmed, as run --keep-confirmed keeps them: a model "
               "must agree with them at least as often as the one before")
            ->type_name("DIR");
        app.add_flag(
            "--check", options->check,
            "Ask no server: take the model in use back if it does not open, or agrees with "
            "people less often than the one before");
        app.add_option("--min-confirmations", options->update.min_confirmations,
                       "With --check, fewer confirmed captures take no model back")
            ->capture_default_str();
        app.add_flag("--roll-back", options->roll_back, "Use the model before again");
        app.add_flag("--retry-refused", options->retry_refused,
                     "Forget which models were refused, and try them again");
        app.add_option("--retries", options->feed.retries,
                       "Give up after so many failures in a row")
            ->capture_default_str()
            ->check(CLI::Range(0, 1000000));
        app.add_option("--retry-wait-s", options->feed.retry_wait_s,
                       "Wait before the first new attempt; doubles each time, to at most a minute")
            ->capture_default_str()
            ->check(CLI::Range(0.0, 3600.0));
        app.add_option("--stall-timeout-s", options->feed.stall_timeout_s,
                       "Give an attempt up when not a byte moved for so long")
            ->capture_default_str()
            ->check(CLI::Range(1l, 3600l));
        return [options] { return run(*options); };
      }};
}

}  // namespace signpost
