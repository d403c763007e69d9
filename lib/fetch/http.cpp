#include "fetch/http.h"

#include <curl/curl.h>
#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <exception>
#include <memory>
#include <string_view>

#include "base/error.h"
#include "base/interrupt.h"
#include "base/provenance.h"

namespace signpost {
namespace {

/// What the callbacks share. No exception passes through curl: it waits in `failure`.
struct Transfer {
  const std::function<bool(const HttpHead&)>& on_head;
  const std::function<void(ByteView)>& on_body;
  CURL* curl = nullptr;
  HttpHead head;
  bool head_given = false, wanted = true;
  std::exception_ptr failure;
};

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && std::isspace(static_cast<unsigned char>(text.front())))
    text.remove_prefix(1);
  while (!text.empty() && std::isspace(static_cast<unsigned char>(text.back())))
    text.remove_suffix(1);
  return text;
}

std::optional<std::uint64_t> number(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// "bytes 100-199/200" or "bytes */200".
void read_content_range(std::string_view value, HttpHead& head) {
  if (!value.starts_with("bytes ")) return;
  value.remove_prefix(6);
  const std::size_t slash = value.find('/'), dash = value.find('-');
  if (slash == std::string_view::npos) return;
  head.total = number(trimmed(value.substr(slash + 1)));
  if (dash < slash) head.first = number(trimmed(value.substr(0, dash)));
}

std::size_t on_header(char* data, std::size_t, std::size_t size, void* user) {
  Transfer& transfer = *static_cast<Transfer*>(user);
  const std::string_view line(data, size);
  if (line.starts_with("HTTP/")) {
    transfer.head = HttpHead();  // of a redirect or a proxy: only the last one counts
    return size;
  }
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos) return size;
  std::string name(line.substr(0, colon));
  std::ranges::transform(name, name.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  const std::string_view value = trimmed(line.substr(colon + 1));
  if (name == "etag") transfer.head.etag = value;
  if (name == "last-modified") transfer.head.last_modified = value;
  if (name == "content-length") transfer.head.length = number(value);
  if (name == "content-range") read_content_range(value, transfer.head);
  return size;
}

void give_head(Transfer& transfer) {
  if (transfer.head_given) return;
  transfer.head_given = true;
  long status = 0;
  curl_off_t wait = 0;
  curl_easy_getinfo(transfer.curl, CURLINFO_RESPONSE_CODE, &status);
  curl_easy_getinfo(transfer.curl, CURLINFO_RETRY_AFTER, &wait);
  transfer.head.status = static_cast<int>(status);
  if (wait > 0) transfer.head.retry_after_s = static_cast<std::uint64_t>(wait);
  transfer.wanted = transfer.on_head(transfer.head) && status < 300;
}

std::size_t on_data(char* data, std::size_t, std::size_t size, void* user) {
  Transfer& transfer = *static_cast<Transfer*>(user);
  try {
    give_head(transfer);
    if (!transfer.wanted) return CURL_WRITEFUNC_ERROR;
    transfer.on_body({reinterpret_cast<const std::uint8_t*>(data), size});
    return size;
  } catch (...) {
    transfer.failure = std::current_exception();
    return CURL_WRITEFUNC_ERROR;
  }
}

int on_progress(void*, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  return interrupted() ? 1 : 0;
}

HttpEnd::Kind kind_of(CURLcode code) {
  switch (code) {
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_URL_MALFORMAT:
    case CURLE_TOO_MANY_REDIRECTS:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_OUT_OF_MEMORY:
      return HttpEnd::Kind::hopeless;
    default:
      return HttpEnd::Kind::broken;
  }
}

struct FreeEasy {
  void operator()(CURL* curl) const { curl_easy_cleanup(curl); }
};
struct FreeList {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};

}  // namespace

HttpEnd http_get(const HttpRequest& request, const std::function<bool(const HttpHead&)>& on_head,
                 const std::function<void(ByteView)>& on_body) {
  static const CURLcode started = curl_global_init(CURL_GLOBAL_DEFAULT);
  const std::unique_ptr<CURL, FreeEasy> curl(started == CURLE_OK ? curl_easy_init() : nullptr);
  if (!curl) throw Error(Blame::environment, "libcurl cannot be started");
  Transfer transfer{on_head, on_body, curl.get(), {}, false, true, nullptr};
  std::string words(CURL_ERROR_SIZE, '\0');
  const bool encrypted = request.url.starts_with("https:");
  const std::string& version = provenance().version;
  const std::string agent = version.empty() ? "signpost" : "signpost/" + version;
  const auto set = [&](CURLoption option, auto value) {
    if (const CURLcode code = curl_easy_setopt(curl.get(), option, value); code != CURLE_OK)
      throw Error(Blame::environment, fmt::format("libcurl: {}", curl_easy_strerror(code)));
  };
  set(CURLOPT_ERRORBUFFER, words.data());
  set(CURLOPT_PROTOCOLS_STR, "http,https");
  set(CURLOPT_REDIR_PROTOCOLS_STR, encrypted ? "https" : "http,https");
  set(CURLOPT_FOLLOWLOCATION, request.follow ? 1L : 0L);
  set(CURLOPT_MAXREDIRS, 10L);
  set(CURLOPT_NOSIGNAL, 1L);
  set(CURLOPT_USERAGENT, agent.c_str());
  set(CURLOPT_CONNECTTIMEOUT, request.connect_timeout_s);
  set(CURLOPT_LOW_SPEED_LIMIT, 1L);
  set(CURLOPT_LOW_SPEED_TIME, request.stall_timeout_s);
  set(CURLOPT_URL, request.url.c_str());
  set(CURLOPT_HEADERFUNCTION, &on_header);
  set(CURLOPT_HEADERDATA, &transfer);
  set(CURLOPT_WRITEFUNCTION, &on_data);
  set(CURLOPT_WRITEDATA, &transfer);
  set(CURLOPT_NOPROGRESS, 0L);
  set(CURLOPT_XFERINFOFUNCTION, &on_progress);
  // Range is a header here, not CURLOPT_RANGE: with that, curl itself judges the answer.
  std::unique_ptr<curl_slist, FreeList> headers;
  const auto add_header = [&](const std::string& line) {
    curl_slist* const longer = curl_slist_append(headers.get(), line.c_str());
    if (!longer) throw std::bad_alloc();
    (void)headers.release();
    headers.reset(longer);
  };
  if (request.offset > 0) {
    add_header(fmt::format("Range: bytes={}-", request.offset));
    if (!request.if_range.empty()) add_header("If-Range: " + request.if_range);
  }
  for (const std::string& line : request.headers) add_header(line);
  if (headers) set(CURLOPT_HTTPHEADER, headers.get());
  if (!request.cacert.empty()) set(CURLOPT_CAINFO, request.cacert.c_str());

  const CURLcode code = curl_easy_perform(curl.get());
  if (transfer.failure) std::rethrow_exception(transfer.failure);
  stop_if_interrupted();
  if (code == CURLE_OK) give_head(transfer);
  if (code == CURLE_OK || (transfer.head_given && !transfer.wanted)) return {};
  std::string what = words.c_str();
  if (what.empty()) what = curl_easy_strerror(code);
  return {kind_of(code), what};
}

}  // namespace signpost
