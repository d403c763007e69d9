#include "serve/service.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <chrono>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/digest.h"
#include "base/error.h"
#include "base/json_text.h"
#include "base/parallel.h"
#include "codecs/decode.h"
#include "serve/capture_request.h"
#include "serve/conditional.h"
#include "serve/embedded_page.h"

namespace signpost {
namespace {

const std::set<Role> kAnyone = {Role::device, Role::annotator, Role::admin};

std::string utc_now() {
  const auto now = std::chrono::system_clock::now();
  const auto since = now.time_since_epoch() % std::chrono::seconds(1);
  return fmt::format("{:%FT%T}.{:03}Z", fmt::gmtime(std::chrono::system_clock::to_time_t(now)),
                     std::chrono::duration_cast<std::chrono::milliseconds>(since).count());
}

/// Empty, or why the image is not even decoded.
std::string wrong_size(ByteView image, std::int64_t max_pixels) {
  ImageSize size;
  std::string wrong;
  if (!decode_size(image, size, wrong)) return wrong;
  if (std::int64_t{size.width} * size.height <= max_pixels) return {};
  return fmt::format("has {}x{} pixels; this server takes at most {} in all", size.width,
                     size.height, max_pixels);
}

std::unique_ptr<ModelFeed> feed_of(const ServiceOptions& options) {
  if (options.models.empty()) return std::make_unique<RegistryFeed>(options.database);
  return std::make_unique<FolderFeed>(options.models);
}

std::string account_json(const Account& account) {
  return "{\"name\":" + json_string(account.name) +
         ",\"role\":" + json_string(kRoles[static_cast<std::size_t>(account.role)]) + "}";
}

}  // namespace

std::string log_line(const WebExchange& exchange, const std::string& time) {
  std::string line = fmt::format(
      R"({{"time":"{}","method":{},"path":{},"status":{},"ms":{:.3f},"in":{},"out":{},"from":{})",
      time, json_string(exchange.method), json_string(exchange.path), exchange.status,
      exchange.seconds * 1000, exchange.bytes_in, exchange.bytes_out, json_string(exchange.from));
  if (!exchange.who.empty()) line += ",\"who\":" + json_string(exchange.who);
  if (!exchange.note.empty()) line += "," + exchange.note;
  if (!exchange.error.empty()) line += ",\"error\":" + json_string(exchange.error);
  return line + "}";
}

Service::Service(ServiceOptions options, LogLine log)
    : options_(std::move(options)),
      log_line_(std::move(log)),
      store_(options_.database, Database::Missing::create),
      authority_(store_),
      rate_(options_.rate_per_s, options_.burst),
      models_(feed_of(options_)),
      decoding_(job_count(options_.jobs)),
      commits_([this](std::span<const StagedCapture> captures) { return admit(captures); },
               [this](std::size_t count, double seconds) { metrics_.commit(count, seconds); }),
      web_(std::make_unique<WebServer>(options_.web,
                                       [this](const WebExchange& one) { this->log(one); })) {
  add_routes();
  add_session_routes();
}

Service::~Service() { web_->stop(); }

std::vector<Admission> Service::admit(std::span<const StagedCapture> captures) {
  try {
    std::vector<Admission> answers = store_.writer()->admit(captures);
    ill_until_ = RateLimit::Clock::time_point();
    return answers;
  } catch (...) {
    ill_until_ = RateLimit::Clock::now() + std::chrono::minutes(1);
    throw;
  }
}

void Service::log(const WebExchange& exchange) {
  metrics_.request(exchange.route, exchange.status, exchange.seconds);
  if (log_line_) log_line_(log_line(exchange, utc_now()));
}

void Service::add_routes() {
  const auto open = [this](std::string path, std::function<WebAnswer(const WebRequest&)> answer) {
    web_->add({"GET", std::move(path), {}, std::move(answer), 0});
  };
  open("/healthz", [this](const WebRequest&) { return health(); });
  open("/metrics", [this](const WebRequest&) {
    WebAnswer answer;
    answer.type = "text/plain; version=0.0.4";
    answer.body = metrics_.text(web_->connections(), commits_.waiting());
    return answer;
  });
  open("/v1/openapi.json",
       [](const WebRequest& request) { return embedded_answer(request, "schema/openapi.json"); });
  web_->add({"GET", "/v1/models/latest",
             [this](WebRequest& request) { return authority_.check(request, kAnyone); },
             [this](const WebRequest& request) { return latest_model(request); }, 0});
  web_->add({"GET", "/v1/models/latest.minisig",
             [this](WebRequest& request) { return authority_.check(request, kAnyone); },
             [this](const WebRequest&) { return latest_signature(); }, 0});
  web_->add({"POST", "/v1/captures",
             [this](WebRequest& request) -> std::optional<WebAnswer> {
               if (auto refusal = authority_.check(request, {Role::device})) return refusal;
               const auto wait =
                   rate_.refuse(std::to_string(request.account->token), RateLimit::Clock::now());
               if (!wait) return std::nullopt;
               return problem(429, "this device sends too much at once; wait")
                   .with("Retry-After", std::to_string(*wait));
             },
             [this](const WebRequest& request) { return take_capture(request); },
             options_.max_image_bytes});
}

void Service::add_session_routes() {
  const auto signed_in = [this](WebRequest& request) { return authority_.check(request, kAnyone); };
  web_->add(
      {"GET", "/v1/session", signed_in,
       [](const WebRequest& request) { return json_answer(200, account_json(*request.account)); },
       0});
  web_->add({"POST",
             "/v1/session",
             {},
             [this](const WebRequest& request) { return open_session(request); },
             1024});
  web_->add({"DELETE",
             "/v1/session",
             {},
             [](const WebRequest& request) {
               return empty_answer(204).with("Set-Cookie", Authority::cookie({}, request.secure));
             },
             0});
}

WebAnswer Service::open_session(const WebRequest& request) {
  // Another site's form cannot send this type without asking first.
  if (!request.header("Content-Type").starts_with("application/json"))
    return problem(415, "send {\"token\":\"…\"} as application/json");
  const auto json = nlohmann::json::parse(request.body, nullptr, false);
  if (!json.is_object() || !json.contains("token") || !json["token"].is_string())
    return problem(400, "send {\"token\":\"…\"}");
  const auto secret = json["token"].get<std::string>();
  std::optional<Account> account;
  if (std::optional<WebAnswer> refusal = authority_.identify(secret, account)) return *refusal;
  return json_answer(200, account_json(*account))
      .with("Set-Cookie", Authority::cookie(secret, request.secure));
}

WebAnswer Service::take_capture(const WebRequest& request) {
  const auto refuse = [this](int status, const std::string& detail) {
    metrics_.capture("refused");
    WebAnswer answer = problem(status, detail);
    answer.note = "\"refused\":" + json_string(detail);
    return answer;
  };
  CaptureRequest capture;
  if (request.header_count("Signpost-Capture") > 1 || request.header_count("Content-Digest") > 1)
    return refuse(400, "Signpost-Capture and Content-Digest stand there once each");
  std::string wrong = parse_capture_request(request.header("Signpost-Capture"),
                                            request.header("Content-Digest"), capture);
  if (!wrong.empty()) return refuse(400, wrong);
  Submission& submission = capture.submission;
  const Account& account = *request.account;
  if (account.role == Role::device) {
    if (!submission.device.empty() && submission.device != account.name)
      return refuse(403, "this token is another device's than the capture names");
    submission.device = account.name;
  }
  const ByteView image = as_bytes(request.body);
  std::optional<StagedCapture> staged;
  {
    decoding_.acquire();
    const std::unique_ptr<std::counting_semaphore<>, void (*)(std::counting_semaphore<>*)> held(
        &decoding_, [](std::counting_semaphore<>* semaphore) { semaphore->release(); });
    if (capture.sha256 && sha256_hex(image) != *capture.sha256)
      return refuse(400, "the image is not the one of Content-Digest; send it again");
    wrong = wrong_size(image, options_.max_pixels);
    if (wrong.empty()) {
      staged = CaptureStore::stage(std::move(submission), Bytes(image.begin(), image.end()), wrong);
    }
  }
  if (!staged) return refuse(422, "the capture " + wrong);
  const std::string sha256 = staged->sha256;
  const Admission admission = commits_.admit(std::move(*staged));
  if (!admission.wrong.empty()) {
    return refuse(admission.refusal == Admission::Refusal::purged ? 410 : 409,
                  "the image " + admission.wrong);
  }
  metrics_.capture(admission.is_new ? "new" : "known");
  // The same for the first time and for every other: a lost answer is got again.
  WebAnswer answer =
      json_answer(admission.is_new ? 201 : 200,
                  fmt::format(R"({{"capture":"{}","sha256":"{}"}})", admission.capture, sha256));
  answer.note = "\"capture\":\"" + admission.capture + "\"";
  return answer;
}

WebAnswer Service::latest_model(const WebRequest& request) {
  std::string wrong;
  const std::shared_ptr<const ServedModel> model = models_->latest(wrong);
  WebAnswer answer =
      model ? conditional_answer(request, model->bytes, model->etag, "application/vnd.signpost")
            : problem(404, "there is no model here yet");
  if (model) {
    answer.headers.emplace_back("Signpost-Model", model->id);
    answer.headers.emplace_back("Content-Disposition",
                                "attachment; filename=\"" + model->id + ".signpost\"");
    answer.note = "\"model\":" + json_string(model->id);
  }
  answer.error = wrong;
  return answer;
}

WebAnswer Service::latest_signature() {
  std::string wrong;
  const std::shared_ptr<const ServedModel> model = models_->latest(wrong);
  if (!model || !model->signature) return problem(404, "the newest model here is not signed");
  WebAnswer answer;
  answer.type = "text/plain; charset=utf-8";
  answer.body = std::string(as_text(*model->signature));
  // Of the package, so that a device knows whether the two belong together.
  answer.headers = {{"ETag", model->etag}, {"Cache-Control", "no-cache"}};
  answer.headers.emplace_back("Signpost-Model", model->id);
  return answer;
}

WebAnswer Service::health() {
  store_.reader()->account("no token");
  if (RateLimit::Clock::now() < ill_until_.load())
    throw Error(Blame::environment, "the last transaction failed");
  return json_answer(200, R"({"status":"ok"})");
}

}  // namespace signpost
