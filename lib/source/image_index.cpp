#include "source/image_index.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>

namespace signpost {
namespace {

/// What is left of a path that somebody else wrote.
struct Path {
  std::vector<std::string> parts;
  bool foreign = false;  ///< starts from a place outside of the tree
};

Path read_path(std::string_view text) {
  Path path;
  std::string decoded;
  if (const std::size_t scheme = text.find("://"); scheme != std::string_view::npos) {
    text.remove_prefix(scheme + 3);
    text = text.substr(0, text.find_first_of("?#"));
    decoded = percent_decoded(text);
    text = decoded;
    path.foreign = true;
  }
  if (text.size() > 1 && text[1] == ':' && std::isalpha(static_cast<unsigned char>(text[0]))) {
    text.remove_prefix(2);
    path.foreign = true;
  }
  path.foreign = path.foreign || text.starts_with('/') || text.starts_with('\\');
  while (!text.empty()) {
    const std::size_t end = std::min(text.find_first_of("/\\"), text.size());
    const std::string_view part = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (part.empty() || part == ".") continue;
    if (part == "..") {
      path.parts.clear();
      path.foreign = true;
    } else {
      path.parts.emplace_back(part);
    }
  }
  return path;
}

std::string joined(std::span<const std::string> parts) {
  return fmt::format("{}", fmt::join(parts, "/"));
}

bool ends_with_path(std::string_view folder, std::string_view end) {
  if (end.empty()) return true;
  return folder.ends_with(end) &&
         (folder.size() == end.size() || folder[folder.size() - end.size() - 1] == '/');
}

}  // namespace

std::string_view image_stem_of(std::string_view name) {
  return names_image(name) ? without_extension(name) : name;
}

std::string percent_decoded(std::string_view text) {
  const auto digit = [](char c) {
    if (c >= '0' && c <= '9') return c - '0';
    const char lower = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
  };
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size() && digit(text[i + 1]) >= 0 &&
        digit(text[i + 2]) >= 0) {
      out += static_cast<char>(digit(text[i + 1]) * 16 + digit(text[i + 2]));
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

ImageIndex::ImageIndex(const FileTree& tree) : tree_(tree) {
  for (const auto& [folder, names] : tree.folders()) {
    for (const std::string& name : names) {
      if (names_image(name)) by_stem_[image_stem_of(name)].push_back({&folder, &name});
    }
  }
}

ImageIndex::Found ImageIndex::find(std::string_view text,
                                   std::span<const std::string> folders) const {
  Path path = read_path(text);
  if (path.parts.empty()) return {{}, {}, "names no image; correct the entry"};
  const std::string name = path.parts.back();
  path.parts.pop_back();
  const auto not_found = [&] {
    return Found{{},
                 {},
                 fmt::format("the image {} is not in {}; copy it there, or correct the entry", text,
                             tree_.path())};
  };
  const auto stem = by_stem_.find(image_stem_of(name));
  if (stem == by_stem_.end()) return not_found();
  std::vector<Entry> candidates;
  for (const Entry& entry : stem->second) {
    if (*entry.name == name || !names_image(name)) candidates.push_back(entry);
  }
  const auto among_folders = [&](const std::vector<Entry>& entries) -> const Entry* {
    for (const std::string& folder : folders) {
      const std::string wanted =
          path.parts.empty() ? folder : join_path(folder, joined(path.parts));
      for (const Entry& entry : entries) {
        if (*entry.folder == wanted) return &entry;
      }
    }
    return nullptr;
  };
  if (!path.foreign) {
    if (const Entry* entry = among_folders(candidates)) return {*entry->folder, *entry->name, {}};
  }
  for (std::size_t dropped = 0;; ++dropped) {
    const std::string end = joined(std::span(path.parts));
    std::vector<Entry> fitting;
    for (const Entry& entry : candidates) {
      const bool whole = dropped == 0 || path.foreign;
      if (whole ? ends_with_path(*entry.folder, end) : *entry.folder == end)
        fitting.push_back(entry);
    }
    if (fitting.size() == 1) return {*fitting[0].folder, *fitting[0].name, {}};
    if (fitting.size() > 1) {
      if (const Entry* entry = among_folders(fitting)) return {*entry->folder, *entry->name, {}};
      return {{},
              {},
              fmt::format("the image {} could be {} or {}; give the path in the entry", text,
                          join_path(*fitting[0].folder, *fitting[0].name),
                          join_path(*fitting[1].folder, *fitting[1].name))};
    }
    if (path.parts.empty()) return not_found();
    path.parts.erase(path.parts.begin());
  }
}

}  // namespace signpost
