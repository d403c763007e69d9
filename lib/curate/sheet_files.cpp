#include "curate/sheet_files.h"

#include <fmt/format.h>

#include <system_error>

#include "base/error.h"

namespace signpost {

SheetFiles::SheetFiles(std::filesystem::path path, bool force)
    : path_(std::move(path)), force_(force), standard_output_(path_ == "-") {
  if (standard_output_) return;
  if (std::filesystem::is_directory(path_))
    throw Error(Blame::usage, path_.string() + ": is a folder; name a file");
  refuse_existing(path_, force_);
  refuse_existing(numbered(1), force_);
  // Never committed: it holds the files until they are whole, and goes with what is left in it.
  staging_ = std::make_unique<OutputDirectory>(path_.string() + "-sheets", true);
}

std::filesystem::path SheetFiles::numbered(std::size_t number) const {
  return path_.parent_path() /
         fmt::format("{}-{:03}{}", path_.stem().string(), number, path_.extension().string());
}

void SheetFiles::add(ByteView bytes) {
  ++count_;
  if (standard_output_) {
    if (count_ > 1) {
      throw Error(Blame::usage,
                  "standard output takes one sheet; name a file with -o, or lower --limit");
    }
    only_.assign(bytes.begin(), bytes.end());
    return;
  }
  OutputFile file(staging_->partial() / std::to_string(count_), false);
  file.write(bytes);
  file.commit();
}

void SheetFiles::commit() {
  if (standard_output_) {
    OutputFile out(path_, false);
    out.write(only_);
    out.commit();
    return;
  }
  const auto name_of = [&](std::size_t number) { return count_ == 1 ? path_ : numbered(number); };
  for (std::size_t number = 1; number <= count_; ++number) refuse_existing(name_of(number), force_);
  for (std::size_t number = 1; number <= count_; ++number) {
    std::error_code error;
    std::filesystem::rename(staging_->partial() / std::to_string(number), name_of(number), error);
    if (error) {
      throw Error(Blame::environment,
                  "cannot write " + name_of(number).string() + ": " + error.message());
    }
  }
  sync_folder(path_.parent_path());
  staging_.reset();
}

}  // namespace signpost
