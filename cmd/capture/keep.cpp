#include <fmt/format.h>

#include "base/error.h"
#include "base/json_text.h"
#include "sample/stream.h"
#include "store/known_set.h"
#include "store/object_writer.h"
#include "store/records.h"
#include "store/time.h"
#include "subcommands.h"

namespace signpost {
namespace {

struct KnownOptions {
  StreamOptions stream;
  std::string source;
  bool pixels = false, forget = false;
};

struct PurgeOptions {
  PurgeRequest request;
  bool list = false;
};

struct SettingsOptions {
  std::optional<std::string> classes, place;
  std::optional<int> labels;
  std::optional<double> labels_share;
};

Exit known(const std::string& database, const KnownOptions& options) {
  CaptureStore store(database, Database::Missing::create);
  Rejects rejects(program_name(), reject_options(options.stream.rejects));
  std::vector<KnownImage> images;
  if (!options.forget) {
    images = read_known_set(options.stream.manifest, options.stream.root, options.pixels, rejects);
  }
  store.know(options.source, images);
  const std::size_t looked = store.fingerprint_missing(SIZE_MAX);
  std::int64_t flagged = 0;
  store.each({.flagged = true}, [&](const CaptureState&) { ++flagged; });
  std::string line;
  ObjectWriter(line)
      .text("source", options.source)
      .number("images", static_cast<std::int64_t>(images.size()))
      .number("flagged", flagged)
      .number("fingerprinted", static_cast<std::int64_t>(looked))
      .end();
  LineWriter out;
  out.write_line(line);
  out.finish();
  return finish(rejects);
}

void print(LineWriter& out, const Tombstone& stone) {
  std::string line;
  ObjectWriter(line)
      .text("sha256", stone.sha256)
      .text("purged", stone.purged)
      .text("who", stone.who)
      .text("why", stone.why)
      .end();
  out.write_line(line);
}

Exit purge(const std::string& database, const PurgeOptions& options) {
  CaptureStore store(database, Database::Missing::refuse);
  LineWriter out;
  PurgeRequest request = options.request;
  if (options.list) {
    for (const Tombstone& stone : store.tombstones()) print(out, stone);
    out.finish();
    return Exit::done;
  }
  if (!request.before.empty()) {
    const std::optional<std::string> before = parse_time(request.before);
    if (!before)
      throw Error(Blame::usage,
                  "--before " + request.before + ": give a date or time as 2026-01-31");
    request.before = *before;
  }
  const PurgeAnswer answer = store.purge(request);
  if (!answer.wrong.empty())
    throw Error(Blame::input, answer.wrong.front() + "; nothing was purged");
  for (const Tombstone& stone : answer.purged) print(out, stone);
  out.finish();
  if (!answer.log_emptied) {
    say("another program kept reading: the bytes are out of the store, and out of " + database +
        "-wal when all programs have closed it");
  }
  return Exit::done;
}

Exit settings(const std::string& database, const SettingsOptions& options) {
  const bool changes = options.classes || options.place || options.labels || options.labels_share;
  CaptureStore store(database, changes ? Database::Missing::create : Database::Missing::refuse);
  StoreSettings settings = store.settings();
  if (options.classes) settings.classes = *options.classes;
  if (options.place) settings.place_decimals = parse_place_policy(*options.place);
  if (options.labels) settings.labels = *options.labels;
  if (options.labels_share) settings.labels_share = *options.labels_share;
  if (changes) store.change(settings);
  std::string line;
  ObjectWriter(line)
      .text("classes", settings.classes)
      .text("place", place_policy_name(settings.place_decimals))
      .number("labels", settings.labels)
      .real("labels_share", settings.labels_share)
      .end();
  LineWriter out;
  out.write_line(line);
  out.finish();
  return Exit::done;
}

Exit stats(const std::string& database) {
  CaptureStore store(database, Database::Missing::refuse);
  std::string line;
  append_figures(line, store.figures());
  LineWriter out;
  out.write_line(line);
  out.finish();
  return Exit::done;
}

Exit verify(const std::string& database) {
  CaptureStore store(database, Database::Missing::refuse);
  LineWriter out;
  const std::vector<std::string> damage = store.damage(true);
  for (const std::string& one : damage) out.write_line("{\"damage\":" + json_string(one) + "}");
  out.finish();
  if (damage.empty()) return Exit::done;
  say(database + " is damaged; restore it from a backup, or add the images again that it names");
  return Exit::refused;
}

}  // namespace

CaptureCommand capture_known() {
  return {"known", "Flag captures that equal an image of a data set",
          [](CLI::App& app) -> StoreWork {
            auto options = std::make_shared<KnownOptions>();
            add_manifest(app, options->stream);
            app.add_option("--source", options->source, "What the data set is called")
                ->required()
                ->type_name("NAME");
            app.add_flag("--pixels", options->pixels,
                         "Read the images, so that one in another format is found too");
            app.add_flag("--forget", options->forget, "Know that data set no more");
            add_root(app, options->stream.root);
            return [options](const std::string& database) { return known(database, *options); };
          }};
}

CaptureCommand capture_purge() {
  return {
      "purge", "Take captures out for good", [](CLI::App& app) -> StoreWork {
        auto options = std::make_shared<PurgeOptions>();
        PurgeRequest& request = options->request;
        app.add_option("ID", request.captures, "Captures, by 6 digits or more");
        app.add_option("--device", request.device, "Only what this device saw")->type_name("NAME");
        app.add_option("--before", request.before, "Only those received before (UTC)")
            ->type_name("TIME");
        app.add_option("--why", request.why, "Why; the tombstone keeps it")->type_name("TEXT");
        app.add_option("--who", request.who, "Who asks for it")->envname("USER")->type_name("NAME");
        app.add_flag("--dry-run", request.dry_run, "Print what would go, and leave it");
        app.add_flag("--list", options->list, "Print the tombstones");
        return [options](const std::string& database) { return purge(database, *options); };
      }};
}

CaptureCommand capture_settings() {
  return {"settings", "Print or change what holds for the store", [](CLI::App& app) -> StoreWork {
            auto options = std::make_shared<SettingsOptions>();
            app.add_option("--classes", options->classes, "The catalogue: a name, or a .toml file")
                ->type_name("CATALOGUE");
            app.add_option("--place", options->place,
                           "How exactly places are kept: none, 1, 0.1, 0.01 … degrees")
                ->type_name("DEGREES");
            app.add_option("--labels", options->labels,
                           "How many people label a capture, each without seeing the others");
            app.add_option("--labels-share", options->labels_share,
                           "Of what share of the captures; the others need one")
                ->check(CLI::Range(0.0, 1.0));
            return [options](const std::string& database) { return settings(database, *options); };
          }};
}

CaptureCommand capture_stats() {
  return {"stats", "Count captures, and tell how annotators agree",
          [](CLI::App&) -> StoreWork { return stats; }};
}

CaptureCommand capture_verify() {
  return {"verify", "Read the whole store and say what is damaged",
          [](CLI::App&) -> StoreWork { return verify; }};
}

}  // namespace signpost
