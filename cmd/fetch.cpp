#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <vector>

#include "base/json_text.h"
#include "cli/command.h"
#include "fetch/data_source.h"
#include "fetch/download.h"

namespace signpost {
namespace {

struct Options {
  std::string source;
  std::vector<std::string> only;
  std::filesystem::path output = ".";
  DownloadOptions download;
  bool list = false, json = false;
};

std::string checksum_json(const SourceFile& file) {
  const auto text = [](const std::string& value) {
    return value.empty() ? std::string("null") : json_string(value);
  };
  return fmt::format(R"("published":{{"sha256":{},"md5":{},"by":{}}},"verified_by_us":{})",
                     text(file.sha256), text(file.md5), text(file.checksum_from),
                     file.verified_by_us);
}

/// What is known about a file's checksum, for people.
std::string checksum_words(const SourceFile& file) {
  if (file.sha256.empty() && file.md5.empty()) return "no checksum is published";
  return fmt::format(
      "{} {}", file.sha256.empty() ? "MD5" : "SHA-256",
      file.verified_by_us ? "verified by us" : "published by others, not verified by us");
}

std::string list_json(const DataSource& source) {
  std::string text = fmt::format(
      R"({{"source":{},"title":{},"home":{},"url":{},"licence":{},"citation":{},"files":[)",
      json_string(source.name), json_string(source.title), json_string(source.home),
      json_string(source.url), json_string(source.licence), json_string(source.citation));
  for (const SourceFile& file : source.files) {
    text += fmt::format(R"({}{{"key":{},"file":{},"about":{},"size":{},{}}})",
                        &file == &source.files.front() ? "" : ",", json_string(file.key),
                        json_string(file.file), json_string(file.about),
                        file.size ? std::to_string(*file.size) : "null", checksum_json(file));
  }
  return text + "]}";
}

Exit list(const Options& options) {
  std::vector<std::string> names = {options.source};
  if (options.source.empty()) names = known_sources();
  for (const std::string& name : names) {
    const DataSource source = DataSource::load(name);
    if (options.json) {
      fmt::print("{}\n", list_json(source));
      continue;
    }
    fmt::print("{}: {}\n  {}\n  licence: {}\n  cite: {}\n", source.name, source.title, source.url,
               source.licence, source.citation);
    for (const SourceFile& file : source.files) {
      fmt::print("  {:<17} {}{}; {}\n  {:<17} {}\n", file.key, file.file,
                 file.size ? fmt::format(", {} bytes", grouped(*file.size)) : "",
                 checksum_words(file), "", file.about);
    }
  }
  return Exit::done;
}

std::string_view name_of(Download::Status status) {
  if (status == Download::Status::present) return "present";
  return status == Download::Status::resumed ? "resumed" : "fetched";
}

std::string result_json(const Download& result, const SourceFile& file) {
  const FileVerdict& verdict = result.verdict;
  return fmt::format(
      R"({{"key":{},"file":{},"url":{},"status":"{}","bytes":{},"sha256":"{}","md5":"{}","checked_by":"{}",{}}})",
      json_string(file.key), json_string(result.path.string()), json_string(result.url),
      name_of(result.status), verdict.bytes, verdict.sha256, verdict.md5, verdict.checked_by,
      checksum_json(file));
}

/// "fetched, 276,294,756 bytes, MD5 as published by …, which we did not verify ourselves"
std::string result_words(const Download& result, const SourceFile& file) {
  std::string words =
      fmt::format("{}: {}, {} bytes, ", file.file,
                  result.status == Download::Status::present ? "is there already"
                                                             : std::string(name_of(result.status)),
                  grouped(result.verdict.bytes));
  if (result.verdict.checked_by == "crc32") {
    words += "every member's CRC-32 is right; no checksum of the file is published";
  } else {
    words += result.verdict.checked_by == "sha256" ? "SHA-256" : "MD5";
    words += file.verified_by_us
                 ? " as it should be"
                 : fmt::format(" as published by {}, which we did not verify ourselves",
                               file.checksum_from);
  }
  return words;
}

/// The files asked for, in the source's order.
std::vector<const SourceFile*> chosen(const DataSource& source,
                                      const std::vector<std::string>& only) {
  for (const std::string& key : only) {
    if (source.find(key)) continue;
    std::vector<std::string> keys;
    for (const SourceFile& file : source.files) keys.push_back(file.key);
    throw Error(Blame::usage, fmt::format("{} has no file {}; it has {}", source.name, key,
                                          fmt::join(keys, ", ")));
  }
  std::vector<const SourceFile*> files;
  for (const SourceFile& file : source.files) {
    if (only.empty() || std::ranges::find(only, file.key) != only.end()) files.push_back(&file);
  }
  return files;
}

Exit run(Options options) {
  if (options.list) return list(options);
  if (options.source.empty()) {
    throw Error(Blame::usage, fmt::format("which source? known are {}; --list tells more",
                                          fmt::join(known_sources(), ", ")));
  }
  const DataSource source = DataSource::load(options.source);
  const std::vector<const SourceFile*> files = chosen(source, options.only);
  options.download.progress = progress_style(options.download.progress);
  options.download.words = [](const std::string& line) { say(line); };
  for (const SourceFile* file : files) {
    const Download result = download(source, *file, options.output, options.download);
    say(result_words(result, *file));
    fmt::print("{}\n", options.json ? result_json(result, *file) : result.path.string());
    std::fflush(stdout);
  }
  say("licence: " + source.licence);
  say("cite: " + source.citation);
  return Exit::done;
}

}  // namespace

Command command() {
  return {"Fetch a data set's official archives and verify them", [](CLI::App& app) {
            auto options = std::make_shared<Options>();
            DownloadOptions& download = options->download;
            app.add_option("SOURCE", options->source, "A data set (gtsrb, gtsdb) or a TOML file");
            app.add_option("--only", options->only, "These files of it, e.g. training,test-images")
                ->delimiter(',')
                ->type_name("KEY,...");
            app.add_option("-o,--output", options->output, "Folder for the files")
                ->capture_default_str()
                ->type_name("DIR");
            app.add_flag("--force", download.force,
                         "Replace a file that is there and is not the official one");
            app.add_flag("--list", options->list, "Tell what there is, and fetch nothing");
            app.add_option("--mirror", download.mirror,
                           "Fetch from this folder (http or https) instead of the official one")
                ->type_name("URL");
            app.add_option("--retries", download.retries,
                           "Attempts after one that brought nothing new; 0 ends at the first break")
                ->capture_default_str()
                ->check(CLI::Range(0, 1000));
            app.add_option("--retry-wait-s", download.retry_wait_s,
                           "Seconds before the first of them; doubles each time, up to a minute")
                ->capture_default_str()
                ->check(CLI::Range(0.0, 60.0));
            app.add_option("--stall-timeout-s", download.stall_timeout_s,
                           "Give a transfer up when no byte came for so many seconds")
                ->capture_default_str()
                ->check(CLI::Range(1, 3600));
            app.add_flag("--json", options->json, "Print a JSON object for each file");
            add_progress(app, download.progress);
            return [options] { return run(*options); };
          }};
}

}  // namespace signpost
