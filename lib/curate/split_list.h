#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "curate/side.h"

namespace signpost {

/// A division that somebody has written down: names of groups, or ids of samples, and the side of
/// each. It comes from
///
/// - a file with a name and a side on each line, with a comma, a semicolon, a tab or a space
///   between them (`gtsrb/00014/00023,val`); a name may stand in quotes; empty lines, lines that
///   begin with `#`, and a first line `group,split` are skipped;
/// - the same as NDJSON, with "group" or "id", and "split": a stream that was split is a list;
/// - a folder with any of train.txt, val.txt and test.txt, which hold a name on each line.
///
/// Memory: about 120 bytes a name.
class SplitList {
 public:
  struct Entry {
    std::string name;
    Side side;
    std::uint32_t file;
    std::uint64_t line;
    bool used = false;  ///< for whoever looks names up
  };

  /// Throws Error{input} that names file and line if something cannot be read, or a name stands on
  /// two sides.
  static SplitList load(const std::string& path);

  bool empty() const { return entries_.empty(); }
  const std::vector<Entry>& entries() const { return entries_; }
  /// Null for a name that is not listed. Valid for the lifetime of the list.
  Entry* find(const std::string& name);
  /// "FILE:12".
  std::string where(const Entry& entry) const;

 private:
  void read(const std::string& file, Side side);
  void add(std::string name, Side side, std::uint64_t line);

  std::vector<std::string> files_;
  std::vector<Entry> entries_;
  std::unordered_map<std::string, std::size_t> index_;
};

}  // namespace signpost
