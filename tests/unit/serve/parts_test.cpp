#include <atomic>
#include <catch2/catch.hpp>
#include <thread>

#include "base/error.h"
#include "serve/authority.h"
#include "serve/capture_request.h"
#include "serve/group_commit.h"
#include "serve/metrics.h"
#include "serve/rate_limit.h"

namespace signpost {
namespace {

using std::chrono::milliseconds;

std::string wrong_request(std::string_view metadata, std::string_view digest = {}) {
  CaptureRequest request;
  return parse_capture_request(metadata, digest, request);
}

StagedCapture staged(const std::string& sha256) {
  StagedCapture capture;
  capture.sha256 = sha256;
  return capture;
}

}  // namespace

TEST_CASE("a bucket gives its burst at once, then its rate, to each name by itself") {
  RateLimit limit(2, 3);
  const RateLimit::Clock::time_point start{};
  for (int i = 0; i < 3; ++i) CHECK_FALSE(limit.refuse("a", start));
  CHECK(limit.refuse("a", start) == 1u);
  CHECK_FALSE(limit.refuse("b", start));
  CHECK(limit.refuse("a", start + milliseconds(499)) == 1u);
  CHECK_FALSE(limit.refuse("a", start + milliseconds(500)));
  CHECK(limit.refuse("a", start + milliseconds(500)) == 1u);
  for (int i = 0; i < 3; ++i) CHECK_FALSE(limit.refuse("a", start + std::chrono::hours(1)));
  CHECK(limit.refuse("a", start + std::chrono::hours(1)));
}

TEST_CASE("a slow rate says how long to wait, and no rate lets all pass") {
  RateLimit slow(0.1, 1);
  CHECK_FALSE(slow.refuse("a", {}));
  CHECK(slow.refuse("a", {}) == 10u);
  RateLimit none(0, 1);
  for (int i = 0; i < 100; ++i) CHECK_FALSE(none.refuse("a", {}));
}

TEST_CASE("names that have not been seen for long are forgotten") {
  RateLimit limit(1, 1);
  for (int i = 0; i < 5000; ++i)
    limit.refuse(std::to_string(i), RateLimit::Clock::time_point(std::chrono::seconds(2 * i)));
  CHECK(limit.buckets() < 1100);
}

TEST_CASE("a bearer token and a cookie are found in their headers") {
  CHECK(bearer_token("Bearer abc") == "abc");
  CHECK(bearer_token("bEaReR abc") == "abc");
  CHECK(bearer_token("Basic abc").empty());
  CHECK(bearer_token("Bearer ").empty());
  CHECK(bearer_token("").empty());
  CHECK(cookie_value("a=1; signpost_token=xyz; b=2", "signpost_token") == "xyz");
  CHECK(cookie_value("signpost_token=x=y", "signpost_token") == "x=y");
  CHECK(cookie_value("xsignpost_token=1; signpost_tokenx=2", "signpost_token").empty());
  CHECK(cookie_value(";;=;", "signpost_token").empty());
}

TEST_CASE("the cookie is out of reach of scripts and of other sites") {
  CHECK(Authority::cookie("s", true) ==
        "signpost_token=s; Path=/; HttpOnly; SameSite=Strict; Max-Age=2592000; Secure");
  CHECK(Authority::cookie("", false) ==
        "signpost_token=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0");
}

TEST_CASE("the headers of a capture are read") {
  CaptureRequest request;
  CHECK(parse_capture_request(
            R"({"file":"a.ppm","label":3,"confidence":0.5,"model":"m-1"})",
            "sha-512=:x:, sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:", request) == "");
  CHECK(request.submission.file == "a.ppm");
  CHECK(request.submission.prediction->label == 3);
  CHECK(request.sha256 == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CaptureRequest bare;
  CHECK(parse_capture_request("", "", bare) == "");
  CHECK(bare.submission.file == "unnamed");
  CHECK_FALSE(bare.sha256);
  CHECK(parse_capture_request(R"({"label":3})", "sha-512=:x:", bare) == "");
}

TEST_CASE("headers of a capture that do not hold are refused, with the field that is wrong") {
  for (const char* text : {"x", "[]", "3", "{", "{\"file\":\"\xff\"}", "{}{}"})
    CHECK(wrong_request(text) == "Signpost-Capture: is not a JSON object");
  CHECK(wrong_request(R"({"label":-1})").starts_with("Signpost-Capture: field \"label\""));
  CHECK(wrong_request(R"({"label":1,"confidence":2})")
            .starts_with("Signpost-Capture: field \"confidence\""));
  CHECK(wrong_request(R"({"file":"a\u0001b"})") ==
        "Signpost-Capture: has a control character in its file name; take it out");
  for (const char* text : {"sha-256=", "sha-256=::", "sha-256=:YQ==:",
                           "sha-256=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=",
                           "sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFV=:",
                           "sha-256=:!7DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:"}) {
    CHECK(wrong_request("", text) ==
          "Content-Digest: sha-256 must be 32 bytes in base64 between colons");
  }
}

TEST_CASE("captures of many threads share transactions, and each gets its own answer") {
  std::atomic<int> transactions{0};
  std::vector<std::string> written;
  {
    GroupCommit commits(
        [&](std::span<const StagedCapture> captures) {
          ++transactions;
          std::this_thread::sleep_for(milliseconds(20));
          std::vector<Admission> answers;
          for (const StagedCapture& one : captures) {
            written.push_back(one.sha256);
            answers.push_back({one.sha256, true, {}, Admission::Refusal::none});
          }
          return answers;
        },
        [](std::size_t, double) {});
    std::vector<std::thread> threads;
    std::atomic<int> right{0};
    for (int i = 0; i < 32; ++i) {
      threads.emplace_back([&, i] {
        if (commits.admit(staged(std::to_string(i))).capture == std::to_string(i)) ++right;
      });
    }
    for (std::thread& thread : threads) thread.join();
    CHECK(right == 32);
    CHECK(commits.waiting() == 0);
  }
  CHECK(written.size() == 32);
  CHECK(transactions < 20);
}

TEST_CASE("a capture that fails does not fail those that came with it") {
  std::atomic<bool> first{true};
  GroupCommit commits(
      [&](std::span<const StagedCapture> captures) {
        if (first.exchange(false)) std::this_thread::sleep_for(milliseconds(100));
        std::vector<Admission> answers;
        for (const StagedCapture& one : captures) {
          if (one.sha256 == "bad") throw Error(Blame::environment, "cannot");
          answers.push_back({one.sha256, true, {}, Admission::Refusal::none});
        }
        return answers;
      },
      [](std::size_t, double) {});
  std::atomic<int> good{0}, bad{0};
  std::vector<std::thread> threads;
  for (const char* name : {"opener", "a", "bad", "b", "c"}) {
    threads.emplace_back([&, name] {
      try {
        good += commits.admit(staged(name)).capture == name ? 1 : 0;
      } catch (const Error&) {
        ++bad;
      }
    });
    std::this_thread::sleep_for(milliseconds(5));
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(good == 4);
  CHECK(bad == 1);
}

TEST_CASE("metrics are text that Prometheus reads") {
  Metrics metrics;
  metrics.request("/v1/captures", 201, 0.003);
  metrics.request("/v1/captures", 201, 20);
  metrics.request("", 404, 0.001);
  metrics.capture("new");
  metrics.commit(3, 0.01);
  const std::string text = metrics.text(5, 2);
  const auto has = [&](const char* line) {
    return text.find(std::string(line) + "\n") != std::string::npos;
  };
  CHECK(has("# TYPE signpost_requests_total counter"));
  CHECK(has("signpost_requests_total{route=\"/v1/captures\",status=\"201\"} 2"));
  CHECK(has("signpost_requests_total{route=\"none\",status=\"404\"} 1"));
  CHECK(has("signpost_request_seconds_bucket{route=\"/v1/captures\",le=\"0.0025\"} 0"));
  CHECK(has("signpost_request_seconds_bucket{route=\"/v1/captures\",le=\"0.005\"} 1"));
  CHECK(has("signpost_request_seconds_bucket{route=\"/v1/captures\",le=\"+Inf\"} 2"));
  CHECK(has("signpost_request_seconds_count{route=\"/v1/captures\"} 2"));
  CHECK(has("signpost_captures_total{result=\"new\"} 1"));
  CHECK(has("signpost_captures_total{result=\"known\"} 0"));
  CHECK(has("signpost_commit_captures_bucket{le=\"4\"} 1"));
  CHECK(has("signpost_commit_seconds_sum 0.01"));
  CHECK(has("signpost_connections 5"));
  CHECK(has("signpost_captures_waiting 2"));
}

}  // namespace signpost
