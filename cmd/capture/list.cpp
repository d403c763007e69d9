#include "base/error.h"
#include "base/interrupt.h"
#include "sample/stream.h"
#include "store/image_copies.h"
#include "store/records.h"
#include "subcommands.h"

namespace signpost {
namespace {

namespace fs = std::filesystem;

const std::map<std::string, CaptureOrder> kOrders = {{"newest", CaptureOrder::newest},
                                                     {"uncertain", CaptureOrder::uncertain},
                                                     {"class", CaptureOrder::by_class},
                                                     {"random", CaptureOrder::random},
                                                     {"digest", CaptureOrder::digest}};

struct Options {
  FilterOptions filter;
  std::string order = "newest";
  std::uint64_t seed = 0;
  fs::path images;
};

struct ShowOptions {
  std::string id;
  fs::path image;
  bool force = false;
};

Exit list(const std::string& database, const Options& options) {
  constexpr std::size_t kGroup = 256;
  CaptureStore store(database, Database::Missing::refuse);
  CaptureFilter filter = filter_of(options.filter);
  filter.order = kOrders.at(options.order);
  filter.seed = options.seed;
  LineWriter out;
  std::vector<std::string> lines;
  ImageCopies copies(store, options.images);
  const auto flush = [&] {
    copies.settle();
    for (const std::string& line : lines) out.write_line(line);
    lines.clear();
  };
  store.each(filter, [&](const CaptureState& capture) {
    stop_if_interrupted();
    std::string image, wrong;
    if (!options.images.empty()) {
      const fs::path name = copies.put(capture, wrong);
      if (!wrong.empty())
        throw Error(Blame::input, "capture " + short_id(capture.sha256) + ": " + wrong);
      image = (copies.folder() / name).string();
    }
    append_capture(lines.emplace_back(), capture, image);
    if (lines.size() >= kGroup) flush();
  });
  flush();
  out.finish();
  return Exit::done;
}

Exit show(const std::string& database, const ShowOptions& options) {
  CaptureStore store(database, Database::Missing::refuse);
  std::string wrong;
  const std::optional<CaptureHistory> history = store.history(options.id, wrong);
  if (!history) throw Error(Blame::input, wrong);
  if (!options.image.empty()) {
    Bytes content;
    if (!store.image(history->state, content, wrong))
      throw Error(Blame::input, "capture " + short_id(history->state.sha256) + ": " + wrong);
    OutputFile file(options.image, options.force);
    file.write(content);
    file.commit();
    if (options.image == "-") return Exit::done;
  }
  std::string line;
  append_history(line, *history, options.image.string());
  LineWriter out;
  out.write_line(line);
  out.finish();
  return Exit::done;
}

}  // namespace

CaptureCommand capture_list() {
  return {"list", "Print captures as NDJSON", [](CLI::App& app) -> StoreWork {
            auto options = std::make_shared<Options>();
            add_filter(app, options->filter);
            app.add_flag("--flagged", options->filter.flagged,
                         "Only those that equal an image of a known data set");
            app.add_option(
                   "--order", options->order,
                   "newest; uncertain: lowest confidence first; class: as predicted; random; "
                   "digest")
                ->check(CLI::IsMember(kOrders))
                ->capture_default_str()
                ->type_name("ORDER");
            add_seed(app, options->seed);
            app.add_option("--images", options->images, "Write the images there, and say where")
                ->type_name("DIR");
            return [options](const std::string& database) { return list(database, *options); };
          }};
}

CaptureCommand capture_show() {
  return {"show", "Print all that is known of one capture", [](CLI::App& app) -> StoreWork {
            auto options = std::make_shared<ShowOptions>();
            app.add_option("ID", options->id, "At least 6 digits of what capture list prints")
                ->required();
            app.add_option("--image", options->image,
                           "Write the image there; \"-\" is standard output, then alone")
                ->type_name("FILE");
            app.add_flag("--force", options->force, "Replace FILE if it exists");
            return [options](const std::string& database) { return show(database, *options); };
          }};
}

}  // namespace signpost
