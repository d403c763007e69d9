#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace signpost {

/// A file that a data set's publishers serve.
struct SourceFile {
  std::string key;                    ///< what --only takes: "training"
  std::string file;                   ///< its name, on the server and on disk
  std::string about;                  ///< what is in it
  std::optional<std::uint64_t> size;  ///< in bytes
  std::string sha256, md5;            ///< lower-case hexadecimal digits; empty: none is published
  std::string checksum_from;          ///< who published the checksum
  /// Whether we computed the checksum ourselves on the official file.
  bool verified_by_us = false;
};

/// Where a data set comes from: datasets/NAME/source.toml.
struct DataSource {
  std::string name, title, home, licence, citation;
  std::string url;  ///< the folder on the server, with a slash at its end
  std::vector<SourceFile> files;

  /// A source that travels with the program, by name, or a file: what holds a '/' or ends in
  /// ".toml" is a path. Throws Error{usage} for an unknown name, and Error{input} that names the
  /// file and the entry if the file cannot be read or says something impossible, such as the name
  /// of a file outside the folder.
  static DataSource load(const std::string& name_or_path);

  /// Parses the text of a source; `file` stands in messages.
  static DataSource parse(std::string_view text, const std::string& file);

  /// Null for an unknown key.
  const SourceFile* find(std::string_view key) const;
};

/// The names of the sources that travel with the program, in alphabetical order.
std::vector<std::string> known_sources();

}  // namespace signpost
