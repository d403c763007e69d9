#include <unistd.h>

#include <chrono>
#include <memory>
#include <thread>

#include "base/interrupt.h"
#include "base/json_text.h"
#include "cli/command.h"
#include "serve/annotate.h"
#include "serve/listen.h"
#include "serve/service.h"

namespace signpost {
namespace {

struct Options {
  std::string database = "captures.db";
  std::string listen = "127.0.0.1:8080";
  ServiceOptions service;
  std::size_t max_image_mib = 16;
};

struct TokenOptions {
  std::string name, role = "device";
  std::int64_t number = 0;
};

void print(const std::string& line) {
  write_all(STDOUT_FILENO, as_bytes(line + "\n"), "standard output");
}

Exit serve(const Options& options) {
  ServiceOptions service_options = options.service;
  service_options.database = options.database;
  service_options.max_image_bytes = options.max_image_mib << 20;
  parse_listen(options.listen, service_options.web);
  const auto log = [](const std::string& line) {
    try {
      write_all(STDERR_FILENO, as_bytes(line + "\n"), "standard error");
    } catch (const Error&) {
      // A log that nobody can keep is no reason to refuse captures.
    }
  };
  Service service(std::move(service_options), quiet() ? Service::LogLine() : log);
  add_annotate(service, {});
  service.start();
  print("{\"url\":" + json_string(service.url()) + "}");
  while (!interrupted()) std::this_thread::sleep_for(std::chrono::milliseconds(20));
  service.stop();
  return Exit::done;
}

Exit add_token(const std::string& database, const TokenOptions& options) {
  CaptureStore store(database, Database::Missing::create);
  Role role = Role::device;
  for (std::size_t i = 0; i < std::size(kRoles); ++i) {
    if (options.role == kRoles[i]) role = static_cast<Role>(i);
  }
  const NewToken token = store.add_token(role, options.name);
  say("token " + std::to_string(token.token) + " for " + options.role + " " + options.name +
      "; it is shown this once");
  print(token.secret);
  return Exit::done;
}

Exit list_tokens(const std::string& database, const TokenOptions&) {
  CaptureStore store(database, Database::Missing::refuse);
  for (const Account& account : store.accounts()) {
    std::string line = "{\"token\":" + std::to_string(account.token) +
                       ",\"role\":" + json_string(kRoles[static_cast<std::size_t>(account.role)]) +
                       ",\"name\":" + json_string(account.name) +
                       ",\"created\":" + json_string(account.created);
    if (!account.last_used.empty()) line += ",\"last_used\":" + json_string(account.last_used);
    if (!account.revoked.empty()) line += ",\"revoked\":" + json_string(account.revoked);
    print(line + "}");
  }
  return Exit::done;
}

Exit revoke_token(const std::string& database, const TokenOptions& options) {
  CaptureStore store(database, Database::Missing::refuse);
  if (!store.revoke(options.number)) {
    throw Error(Blame::input, "there is no token " + std::to_string(options.number) +
                                  "; serve token list prints those there are");
  }
  say("token " + std::to_string(options.number) + " is revoked");
  return Exit::done;
}

void declare(CLI::App& app, Options& options) {
  app.add_option("--listen", options.listen, "Address and port; port 0 is any that is free")
      ->capture_default_str()
      ->type_name("HOST:PORT");
  app.add_option("--cert", options.service.web.cert, "Certificate chain in PEM, for HTTPS")
      ->type_name("FILE");
  app.add_option("--key", options.service.web.key, "Its private key in PEM")->type_name("FILE");
  app.add_option("--models", options.service.models,
                 "Hand out the package that was put into this folder last (default: the store's "
                 "stable one)")
      ->check(CLI::ExistingDirectory)
      ->type_name("DIR");
  app.add_option("--max-image-mib", options.max_image_mib, "The largest image that is taken")
      ->capture_default_str()
      ->check(CLI::Range(std::size_t{1}, std::size_t{512}));
  app.add_option("--max-pixels", options.service.max_pixels, "The most pixels of an image")
      ->capture_default_str()
      ->check(CLI::Range(std::int64_t{1}, std::int64_t{1} << 27));
  app.add_option("--rate-per-s", options.service.rate_per_s,
                 "Captures a second of one token, in the long run; 0: no limit")
      ->capture_default_str()
      ->check(CLI::Range(0.0, 1e6));
  app.add_option("--burst", options.service.burst, "And so many at once")
      ->capture_default_str()
      ->check(CLI::Range(1.0, 1e6));
  app.add_option("--connections", options.service.web.threads,
                 "Connections that are served at once; further ones wait")
      ->capture_default_str()
      ->check(CLI::Range(1, 4096));
  app.add_option("--head-timeout-s", options.service.web.head_s,
                 "For the head of a request to arrive")
      ->capture_default_str()
      ->check(CLI::Range(0.1, 3600.0));
  app.add_option("--body-timeout-s", options.service.web.body_s,
                 "For its body, beyond the time that it takes at 4 KiB/s")
      ->capture_default_str()
      ->check(CLI::Range(0.1, 3600.0));
  add_jobs(app, options.service.jobs);
}

using TokenWork = Exit (*)(const std::string&, const TokenOptions&);

}  // namespace

Command command() {
  return {
      "Take captures from devices over HTTP, and hand out models", [](CLI::App& app) {
        auto options = std::make_shared<Options>();
        auto token = std::make_shared<TokenOptions>();
        auto work = std::make_shared<TokenWork>(nullptr);
        app.require_subcommand(0, 1);
        app.add_option("--db", options->database, "The store; made if missing")
            ->capture_default_str()
            ->envname("SIGNPOST_DB")
            ->type_name("FILE");
        declare(app, *options);
        CLI::App* tokens = app.add_subcommand("token", "Say who may come in");
        tokens->require_subcommand(1);
        tokens->fallthrough();
        const auto subcommand = [&](const char* name, const char* summary, TokenWork run) {
          CLI::App* sub = tokens->add_subcommand(name, summary);
          sub->fallthrough();
          sub->footer("--db FILE and --quiet, see signpost serve --help, may stand here too.");
          sub->callback([work, run] { *work = run; });
          return sub;
        };
        CLI::App* add = subcommand("add", "Make a token and print it, this once", add_token);
        add->add_option("NAME", token->name, "Of the device or the person")->required();
        add->add_option("--role", token->role, "What it is for")
            ->check(CLI::IsMember(std::vector<std::string>(std::begin(kRoles), std::end(kRoles))))
            ->capture_default_str();
        subcommand("list", "Print all tokens as NDJSON, without their secrets", list_tokens);
        CLI::App* revoke = subcommand("revoke", "Refuse a token from now on", revoke_token);
        revoke->add_option("TOKEN", token->number, "Its number, as token list prints it")
            ->required();
        return [=] { return *work ? (*work)(options->database, *token) : serve(*options); };
      }};
}

}  // namespace signpost
