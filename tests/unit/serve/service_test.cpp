#include "serve/service.h"

#include <sys/resource.h>

#include <catch2/catch.hpp>
#include <csignal>
#include <nlohmann/json.hpp>
#include <set>
#include <thread>

#include "base/digest.h"
#include "running_service.h"
#include "support/test_package.h"

namespace signpost {
namespace {

std::string quoted(const std::string& text) {
  std::string out(1, '"');
  out.append(text);
  out.push_back('"');
  return out;
}

/// While it lives no file of this process can grow, as on a disk that is full.
class FullDisk {
 public:
  FullDisk() {
    handler_ = std::signal(SIGXFSZ, SIG_IGN);
    ::getrlimit(RLIMIT_FSIZE, &before_);
    rlimit none = before_;
    none.rlim_cur = 1;
    ::setrlimit(RLIMIT_FSIZE, &none);
  }
  FullDisk(const FullDisk&) = delete;
  FullDisk& operator=(const FullDisk&) = delete;
  ~FullDisk() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, handler_);
  }

 private:
  rlimit before_ = {};
  void (*handler_)(int) = nullptr;
};

std::string detail(const WireAnswer& answer) {
  return nlohmann::json::parse(answer.body)["detail"].get<std::string>();
}

}  // namespace

TEST_CASE("a capture is in the store with all that came with it when the answer comes") {
  RunningService site;
  const std::string image = picture(1);
  const WireAnswer answer = site.submit(
      site.device, image,
      "Signpost-Capture: {\"file\":\"a.ppm\",\"label\":14,\"confidence\":0.75,\"model\":\"net-1\","
      "\"top\":[{\"label\":14}],\"group\":\"corner\",\"taken\":\"2024-05-01T10:00:00Z\","
      "\"latitude\":51.5555,\"longitude\":7.1}\r\n");
  CHECK(answer.status == 201);
  const std::string sha256 = sha256_hex(as_bytes(image));
  CHECK(answer.body ==
        "{\"capture\":\"" + sha256.substr(0, 16) + "\",\"sha256\":\"" + sha256 + "\"}\n");
  const auto captures = site.captures();
  REQUIRE(captures.size() == 1);
  const CaptureState& capture = captures[0];
  CHECK(capture.sha256 == sha256);
  CHECK(capture.device == "phone");
  CHECK(capture.file == "a.ppm");
  CHECK(capture.group == "corner");
  CHECK(capture.taken.starts_with("2024-05-01T10:00:00"));
  REQUIRE(capture.place);
  CHECK(capture.place->latitude == Approx(51.56));
  REQUIRE(capture.prediction);
  CHECK(capture.prediction->label == 14);
  CHECK(capture.prediction->confidence == 0.75);
  CHECK(capture.prediction->model == "net-1");
}

TEST_CASE("submitting again is answered like the first time, and changes nothing") {
  RunningService site;
  const std::string metadata = "Signpost-Capture: {\"file\":\"a\",\"label\":3}\r\n";
  const WireAnswer first = site.submit(site.device, picture(1), metadata);
  const WireAnswer again = site.submit(site.device, picture(1), metadata);
  CHECK(first.status == 201);
  CHECK(again.status == 200);
  CHECK(again.body == first.body);
  site.restart();
  const WireAnswer later = site.submit(site.device, picture(1), metadata);
  CHECK(later.status == 200);
  CHECK(later.body == first.body);
  CHECK(site.captures().size() == 1);
}

TEST_CASE("one image from many connections at once is one capture, new for one of them") {
  RunningService site;
  std::atomic<int> created{0}, known{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] {
      const int status = site.submit(site.device, picture(1)).status;
      created += status == 201;
      known += status == 200;
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(created == 1);
  CHECK(known == 7);
  CHECK(site.captures().size() == 1);
}

TEST_CASE("tokens are looked at before the body is read") {
  RunningService site;
  const auto status = [&](const std::string& authorization) {
    WireClient client(site.port());
    client.send("POST /v1/captures HTTP/1.1\r\nHost: h\r\nContent-Length: 1000000\r\n" +
                authorization + "\r\n");
    return client.receive().status;
  };
  CHECK(status("") == 401);
  CHECK(status("Authorization: Bearer wrong\r\n") == 401);
  CHECK(status("Authorization: Bearer " + std::string(3000, 'a') + "\r\n") == 401);
  CHECK(status("Authorization: Bearer ' OR 1=1 --\r\n") == 401);
  CHECK(status("Authorization: Basic YTpi\r\n") == 401);
  CHECK(status(RunningService::bearer(site.revoked)) == 403);
  CHECK(status(RunningService::bearer(site.annotator)) == 403);
  CHECK(site.captures().empty());
}

TEST_CASE("a token that is revoked is refused from the next request on") {
  RunningService site;
  CHECK(site.submit(site.device, picture(1)).status == 201);
  {
    CaptureStore store(site.scratch / "c.db", Database::Missing::refuse);
    store.revoke(1);
  }
  const WireAnswer answer = site.submit(site.device, picture(2));
  CHECK(answer.status == 403);
  CHECK(detail(answer) == "this token was revoked; ask for a new one");
}

TEST_CASE("what is no image, or too large a one, is refused with a clear line") {
  ServiceOptions options;
  options.max_pixels = 1000;
  options.max_image_bytes = 10'000;
  RunningService site(options);
  const WireAnswer text = site.submit(site.device, "hello");
  CHECK(text.status == 422);
  CHECK(detail(text) == "the capture is not a PPM, PNG, JPEG or WebP image");
  CHECK(detail(site.submit(site.device, "")) == "the capture is empty");
  std::string cut = picture(1);
  cut.pop_back();
  CHECK(detail(site.submit(site.device, cut)) == "the capture is truncated: 35 of 36 raster bytes");
  // A bomb: a small PNG that claims to be enormous.
  const std::string png(
      "\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x40\0\0\0\x40\0\x08\x02\0\0\0\xa7\x3e\x1d\x5b", 33);
  const WireAnswer bomb = site.submit(site.device, png);
  CHECK(bomb.status == 422);
  CHECK(site.submit(site.device, picture(1, 40, 40)).status == 422);
  CHECK(detail(site.submit(site.device, picture(1, 40, 40))) ==
        "the capture has 40x40 pixels; this server takes at most 1000 in all");
  CHECK(site.submit(site.device, std::string(10'001, 'a')).status == 413);
  CHECK(site.captures().empty());
}

TEST_CASE("an image that was spoilt on the way is refused") {
  RunningService site;
  const std::string empty =
      "Content-Digest: sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:\r\n";
  const WireAnswer answer = site.submit(site.device, picture(1), empty);
  CHECK(answer.status == 400);
  CHECK(detail(answer) == "the image is not the one of Content-Digest; send it again");
}

TEST_CASE("strings from outside stay strings") {
  RunningService site;
  const std::string hostile = "'); DROP TABLE captures; --<script>alert(1)</script>";
  const WireAnswer answer = site.submit(
      site.device, picture(1),
      "Signpost-Capture: {\"file\":\"" + hostile + "\",\"label\":1,\"model\":\"" + hostile +
          "\",\"group\":\"" + hostile + "\",\"top\":[\"" + hostile + "\"]}\r\n");
  CHECK(answer.status == 201);
  const auto captures = site.captures();
  REQUIRE(captures.size() == 1);
  CHECK(captures[0].file == hostile);
  CHECK(captures[0].group == hostile);
  CHECK(captures[0].prediction->model == hostile);
}

TEST_CASE("a capture names no device but that of its token") {
  RunningService site;
  CHECK(site.submit(site.device, picture(1), "Signpost-Capture: {\"device\":\"camera\"}\r\n")
            .status == 403);
  CHECK(
      site.submit(site.device, picture(1), "Signpost-Capture: {\"device\":\"phone\"}\r\n").status ==
      201);
  // An admin sends what others saw.
  CHECK(site.submit(site.admin, picture(2), "Signpost-Capture: {\"device\":\"x\"}\r\n").status ==
        201);
  CHECK(site.captures().front().device == "x");
}

TEST_CASE(
    "a disk that is full refuses, keeps what was acknowledged, and is forgotten when it is not") {
  RunningService site;
  REQUIRE(site.submit(site.device, picture(1)).status == 201);
  {
    const FullDisk full;
    const WireAnswer answer = site.submit(site.device, picture(2));
    CHECK(answer.status == 503);
    CHECK(answer.header("retry-after") == "30");
    CHECK(detail(answer) == "the server cannot do this now; try again later");
    CHECK(site.get("/healthz").status == 503);
  }
  CHECK(site.submit(site.device, picture(2)).status == 201);
  CHECK(site.get("/healthz").status == 200);
  CHECK(site.captures().size() == 2);
  bool told = false;
  for (const std::string& line : site.log(4))
    told |= line.find("\"error\":\"") != std::string::npos;
  CHECK(told);
}

TEST_CASE("the newest package is handed out, whole, in part, or not again") {
  RunningService site;
  CHECK(site.get("/v1/models/latest", site.device).status == 404);
  const TestPackage package;
  const auto file = site.scratch / "models/tiny.signpost";
  write_package(file, package.contents, false);
  OutputFile(site.scratch / "models/newer.signpost", false).commit();  // no package: passed over
  const WireAnswer whole = site.get("/v1/models/latest", site.device);
  CHECK(whole.status == 200);
  Bytes bytes;
  read_file(file, bytes);
  CHECK(whole.body == as_text(bytes));
  CHECK(whole.header("signpost-model") == "tiny-0.3.1");
  const std::string etag = whole.header("etag");
  CHECK(etag == "\"" + sha256_hex(bytes) + "\"");

  CHECK(site.get("/v1/models/latest", site.device, "If-None-Match: " + etag + "\r\n").status ==
        304);
  const WireAnswer part = site.get("/v1/models/latest", site.device, "Range: bytes=100-199\r\n");
  CHECK(part.status == 206);
  CHECK(part.body == as_text(bytes).substr(100, 100));
  CHECK(site.get("/v1/models/latest", site.annotator).status == 200);
  CHECK(site.get("/v1/models/latest").status == 401);

  TestPackage other;
  other.contents.version = "0.4";
  write_package(site.scratch / "models/other.signpost", other.contents, false);
  std::filesystem::last_write_time(
      site.scratch / "models/other.signpost",
      std::filesystem::last_write_time(file) + std::chrono::seconds(5));
  CHECK(site.get("/v1/models/latest", site.device).header("signpost-model") == "tiny-0.4");
}

TEST_CASE("devices get what is stable in the store, from the moment that it is promoted") {
  RunningService site({}, false);
  CHECK(site.get("/v1/models/latest", site.device).status == 404);
  ModelRegistry registry(site.scratch / "c.db", Database::Missing::refuse);
  const auto add = [&](const std::string& version, const std::string& signature) {
    TestPackage package;
    package.contents.version = version;
    const auto file = site.scratch / version;
    write_package(file, package.contents, false);
    ModelFile model{"tiny", version, {}, signature, "ann"};
    read_file(file, model.content);
    registry.add(model);
    return registry.list().back().number;
  };
  const auto served = [&] {
    return site.get("/v1/models/latest", site.device).header("signpost-model");
  };
  const std::int64_t one = add("1", ""), two = add("2", "signature of two\n");
  CHECK(site.get("/v1/models/latest", site.device).status == 404);  // nothing is promoted
  registry.promote("candidate", two, "ann", "");
  CHECK(site.get("/v1/models/latest", site.device).status == 404);
  registry.promote("stable", one, "ann", "");
  const WireAnswer first = site.get("/v1/models/latest", site.device);
  CHECK(first.header("signpost-model") == "tiny-1");
  CHECK(first.body == as_text(registry.content(one)));
  CHECK(first.header("etag") == quoted(registry.find(one).sha256));
  CHECK(site.get("/v1/models/latest.minisig", site.device).status == 404);

  registry.promote("stable", two, "ann", "");
  CHECK(served() == "tiny-2");
  const WireAnswer signature = site.get("/v1/models/latest.minisig", site.device);
  CHECK(signature.status == 200);
  CHECK(signature.body == "signature of two\n");
  CHECK(signature.header("signpost-model") == "tiny-2");
  std::string old = "If-None-Match: ";
  old.append(first.header("etag")).append("\r\n");
  CHECK(site.get("/v1/models/latest", site.device, old).status == 200);

  registry.rollback("stable", registry.before("stable"), "ann", "");
  CHECK(served() == "tiny-1");
  CHECK(site.get("/v1/models/latest", site.device, old).status == 304);
  registry.add({"tiny", "1", registry.content(one), "signed later\n", "ann"});
  CHECK(site.get("/v1/models/latest.minisig", site.device).body == "signed later\n");
  site.restart();
  CHECK(served() == "tiny-1");
}

TEST_CASE("a package that is promoted while it is being fetched changes nothing of the answer") {
  RunningService site({}, false);
  ModelRegistry registry(site.scratch / "c.db", Database::Missing::refuse);
  std::vector<Bytes> contents;
  for (int i = 1; i <= 2; ++i) {
    contents.emplace_back(3'000'000, static_cast<std::uint8_t>(i));
    registry.add({"big", std::to_string(i), contents.back(), "", "ann"});
  }
  registry.promote("stable", 1, "ann", "");
  std::atomic<bool> done = false;
  std::thread promoter([&] {
    for (int i = 0; !done; ++i) registry.promote("stable", 1 + i % 2, "ann", "");
  });
  for (int i = 0; i < 20; ++i) {
    const WireAnswer answer = site.get("/v1/models/latest", site.device);
    const bool first = answer.header("signpost-model") == "big-1";
    CHECK(answer.body == as_text(contents[first ? 0 : 1]));
    CHECK(answer.header("etag") == quoted(sha256_hex(contents[first ? 0 : 1])));
  }
  done = true;
  promoter.join();
}

TEST_CASE("a person signs in with a token, and pages of other sites cannot use it") {
  RunningService site;
  const WireAnswer in = site.post_session("{\"token\":\"" + site.annotator + "\"}");
  CHECK(in.status == 200);
  CHECK(in.body == "{\"name\":\"ann\",\"role\":\"annotator\"}\n");
  const std::string set = in.header("set-cookie");
  const std::string cookie = "Cookie: " + set.substr(0, set.find(';')) + "\r\n";
  CHECK(site.get("/v1/session", "", cookie).body == in.body);
  site.restart();
  CHECK(site.get("/v1/session", "", cookie).status == 200);
  CHECK(site.post_session("{\"token\":\"wrong\"}").status == 401);
  CHECK(site.post_session("{\"token\":\"" + site.revoked + "\"}").status == 403);
  CHECK(site.post_session("token=" + site.annotator, "application/x-www-form-urlencoded").status ==
        415);

  // A device's token in a cookie, used by a page of another site.
  const std::string device = "Cookie: signpost_token=" + site.device + "\r\n";
  CHECK(site.submit("", picture(1), device).status == 403);
  CHECK(site.submit("", picture(1), device + "Origin: https://evil.example\r\n").status == 403);
  CHECK(site.submit("", picture(1), device + "Origin: http://h\r\n").status == 201);
}

TEST_CASE("the log is one JSON object a request, and keeps no secret") {
  RunningService site;
  site.submit(site.device, picture(1));
  site.log(1);
  site.get("/v1/x\"y?token=" + site.device);
  site.log(2);
  site.post_session("{\"token\":\"" + site.annotator + "\"}");
  const auto log = site.log(3);
  REQUIRE(log.size() == 3);
  for (const std::string& line : log) {
    CHECK(line.find(site.device) == std::string::npos);
    CHECK(line.find(site.annotator) == std::string::npos);
  }
  const auto first = nlohmann::json::parse(log[0]);
  CHECK(first["status"] == 201);
  CHECK(first["who"] == "phone");
  CHECK(first["path"] == "/v1/captures");
  CHECK(first["capture"].get<std::string>().size() == 16);
  CHECK(nlohmann::json::parse(log[1])["path"] == "/v1/x\"y");
}

}  // namespace signpost
