#include "fetch/download.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <optional>

#include "base/error.h"
#include "base/interrupt.h"
#include "fetch/http.h"
#include "fetch/partial_file.h"

namespace signpost {
namespace {

namespace fs = std::filesystem;

constexpr double kLongestWait_s = 60;
constexpr std::uint64_t kLongestRetryAfter_s = 300;

bool may_pass(int status) {
  return status == 408 || status == 425 || status == 429 || status == 500 || status == 502 ||
         status == 503 || status == 504;
}

/// One file on its way from one address.
class Fetcher {
 public:
  Fetcher(std::string url, const SourceFile& file, const fs::path& path,
          const DownloadOptions& options)
      : url_(std::move(url)), file_(file), options_(options), part_(path) {}

  PartialFile& part() { return part_; }
  bool resumed() const { return resumed_; }

  /// Brings all bytes into the partial file.
  void run() {
    std::uint64_t farthest = part_.size();
    int failures = 0;
    while (!attempt()) {
      // Bytes that came again after a new beginning are no headway.
      failures = part_.size() > farthest ? 0 : failures + 1;
      farthest = std::max(farthest, part_.size());
      if (options_.retries == 0 || failures > options_.retries) give_up();
      const double wait =
          retry_after_s_ ? static_cast<double>(*retry_after_s_)
                         : std::min(kLongestWait_s,
                                    std::ldexp(options_.retry_wait_s, std::max(failures - 1, 0)));
      options_.words(fmt::format("{}: {}; trying again in {:g} s", file_.file, what_, wait));
      wait_or_stop(wait);
    }
  }

 private:
  [[noreturn]] void give_up() const {
    const std::string kept =
        part_.size() > 0 ? fmt::format(": it goes on from {} bytes", grouped(part_.size())) : "";
    throw Error(Blame::environment,
                fmt::format("{}: {}; run the same command again later{}, or name another server "
                            "with --mirror",
                            url_, what_, kept));
  }

  bool has_checksum() const { return !file_.sha256.empty() || !file_.md5.empty(); }

  /// Whether the bytes that are there can be the beginning of what the server would send: under the
  /// same validator, or, as the checksum will tell, on trust.
  bool can_go_on() const {
    if (part_.size() == 0) return false;
    return has_checksum() ||
           (part_.validators().url == url_ && !part_.validators().if_range().empty());
  }

  HttpRequest request() {
    HttpRequest request;
    request.url = url_;
    request.stall_timeout_s = options_.stall_timeout_s;
    if (can_go_on()) {
      request.offset = part_.size();
      if (part_.validators().url == url_) request.if_range = part_.validators().if_range();
    }
    return request;
  }

  /// True when the file is whole. Else `what_` says why not.
  bool attempt() {
    stop_if_interrupted();
    if (file_.size && part_.size() == *file_.size) return true;
    retry_after_s_.reset();
    what_.clear();
    complete_ = false;
    const HttpRequest asked = request();
    const HttpEnd end = http_get(
        asked, [&](const HttpHead& head) { return on_head(asked, head); },
        [&](ByteView bytes) {
          part_.append(bytes);
          if (progress_) progress_->add(bytes.size());
        });
    progress_.reset();
    if (end.kind == HttpEnd::Kind::hopeless)
      throw Error(Blame::environment, fmt::format("{}: {}", url_, end.what));
    if (end.kind == HttpEnd::Kind::broken) {
      what_ = part_.size() == 0 ? end.what
                                : fmt::format("the transfer broke after {} bytes ({})",
                                              grouped(part_.size()), end.what);
      return false;
    }
    if (what_.empty() && file_.size && part_.size() < *file_.size) {
      what_ = fmt::format("the transfer ended after {} of {} bytes", grouped(part_.size()),
                          grouped(*file_.size));
    }
    return complete_ || what_.empty();
  }

  bool on_head(const HttpRequest& asked, const HttpHead& head) {
    if (head.status == 206) return go_on(asked, head);
    if (head.status == 416) return judge_range(asked, head);
    if (head.status == 200) {
      if (asked.offset > 0) options_.words(file_.file + ": the server sends it from its beginning");
      begin(head);
      return true;
    }
    what_ = fmt::format("the server answered {}", head.status);
    if (!may_pass(head.status)) {
      throw Error(Blame::environment,
                  fmt::format("{}: {}; name another server with --mirror", url_, what_));
    }
    retry_after_s_ = head.retry_after_s;
    if (retry_after_s_ && *retry_after_s_ > kLongestRetryAfter_s) {
      throw Error(Blame::environment, fmt::format("{}: {} and asks to wait {} s; run again then",
                                                  url_, what_, *retry_after_s_));
    }
    return false;
  }

  /// A 206: the rest of the same file, or not.
  bool go_on(const HttpRequest& asked, const HttpHead& head) {
    const Validators& known = part_.validators();
    const bool other_size = head.total && known.size && *head.total != *known.size;
    const bool other_file =
        known.url == url_ && !head.etag.empty() && !known.etag.empty() && head.etag != known.etag;
    if (asked.offset == 0 || head.first != asked.offset || other_size || other_file) {
      part_.begin({});
      what_ = "the server sent another part than was asked for";
      return false;
    }
    resumed_ = true;
    options_.words(fmt::format("{}: going on from {} bytes", file_.file, grouped(asked.offset)));
    expect(head.total ? *head.total - asked.offset : 0);
    return true;
  }

  /// A 416: nothing lies behind our bytes. Either they are all, or they are of another file.
  bool judge_range(const HttpRequest& asked, const HttpHead& head) {
    if (head.total == asked.offset) {
      complete_ = true;
      resumed_ = true;
    } else {
      part_.begin({});
      what_ = "the file on the server has changed";
    }
    return false;
  }

  void begin(const HttpHead& head) {
    resumed_ = false;
    if (file_.size && head.length && *head.length != *file_.size) {
      throw Error(Blame::input,
                  fmt::format("{}: the server has {} bytes, the official file {}; name another "
                              "server with --mirror",
                              url_, *head.length, *file_.size));
    }
    part_.begin({url_, head.etag, head.last_modified, head.length});
    expect(head.length.value_or(file_.size.value_or(0)));
  }

  /// Sees to room on the disk, and shows the progress of so many bytes; 0: unknown.
  void expect(std::uint64_t bytes) {
    std::error_code error;
    const fs::space_info space = fs::space(fs::absolute(part_.path()).parent_path(), error);
    if (!error && space.available < bytes) {
      throw Error(Blame::environment,
                  fmt::format("{}: {} bytes are still to come and {} are free there; make room, or "
                              "choose another folder with --output",
                              part_.path().string(), grouped(bytes), grouped(space.available)));
    }
    progress_ = std::make_unique<Progress>(file_.file, "bytes", bytes, options_.progress);
  }

  std::string url_;
  const SourceFile& file_;
  const DownloadOptions& options_;
  PartialFile part_;
  std::unique_ptr<Progress> progress_;
  std::optional<std::uint64_t> retry_after_s_;
  std::string what_;
  bool resumed_ = false, complete_ = false;
};

std::string address(const DataSource& source, const SourceFile& file, const std::string& mirror) {
  if (!mirror.empty() && !mirror.starts_with("http://") && !mirror.starts_with("https://"))
    throw Error(Blame::usage, mirror + ": a mirror's address begins with https:// or http://");
  std::string folder = mirror.empty() ? source.url : mirror;
  if (!folder.ends_with('/')) folder += '/';
  return folder + file.file;
}

/// True if the good file is there already.
bool is_present(Download& result, const SourceFile& file, bool force) {
  std::error_code ignored;
  if (!fs::exists(fs::symlink_status(result.path, ignored))) return false;
  if (fs::is_directory(result.path, ignored))
    throw Error(Blame::usage, result.path.string() + ": is a folder; move it away");
  result.verdict = verify(result.path, file);
  if (result.verdict.wrong.empty()) return true;
  if (!force) {
    throw Error(Blame::usage, fmt::format("{}: is there already and {}; move it away or pass "
                                          "--force to replace it",
                                          result.path.string(), result.verdict.wrong));
  }
  return false;
}

}  // namespace

Download download(const DataSource& source, const SourceFile& file, const fs::path& folder,
                  const DownloadOptions& options) {
  Download result;
  result.path = folder / file.file;
  result.url = address(source, file, options.mirror);
  if (is_present(result, file, options.force)) {
    result.status = Download::Status::present;
    return result;
  }
  std::error_code error;
  fs::create_directories(folder, error);
  if (error)
    throw Error(Blame::environment, "cannot write " + folder.string() + ": " + error.message());

  Fetcher fetcher(result.url, file, result.path, options);
  for (;;) {
    fetcher.run();
    result.verdict = verify(fetcher.part().path(), file);
    if (result.verdict.wrong.empty()) break;
    const bool again = fetcher.resumed();
    fetcher.part().begin({});
    if (!again) {
      throw Error(Blame::input,
                  fmt::format("{}: what came {}; it is not kept. Something between here and the "
                              "server may have changed it: try --mirror, or later",
                              result.url, result.verdict.wrong));
    }
    options.words(fmt::format("{}: what came in parts {}; fetching it whole", file.file,
                              result.verdict.wrong));
  }
  result.status = fetcher.resumed() ? Download::Status::resumed : Download::Status::fetched;
  fetcher.part().finish();
  return result;
}

}  // namespace signpost
