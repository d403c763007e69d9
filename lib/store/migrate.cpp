#include "store/migrate.h"

#include <charconv>

#include "base/embedded.h"
#include "base/error.h"

namespace signpost {

std::vector<Migration> migrations() {
  constexpr std::string_view kFolder = "schema/", kSuffix = ".sql";
  std::vector<Migration> steps;
  for (const EmbeddedFile& file : embedded_files()) {
    if (!file.path.starts_with(kFolder) || !file.path.ends_with(kSuffix)) continue;
    const std::string_view name =
        file.path.substr(kFolder.size(), file.path.size() - kFolder.size() - kSuffix.size());
    Migration step{0, std::string(name), std::string(file.text)};
    std::from_chars(name.data(), name.data() + name.size(), step.number);
    steps.push_back(std::move(step));
    if (steps.back().number != static_cast<int>(steps.size())) {
      throw Error(Blame::environment, "this program was built with a gap in its schema before " +
                                          std::string(file.path) + "; build it again");
    }
  }
  return steps;
}

void migrate(Database& database, std::span<const Migration> steps) {
  if (database.integer("PRAGMA user_version") >= static_cast<std::int64_t>(steps.size())) return;
  for (const Migration& step : steps) {
    Transaction transaction(database);
    if (database.integer("PRAGMA user_version") >= step.number) continue;
    database.execute(step.sql);
    database.execute("PRAGMA application_id=" + std::to_string(Database::kApplicationId) +
                     "; PRAGMA user_version=" + std::to_string(step.number));
    transaction.commit();
  }
}

}  // namespace signpost
