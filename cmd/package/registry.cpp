#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <memory>

#include "base/error.h"
#include "base/file.h"
#include "base/json_text.h"
#include "model/signature.h"
#include "proof/verify.h"
#include "store/models.h"
#include "subcommands.h"

namespace signpost {
namespace {

namespace fs = std::filesystem;

struct Options {
  std::string database = "captures.db", who, why, what, alias, output, gates, key;
  bool force = false;
};

void print(const std::string& line) {
  write_all(STDOUT_FILENO, as_bytes(line + "\n"), "standard output");
}

void add_database(CLI::App& app, Options& options) {
  app.add_option("--db", options.database, "The store: one file")
      ->capture_default_str()
      ->envname("SIGNPOST_DB")
      ->type_name("FILE");
}

void add_who(CLI::App& app, Options& options) {
  app.add_option("--who", options.who, "Who does it")->envname("USER")->type_name("NAME");
}

void add_alias(CLI::App& app, Options& options, bool required) {
  app.add_option("ALIAS", options.alias, "stable is what devices get; candidate is up to you")
      ->check(CLI::IsMember(std::vector<std::string>(std::begin(kAliases), std::end(kAliases))))
      ->required(required);
}

void require_who(const Options& options) {
  if (options.who.empty()) throw Error(Blame::usage, "say who does it with --who; USER is not set");
}

std::string model_json(const RegisteredModel& model) {
  std::string line =
      "{\"model\":" + json_string(model.id()) + ",\"sha256\":" + json_string(model.sha256) +
      fmt::format(",\"bytes\":{},\"signed\":{},\"aliases\":[", model.bytes, model.is_signed);
  for (std::size_t i = 0; i < model.aliases.size(); ++i)
    line += (i ? "," : "") + json_string(model.aliases[i]);
  return line + "],\"registered\":" + json_string(model.registered) +
         ",\"who\":" + json_string(model.who) + "}";
}

std::string promotion_json(const Promotion& promotion) {
  std::string line = fmt::format("{{\"promotion\":{},\"alias\":", promotion.number) +
                     json_string(promotion.alias) + ",\"model\":" + json_string(promotion.id) +
                     ",\"time\":" + json_string(promotion.created) +
                     ",\"who\":" + json_string(promotion.who);
  if (!promotion.why.empty()) line += ",\"why\":" + json_string(promotion.why);
  if (promotion.undoes) line += fmt::format(",\"undoes\":{}", promotion.undoes);
  return line + "}";
}

/// A package of the store as a file with its signature, for as long as the object lives.
class Extracted {
 public:
  Extracted(ModelRegistry& registry, const RegisteredModel& model) {
    std::string name = (fs::temp_directory_path() / "signpost-package-XXXXXX").string();
    if (!::mkdtemp(name.data())) throw_errno("cannot make a folder in " + name);
    folder_ = name;
    OutputFile package(path(model), false);
    package.write(registry.content(model.number));
    package.commit();
    const std::string signature = registry.signature(model.number);
    if (signature.empty()) return;
    OutputFile beside(signature_path(path(model)), false);
    beside.write(signature);
    beside.commit();
  }
  Extracted(const Extracted&) = delete;
  Extracted& operator=(const Extracted&) = delete;
  ~Extracted() {
    std::error_code ignored;
    fs::remove_all(folder_, ignored);
  }
  fs::path path(const RegisteredModel& model) const { return folder_ / (model.id() + ".signpost"); }

 private:
  fs::path folder_;
};

/// Whether the model may go live: what failed is said, one line each.
bool fit_to_go_live(ModelRegistry& registry, const RegisteredModel& model, const Options& options) {
  const Extracted files(registry, model);
  VerifyOptions verify;
  verify.package = files.path(model);
  verify.public_key = registry.trusted_key();
  verify.gates = options.gates;
  Rejects rejects(program_name(), {.file = {}, .strict = true, .quiet = true});
  Progress progress("verify", "images", 0, ProgressStyle::none);
  const std::vector<Check> checks = verify_package(verify, rejects, progress);
  for (const Check& check : checks) {
    if (check.result == Check::Result::failed)
      say("refused: " + model.id() + ": " + check.name + ": " + check.note);
  }
  return !any_failed(checks);
}

Exit register_package(const Options& options) {
  require_who(options);
  ModelFile file;
  read_regular_file(options.what, file.content);
  const auto package = Package::open_bytes(file.content, options.what);
  file.name = package->contents().name;
  file.version = package->contents().version;
  file.who = options.who;
  const fs::path beside = signature_path(options.what);
  if (fs::exists(beside)) file.signature = read_text(beside);
  ModelRegistry registry(options.database, Database::Missing::create);
  const std::string key = registry.trusted_key();
  if (!key.empty() && !file.signature.empty())
    verify_signature(file.content, file.signature, read_public_key(key), beside.string());
  registry.add(file);
  print(model_json(registry.find(package->id())));
  return Exit::done;
}

Exit promote(const Options& options) {
  require_who(options);
  ModelRegistry registry(options.database, Database::Missing::refuse);
  const RegisteredModel model = registry.find(options.what);
  if (!fit_to_go_live(registry, model, options)) return Exit::refused;
  const auto promotion = registry.promote(options.alias, model.number, options.who, options.why);
  if (promotion) {
    print(promotion_json(*promotion));
  } else {
    say(model.id() + " is " + options.alias + " already");
  }
  return Exit::done;
}

Exit rollback(const Options& options) {
  require_who(options);
  ModelRegistry registry(options.database, Database::Missing::refuse);
  const Promotion before = registry.before(options.alias);
  if (!fit_to_go_live(registry, registry.find(before.model), options)) return Exit::refused;
  print(promotion_json(registry.rollback(options.alias, before, options.who, options.why)));
  return Exit::done;
}

Exit list(const Options& options) {
  ModelRegistry registry(options.database, Database::Missing::refuse);
  for (const RegisteredModel& model : registry.list()) print(model_json(model));
  return Exit::done;
}

Exit history(const Options& options) {
  ModelRegistry registry(options.database, Database::Missing::refuse);
  for (const Promotion& each : registry.history(options.alias)) print(promotion_json(each));
  return Exit::done;
}

Exit get(const Options& options) {
  refuse_existing(options.output, options.force);
  ModelRegistry registry(options.database, Database::Missing::refuse);
  const bool alias = std::ranges::find(kAliases, options.what) != std::end(kAliases);
  const std::optional<LiveModel> live = alias ? registry.live(options.what) : std::nullopt;
  if (alias && !live)
    throw Error(Blame::input, options.database + ": nothing was promoted to " + options.what);
  const RegisteredModel model = alias ? registry.find(live->model) : registry.find(options.what);
  const std::string signature = registry.signature(model.number);
  if (!signature.empty()) {
    OutputFile beside(signature_path(options.output), options.force);
    beside.write(signature);
    beside.commit();
  }
  OutputFile file(options.output, options.force);
  file.write(registry.content(model.number));
  file.commit();
  return Exit::done;
}

Exit trust(const Options& options) {
  ModelRegistry registry(options.database, Database::Missing::create);
  if (options.key.empty()) {
    const std::string key = registry.trusted_key();
    print(key.empty() ? "none" : key);
  } else if (options.key == "none") {
    registry.trust("");
  } else {
    registry.trust(public_key_text(read_public_key(options.key)));
  }
  return Exit::done;
}

/// A subcommand whose flags `declare` adds.
template <typename Declare>
PackageCommand subcommand(const char* name, const char* summary, Exit (*work)(const Options&),
                          Declare declare) {
  return {name, summary, [=](CLI::App& app) {
            auto options = std::make_shared<Options>();
            declare(app, *options);
            add_database(app, *options);
            return [=] { return work(*options); };
          }};
}

void add_why(CLI::App& app, Options& options) {
  app.add_option("--why", options.why, "For the history")->type_name("TEXT");
  app.add_option("--gates", options.gates,
                 "Hold the model to these gates (default: those that it was packaged under)")
      ->envname("SIGNPOST_GATES")
      ->type_name("FILE");
}

}  // namespace

std::vector<PackageCommand> package_registry() {
  return {
      subcommand("register", "Put a package, and its signature, into a store", register_package,
                 [](CLI::App& app, Options& options) {
                   app.add_option("PACKAGE", options.what, "The package")->required();
                   add_who(app, options);
                 }),
      subcommand("promote", "Make an alias mean a registered package, after verifying it", promote,
                 [](CLI::App& app, Options& options) {
                   app.add_option("MODEL", options.what, "NAME-VERSION")->required();
                   add_alias(app, options, true);
                   add_who(app, options);
                   add_why(app, options);
                 }),
      subcommand("rollback", "Make an alias mean again what it meant before", rollback,
                 [](CLI::App& app, Options& options) {
                   add_alias(app, options, true);
                   add_who(app, options);
                   add_why(app, options);
                 }),
      subcommand("list", "Print the registered packages as NDJSON", list,
                 [](CLI::App&, Options&) {}),
      subcommand("history", "Print what was live when as NDJSON", history,
                 [](CLI::App& app, Options& options) { add_alias(app, options, false); }),
      subcommand("get", "Write a registered package, and its signature, to a file", get,
                 [](CLI::App& app, Options& options) {
                   app.add_option("MODEL", options.what, "NAME-VERSION, or an alias")->required();
                   app.add_option("-o,--output", options.output, "The package")
                       ->required()
                       ->type_name("PATH");
                   app.add_flag("--force", options.force, "Replace existing files");
                 }),
      subcommand("trust", "Require a signature by this key of everything that is promoted", trust,
                 [](CLI::App& app, Options& options) {
                   app.add_option("KEY", options.key,
                                  "Public key of minisign, its file, or none (default: print it)");
                 }),
  };
}

}  // namespace signpost
