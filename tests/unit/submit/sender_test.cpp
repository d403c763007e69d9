#include "submit/sender.h"

#include <catch2/catch.hpp>
#include <map>

#include "base/digest.h"
#include "base/error.h"
#include "support/scratch.h"

namespace signpost {
namespace {

/// A server that answers as it is told, and keeps what it acknowledged.
class Counterpart {
 public:
  /// For the n-th request (from 1): its status; 0 to break off before, -1 after it has kept it.
  std::function<int(int request, const std::string& key)> plan = [](int, const std::string&) {
    return 201;
  };
  int requests = 0;
  std::map<std::string, int> kept;

  UploadAnswer answer(const Upload& upload) {
    const int status = plan(++requests, upload.sha256);
    CHECK(sha256_hex(upload.image) == upload.sha256);
    if (status == 0) return {0, "", "no route", false, {}};
    if (status == -1 || status == 201) ++kept[upload.sha256];
    if (status == -1) return {0, "", "the reply was lost", false, {}};
    if (status != 201) return {status, R"({"detail":"because"})", "", false, {}};
    return {kept[upload.sha256] > 1 ? 200 : 201,
            R"({"capture":"id","sha256":")" + upload.sha256 + "\"}",
            "",
            false,
            {}};
  }
};

struct Bench {
  Scratch scratch;
  CaptureQueue queue{scratch / "q"};
  Counterpart server;
  std::vector<double> waits;
  std::vector<std::string> accepted, refusals;
  SenderOptions options;

  explicit Bench(int images) {
    for (int i = 0; i < images; ++i) queue.add(as_bytes("image " + std::to_string(i)), "", "{}");
  }
  SendResult send() {
    Sender::Events events;
    events.accepted = [&](const QueuedCapture& capture, const std::string&) {
      accepted.push_back(capture.sha256);
    };
    events.refused = [&](const std::string&, const std::string& why) { refusals.push_back(why); };
    events.failed = [](const std::string&, double) {};
    Sender sender(
        queue, options, [&](const Upload& upload) { return server.answer(upload); },
        [&](double seconds) { waits.push_back(seconds); }, events);
    return sender.send_all();
  }
};

}  // namespace

TEST_CASE("all that waits is sent and leaves the queue") {
  Bench bench(3);
  const SendResult result = bench.send();
  CHECK(result.sent == 3);
  CHECK(result.stopped.empty());
  CHECK(bench.queue.pending().empty());
  CHECK(bench.server.kept.size() == 3);
  CHECK(bench.waits.empty());
}

TEST_CASE("a lost reply makes no duplicate and no error") {
  Bench bench(2);
  bench.server.plan = [](int request, const std::string&) { return request == 1 ? -1 : 201; };
  const SendResult result = bench.send();
  CHECK(result.sent == 2);
  CHECK(result.refused == 0);
  CHECK(result.stopped.empty());
  CHECK(bench.accepted.size() == 2);
  CHECK(bench.waits.size() == 1);
}

TEST_CASE("a capture that the server refuses does not hold up the others") {
  Bench bench(3);
  const std::string bad = bench.queue.pending()[0];
  bench.server.plan = [&](int, const std::string& key) { return key == bad ? 422 : 201; };
  const SendResult result = bench.send();
  CHECK(result.sent == 2);
  CHECK(result.refused == 1);
  CHECK(bench.refusals == std::vector<std::string>{"the server answered 422: because"});
  CHECK(bench.queue.refused() == std::vector<std::string>{bad});
  CHECK(bench.queue.read_refused(bad)->status == 422);
}

TEST_CASE("nor does one on which the server fails") {
  Bench bench(3);
  const std::string bad = bench.queue.pending()[0];
  bench.server.plan = [&](int, const std::string& key) { return key == bad ? 500 : 201; };
  bench.options.retries = 2;
  const SendResult result = bench.send();
  CHECK(result.sent == 2);
  CHECK(result.stopped == "the server answered 500: because");
  CHECK(bench.queue.pending() == std::vector<std::string>{bad});
}

TEST_CASE("without a network it gives up after so many failures in a row, and loses nothing") {
  Bench bench(3);
  bench.server.plan = [](int, const std::string&) { return 0; };
  bench.options.retries = 4;
  const SendResult result = bench.send();
  CHECK(result.sent == 0);
  CHECK(result.stopped == "no route");
  CHECK(bench.waits.size() == 4);
  CHECK(bench.queue.pending().size() == 3);
  CHECK(bench.queue.refused().empty());
}

TEST_CASE("a wrong token stops at once and refuses nothing") {
  Bench bench(2);
  bench.server.plan = [](int, const std::string&) { return 401; };
  const SendResult result = bench.send();
  CHECK(result.stopped == "the server answered 401: because");
  CHECK(bench.server.requests == 1);
  CHECK(bench.queue.pending().size() == 2);
}

TEST_CASE("a capture that was spoilt on the device is put aside unsent") {
  Bench bench(2);
  const std::string bad = bench.queue.pending()[0];
  std::filesystem::remove(bench.scratch / ("q/pending/" + bad + "/image"));
  const SendResult result = bench.send();
  CHECK(result.sent == 1);
  CHECK(result.refused == 1);
  CHECK(bench.refusals == std::vector<std::string>{"its image is missing"});
}

TEST_CASE("a token is only sent where nobody can read it on the way") {
  const auto refusal = [](const std::string& url) -> std::string {
    try {
      Uploader({url, "t", {}, 1, 1});
    } catch (const Error& error) {
      CHECK(error.blame() == Blame::usage);
      return error.what();
    }
    return {};
  };
  CHECK(refusal("https://signs.example.org").empty());
  CHECK(refusal("https://signs.example.org:8443/below/").empty());
  CHECK(refusal("http://127.0.0.1:8080").empty());
  CHECK(refusal("http://localhost").empty());
  CHECK(refusal("http://signs.example.org") ==
        "--url http://signs.example.org: would show the token to anyone on the way; use https://");
  CHECK(refusal("http://127.0.0.1.example.org") ==
        "--url http://127.0.0.1.example.org: would show the token to anyone on the way; use "
        "https://");
  CHECK_FALSE(refusal("ftp://127.0.0.1").empty());
  CHECK_FALSE(refusal("https://me:secret@example.org").empty());
  CHECK_FALSE(refusal("https://example.org/?a=b").empty());
  CHECK_FALSE(refusal("").empty());
}

TEST_CASE("what is learnt of a capture while it is sent is sent too") {
  Bench bench(2);
  const std::string key = bench.queue.pending()[1];
  bench.server.plan = [&](int request, const std::string& sent) {
    if (request == 2 && sent == key) bench.queue.amend(key, R"({"user_label":3})");
    return 201;
  };
  const SendResult result = bench.send();
  CHECK(result.stopped.empty());
  CHECK(bench.server.kept[key] == 2);
  CHECK(bench.queue.pending().empty());
}

}  // namespace signpost
