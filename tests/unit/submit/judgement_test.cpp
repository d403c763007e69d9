#include "submit/judgement.h"

#include <catch2/catch.hpp>

#include "submit/sender.h"

namespace signpost {
namespace {

using Kind = Judgement::Kind;

Judgement of(int status, const std::string& body) {
  return judge({status, body, "", false, {}}, "ab");
}

const std::string kProblem = R"({"title":"x","status":1,"detail":"why"})";

}  // namespace

TEST_CASE("only a receipt for this very image lets a capture go") {
  const Judgement judgement = of(201, R"({"capture":"12","sha256":"ab"})");
  CHECK(judgement.kind == Kind::accepted);
  CHECK(judgement.capture == "12");
  CHECK(of(200, R"({"capture":"12","sha256":"ab"})").kind == Kind::accepted);
  for (const char* body : {"", "<html>sign in</html>", "{}", R"({"capture":"12","sha256":"cd"})",
                           R"({"sha256":"ab"})", R"(["capture","sha256"])"}) {
    CHECK(of(200, body).kind == Kind::again);
  }
}

TEST_CASE("what a server of ours refuses is refused for good, with its words") {
  for (const int status : {400, 409, 410, 411, 413, 415, 422, 431}) {
    const Judgement judgement = of(status, kProblem);
    CHECK(judgement.kind == Kind::refused);
    CHECK(judgement.what == "the server answered " + std::to_string(status) + ": why");
    // Without words of ours it may be something in between.
    CHECK(of(status, "<html>").kind == Kind::again);
  }
}

TEST_CASE("what holds for all captures stops the sender, what may pass is tried again") {
  for (const int status : {401, 403, 404, 405}) CHECK(of(status, kProblem).kind == Kind::stop);
  for (const int status : {301, 302, 307}) CHECK(of(status, "").kind == Kind::stop);
  for (const int status : {408, 429, 500, 502, 503, 504})
    CHECK(of(status, kProblem).kind == Kind::again);
  CHECK(judge({0, "", "no route", false, {}}, "ab").kind == Kind::again);
  CHECK(judge({0, "", "bad certificate", true, {}}, "ab").kind == Kind::stop);
}

TEST_CASE("words of a server cannot steer a terminal") {
  CHECK(of(422, "{\"detail\":\"a\\u001b[2Jb\"}").what == "the server answered 422: a [2Jb");
  CHECK(of(422, "{\"detail\":\"" + std::string(9000, 'a') + "\"}").what.size() < 600);
}

TEST_CASE("waits double up to a limit, shorter by a random part that follows from the seed") {
  double before = 0;
  for (unsigned failures = 1; failures < 12; ++failures) {
    const double whole = std::min(300.0, std::ldexp(1.0, static_cast<int>(failures) - 1));
    const double wait = backoff_s(failures, 1, 300, 0, 7);
    CHECK(wait >= whole / 2);
    CHECK(wait <= whole);
    CHECK(wait == backoff_s(failures, 1, 300, 0, 7));
    CHECK(wait != backoff_s(failures, 1, 300, 0, 8));
    if (whole < 300) CHECK(wait >= before);
    before = wait;
  }
  CHECK(backoff_s(4000000000u, 1, 300, 0, 7) <= 300);
  CHECK(backoff_s(1, 1, 300, 60, 7) == 60);
  CHECK(backoff_s(1, 1, 300, 1u << 30, 7) == 3600);
}

}  // namespace signpost
