#pragma once

#include <chrono>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "pixels/pnm.h"
#include "serve/service.h"
#include "support/scratch.h"
#include "support/web_client.h"

namespace signpost {

/// A service on a free port over a new store, with tokens for each role.
class RunningService {
 public:
  /// Packages come from the folder models, or else from the store.
  explicit RunningService(ServiceOptions options = {}, bool folder = true) {
    options.database = scratch / "c.db";
    if (folder) options.models = scratch / "models";
    options.web.port = 0;
    options.web.drain_s = 2;
    std::filesystem::create_directory(scratch / "models");
    {
      CaptureStore store(options.database, Database::Missing::create);
      device = store.add_token(Role::device, "phone").secret;
      other_device = store.add_token(Role::device, "camera").secret;
      annotator = store.add_token(Role::annotator, "ann").secret;
      admin = store.add_token(Role::admin, "root").secret;
      const NewToken gone = store.add_token(Role::device, "lost phone");
      store.revoke(gone.token);
      revoked = gone.secret;
    }
    options_ = options;
    start();
  }

  /// Ends the service and starts it anew over the same store.
  void restart() {
    service.reset();
    start();
  }

  int port() const {
    const std::string url = service->url();
    return std::atoi(url.c_str() + url.rfind(':') + 1);
  }
  WireAnswer ask(const std::string& bytes) const { return WireClient(port()).ask(bytes); }

  WireAnswer get(const std::string& path, const std::string& token = "",
                 const std::string& headers = "") const {
    return ask("GET " + path + " HTTP/1.1\r\nHost: h\r\n" + bearer(token) + headers + "\r\n");
  }
  WireAnswer submit(const std::string& token, std::string_view image,
                    const std::string& headers = "") const {
    return ask(
        "POST /v1/captures HTTP/1.1\r\nHost: h\r\nContent-Length: " + std::to_string(image.size()) +
        "\r\n" + bearer(token) + headers + "\r\n" + std::string(image));
  }
  WireAnswer post_session(const std::string& body,
                          const std::string& type = "application/json") const {
    return ask("POST /v1/session HTTP/1.1\r\nHost: h\r\nContent-Type: " + type +
               "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
  }
  std::vector<CaptureState> captures() const {
    std::vector<CaptureState> all;
    CaptureStore store(options_.database, Database::Missing::refuse);
    store.each({}, [&](const CaptureState& one) { all.push_back(one); });
    return all;
  }
  /// The log, once it has so many lines: a request is logged behind its answer. Waits at most 5 s.
  std::vector<std::string> log(std::size_t lines) {
    for (int i = 0; i < 500; ++i) {
      {
        const std::lock_guard lock(mutex_);
        if (log_.size() >= lines) break;
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    const std::lock_guard lock(mutex_);
    return log_;
  }
  static std::string bearer(const std::string& token) {
    return token.empty() ? "" : "Authorization: Bearer " + token + "\r\n";
  }

  Scratch scratch;
  std::string device, other_device, annotator, admin, revoked;

 private:
  ServiceOptions options_;
  std::mutex mutex_;
  std::vector<std::string> log_;

 public:
  std::unique_ptr<Service> service;  ///< goes first: its threads write the log

 private:
  void start() {
    service = std::make_unique<Service>(options_, [this](const std::string& line) {
      const std::lock_guard lock(mutex_);
      log_.push_back(line);
    });
    service->start();
  }
};

/// An image like no other with another number, as text.
inline std::string picture(unsigned number, int width = 4, int height = 3) {
  Image pixels(width, height);
  for (std::size_t i = 0; i < 4; ++i) pixels.rgb[i] = static_cast<std::uint8_t>(number >> (8 * i));
  Bytes bytes;
  encode_ppm(pixels, bytes);
  return std::string(as_text(bytes));
}

}  // namespace signpost
