#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "sample/catalogue.h"

namespace signpost {

/// Finds the class that a data set calls by a name of its own. Immutable, so reading is
/// thread-safe. The catalogue outlives it.
class ClassNames {
 public:
  /// `map_file`, if not empty, is a CSV of two columns, name and id; an empty id means that signs
  /// of that name are left out. It comes before the catalogue. Throws Error{input} that names file
  /// and line.
  explicit ClassNames(const Catalogue& catalogue, const std::string& map_file = {});

  struct Answer {
    std::optional<int> id;
    bool left_out = false;  ///< the map file gives it no id
  };

  /// Looks among the names of the map file, then among the catalogue's English and German names,
  /// then takes digits ("14", "00014") as an id. Case, spaces and punctuation do not count.
  Answer find(std::string_view name) const;

  bool knows(int id) const { return catalogue_.find(id) != nullptr; }

  /// The catalogue's name that is the fewest edits away (Levenshtein), as `"Stop" (14)`.
  std::string nearest(std::string_view name) const;

 private:
  void read_map(const std::string& file);

  const Catalogue& catalogue_;
  std::unordered_map<std::string, std::optional<int>> mapped_;
  std::unordered_map<std::string, int> named_;
};

}  // namespace signpost
