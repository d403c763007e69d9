#include "store/intake.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <utility>

#include "base/error.h"
#include "base/interrupt.h"

namespace signpost {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kGroup = 64;
constexpr std::size_t kGroupBytes = std::size_t{64} << 20;

/// Empty, or why the file is not to be read at all.
std::string wrong_file(const fs::path& path) {
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (!fs::exists(status))
    return "cannot be read: " + (error ? error.message() : "No such file or directory");
  if (!fs::is_regular_file(status)) return "is not a regular file";
  const auto size = fs::file_size(path, error);
  if (!error && size > static_cast<std::uintmax_t>(CaptureStore::kMaxImageBytes)) {
    return "has " + std::to_string(size >> 20) + " MiB; a capture has at most " +
           std::to_string(CaptureStore::kMaxImageBytes >> 20);
  }
  return {};
}

bool named_like_image(const fs::path& path) {
  constexpr std::array kEndings = {".ppm", ".pgm", ".png", ".jpg", ".jpeg", ".webp"};
  std::string ending = path.extension().string();
  std::ranges::transform(ending, ending.begin(), [](char c) {
    return static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
  });
  return std::ranges::find(kEndings, ending) != kEndings.end();
}

}  // namespace

void Intake::add(Submission submission, const std::string& where, const std::string& record) {
  std::string wrong = wrong_file(submission.file);
  std::optional<StagedCapture> staged;
  Bytes content;
  if (wrong.empty()) {
    try {
      read_regular_file(submission.file, content);
    } catch (const Error& error) {
      wrong = std::string(error.what()).substr(submission.file.size() + 2);
    }
  }
  if (wrong.empty()) {
    staged = CaptureStore::stage(std::move(submission), std::move(content), wrong);
  }
  if (!staged) {
    flush();  // --strict ends here: what came before is kept
    rejects_.add(where, wrong, record);
    return;
  }
  bytes_ += staged->content.size();
  staged_.push_back(std::move(*staged));
  origins_.push_back({where, record});
  if (staged_.size() >= kGroup || bytes_ >= kGroupBytes) flush();
}

void Intake::flush() {
  const std::vector<Admission> answers = store_.admit(staged_);
  bytes_ = 0;
  const std::vector<StagedCapture> staged = std::exchange(staged_, {});
  const std::vector<Origin> origins = std::exchange(origins_, {});
  for (std::size_t i = 0; i < answers.size(); ++i) {
    if (answers[i].wrong.empty()) answered_(staged[i].submission.file, answers[i]);
  }
  for (std::size_t i = 0; i < answers.size(); ++i) {
    if (!answers[i].wrong.empty())
      rejects_.add(origins[i].where, answers[i].wrong, origins[i].record);
  }
}

std::vector<std::string> images_below(const fs::path& folder, std::size_t& skipped) {
  std::vector<std::string> files;
  std::error_code error;
  for (fs::recursive_directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    stop_if_interrupted();
    const fs::path& path = entry->path();
    if (path.filename().string().starts_with(".")) {
      entry.disable_recursion_pending();
    } else if (std::error_code ignored; entry->is_regular_file(ignored)) {
      if (named_like_image(path)) {
        files.push_back(path.string());
      } else {
        ++skipped;
      }
    }
  }
  if (error) throw Error(Blame::input, folder.string() + ": cannot be read: " + error.message());
  std::ranges::sort(files);
  return files;
}

}  // namespace signpost
