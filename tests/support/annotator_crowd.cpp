#include "support/annotator_crowd.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <memory>
#include <nlohmann/json.hpp>
#include <thread>

#include "base/digest.h"
#include "base/error.h"
#include "base/random.h"
#include "pixels/pnm.h"
#include "serve/annotate.h"
#include "support/crowd_ledger.h"
#include "support/scratch.h"
#include "support/web_client.h"

namespace signpost {
namespace {

using Clock = std::chrono::steady_clock;
using Json = nlohmann::json;
using Latencies = std::map<std::string, std::vector<double>>;

constexpr int kHeldAtOnce = 3;

double since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

void pause(double seconds) { std::this_thread::sleep_for(std::chrono::duration<double>(seconds)); }

/// A sign's size: 36x36 pixels of noise, 3.9 kB.
std::string noise(const std::string& name) {
  Image image(36, 36);
  Random random(7, name, 0, "crowd");
  for (std::uint8_t& value : image.rgb) value = static_cast<std::uint8_t>(random.bits());
  Bytes bytes;
  encode_ppm(image, bytes);
  return std::string(as_text(bytes));
}

/// A browser or a device: one connection, opened again when the server has ended it.
class Visitor {
 public:
  Visitor(int port, CrowdLedger& ledger) : port_(port), ledger_(ledger) {}

  /// The answer of the server; what no client should ever get is noted.
  WireAnswer ask(const std::string& kind, const std::string& method, const std::string& path,
                 const std::string& headers, const std::string& body = {}) {
    std::string text =
        fmt::format("{} {} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\n{}", method, path, port_, headers);
    if (method == "POST") text += fmt::format("Content-Length: {}\r\n", body.size());
    text += "\r\n" + body;
    const auto start = Clock::now();
    WireAnswer answer;
    constexpr int kTries = 20;
    for (int i = 0; i < kTries && answer.status == 0; ++i) {
      if (i > 0) ++resent;
      if (i > 0 || !wire_) wire_ = std::make_unique<WireClient>(port_);
      answer = wire_->ask(text);
    }
    latencies[kind].push_back(since(start) * 1000);
    if (answer.header("connection") == "close") wire_.reset();
    if (answer.status == 0 || answer.status >= 500 ||
        answer.body.find("database is locked") != std::string::npos)
      ledger_.wrong(fmt::format("{}: {} {}", kind, answer.status, answer.body));
    return answer;
  }

  Latencies latencies;
  std::size_t resent = 0;

 protected:
  int port_;
  CrowdLedger& ledger_;
  std::unique_ptr<WireClient> wire_;
};

/// One person's session, from sign-in to sign-out.
class Annotator : public Visitor {
 public:
  Annotator(int port, CrowdLedger& ledger, int number, bool admin, const CrowdOptions& options)
      : Visitor(port, ledger),
        name_(fmt::format("p{}", number)),
        admin_(admin),
        options_(options),
        random_(7, name_, 0, "crowd") {}

  void work(const std::string& token) {
    const WireAnswer in =
        ask("sign in", "POST", "/v1/session", "Content-Type: application/json\r\n",
            Json({{"token", token}}).dump());
    const std::string cookie = in.header("set-cookie");
    if (in.status != 200 || cookie.empty()) {
      ledger_.wrong(name_ + " could not sign in: " + in.body);
      return;
    }
    headers_ = "Cookie: " + cookie.substr(0, cookie.find(';')) + "\r\n";
    call("setup", "GET", "setup");
    for (int left = options_.labels_each; left > 0;) left -= one_round() ? 1 : 0;
    for (const std::string& capture : held_) ledger_.let_go(name_, capture);
    call("release", "POST", "release", Json::object());
    ask("sign out", "DELETE", "/v1/session", headers_ + "Content-Length: 0\r\n");
  }

  std::size_t repeated = 0;

 private:
  Json call(const std::string& kind, const std::string& method, const std::string& what,
            const Json& body = {}, int expected = 200) {
    std::string headers = headers_;
    if (method == "POST") {
      headers +=
          fmt::format("Content-Type: application/json\r\nOrigin: http://127.0.0.1:{}\r\n", port_);
    }
    const WireAnswer answer =
        ask(kind, method, "/v1/annotate/" + what, headers, method == "POST" ? body.dump() : "");
    const bool json = answer.header("content-type").starts_with("application/json");
    if (answer.status == expected || answer.status == 409)
      return json ? Json::parse(answer.body, nullptr, false) : Json();
    if (answer.status < 500)
      ledger_.wrong(fmt::format("{}: {} {}", kind, answer.status, answer.body));
    return {};
  }

  /// True if a label that stands came of it.
  bool one_round() {
    const Json next = call("next", "POST", "next", {{"count", kHeldAtOnce}});
    held_.clear();
    for (const Json& item : next.value("items", Json::array())) {
      held_.push_back(item["capture"]);
      ledger_.hold(name_, held_.back());
    }
    if (held_.empty()) {
      pause(0.02);
      return false;
    }
    call("image", "GET", "images/" + held_.front());
    if (options_.pace_s > 0) pause(options_.pace_s * random_.uniform(0.5, 1.5));
    if (admin_ && random_.chance(0.5)) decide();
    if (random_.chance(0.1)) return skip();
    if (random_.chance(0.1)) call("history", "GET", "history/" + held_.front());
    if (random_.chance(0.1)) call("progress", "GET", "progress?all=1");
    const std::int64_t annotation = label(held_.front());
    return annotation != 0 && !(random_.chance(0.15) && undo());
  }

  bool skip() {
    const std::string capture = held_.back();
    ledger_.let_go(name_, capture);
    call("skip", "POST", "skip", {{"capture", capture}});
    return false;
  }

  std::int64_t label(const std::string& capture) {
    key_ = fmt::format("k-{}", ++keys_);
    const int sign = static_cast<int>(random_.below(43));
    const Json row = {{"key", key_}, {"capture", capture}, {"label", sign}, {"milliseconds", 900}};
    ledger_.let_go(name_, capture);
    const std::int64_t annotation = send(row);
    if (annotation == 0) return 0;
    ledger_.label(annotation, {name_, capture, sign});
    if (random_.chance(0.2)) {
      ++repeated;
      if (send(row) != annotation) ledger_.wrong(name_ + ": a label sent twice counted twice");
    }
    return annotation;
  }

  std::int64_t send(const Json& row) {
    const Json answer = call("label", "POST", "annotations", {{"annotations", {row}}});
    const Json one = answer.value("answers", Json::array({Json::object()}))[0];
    if (!one.contains("annotation")) ledger_.wrong(name_ + ": label refused: " + one.dump());
    return one.value("annotation", std::int64_t{0});
  }

  bool undo() {
    const Json answer =
        call("undo", "POST", "undo", {{"key", fmt::format("u-{}", ++keys_)}, {"of", key_}});
    if (!answer.contains("annotation")) {
      ledger_.wrong(name_ + ": undo refused: " + answer.dump());
      return false;
    }
    ledger_.withdraw(answer["annotation"]);
    ledger_.hold(name_, answer["capture"]);
    return true;
  }

  void decide() {
    const Json disputed = call("disputed", "GET", "disputed");
    const Json captures = disputed.value("captures", Json::array());
    if (captures.empty()) return;
    const Json& one = captures[random_.below(static_cast<std::uint32_t>(captures.size()))];
    const Json answer =
        call("adjudicate", "POST", "adjudicate",
             {{"capture", one["capture"]}, {"annotation", one["annotations"][0]["id"]}});
    // Without a review another admin was faster.
    if (answer.contains("review")) ledger_.review(answer["review"], one["capture"], true);
  }

  std::string name_;
  bool admin_;
  const CrowdOptions& options_;
  Random random_;
  std::string headers_, key_;
  int keys_ = 0;
  std::vector<std::string> held_;
};

/// The store before anybody comes.
class Stage {
 public:
  explicit Stage(const CrowdOptions& options) {
    CaptureStore store(database(), Database::Missing::create);
    const int spare = kHeldAtOnce * options.annotators;
    const int captures =
        std::max(options.captures, options.annotators * options.labels_each + spare);
    fill(store, captures, "to do");
    StoreSettings settings = store.settings();
    settings.labels = 2;
    store.change(settings);
    dispute(store, fill(store, options.disputed, "disputed"));
    settings.labels = 1;
    store.change(settings);
    for (int i = 0; i < options.annotators; ++i) {
      const Role role = i < options.admins ? Role::admin : Role::annotator;
      people.push_back(store.add_token(role, fmt::format("p{}", i)).secret);
    }
    for (int i = 0; i < options.devices; ++i)
      devices.push_back(store.add_token(Role::device, fmt::format("d{}", i)).secret);
  }

  std::filesystem::path database() const { return scratch_ / "c.db"; }

  std::vector<std::string> people, devices;
  std::size_t annotations = 0;

 private:
  static std::vector<std::string> fill(CaptureStore& store, int count, const std::string& kind) {
    constexpr std::size_t kInCommit = 64;
    std::vector<std::string> ids;
    std::vector<StagedCapture> staged;
    for (int i = 0; i < count; ++i) {
      const std::string bytes = noise(fmt::format("{} {}", kind, i));
      const ByteView view = as_bytes(bytes);
      Submission submission;
      submission.file = fmt::format("{}.ppm", i);
      submission.prediction = Prediction{"net-1", i % 43, 0.2 + 0.7 * (i % 1000) / 1000, {}};
      std::string wrong;
      staged.push_back(
          CaptureStore::stage(std::move(submission), Bytes(view.begin(), view.end()), wrong)
              .value());
      ids.push_back(short_id(staged.back().sha256));
      if (staged.size() < kInCommit && i + 1 < count) continue;
      store.admit(staged);
      staged.clear();
    }
    return ids;
  }

  void dispute(CaptureStore& store, const std::vector<std::string>& captures) {
    std::vector<Annotation> said;
    for (const std::string& capture : captures) {
      for (const int label : {1, 2}) {
        Annotation annotation;
        annotation.capture = capture;
        annotation.annotator = fmt::format("before {}", label);
        annotation.verdict = "label";
        annotation.label = label;
        annotation.blind = true;
        said.push_back(annotation);
      }
    }
    store.annotate(said);
    annotations = said.size();
  }

  Scratch scratch_;
};

void submit(Visitor& device, CrowdLedger& ledger, const std::string& token, int number,
            const CrowdOptions& options) {
  for (int i = 0; i < options.submissions_each; ++i) {
    const std::string image = noise(fmt::format("device {} {}", number, i));
    const WireAnswer answer = device.ask(
        "submit", "POST", "/v1/captures",
        fmt::format("Authorization: Bearer {}\r\nSignpost-Capture: {{\"file\":\"{}.ppm\","
                    "\"label\":14,\"confidence\":0.9,\"model\":\"net-1\"}}\r\n",
                    token, i),
        image);
    if (answer.status != 201) ledger.wrong(fmt::format("submit: {}", answer.status));
    ledger.submission(sha256_hex(as_bytes(image)));
    if (options.pace_s > 0) pause(options.pace_s / 10);
  }
}

/// Another program at the same store: `capture review`, `capture list`, `capture stats`.
void review(const std::filesystem::path& database, CrowdLedger& ledger, double pause_s,
            const std::atomic<bool>& over) {
  try {
    CaptureStore store(database, Database::Missing::refuse);
    CaptureFilter filter;
    filter.statuses = {"labelled"};
    filter.limit = 5;
    while (!over) {
      std::vector<Review> reviews;
      store.each(filter, [&](const CaptureState& one) {
        Review review;
        review.capture = short_id(one.sha256);
        review.annotation = one.annotation_id;
        review.reviewer = "rita";
        review.decision = "accept";
        reviews.push_back(review);
      });
      for (const ReviewAnswer& one : store.review(reviews)) {
        // What was withdrawn meanwhile is refused.
        if (one.wrong.empty()) ledger.review(one.review, one.capture, false);
      }
      store.figures();
      pause(pause_s);
    }
  } catch (const Error& error) {
    ledger.wrong(fmt::format("review: {}", error.what()));
  }
}

}  // namespace

CrowdAnswer run_crowd(const CrowdOptions& options) {
  Stage stage(options);
  ServiceOptions service_options;
  service_options.database = stage.database();
  service_options.web.port = 0;
  service_options.web.drain_s = 2;
  service_options.rate_per_s = 0;
  if (options.threads > 0) service_options.web.threads = options.threads;
  Service service(service_options, {});
  add_annotate(service, {});
  service.start();
  const int port = std::atoi(service.url().c_str() + service.url().rfind(':') + 1);

  CrowdLedger ledger;
  std::vector<Annotator> people;
  for (int i = 0; i < options.annotators; ++i)
    people.emplace_back(port, ledger, i, i < options.admins, options);
  std::vector<Visitor> devices;
  for (int i = 0; i < options.devices; ++i) devices.emplace_back(port, ledger);
  std::atomic<bool> over{false};
  std::thread reviewer(
      [&] { review(stage.database(), ledger, std::max(0.02, options.pace_s), over); });
  const auto start = Clock::now();
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < people.size(); ++i)
    threads.emplace_back([&, i] { people[i].work(stage.people[i]); });
  for (std::size_t i = 0; i < devices.size(); ++i) {
    threads.emplace_back(
        [&, i] { submit(devices[i], ledger, stage.devices[i], static_cast<int>(i), options); });
  }
  for (std::thread& thread : threads) thread.join();
  CrowdAnswer answer;
  answer.seconds = since(start);
  over = true;
  reviewer.join();
  service.stop();

  const auto count = [&](const Visitor& visitor) {
    answer.resent += visitor.resent;
    for (const auto& [kind, times] : visitor.latencies) {
      auto& all = answer.milliseconds[kind];
      all.insert(all.end(), times.begin(), times.end());
    }
  };
  for (const Annotator& one : people) {
    count(one);
    answer.repeated += one.repeated;
  }
  for (const Visitor& one : devices) count(one);
  for (auto& [kind, times] : answer.milliseconds) std::ranges::sort(times);
  CaptureStore store(stage.database(), Database::Missing::refuse);
  answer.wrong = ledger.settle(store, stage.annotations);
  answer.labels = ledger.labels();
  answer.withdrawn = ledger.withdrawn();
  answer.decided = ledger.decided();
  answer.accepted = ledger.accepted();
  answer.submitted = ledger.submitted();
  return answer;
}

}  // namespace signpost
