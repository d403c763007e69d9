#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <semaphore>
#include <string>

#include "serve/authority.h"
#include "serve/group_commit.h"
#include "serve/metrics.h"
#include "serve/model_feed.h"
#include "serve/rate_limit.h"
#include "serve/web_server.h"
#include "store/pool.h"

namespace signpost {

struct ServiceOptions {
  std::filesystem::path database;
  std::filesystem::path models;  ///< folder of packages; empty: those of the store
  WebOptions web;
  std::size_t max_image_bytes = std::size_t{16} << 20;
  std::int64_t max_pixels = 50'000'000;  ///< of one image
  double rate_per_s = 20, burst = 200;   ///< captures of one token; a rate of 0: no limit
  int jobs = 0;                          ///< images decoded at once; 0: one a core
};

/// What devices talk to: schema/openapi.json describes it, and tests/unit/serve holds it to that.
/// Pages for people are added with `web()`, `authority()` and `store()` before `start`.
class Service {
 public:
  /// One line of JSON for each request, without its newline; several threads call it.
  using LogLine = std::function<void(const std::string&)>;

  /// Opens or makes the store. Throws as CaptureStore and WebServer do.
  Service(ServiceOptions options, LogLine log);
  Service(const Service&) = delete;
  Service& operator=(const Service&) = delete;
  ~Service();

  void start() { web_->start(); }
  /// Answers what was asked, brings it to the disk, and returns.
  void stop() { web_->stop(); }
  std::string url() const { return web_->url(); }

  WebServer& web() { return *web_; }
  Authority& authority() { return authority_; }
  StorePool& store() { return store_; }

 private:
  void add_routes();
  void add_session_routes();
  WebAnswer take_capture(const WebRequest& request);
  WebAnswer latest_model(const WebRequest& request);
  WebAnswer latest_signature();
  WebAnswer health();
  WebAnswer open_session(const WebRequest& request);
  std::vector<Admission> admit(std::span<const StagedCapture> captures);
  void log(const WebExchange& exchange);

  ServiceOptions options_;
  LogLine log_line_;
  StorePool store_;
  Authority authority_;
  RateLimit rate_;
  Metrics metrics_;
  std::unique_ptr<ModelFeed> models_;
  std::counting_semaphore<> decoding_;
  /// Until when the server calls itself ill: a minute from a transaction that failed, if none
  /// succeeds meanwhile.
  std::atomic<RateLimit::Clock::time_point> ill_until_{};
  GroupCommit commits_;
  std::unique_ptr<WebServer> web_;
};

/// A request as one JSON object.
std::string log_line(const WebExchange& exchange, const std::string& time);

}  // namespace signpost
