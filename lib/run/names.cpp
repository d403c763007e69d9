#include "run/names.h"

#include <algorithm>
#include <array>
#include <iostream>

#include "base/error.h"
#include "base/interrupt.h"

namespace signpost {
namespace {

namespace fs = std::filesystem;

bool called_like_a_picture(const fs::path& path) {
  constexpr std::array kEndings = {".ppm", ".pgm", ".png", ".jpg", ".jpeg", ".webp"};
  std::string ending = path.extension().string();
  for (char& c : ending) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
  return std::ranges::find(kEndings, ending) != kEndings.end();
}

Subject of_file(std::string file) {
  Subject subject;
  subject.where = file;
  subject.file = std::move(file);
  return subject;
}

Subject complaint(const std::string& where, std::string what) {
  Subject subject;
  subject.where = subject.file = where;
  subject.wrong = std::move(what);
  return subject;
}

}  // namespace

std::optional<std::string> NameSource::next_word() {
  for (; at_ < words_.size(); ++at_) {
    if (words_[at_] != "-") return words_[at_++];
    std::string line;
    while (std::getline(std::cin, line)) {
      if (!line.empty() && line.back() == '\r') line.pop_back();
      if (!line.empty()) return line;
    }
    stop_if_interrupted();
  }
  return std::nullopt;
}

void NameSource::enter(const fs::path& folder) {
  Level level;
  std::error_code error;
  for (fs::directory_iterator entry(root_ / folder, error), end; !error && entry != end;
       entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    std::error_code gone;
    const bool below = entry->is_directory(gone) && !entry->is_symlink(gone);
    const bool picture = !below && entry->is_regular_file(gone) && called_like_a_picture(name);
    if (!name.starts_with('.') && (below || picture)) level.names.push_back(folder / name);
  }
  if (error) throw Error(Blame::input, "cannot be read: " + error.message());
  std::ranges::sort(level.names,
                    [](const fs::path& a, const fs::path& b) { return a.native() > b.native(); });
  levels_.push_back(std::move(level));
}

std::optional<Subject> NameSource::next_in_folder() {
  while (!levels_.empty()) {
    stop_if_interrupted();
    Level& level = levels_.back();
    if (level.names.empty()) {
      levels_.pop_back();
      continue;
    }
    const fs::path path = std::move(level.names.back());
    level.names.pop_back();
    std::error_code gone;
    if (!fs::is_directory(root_ / path, gone)) {
      found_ = true;
      return of_file(path.string());
    }
    try {
      enter(path);
    } catch (const Error& error) {
      return complaint(path.string(), error.what());
    }
  }
  if (found_) return std::nullopt;
  found_ = true;
  return complaint(folder_, "holds no picture (.ppm, .pgm, .png, .jpg or .webp)");
}

std::optional<Subject> NameSource::next() {
  stop_if_interrupted();
  for (;;) {
    if (!folder_.empty()) {
      if (std::optional<Subject> subject = next_in_folder()) return subject;
      folder_.clear();
    }
    std::optional<std::string> word = next_word();
    if (!word) return std::nullopt;
    std::error_code gone;
    if (!fs::is_directory(root_ / *word, gone)) return of_file(std::move(*word));
    try {
      enter(*word);
    } catch (const Error& error) {
      return complaint(*word, error.what());
    }
    folder_ = std::move(*word);
    found_ = false;
  }
}

}  // namespace signpost
