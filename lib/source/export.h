#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "base/progress.h"
#include "base/rejects.h"
#include "sample/catalogue.h"
#include "source/format.h"

namespace signpost {

struct ExportOptions {
  enum class Images {
    copy,  ///< bytes are written again
    link,  ///< hard links where the file system allows them, else copies
    none   ///< nothing is written; annotations name the files where they are, below `root`
  };
  std::filesystem::path output;  ///< a folder; appears whole or not at all
  std::filesystem::path root;    ///< relative image paths start here
  Images images = Images::copy;
  bool force = false;
  int jobs = 0;
};

struct ExportResult {
  std::uint64_t samples = 0, images = 0;
  std::uint64_t rendered = 0;   ///< images whose operations were executed
  std::uint64_t converted = 0;  ///< images of a type that the format's tools do not read
};

/// Writes the samples of the stream `manifest` ("-": standard input) as a data set of `format`.
///
/// A sample without operations keeps its image byte for byte, and its box; samples that share a
/// stored image and a side of the split become one image with several signs. A sample with
/// operations is rendered: its result is a PNG of its own, the whole of which is the sign.
///
/// What cannot be written goes to `rejects`: an image that cannot be read or is not the one that
/// was ingested (size, SHA-256), a label that the catalogue does not hold or that is missing where
/// the format needs one, an id that stands twice.
///
/// The bytes do not depend on the number of jobs. Where images are shared the stream is read twice:
/// memory holds about 100 bytes for each sample, else about 40 bytes for each id (a node and a
/// bucket of a hash set).
ExportResult export_samples(const std::string& manifest, const Format& format,
                            const Catalogue& catalogue, const ExportOptions& options,
                            Rejects& rejects, Progress& progress);

}  // namespace signpost
