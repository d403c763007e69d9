#include "capture/subcommands.h"

namespace signpost {
namespace {

/// What the command line asks for.
struct Choice {
  std::string database = "captures.db";
  StoreWork work;
};

void add_subcommand(CLI::App& app, const std::shared_ptr<Choice>& choice,
                    const CaptureCommand& command) {
  CLI::App* sub = app.add_subcommand(command.name, command.summary);
  sub->fallthrough();
  sub->footer("--db FILE and --quiet, see signpost capture --help, may stand here too.");
  sub->callback([choice, work = command.setup(*sub)] { choice->work = work; });
}

}  // namespace

Command command() {
  return {"Keep, label and export what devices saw", [](CLI::App& app) {
            auto choice = std::make_shared<Choice>();
            app.require_subcommand(1);
            app.add_option("--db", choice->database, "The store: one file")
                ->capture_default_str()
                ->envname("SIGNPOST_DB")
                ->type_name("FILE");
            for (const auto& subcommand :
                 {capture_add(), capture_list(), capture_show(), capture_label(), capture_review(),
                  capture_export(), capture_exports(), capture_stats(), capture_known(),
                  capture_purge(), capture_settings(), capture_verify()}) {
              add_subcommand(app, choice, subcommand);
            }
            return [choice] { return choice->work(choice->database); };
          }};
}

}  // namespace signpost
