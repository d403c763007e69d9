#pragma once

#include <cstdint>
#include <istream>
#include <optional>
#include <string>
#include <unordered_map>

#include "base/rejects.h"
#include "run/subject.h"

namespace signpost {

/// What people have said of pictures beforehand: NDJSON with one of "id", "file" and "frame", as
/// `run` prints them, and "label", a class id. Held in memory.
class Corrections {
 public:
  Corrections() = default;
  /// `name` stands in messages. Bad lines, and lines that contradict earlier ones, are rejected.
  Corrections(std::istream& in, const std::string& name, Rejects& rejects);

  /// What was said of this one.
  std::optional<int> find(const Subject& subject) const;

 private:
  std::string add(const std::string& line);

  /// By "id:…", "file:…" and "frame:…".
  std::unordered_map<std::string, int> labels_;
};

}  // namespace signpost
