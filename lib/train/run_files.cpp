#include "train/run_files.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/file.h"
#include "codecs/decode.h"
#include "image/render.h"

namespace signpost {
namespace {

namespace fs = std::filesystem;

fs::path metrics_of(const fs::path& run) { return run / "metrics.ndjson"; }

}  // namespace

void refuse_existing_run(const fs::path& run, bool resume, bool force) {
  if (!fs::exists(run) || resume || force) return;
  throw Error(Blame::usage,
              run.string() + ": exists already; --resume goes on with it, --force replaces it");
}

void open_run(const fs::path& run, const RunInfo& info, bool resume, bool force) {
  if (resume && is_run(run)) {
    const std::string difference = info.difference(read_run(run));
    if (!difference.empty()) {
      throw Error(Blame::usage,
                  run.string() + ": cannot be resumed, since this call differs in " + difference +
                      "; repeat the first call's options and stream, or name another run");
    }
    return;
  }
  if (fs::exists(run)) {
    if (!is_run(run)) refuse_existing(run, false);
    refuse_existing_run(run, false, force);
    fs::remove_all(run);
  }
  std::error_code error;
  fs::create_directories(run, error);
  if (error)
    throw Error(Blame::environment, "cannot write " + run.string() + ": " + error.message());
  write_run(run, info);
}

RunLock::RunLock(const fs::path& run)
    : descriptor_(::open(run.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)) {
  if (descriptor_ < 0 || ::flock(descriptor_, LOCK_EX | LOCK_NB) != 0) {
    throw Error(Blame::environment,
                run.string() + ": another signpost train is working on this run; wait for it");
  }
}

RunLock::~RunLock() { ::close(descriptor_); }

void trim_metrics(const fs::path& run, std::uint64_t epochs) {
  const fs::path path = metrics_of(run);
  const std::string text = fs::exists(path) ? read_text(path) : "";
  std::size_t end = 0;
  for (std::uint64_t i = 0; i < epochs && end < text.size(); ++i) end = text.find('\n', end) + 1;
  write_run_file(path, text.substr(0, end));
}

void append_metrics(const fs::path& run, const std::string& line) {
  const fs::path path = metrics_of(run);
  std::FILE* file = std::fopen(path.c_str(), "a");
  if (!file) throw_errno("cannot write " + path.string());
  const bool good = std::fputs((line + "\n").c_str(), file) >= 0;
  if (std::fclose(file) != 0 || !good) throw_errno("cannot write " + path.string());
}

void write_metrics_table(const fs::path& run) {
  std::string_view rest;
  const std::string text = read_text(metrics_of(run));
  rest = text;
  std::string table;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    const auto line = nlohmann::ordered_json::parse(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
    std::string names, values;
    for (const auto& [name, value] : line.items()) {
      const char* comma = names.empty() ? "" : ",";
      names += comma + name;
      values += comma + value.dump();
    }
    if (table.empty()) table = names + "\n";
    table += values + "\n";
  }
  write_run_file(run / "metrics.csv", table);
}

void write_golden(const fs::path& run, const PixelSet& validation, const fs::path& root) {
  std::vector<const Sample*> by_size;
  for (const Sample& sample : validation.samples) by_size.push_back(&sample);
  const auto area = [](const Sample* s) {
    return s->roi ? std::int64_t{s->roi->width()} * s->roi->height()
                  : std::int64_t{s->width.value_or(0)} * s->height.value_or(0);
  };
  std::stable_sort(by_size.begin(), by_size.end(),
                   [&](auto* a, auto* b) { return area(a) < area(b); });
  const Renderer renderer(root);
  fs::remove_all(run / "golden");
  OutputDirectory folder(run / "golden", true);
  OutputFile records(folder.partial() / "golden.ndjson", true);
  const std::size_t last = by_size.size() - 1;
  std::size_t number = 0;
  for (const std::size_t at : {last / 50, last / 3, last * 2 / 3, last - last / 50}) {
    Sample sample = *by_size[at];
    Image photograph;
    std::string wrong, line;
    if (!renderer.decode(sample, photograph, wrong))
      throw Error(Blame::input, sample.id + ": " + wrong);
    sample.image = fmt::format("{}.png", number++);
    OutputFile image(folder.partial() / sample.image, true);
    image.write(encode_png(photograph));
    image.commit();
    encode(sample, line);
    records.write(line + "\n");
  }
  records.commit();
  folder.commit();
}

void write_run_file(const fs::path& path, const std::string& text) {
  OutputFile file(path, true);
  file.write(text);
  file.commit();
}

void write_validation(const fs::path& run, const PixelSet& validation) {
  OutputFile file(run / "validation.ndjson", true);
  std::string line;
  for (const Sample& sample : validation.samples) {
    line.clear();
    encode(sample, line);
    file.write(line + "\n");
  }
  file.commit();
}

}  // namespace signpost
