#include "serve/annotate.h"

#include <fmt/format.h>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <set>

#include "running_service.h"

namespace signpost {
namespace {

using Json = nlohmann::json;

/// The annotation page's server, with captures that a model has seen, and two annotators.
class Annotated {
 public:
  explicit Annotated(int captures, int labels = 1, AnnotateOptions options = {}) {
    ServiceOptions service_options;
    service_options.database = scratch / "c.db";
    service_options.web.port = 0;
    service_options.web.drain_s = 1;
    CaptureStore store(service_options.database, Database::Missing::create);
    StoreSettings settings = store.settings();
    settings.labels = labels;
    store.change(settings);
    for (int i = 0; i < captures; ++i) {
      const std::string bytes = picture(static_cast<unsigned>(i));
      Submission submission;
      submission.file = fmt::format("photo{}", i);
      submission.prediction = Prediction{"net-1", i % 3, 0.1 + 0.001 * i, kTop};
      std::string wrong;
      const ByteView view = as_bytes(bytes);
      const auto staged =
          CaptureStore::stage(std::move(submission), Bytes(view.begin(), view.end()), wrong);
      REQUIRE(staged);
      store.admit(std::span(&*staged, 1));
    }
    ann = store.add_token(Role::annotator, "ann").secret;
    bob = store.add_token(Role::annotator, "bob").secret;
    root = store.add_token(Role::admin, "root").secret;
    device = store.add_token(Role::device, "phone").secret;
    service = std::make_unique<Service>(service_options, [](const std::string&) {});
    add_annotate(*service, options);
    service->start();
  }

  WireAnswer ask(const std::string& method, const std::string& path, const std::string& token,
                 const std::string& body = "", const std::string& headers = "") const {
    const std::string url = service->url();
    std::string text = method + " " + path + " HTTP/1.1\r\nHost: h\r\n" + headers;
    if (!token.empty()) text += "Authorization: Bearer " + token + "\r\n";
    if (method == "POST") {
      text += "Content-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) +
              "\r\n";
    }
    return WireClient(std::atoi(url.c_str() + url.rfind(':') + 1)).ask(text + "\r\n" + body);
  }
  WireAnswer post(const std::string& what, const std::string& token, const Json& body) const {
    return ask("POST", "/v1/annotate/" + what, token, body.dump());
  }
  Json get(const std::string& what, const std::string& token) const {
    const WireAnswer answer = ask("GET", "/v1/annotate/" + what, token);
    REQUIRE(answer.status == 200);
    return Json::parse(answer.body);
  }
  std::vector<std::string> next(const std::string& token, Json request) const {
    const WireAnswer answer = post("next", token, request);
    REQUIRE(answer.status == 200);
    std::vector<std::string> ids;
    const Json json = Json::parse(answer.body);
    for (const Json& item : json["items"]) ids.push_back(item["capture"]);
    return ids;
  }
  /// The answer to one label.
  Json label(const std::string& token, const std::string& capture, int id,
             const std::string& key) const {
    const Json row = {{"key", key}, {"capture", capture}, {"label", id}};
    const WireAnswer answer = post("annotations", token, {{"annotations", {row}}});
    REQUIRE(answer.status == 200);
    return Json::parse(answer.body)["answers"][0];
  }
  CaptureHistory history(const std::string& id) const {
    std::string wrong;
    return CaptureStore(scratch / "c.db", Database::Missing::refuse).history(id, wrong).value();
  }

  static constexpr const char* kTop =
      R"([{"label":1,"confidence":0.5},{"label":99},"<b>",{"label":"2"},{"label":2}])";

  Scratch scratch;
  std::string ann, bob, root, device;
  std::unique_ptr<Service> service;
};

}  // namespace

TEST_CASE("the page is for everyone, what it shows for annotators and admins") {
  const Annotated site(1);
  const WireAnswer page = site.ask("GET", "/annotate", "");
  CHECK(page.status == 200);
  CHECK(page.header("content-type") == "text/html; charset=utf-8");
  CHECK(page.header("content-security-policy").find("unsafe") == std::string::npos);
  const WireAnswer root = site.ask("GET", "/", "");
  CHECK(root.status == 303);
  CHECK(root.header("location") == "/annotate");
  for (const char* file : {"app.js", "style.css", "outbox.js"})
    CHECK(site.ask("GET", std::string("/annotate/") + file, "").status == 200);
  CHECK(site.ask("GET", "/annotate/../annotate.cpp", "").status == 404);
  CHECK(site.ask("GET", "/annotate/nothing.js", "").status == 404);
  CHECK(site.ask("GET", "/signs/14.png", "").header("content-type") == "image/png");
  for (const char* sign : {"43.png", "-1.png", "14", "a.png", "14.png.png"})
    CHECK(site.ask("GET", std::string("/signs/") + sign, "").status == 404);
  const std::string id =
      short_id(site.history("capture/" + site.next(site.ann, {{"count", 1}})[0]).state.sha256);
  for (const std::string what : {"setup", "progress", "disputed"}) {
    CHECK(site.ask("GET", "/v1/annotate/" + what, "").status == 401);
    CHECK(site.ask("GET", "/v1/annotate/" + what, site.device).status == 403);
  }
  for (const std::string what : {"images/", "history/"}) {
    CHECK(site.ask("GET", "/v1/annotate/" + what + id, "").status == 401);
    CHECK(site.ask("GET", "/v1/annotate/" + what + id, site.ann).status == 200);
    CHECK(site.ask("GET", "/v1/annotate/" + what + "nothing", site.ann).status == 404);
  }
  for (const std::string what : {"next", "annotations", "undo", "skip", "release", "adjudicate"}) {
    CHECK(site.post(what, "", Json::object()).status == 401);
    CHECK(site.post(what, site.device, Json::object()).status == 403);
  }
  CHECK(site.post("adjudicate", site.ann, Json::object()).status == 403);
  CHECK(site.ask("GET", "/v1/annotate/disputed", site.ann).status == 403);
}

TEST_CASE("a page of another site cannot label with an annotator's cookie") {
  const Annotated site(1);
  const std::string cookie = "Cookie: signpost_token=" + site.ann + "\r\n";
  const auto status = [&](const std::string& origin) {
    return site.ask("POST", "/v1/annotate/next", "", R"({"count":1})", cookie + origin).status;
  };
  CHECK(status("") == 403);
  CHECK(status("Origin: http://evil.example\r\n") == 403);
  CHECK(status("Origin: http://h\r\n") == 200);
}

TEST_CASE("images come in a format that browsers show") {
  const Annotated site(1);
  const std::string id = site.next(site.ann, {{"count", 1}})[0];
  const WireAnswer image = site.ask("GET", "/v1/annotate/images/" + id, site.ann);
  CHECK(image.header("content-type") == "image/png");
  CHECK(image.body.substr(1, 3) == "PNG");
  CHECK(site.ask("GET", "/v1/annotate/images/" + id, site.ann, "",
                 "If-None-Match: " + image.header("etag") + "\r\n")
            .status == 304);
}

TEST_CASE("suggestions are classes of the catalogue, whatever was submitted as such") {
  const Annotated site(1);
  const Json items = Json::parse(site.post("next", site.ann, {{"count", 1}}).body)["items"];
  CHECK(items[0]["suggestions"] == Json::parse(R"([{"label":1,"confidence":0.5},{"label":2}])"));
  CHECK(items[0]["predicted"] == 0);
}

TEST_CASE("a label sent twice under one key counts once, also if another came between") {
  const Annotated site(3);
  const std::vector<std::string> ids = site.next(site.ann, {{"count", 3}});
  const Json first = site.label(site.ann, ids[0], 4, "a-1");
  const Json other = site.label(site.ann, ids[1], 5, "a-2");
  CHECK(site.label(site.ann, ids[0], 4, "a-1") == first);
  CHECK(site.history(ids[0]).annotations.size() == 1);
  CHECK(other["annotation"] != first["annotation"]);

  const auto undo = [&](const Json& body) {
    const WireAnswer answer = site.post("undo", site.ann, body);
    return answer.status == 200 ? Json::parse(answer.body)["capture"].get<std::string>() : "";
  };
  CHECK(undo({{"key", "u-1"}, {"of", "a-1"}}) == ids[0]);
  CHECK(undo({{"key", "u-1"}, {"of", "a-1"}}) == ids[0]);
  CHECK(site.history(ids[1]).state.status == "labelled");
  CHECK(undo({{"key", "u-2"}}) == ids[1]);
  CHECK(undo({{"key", "u-2"}}) == ids[1]);
  CHECK(undo({{"key", "u-3"}}).empty());
  // What was taken back is not made again by a request that was on its way all the time.
  CHECK(site.label(site.ann, ids[0], 4, "a-1") == first);
  CHECK(site.history(ids[0]).state.status == "new");
  // The keys of one annotator are not another's.
  CHECK(site.label(site.bob, ids[2], 4, "a-1")["capture"] == ids[2]);
}

TEST_CASE("of several rows the unsound ones are refused, each with its reason") {
  const Annotated site(3);
  const std::vector<std::string> ids = site.next(site.ann, {{"count", 3}});
  const Json rows = {{{"key", "k1"}, {"capture", ids[0]}, {"label", 99}},
                     {{"key", "Bad Key"}, {"capture", ids[0]}, {"label", 1}},
                     {{"key", "k2"}, {"capture", "ffffff"}, {"label", 1}},
                     {{"key", "k3"}, {"capture", ids[1]}, {"label", 1}, {"roi", {0, 0, 99, 1}}},
                     7,
                     {{"key", "k4"}, {"capture", ids[2]}, {"label", 1}, {"annotator", "bob"}}};
  const WireAnswer answer = site.post("annotations", site.ann, {{"annotations", rows}});
  REQUIRE(answer.status == 200);
  const Json answers = Json::parse(answer.body)["answers"];
  REQUIRE(answers.size() == 6);
  CHECK(answers[0]["wrong"] == "class 99 is not in the catalogue; give one that is");
  CHECK(answers[1]["wrong"] == "has no key of 1 to 64 small letters, digits and dashes");
  CHECK(answers[2]["wrong"].get<std::string>().starts_with("no capture begins with ffffff"));
  CHECK(answers[3]["wrong"] == "roi [0,0,99,1] is empty or not inside the image of 4x3 pixels");
  CHECK(answers[4].contains("wrong"));
  CHECK(answers[5]["annotation"] == 1);
  // Whoever the row names, it is the one who signed in.
  CHECK(site.history(ids[2]).annotations[0].annotation.annotator == "ann");
}

TEST_CASE("requests that make no sense are refused with what does") {
  const Annotated site(1);
  CHECK(site.ask("POST", "/v1/annotate/next", site.ann, "[]").status == 400);
  CHECK(site.ask("POST", "/v1/annotate/next", site.ann, "{").status == 400);
  for (const Json& wrong : std::vector<Json>{{{"count", 0}},
                                             {{"count", 101}},
                                             {{"count", "1"}},
                                             Json::object(),
                                             {{"count", 1}, {"order", "best"}},
                                             {{"count", 1}, {"class", "x"}}}) {
    INFO(wrong.dump());
    CHECK(site.post("next", site.ann, wrong).status == 400);
  }
  CHECK(site.post("annotations", site.ann, {{"annotations", Json::array()}}).status == 400);
  CHECK(site.post("annotations", site.ann, {{"annotations", 1}}).status == 400);
  CHECK(site.post("undo", site.ann, Json::object()).status == 400);
  CHECK(site.post("skip", site.ann, {{"capture", "nothing"}}).status == 404);
}

TEST_CASE("what is nested without end is refused, whoever sends it") {
  const Annotated site(1);
  constexpr std::size_t kDepth = 100000;
  const std::string deep = std::string(kDepth, '[') + std::string(kDepth, ']');
  const std::string row = R"({"key":"k","capture":"ffffff","label":1,"x":)" + deep + "}";
  const auto status = [&](const std::string& what, const std::string& token,
                          const std::string& body) {
    return site.ask("POST", "/v1/annotate/" + what, token, body).status;
  };
  CHECK(status("annotations", site.ann, "{\"annotations\":[" + row + "]}") == 400);
  CHECK(status("annotations", site.ann, "{\"annotations\":" + deep + "}") == 400);
  CHECK(status("next", site.ann, "{\"count\":" + deep + "}") == 400);
  CHECK(status("adjudicate", site.root, row) == 400);
  CHECK(status("next", site.ann, R"({"count":1})") == 200);
}

TEST_CASE("a number that is no class is not cut down to one that is") {
  const Annotated site(1);
  CHECK(site.post("next", site.ann, {{"count", 1}, {"class", 4294967296}}).status == 400);
  const Json top = {{{"label", 4294967310}}, {{"label", 14}}};
  const std::string bytes = picture(77);
  const std::string headers =
      "Signpost-Capture: " +
      Json({{"file", "a"}, {"label", 3}, {"confidence", 0.01}, {"top", top}}).dump() + "\r\n";
  const WireAnswer answer = site.ask("POST", "/v1/captures", site.device, bytes, headers);
  REQUIRE(answer.status == 201);
  const Json items = Json::parse(site.post("next", site.ann, {{"count", 1}}).body)["items"];
  CHECK(items[0]["suggestions"] == Json::parse(R"([{"label":14}])"));
}

TEST_CASE("the queue follows the order and class that are asked for, else the server's") {
  AnnotateOptions options;
  options.order = CaptureOrder::newest;
  const Annotated site(6, 1, options);
  const auto file = [&](const std::string& id) { return site.history(id).state.file; };
  CHECK(site.get("setup", site.ann)["order"] == "newest");
  CHECK(file(site.next(site.ann, {{"count", 1}})[0]) == "photo5");
  site.post("release", site.ann, Json::object());
  CHECK(file(site.next(site.ann, {{"count", 1}, {"order", "uncertain"}})[0]) == "photo0");
  site.post("release", site.ann, Json::object());
  const auto of_class = site.next(site.ann, {{"count", 6}, {"class", 2}});
  REQUIRE(of_class.size() == 2);
  CHECK(file(of_class[0]) == "photo5");
  CHECK(site.get("progress", site.bob)["waiting"] == Json::parse(R"({"0":2,"1":2,"2":2})"));
  site.label(site.ann, of_class[0], 2, "k");
  CHECK(site.get("progress", site.bob)["waiting"] == Json::parse(R"({"0":2,"1":2,"2":1})"));
}

TEST_CASE("of what others said blind nobody is told before it is decided, admins when all spoke") {
  const Annotated site(1, 2);
  const std::string id = site.next(site.ann, {{"count", 1}})[0];
  site.label(site.ann, id, 1, "k");
  const auto told = [&](const std::string& token) {
    const Json history = site.get("history/" + id, token);
    return history.contains("annotations") ? history["annotations"].size() : 0;
  };
  CHECK(told(site.ann) == 1);
  CHECK(told(site.bob) == 0);
  CHECK(told(site.root) == 0);
  CHECK_FALSE(site.get("history/" + id, site.bob).contains("status"));
  CHECK(site.get("disputed", site.root)["count"] == 0);
  // A page that says it was not blind is not believed.
  const Json row = {{"key", "k"}, {"capture", id}, {"label", 2}, {"blind", false}};
  CHECK(site.post("annotations", site.bob, {{"annotations", {row}}}).status == 200);
  CHECK(site.history(id).annotations[1].mode == "blind");
  CHECK(told(site.bob) == 1);
  CHECK(told(site.root) == 2);
  CHECK(site.get("disputed", site.root)["captures"][0]["capture"] == id);
  CHECK(site.post("adjudicate", site.root, {{"capture", id}, {"annotation", 1}}).status == 200);
  CHECK(told(site.bob) == 2);
  CHECK(site.history(id).state.status == "accepted");
  CHECK(site.post("adjudicate", site.root, {{"capture", id}, {"annotation", 2}}).status == 409);
}

TEST_CASE("what one has labelled nobody labels over from the queue") {
  const Annotated site(1);
  const std::string id = site.next(site.ann, {{"count", 1}})[0];
  CHECK(site.next(site.bob, {{"count", 5}}).empty());
  CHECK(site.label(site.bob, id, 1, "k").contains("annotation"));
  CHECK(site.label(site.ann, id, 2, "k")["wrong"] == "needs no more labels; others were faster");
  CHECK(site.label(site.bob, id, 2, "k2")["wrong"] ==
        "is labelled by you already; undo that to label it anew");
}

}  // namespace signpost
