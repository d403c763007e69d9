#include "serve/annotate.h"

#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <map>
#include <memory>
#include <thread>

#include "base/interrupt.h"
#include "base/json_text.h"
#include "cli/command.h"
#include "serve/listen.h"

namespace signpost {
namespace {

struct Options {
  std::string database = "captures.db";
  std::string listen = "127.0.0.1:8081";
  std::string annotator;
  bool login = false;
  std::string order = "uncertain";
  std::optional<int> predicted;
  std::optional<int> labels;
};

const std::map<std::string, CaptureOrder> kOrders = {{"uncertain", CaptureOrder::uncertain},
                                                     {"newest", CaptureOrder::newest},
                                                     {"class", CaptureOrder::by_class},
                                                     {"random", CaptureOrder::random}};

std::string annotator_of(const Options& options) {
  if (!options.annotator.empty()) return options.annotator;
  const char* const user = std::getenv("USER");
  if (user && *user) return user;
  throw Error(Blame::usage, "who labels? Give --annotator NAME, or --login for people with tokens");
}

/// Checks that there is a store, and that what was asked for fits it.
void prepare(const Options& options) {
  CaptureStore store(options.database, Database::Missing::refuse);
  if (options.predicted && !store.catalogue().find(*options.predicted)) {
    throw Error(Blame::usage,
                "--class " + std::to_string(*options.predicted) + " is not in the catalogue");
  }
  StoreSettings settings = store.settings();
  if (!options.labels || *options.labels == settings.labels) return;
  settings.labels = *options.labels;
  store.change(settings);
}

Exit annotate(const Options& options) {
  ServiceOptions service_options;
  service_options.database = options.database;
  parse_listen(options.listen, service_options.web);
  if (!is_loopback_host(service_options.web.host)) {
    throw Error(Blame::usage, "--listen " + options.listen +
                                  ": annotate is for this machine alone; signpost serve takes "
                                  "--cert and --key and has the same page for others");
  }
  const std::string annotator = options.login ? std::string() : annotator_of(options);
  prepare(options);
  Service service(std::move(service_options), [](const std::string& line) {
    if (line.find(",\"error\":") != std::string::npos) say(line);
  });
  std::string address = "/annotate";
  if (!options.login) {
    const std::string secret = random_secret();
    Account account;
    account.role = Role::admin;
    account.name = annotator;
    service.authority().trust(secret, account);
    address += "#key=" + secret;
  }
  AnnotateOptions page;
  page.order = kOrders.at(options.order);
  page.predicted = options.predicted;
  add_annotate(service, page);
  service.start();
  const std::string url = service.url() + address;
  write_all(STDOUT_FILENO, as_bytes("{\"url\":" + json_string(url) + "}\n"), "standard output");
  say("open " + url + " in a browser; Ctrl-C ends");
  while (!interrupted()) std::this_thread::sleep_for(std::chrono::milliseconds(20));
  service.stop();
  return Exit::done;
}

}  // namespace

Command command() {
  return {"Label captures on a page in the browser", [](CLI::App& app) {
            auto options = std::make_shared<Options>();
            app.add_option("--db", options->database, "The store; capture add makes it")
                ->capture_default_str()
                ->envname("SIGNPOST_DB")
                ->type_name("FILE");
            app.add_option("--listen", options->listen,
                           "Address and port on this machine; port 0 is any that is free")
                ->capture_default_str()
                ->type_name("HOST:PORT");
            auto* annotator = app.add_option("--annotator", options->annotator,
                                             "Who labels, without a login; default: $USER")
                                  ->type_name("NAME");
            app.add_flag("--login", options->login,
                         "Let people sign in with the tokens that serve token add makes")
                ->excludes(annotator);
            app.add_option("--order", options->order,
                           "What comes first: uncertain, newest, class, random")
                ->capture_default_str()
                ->check(CLI::IsMember({"uncertain", "newest", "class", "random"}));
            app.add_option("--class", options->predicted, "Only captures predicted as this class")
                ->type_name("N");
            app.add_option(
                   "--double", options->labels,
                   "From now on so many people label each capture, blind; 1: one. Kept in the "
                   "store")
                ->check(CLI::Range(1, 9))
                ->type_name("K");
            return [options] { return annotate(*options); };
          }};
}

}  // namespace signpost
