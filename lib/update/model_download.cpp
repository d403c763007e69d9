#include "update/model_download.h"

#include <algorithm>
#include <cmath>

#include "base/digest.h"
#include "base/error.h"
#include "base/interrupt.h"
#include "fetch/partial_file.h"
#include "fetch/server_address.h"

namespace signpost {
namespace {

constexpr double kLongestWait_s = 60;
constexpr std::uint64_t kMostAsked_s = 300;
constexpr std::size_t kMostSignature = 8192;

bool may_pass(int status) { return status == 408 || status == 429 || status >= 500; }

/// What stands in a strong ETag of ours; empty for any other text.
std::string digest_of(const std::string& etag) {
  if (etag.size() != 66 || etag.front() != '"' || etag.back() != '"') return {};
  std::string digits = etag.substr(1, 64);
  return digits.find_first_not_of("0123456789abcdef") == std::string::npos ? digits : std::string();
}

std::string quoted(const std::string& text) { return "\"" + text + "\""; }

}  // namespace

ModelFeedClient::ModelFeedClient(FeedOptions options)
    : options_(std::move(options)), url_(server_address(options_.url, "/v1/models/latest")) {}

HttpRequest ModelFeedClient::request(const std::string& url) const {
  HttpRequest request;
  request.url = url;
  request.stall_timeout_s = options_.stall_timeout_s;
  request.headers = {"Authorization: Bearer " + options_.token};
  request.cacert = options_.cacert.string();
  request.follow = false;
  return request;
}

void ModelFeedClient::refuse(int status) const {
  std::string what = url_ + ": the server answered " + std::to_string(status);
  if (status == 401 || status == 403) what += "; the token is unknown or was revoked: get another";
  if (status >= 300 && status < 400) what += ", a redirect; name the server itself with --url";
  throw Error(Blame::environment, what);
}

/// False never: `attempt` has come to its end, or an Error is thrown.
bool ModelFeedClient::persist(const std::function<bool()>& attempt) {
  for (int failures = 0;;) {
    stop_if_interrupted();
    what_.clear();
    asked_s_ = 0;
    if (attempt()) return true;
    if (++failures > options_.retries) throw Error(Blame::environment, url_ + ": " + what_);
    const double doubled = std::ldexp(options_.retry_wait_s, std::min(failures, 16) - 1);
    const double wait = std::max(std::min(doubled, kLongestWait_s),
                                 static_cast<double>(std::min(asked_s_, kMostAsked_s)));
    options_.words(what_ + "; trying again");
    wait_or_stop(wait);
  }
}

Offer ModelFeedClient::fetch(const std::vector<std::string>& known,
                             const std::filesystem::path& path) {
  std::string listed;
  for (const std::string& sha256 : known) listed += (listed.empty() ? "" : ", ") + quoted(sha256);
  PartialFile part(path);
  Offer offer;
  const auto attempt = [&] {
    const Validators before = part.validators();
    HttpRequest asked = request(url_);
    if (!listed.empty()) asked.headers.push_back("If-None-Match: " + listed);
    if (part.size() > 0 && before.url == url_ && !digest_of(before.etag).empty()) {
      asked.offset = part.size();
      asked.if_range = before.etag;
    }
    bool ended = false;
    const auto on_head = [&](const HttpHead& head) {
      offer.sha256 = digest_of(head.etag);
      if (head.status == 404) {
        offer.kind = Offer::Kind::none;
        ended = true;
        return false;
      }
      if (may_pass(head.status)) {
        what_ = "the server answered " + std::to_string(head.status);
        asked_s_ = head.retry_after_s.value_or(0);
        return false;
      }
      if (head.status == 304) {
        offer.kind = Offer::Kind::known;
        ended = true;
        return false;
      }
      if (head.status == 416) {
        what_ = "the package on the server has changed";
        if (head.total == asked.offset && asked.offset > 0) return false;
        part.begin({});
        return false;
      }
      if (head.status != 200 && head.status != 206) refuse(head.status);
      if (offer.sha256.empty()) {
        what_ = "what answers there is no signpost server";
        return false;
      }
      if (head.status == 200) {
        part.begin({url_, head.etag, head.last_modified, head.length});
        return true;
      }
      if (asked.offset > 0 && head.first == asked.offset && head.etag == before.etag) return true;
      part.begin({});
      what_ = "the server sent another part than was asked for";
      return false;
    };
    const HttpEnd end = http_get(asked, on_head, [&](ByteView bytes) {
      if (part.size() + bytes.size() > kMaxFileBytes)
        throw Error(Blame::input, url_ + ": sends more than 1 GiB; that is no package");
      part.append(bytes);
    });
    if (end.kind == HttpEnd::Kind::hopeless)
      throw Error(Blame::environment, url_ + ": " + end.what);
    if (end.kind == HttpEnd::Kind::broken) {
      what_ = end.what;
      return false;
    }
    if (ended) return true;
    if (part.size() == 0 || (part.validators().size && part.size() < *part.validators().size)) {
      if (what_.empty()) what_ = "the transfer ended early";
      return false;
    }
    Bytes bytes;
    read_file(part.path(), bytes);
    const std::string wanted = digest_of(part.validators().etag);
    if (sha256_hex(bytes) != wanted) {
      part.begin({});
      what_ = "the package was spoilt on its way";
      return false;
    }
    offer = {Offer::Kind::fetched, wanted};
    return true;
  };
  persist(attempt);
  if (offer.kind == Offer::Kind::fetched) {
    part.finish();
  } else {
    part.begin({});
  }
  return offer;
}

std::string ModelFeedClient::signature() {
  std::string text;
  persist([&] {
    text.clear();
    int status = 0;
    const HttpEnd end = http_get(
        request(url_ + ".minisig"),
        [&](const HttpHead& head) {
          status = head.status;
          asked_s_ = head.retry_after_s.value_or(0);
          return head.status == 200;
        },
        [&](ByteView bytes) {
          if (text.size() + bytes.size() > kMostSignature)
            throw Error(Blame::environment, url_ + ".minisig: is no signature");
          text += as_text(bytes);
        });
    if (end.kind == HttpEnd::Kind::hopeless)
      throw Error(Blame::environment, url_ + ": " + end.what);
    if (end.kind == HttpEnd::Kind::broken) {
      what_ = end.what;
      return false;
    }
    if (may_pass(status)) {
      what_ = "the server answered " + std::to_string(status);
      return false;
    }
    if (status == 404) {
      text.clear();
      return true;
    }
    if (status != 200) refuse(status);
    return true;
  });
  return text;
}

}  // namespace signpost
