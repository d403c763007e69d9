#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "run/subject.h"

namespace signpost {

/// The files that words name, in their order: a file or archive!member as it is; a folder with all
/// pictures below it; "-" with the words on standard input, one a line, in its place.
///
/// Of a folder the regular files come that are called like pictures (.ppm, .pgm, .png, .jpg, .jpeg,
/// .webp, in either case), each folder's names in the order of their bytes; what begins with a dot
/// is passed over and links to folders are not followed. Memory is that of one branch of folders.
/// A folder without any picture, or one that cannot be read, is a subject with a complaint.
class NameSource : public SubjectSource {
 public:
  /// Relative words are looked up below `root`; what is handed out begins with the word.
  NameSource(std::vector<std::string> words, std::filesystem::path root)
      : words_(std::move(words)), root_(std::move(root)) {}
  std::optional<Subject> next() override;

 private:
  struct Level {
    std::vector<std::filesystem::path> names;  ///< in reverse
  };
  std::optional<std::string> next_word();
  std::optional<Subject> next_in_folder();
  void enter(const std::filesystem::path& folder);

  std::vector<std::string> words_;
  std::filesystem::path root_;
  std::size_t at_ = 0;
  std::string folder_;         ///< the word that is being walked
  std::vector<Level> levels_;  ///< where in it
  bool found_ = false;         ///< a picture in it
};

}  // namespace signpost
