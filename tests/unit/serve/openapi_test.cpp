// The server against schema/openapi.json: every answer that the document promises is provoked, and
// is as the document says.
#include <sys/resource.h>

#include <catch2/catch.hpp>
#include <csignal>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <regex>
#include <tuple>

#include "base/embedded.h"
#include "running_service.h"
#include "support/test_package.h"

namespace signpost {
namespace {

using Json = nlohmann::json;

Json document() { return Json::parse(*embedded_file("schema/openapi.json")); }

/// What in `value` does not fit `schema`; empty if it does. Knows the words of JSON Schema that the
/// document uses, and fails on any other.
std::string misfit(const Json& all, const Json& schema, const Json& value, const std::string& at) {
  if (schema.contains("$ref")) {
    const std::string ref = schema["$ref"].get<std::string>().substr(1);
    return misfit(all, all.at(Json::json_pointer(ref)), value, at);
  }
  for (const auto& [word, rule] : schema.items()) {
    if (word == "type") {
      const bool fits = rule == "object"    ? value.is_object()
                        : rule == "array"   ? value.is_array()
                        : rule == "string"  ? value.is_string()
                        : rule == "integer" ? value.is_number_integer()
                                            : value.is_number();
      if (!fits) return at + " is no " + rule.get<std::string>();
    } else if (word == "required") {
      for (const Json& name : rule) {
        if (!value.contains(name.get<std::string>())) return at + " lacks " + name.dump();
      }
    } else if (word == "properties") {
      for (const auto& [name, one] : value.items()) {
        if (!rule.contains(name)) return at + "." + name + " is not documented";
        if (std::string wrong = misfit(all, rule[name], one, at + "." + name); !wrong.empty())
          return wrong;
      }
    } else if (word == "enum") {
      if (std::find(rule.begin(), rule.end(), value) == rule.end()) return at + " is another word";
    } else if (word == "pattern") {
      if (!std::regex_match(value.get<std::string>(), std::regex(rule.get<std::string>())))
        return at + " does not match";
    } else if (word != "description") {
      return at + ": unknown rule " + word;
    }
  }
  return {};
}

struct Bench {
  RunningService site{[] {
    ServiceOptions options;
    options.max_image_bytes = 100'000;
    options.rate_per_s = 0.001;
    options.burst = 1000;
    return options;
  }()};
  std::string cookie_headers;

  WireAnswer submit(std::string_view image, const std::string& headers = "") {
    return site.submit(site.device, image, headers);
  }
  WireAnswer raw(const std::string& path, const std::string& headers,
                 const std::string& body = "") {
    return site.ask("POST " + path + " HTTP/1.1\r\nHost: h\r\n" +
                    RunningService::bearer(site.device) + headers + "\r\n" + body);
  }
  void add_package() {
    const TestPackage package;
    write_package(site.scratch / "models/tiny.signpost", package.contents, true);
  }
  WireAnswer model(const std::string& headers = "") {
    add_package();
    return site.get("/v1/models/latest", site.device, headers);
  }
  WireAnswer signature() {
    add_package();
    OutputFile file(site.scratch / "models/tiny.signpost.minisig", true);
    file.write("untrusted comment: none\n");
    file.commit();
    return site.get("/v1/models/latest.minisig", site.device);
  }
  WireAnswer full(const std::function<WireAnswer()>& ask) {
    const auto handler = std::signal(SIGXFSZ, SIG_IGN);
    rlimit before = {};
    ::getrlimit(RLIMIT_FSIZE, &before);
    rlimit none = before;
    none.rlim_cur = 1;
    ::setrlimit(RLIMIT_FSIZE, &none);
    const WireAnswer answer = ask();
    ::setrlimit(RLIMIT_FSIZE, &before);
    std::signal(SIGXFSZ, handler);
    return answer;
  }
};

using Case = std::tuple<std::string, std::string, std::string>;  // path, method, status

/// How to get each answer.
std::map<Case, std::function<WireAnswer(Bench&)>> provocations() {
  const std::string captures = "/v1/captures", models = "/v1/models/latest",
                    session = "/v1/session";
  std::map<Case, std::function<WireAnswer(Bench&)>> all;
  const auto on = [&](const std::string& path, const char* method, const char* status,
                      std::function<WireAnswer(Bench&)> ask) {
    all[{path, method, status}] = std::move(ask);
  };
  on(captures, "post", "201", [](Bench& b) { return b.submit(picture(1)); });
  on(captures, "post", "200", [](Bench& b) {
    b.submit(picture(1));
    return b.submit(picture(1));
  });
  on(captures, "post", "400",
     [](Bench& b) { return b.submit(picture(1), "Signpost-Capture: no\r\n"); });
  on(captures, "post", "401", [](Bench& b) { return b.site.submit("", picture(1)); });
  on(captures, "post", "403", [](Bench& b) { return b.site.submit(b.site.revoked, picture(1)); });
  on(captures, "post", "409", [](Bench& b) {
    b.submit(picture(1));
    return b.site.submit(b.site.other_device, picture(1));
  });
  on(captures, "post", "410", [](Bench& b) {
    b.submit(picture(1));
    CaptureStore store(b.site.scratch / "c.db", Database::Missing::refuse);
    PurgeRequest request;
    request.device = "phone";
    request.who = "ann";
    request.why = "asked to";
    store.purge(request);
    return b.submit(picture(1));
  });
  on(captures, "post", "411", [=](Bench& b) { return b.raw(captures, ""); });
  on(captures, "post", "413", [](Bench& b) { return b.submit(std::string(100'001, 'a')); });
  on(captures, "post", "415",
     [](Bench& b) { return b.submit(picture(1), "Content-Encoding: gzip\r\n"); });
  on(captures, "post", "422", [](Bench& b) { return b.submit("no image"); });
  on(captures, "post", "429", [](Bench& b) {
    WireClient client(b.site.port());
    for (int i = 0; i < 1001; ++i) {
      client.send("POST /v1/captures HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\n" +
                  RunningService::bearer(b.site.device) + "\r\nx");
      const WireAnswer answer = client.receive();
      if (answer.status != 422) return answer;
    }
    return WireAnswer();
  });
  on(captures, "post", "503", [](Bench& b) {
    b.submit(picture(1));
    return b.full([&] { return b.submit(picture(2)); });
  });

  on(models, "get", "200", [](Bench& b) { return b.model(); });
  on(models, "get", "206", [](Bench& b) { return b.model("Range: bytes=0-9\r\n"); });
  on(models, "get", "304",
     [](Bench& b) { return b.model("If-None-Match: " + b.model().header("etag") + "\r\n"); });
  on(models, "get", "401", [=](Bench& b) { return b.site.get(models); });
  on(models, "get", "403", [=](Bench& b) { return b.site.get(models, b.site.revoked); });
  on(models, "get", "404", [=](Bench& b) { return b.site.get(models, b.site.device); });
  on(models, "get", "416", [](Bench& b) { return b.model("Range: bytes=100000000-\r\n"); });

  const std::string signature = std::string(models) + ".minisig";
  on(signature, "get", "200", [=](Bench& b) { return b.signature(); });
  on(signature, "get", "401", [=](Bench& b) { return b.site.get(signature); });
  on(signature, "get", "403", [=](Bench& b) { return b.site.get(signature, b.site.revoked); });
  on(signature, "get", "404", [=](Bench& b) { return b.site.get(signature, b.site.device); });

  on(session, "post", "200",
     [](Bench& b) { return b.site.post_session("{\"token\":\"" + b.site.annotator + "\"}"); });
  on(session, "post", "400", [](Bench& b) { return b.site.post_session("{}"); });
  on(session, "post", "401", [](Bench& b) { return b.site.post_session("{\"token\":\"x\"}"); });
  on(session, "post", "403",
     [](Bench& b) { return b.site.post_session("{\"token\":\"" + b.site.revoked + "\"}"); });
  on(session, "post", "411", [=](Bench& b) { return b.raw(session, ""); });
  on(session, "post", "413", [](Bench& b) { return b.site.post_session(std::string(1025, ' ')); });
  on(session, "post", "415", [](Bench& b) { return b.site.post_session("{}", "text/plain"); });
  on(session, "get", "200", [=](Bench& b) { return b.site.get(session, b.site.annotator); });
  on(session, "get", "401", [=](Bench& b) { return b.site.get(session); });
  on(session, "get", "403", [=](Bench& b) { return b.site.get(session, b.site.revoked); });
  on(session, "delete", "204",
     [=](Bench& b) { return b.site.ask("DELETE " + session + " HTTP/1.1\r\nHost: h\r\n\r\n"); });

  on("/healthz", "get", "200", [](Bench& b) { return b.site.get("/healthz"); });
  on("/healthz", "get", "503", [](Bench& b) {
    b.submit(picture(1));  // so that the token's last use is noted already
    return b.full([&] {
      b.submit(picture(2));
      return b.site.get("/healthz");
    });
  });
  on("/metrics", "get", "200", [](Bench& b) { return b.site.get("/metrics"); });
  on("/v1/openapi.json", "get", "200", [](Bench& b) { return b.site.get("/v1/openapi.json"); });
  return all;
}

std::string lower(std::string text) {
  for (char& c : text) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
  return text;
}

/// What in an answer is not as documented; empty if all is.
std::string misfit(const Json& all, const Json& response, const WireAnswer& answer) {
  if (response.contains("headers")) {
    for (const auto& [name, rule] : response["headers"].items()) {
      if (answer.header(lower(name)).empty()) return "lacks the header " + name;
    }
  }
  if (!response.contains("content")) return answer.body.empty() ? "" : "has a body";
  const std::string type = answer.header("content-type");
  const std::string plain = type.substr(0, type.find(';'));
  if (!response["content"].contains(plain)) return "is of the type " + type;
  const Json& schema = response["content"][plain]["schema"];
  if (!plain.ends_with("json")) return {};
  const Json body = Json::parse(answer.body, nullptr, false);
  if (body.is_discarded()) return "is no JSON";
  if (schema == Json{{"type", "object"}}) return body.is_object() ? "" : "is no object";
  return misfit(all, schema, body, "body");
}

}  // namespace

TEST_CASE("every answer in the OpenAPI document is given, as it is documented, and no other") {
  const Json all = document();
  auto provoke = provocations();
  for (const auto& [path, methods] : all["paths"].items()) {
    for (const auto& [method, operation] : methods.items()) {
      for (const auto& [status, response] : operation["responses"].items()) {
        INFO(method << " " << path << " " << status);
        const auto found = provoke.find({path, method, status});
        REQUIRE(found != provoke.end());
        Bench bench;
        const WireAnswer answer = found->second(bench);
        INFO(answer.body.substr(0, 300));
        CHECK(std::to_string(answer.status) == status);
        CHECK(misfit(all, response, answer) == "");
        if (answer.status >= 400) {
          const Json problem = Json::parse(answer.body, nullptr, false);
          CHECK(problem["status"] == answer.status);
          CHECK_FALSE(problem["detail"].get<std::string>().empty());
        }
        provoke.erase(found);
      }
    }
  }
  // What can be provoked must be documented.
  for (const auto& [one, ask] : provoke)
    FAIL_CHECK(std::get<1>(one) + " " + std::get<0>(one) + " " + std::get<2>(one));
}

TEST_CASE("the document names the fields that a capture may have, as the server reads them") {
  const Json all = document();
  const Json& fields = all["components"]["schemas"]["CaptureMetadata"]["properties"];
  RunningService site;
  unsigned number = 0;
  for (const auto& [name, rule] : fields.items()) {
    INFO(name);
    // A value of another type must be refused: so the field is looked at.
    const std::string wrong = rule["type"] == "string" ? "3" : "\"x\"";
    const std::string with =
        name == "confidence" || name == "top" || name == "model" ? "\"label\":1," : "";
    const WireAnswer answer =
        site.submit(site.device, picture(++number),
                    "Signpost-Capture: {" + with + "\"" + name + "\":" + wrong + "}\r\n");
    CHECK(answer.status == 400);
  }
}

}  // namespace signpost
