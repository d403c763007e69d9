#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <iostream>
#include <memory>
#include <optional>
#include <random>
#include <thread>

#include "base/archive.h"
#include "base/digest.h"
#include "base/interrupt.h"
#include "base/json_text.h"
#include "cli/command.h"
#include "fetch/token_file.h"
#include "queue/capture_metadata.h"
#include "queue/capture_queue.h"
#include "submit/sender.h"

namespace signpost {
namespace {

namespace fs = std::filesystem;

struct SendOptions {
  std::string queue;
  UploadOptions upload;
  fs::path token_file;
  SenderOptions sender;
  std::optional<std::uint64_t> seed;
  bool watch = false;
  double poll_s = 5;
};

struct AddOptions {
  std::vector<std::string> paths;
  fs::path root;
  Rejects::Options rejects;
};

struct RetryOptions {
  std::vector<std::string> keys;
};

void print(const std::string& line) {
  write_all(STDOUT_FILENO, as_bytes(line + "\n"), "standard output");
}

void wait_for(double seconds) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::duration<double>(seconds);
  while (std::chrono::steady_clock::now() < end) {
    stop_if_interrupted();
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  stop_if_interrupted();
}

std::string seconds_text(double seconds) {
  std::string text = std::to_string(seconds);
  return text.substr(0, text.find('.') + 2);
}

Exit send(const SendOptions& options) {
  CaptureQueue queue(options.queue);
  const SenderLock alone(queue);
  UploadOptions upload = options.upload;
  upload.token = read_token_file(options.token_file);
  Uploader uploader(std::move(upload));
  SenderOptions sender_options = options.sender;
  sender_options.seed = options.seed.value_or(std::random_device()());

  Sender::Events events;
  events.accepted = [](const QueuedCapture& capture, const std::string& id) {
    print("{\"capture\":" + json_string(id) +
          ",\"file\":" + json_string(file_of_record(capture.metadata)) + ",\"sha256\":\"" +
          capture.sha256 + "\"}");
  };
  events.refused = [](const std::string& key, const std::string& why) {
    std::cerr << program_name() << ": " << key << ": " << why << '\n';
  };
  events.failed = [](const std::string& what, double wait_s) {
    say(what + "; trying again in " + seconds_text(wait_s) + " s");
  };
  Sender sender(
      queue, sender_options, [&](const Upload& one) { return uploader.send(one); }, wait_for,
      events);

  for (;;) {
    const SendResult result = sender.send_all();
    if (result.refused > 0) {
      say(std::to_string(result.refused) + (result.refused == 1 ? " capture" : " captures") +
          " refused for good, kept in " + (queue.folder() / "refused").string());
    }
    if (!options.watch) {
      if (!result.stopped.empty()) {
        throw Error(Blame::environment, result.stopped + "; " +
                                            std::to_string(queue.pending().size()) + " left in " +
                                            queue.folder().string() + ", run this again");
      }
      return result.refused > 0 ? Exit::rejected : Exit::done;
    }
    if (!result.stopped.empty()) say(result.stopped);
    wait_for(result.stopped.empty() ? options.poll_s : options.sender.longest_wait_s);
  }
}

/// What an image's file is called in the queue: its own ending, if that is one of an image.
std::string ending_of(const std::string& file) {
  constexpr std::array kKnown = {".jpg", ".jpeg", ".png", ".ppm", ".pgm", ".webp"};
  std::string ending = fs::path(file).extension().string();
  for (char& c : ending) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
  return std::ranges::find(kKnown, ending) == kKnown.end() ? std::string() : ending;
}

class Adder {
 public:
  Adder(CaptureQueue& queue, const AddOptions& options, Rejects& rejects)
      : queue_(queue), reader_(options.root), rejects_(rejects) {}

  void add(const std::string& file, const std::string& metadata, const std::string& where,
           const std::string& record) {
    try {
      reader_.read(file, image_);
    } catch (const Error& error) {
      if (error.blame() != Blame::input) throw;
      std::string what = error.what();
      if (what.starts_with(file + ": ")) what.erase(0, file.size() + 2);
      rejects_.add(where, what, record);
      return;
    }
    if (image_.empty()) {
      rejects_.add(where, "is empty", record);
      return;
    }
    const bool fresh = queue_.add(image_, ending_of(file), metadata);
    print("{\"file\":" + json_string(file) + ",\"sha256\":\"" + sha256_hex(image_) +
          "\",\"queued\":" + (fresh ? "true" : "false") + "}");
  }

  void add_records() {
    std::string line;
    for (std::uint64_t number = 1; std::getline(std::cin, line); ++number) {
      stop_if_interrupted();
      if (line.find_first_not_of(" \t\r") == std::string::npos) continue;
      const std::string where = "standard input:" + std::to_string(number);
      std::string wrong;
      const std::optional<std::string> metadata = capture_metadata(line, wrong);
      const std::string file = metadata ? file_of_record(*metadata) : std::string();
      if (metadata && file.empty()) wrong = "has no \"file\"";
      if (wrong.empty()) {
        add(file, *metadata, where + ": " + file, line);
      } else {
        rejects_.add(where, wrong, line);
      }
    }
    stop_if_interrupted();
  }

 private:
  CaptureQueue& queue_;
  BlobReader reader_;
  Rejects& rejects_;
  Bytes image_;
};

Exit add(const std::string& folder, const AddOptions& options) {
  Rejects rejects(program_name(), reject_options(options.rejects));
  CaptureQueue queue(folder);
  Adder adder(queue, options, rejects);
  for (const std::string& path : options.paths) {
    stop_if_interrupted();
    if (path == "-") {
      adder.add_records();
    } else {
      adder.add(path, metadata_of_file(path), path, {});
    }
  }
  return finish(rejects);
}

void need(const std::string& folder) {
  if (!fs::is_directory(folder))
    throw Error(Blame::input, folder + ": there is no such queue; submit add makes one");
}

Exit list(const std::string& folder) {
  need(folder);
  const CaptureQueue queue(folder);
  Bytes image;
  for (const std::string& key : queue.pending()) {
    std::string wrong;
    const std::optional<QueuedCapture> capture = queue.read(key, image, wrong);
    print("{\"sha256\":\"" + key + "\",\"state\":" + (capture ? "\"pending\"" : "\"damaged\"") +
          (capture
               ? ",\"queued\":" + json_string(capture->queued) + ",\"capture\":" + capture->metadata
               : ",\"reason\":" + json_string(wrong)) +
          "}");
  }
  for (const std::string& key : queue.refused()) {
    const std::optional<QueuedCapture> capture = queue.read_refused(key);
    if (!capture) continue;
    print("{\"sha256\":\"" + key + "\",\"state\":\"refused\",\"queued\":" +
          json_string(capture->queued) + ",\"status\":" + std::to_string(capture->status) +
          ",\"reason\":" + json_string(capture->reason) + ",\"capture\":" + capture->metadata +
          "}");
  }
  return Exit::done;
}

Exit retry(const std::string& folder, const RetryOptions& options) {
  need(folder);
  CaptureQueue queue(folder);
  const std::vector<std::string> keys = options.keys.empty() ? queue.refused() : options.keys;
  for (const std::string& key : keys) {
    if (!queue.retry(key)) throw Error(Blame::input, key + ": is not among the refused captures");
    print("{\"sha256\":\"" + key + "\",\"state\":\"pending\"}");
  }
  return Exit::done;
}

void declare(CLI::App& app, AddOptions& options) {
  app.add_option("PATH", options.paths,
                 "Images, also archive.zip!member, or \"-\": what signpost run prints")
      ->required();
  add_root(app, options.root);
  add_rejects(app, options.rejects);
}

void declare(CLI::App& app, RetryOptions& options) {
  app.add_option("SHA256", options.keys, "Which, as submit list prints them (default: all)");
}

void declare(CLI::App& app, SendOptions& options) {
  app.add_option("--url", options.upload.url, "The server, https://HOST or https://HOST:PORT")
      ->envname("SIGNPOST_URL")
      ->type_name("URL");
  app.add_option("--token-file", options.token_file, "File with the token of this device")
      ->envname("SIGNPOST_TOKEN_FILE")
      ->type_name("FILE");
  app.add_option("--cacert", options.upload.cacert,
                 "Trust the certificates in this PEM file in place of the system's")
      ->type_name("FILE");
  app.add_flag("--watch", options.watch, "Go on for ever: send what comes, try again what fails");
  app.add_option("--poll-s", options.poll_s, "With --watch, look for new captures so often")
      ->capture_default_str()
      ->check(CLI::Range(0.01, 86400.0));
  app.add_option("--retries", options.sender.retries, "Give up after so many failures in a row")
      ->capture_default_str()
      ->check(CLI::Range(0u, 1000000u));
  app.add_option("--retry-wait-s", options.sender.retry_wait_s,
                 "Wait before the first new attempt; doubles each time")
      ->capture_default_str()
      ->check(CLI::Range(0.0, 3600.0));
  app.add_option("--longest-wait-s", options.sender.longest_wait_s,
                 "But never wait longer than this")
      ->capture_default_str()
      ->check(CLI::Range(0.0, 3600.0));
  app.add_option("--stall-timeout-s", options.upload.stall_timeout_s,
                 "Give an attempt up when not a byte moved for so long")
      ->capture_default_str()
      ->check(CLI::Range(1l, 3600l));
  app.add_option("--seed", options.seed,
                 "Every random part of a wait follows from this number (default: drawn)");
}

}  // namespace

Command command() {
  return {
      "Send captures from a queue on the device to the server", [](CLI::App& app) {
        auto send_options = std::make_shared<SendOptions>();
        auto add_options = std::make_shared<AddOptions>();
        auto retry_options = std::make_shared<RetryOptions>();
        auto work = std::make_shared<std::function<Exit()>>();
        std::string& queue = send_options->queue;
        app.require_subcommand(0, 1);
        app.add_option("--queue", queue, "Folder of captures that wait; made if missing")
            ->required()
            ->envname("SIGNPOST_QUEUE")
            ->type_name("DIR");
        declare(app, *send_options);
        const auto subcommand = [&](const char* name, const char* summary,
                                    std::function<Exit()> run) {
          CLI::App* sub = app.add_subcommand(name, summary);
          sub->fallthrough();
          sub->footer("--queue DIR and --quiet, see signpost submit --help, may stand here too.");
          sub->callback([work, run] { *work = run; });
          return sub;
        };
        declare(*subcommand("add", "Put images into the queue",
                            [=] { return add(send_options->queue, *add_options); }),
                *add_options);
        subcommand("list", "Print what waits and what was refused, as NDJSON",
                   [=] { return list(send_options->queue); });
        declare(*subcommand("retry", "Queue refused captures again",
                            [=] { return retry(send_options->queue, *retry_options); }),
                *retry_options);
        return [=] {
          if (*work) return (*work)();
          if (send_options->upload.url.empty() || send_options->token_file.empty())
            throw Error(Blame::usage, "say where to send to with --url and --token-file");
          return send(*send_options);
        };
      }};
}

}  // namespace signpost
