#include "base/rejects.h"

#include <fmt/format.h>

#include "base/error.h"
#include "base/json_text.h"
#include "base/progress.h"

namespace signpost {

Rejects::Rejects(std::string program, const Options& options)
    : program_(std::move(program)), options_(options) {
  if (options_.file.empty()) return;
  file_ = std::fopen(options_.file.c_str(), "w");
  if (!file_) throw_errno("cannot write " + options_.file.string());
}

Rejects::~Rejects() {
  if (file_) std::fclose(file_);
}

void Rejects::add(std::string_view where, std::string_view what, std::string_view record) {
  const std::lock_guard lock(mutex_);
  ++count_;
  if (file_) {
    std::string line = "{\"where\":" + json_string(where) + ",\"what\":" + json_string(what);
    if (!record.empty()) line += ",\"record\":" + json_string(record);
    line += "}\n";
    if (std::fputs(line.c_str(), file_) < 0 || std::fflush(file_) != 0) {
      throw_errno("cannot write " + options_.file.string());
    }
  }
  if (options_.strict) throw Error(Blame::input, std::string(where) + ": " + std::string(what));
  if (!options_.quiet && count_ <= kNamed) {
    fmt::print(stderr, "{}: rejected {}: {}\n", program_, where, what);
  }
}

std::uint64_t Rejects::count() const {
  const std::lock_guard lock(mutex_);
  return count_;
}

void Rejects::summarise() {
  const std::lock_guard lock(mutex_);
  if (options_.quiet || count_ <= kNamed) return;
  fmt::print(
      stderr, "{}: rejected {} more records; {}\n", program_, grouped(count_ - kNamed),
      options_.file.empty() ? "--rejects FILE lists them all" : "see " + options_.file.string());
}

}  // namespace signpost
