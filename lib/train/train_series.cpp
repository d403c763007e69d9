#include "train/train_series.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <memory>
#include <nlohmann/json.hpp>

#include "base/child_process.h"
#include "base/digest.h"
#include "base/error.h"
#include "base/file.h"
#include "base/interrupt.h"
#include "base/json_text.h"
#include "sample/stream.h"
#include "train/run_folder.h"

namespace signpost {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

constexpr int kFormat = 1;
constexpr const char* kCalls = "calls.json";

std::string joined(const std::vector<std::string>& words) {
  return words.empty() ? "no flags" : fmt::format("{}", fmt::join(words, " "));
}

/// What `mine` has and `theirs` has not.
std::string only_in(const std::vector<std::string>& mine, const std::vector<std::string>& theirs) {
  std::vector<std::string> words;
  for (const std::string& word : mine) {
    if (std::ranges::find(theirs, word) == theirs.end()) words.push_back(word);
  }
  return joined(words);
}

/// "signpost-train: the words" without the name.
std::string_view without_program(std::string_view line) {
  constexpr std::string_view kName = "signpost-train: ";
  return line.starts_with(kName) ? line.substr(kName.size()) : line;
}

/// How long the epochs of a run took that are done: what a killed series could not note.
double epoch_seconds(const fs::path& run) {
  const fs::path path = run / "metrics.ndjson";
  if (!fs::exists(path)) return 0;
  const std::string text = read_text(path);
  double sum = 0;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    const auto line = nlohmann::json::parse(text.substr(begin, end - begin), nullptr, false);
    if (line.is_object()) sum += line.value("seconds", 0.0);
    begin = end + 1;
  }
  return sum;
}

}  // namespace

std::string file_digest(const fs::path& path) {
  const MappedFile file(path);
  return sha256_hex(file.bytes());
}

void keep_standard_input(const fs::path& path) {
  fs::path fresh = path;
  fresh += ".new";
  {
    OutputFile file(fresh, true);
    LineReader lines("-");
    std::string_view line;
    std::string text;
    while (lines.next(line)) {
      stop_if_interrupted();
      text.assign(line);
      text += '\n';
      file.write(text);
    }
    file.commit();
  }
  const bool kept = fs::exists(path);
  if (kept && file_digest(path) != file_digest(fresh)) {
    fs::remove(fresh);
    throw Error(Blame::usage, path.string() +
                                  ": holds another stream than standard input; repeat the first "
                                  "call's stream, or name another folder");
  }
  fs::rename(fresh, path);
}

TrainSeries::TrainSeries(const Options& options) : options_(options) {
  open_folder();
  lock_.emplace(options_.folder);
  read_calls();
  write_calls();
}

fs::path TrainSeries::run_folder(const std::string& name) const { return options_.folder / name; }

void TrainSeries::open_folder() {
  const fs::path& folder = options_.folder;
  if (fs::exists(folder)) {
    const bool ours = fs::exists(folder / kCalls);
    if (!ours && !(fs::is_directory(folder) && fs::is_empty(folder))) {
      throw Error(Blame::usage, folder.string() + ": exists already, and is no " + options_.kind +
                                    "; name another folder");
    }
    if (ours && !options_.resume && !options_.force) {
      throw Error(
          Blame::usage,
          folder.string() + ": exists already; --resume goes on with it, --force replaces it");
    }
    if (ours && options_.force) fs::remove_all(folder);
  }
  std::error_code error;
  fs::create_directories(folder / "logs", error);
  if (error)
    throw Error(Blame::environment, "cannot write " + folder.string() + ": " + error.message());
}

void TrainSeries::read_calls() {
  const fs::path path = options_.folder / kCalls;
  if (!fs::exists(path)) return;
  try {
    const auto json = nlohmann::json::parse(read_text(path));
    if (json.at("format").get<int>() != kFormat) {
      throw Error(Blame::input, path.string() + ": has format " + json.at("format").dump() +
                                    "; this release reads format 1");
    }
    if (json.at("kind") != options_.kind) {
      throw Error(Blame::usage, fmt::format("{}: holds a {}, not a {}; name another folder",
                                            options_.folder.string(),
                                            json.at("kind").get<std::string>(), options_.kind));
    }
    for (const auto& call : json.at("calls")) {
      known_[call.at("name")] = {call.at("arguments"), call.at("data_sha256"), call.at("rejects"),
                                 call.at("seconds")};
    }
  } catch (const nlohmann::json::exception& error) {
    throw Error(Blame::input, path.string() + ": is damaged: " + error.what());
  }
}

void TrainSeries::write_calls() const {
  nlohmann::ordered_json json = {
      {"format", kFormat}, {"kind", options_.kind}, {"calls", nlohmann::json::array()}};
  for (const auto& [name, known] : known_) {
    json["calls"].push_back({{"name", name},
                             {"arguments", known.arguments},
                             {"data_sha256", known.data_digest},
                             {"rejects", known.rejects},
                             {"seconds", known.seconds}});
  }
  OutputFile file(options_.folder / kCalls, true);
  file.write(json.dump(1) + "\n");
  file.commit();
}

void TrainSeries::plan(const std::vector<TrainCall>& calls) {
  for (const TrainCall& call : calls) {
    std::string& digest = digests_[call.manifest.string()];
    if (digest.empty()) digest = file_digest(call.manifest);
    const auto found = known_.find(call.name);
    if (found == known_.end() || !is_run(run_folder(call.name))) {
      known_[call.name] = {call.arguments, digest, false, 0};
      continue;
    }
    const Known& before = found->second;
    const auto refuse = [&](const std::string& what) {
      throw Error(Blame::usage,
                  fmt::format("{}: was trained with {}; name another folder, or replace all of "
                              "it by --force",
                              run_folder(call.name).string(), what));
    };
    if (before.arguments != call.arguments) {
      refuse(fmt::format("{} (now {})", only_in(before.arguments, call.arguments),
                         only_in(call.arguments, before.arguments)));
    }
    if (before.data_digest != digest) refuse("other data than " + call.manifest.string());
  }
  write_calls();
}

bool TrainSeries::done(const std::string& name) const {
  return fs::exists(run_folder(name) / "weights.safetensors");
}

CallEnd TrainSeries::run(const TrainCall& call,
                         const std::function<void(std::string_view)>& on_line) {
  Known& known = known_.at(call.name);
  CallEnd end;
  if (done(call.name)) {
    end.done = true;
    end.rejects = known.rejects;
    end.seconds = std::max(known.seconds, epoch_seconds(run_folder(call.name)));
    return end;
  }
  end.repeated = true;
  std::vector<std::string> arguments = {call.manifest.string(),
                                        "--output=" + run_folder(call.name).string(), "--resume",
                                        "--progress=none", fmt::format("--jobs={}", options_.jobs)};
  if (!options_.root.empty()) arguments.push_back("--root=" + options_.root.string());
  arguments.insert(arguments.end(), call.arguments.begin(), call.arguments.end());

  std::string last;
  const fs::path log = options_.folder / "logs" / call.name;
  std::FILE* file = std::fopen(log.c_str(), "a");
  if (!file) throw_errno("cannot write " + log.string());
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> closer(file, &std::fclose);
  const Clock::time_point start = Clock::now();
  const ChildEnd child = run_child(options_.program, arguments, [&](std::string_view line) {
    fmt::print(file, "{}\n", line);
    std::fflush(file);
    line = without_program(line);
    // CLI11's hint behind a usage error is not the error.
    if (!line.empty() && !line.starts_with("Try: ")) last = line;
    on_line(line);
  });
  known.seconds += std::chrono::duration<double>(Clock::now() - start).count();
  known.seconds = std::max(known.seconds, epoch_seconds(run_folder(call.name)));
  known.rejects = child.status == static_cast<int>(Exit::rejected);
  write_calls();
  stop_if_interrupted();
  end.done = child.signal == 0 && (child.status == static_cast<int>(Exit::done) || known.rejects) &&
             done(call.name);
  end.rejects = known.rejects;
  end.seconds = known.seconds;
  if (end.done) return end;
  if (child.signal != 0) {
    end.problem =
        fmt::format("it was ended by signal {} ({})", child.signal,
                    child.signal == SIGKILL ? "out of memory, perhaps" : ::strsignal(child.signal));
  } else {
    end.problem = last.empty() ? fmt::format("it ended with status {}", child.status) : last;
  }
  return end;
}

void TrainSeries::run_all(const std::vector<TrainCall>& calls, const std::string& label,
                          ProgressStyle style,
                          const std::function<std::string(std::size_t, const CallEnd&)>& on_end,
                          const std::function<void(const std::string&)>& words) {
  Progress progress(label, "runs", calls.size(), style);
  for (std::size_t i = 0; i < calls.size(); ++i) {
    const std::string place = fmt::format("{}/{} {}", i + 1, calls.size(), calls[i].name);
    const CallEnd end = run(calls[i], [&](std::string_view line) {
      progress.note(fmt::format("{}: {}", calls[i].name, line),
                    "\"run\":" + json_string(calls[i].name));
      progress.add(0);
    });
    const std::string came_of_it = on_end(i, end);
    progress.add();
    progress.wipe();
    if (!end.done) {
      words(fmt::format("{}: failed: {}", place, end.problem));
    } else if (end.repeated) {
      words(fmt::format("{}: {} after {}", place, came_of_it, clock_text(end.seconds)));
    }
  }
  progress.finish();
}

}  // namespace signpost
