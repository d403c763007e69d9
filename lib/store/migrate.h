#pragma once

#include <span>
#include <string>
#include <vector>

#include "store/database.h"

namespace signpost {

/// One step of the schema: schema/NNNN_name.sql.
struct Migration {
  int number = 0;  ///< NNNN, from 1 without gaps
  std::string name;
  std::string sql;  ///< statements without BEGIN and COMMIT
};

/// Those that travel inside the program, in their order.
std::vector<Migration> migrations();

/// Brings `database` to the last of `steps`, from wherever it is. Each step is one transaction
/// together with the user_version that it leads to, so a step that fails or is cut short has not
/// happened. Several programs may do this at once.
void migrate(Database& database, std::span<const Migration> steps);

}  // namespace signpost
