#include "submit/upload.h"

#include <curl/curl.h>
#include <fmt/format.h>
#include <openssl/evp.h>

#include <array>
#include <charconv>
#include <memory>
#include <new>
#include <utility>

#include "base/error.h"
#include "base/interrupt.h"
#include "base/provenance.h"
#include "fetch/server_address.h"

namespace signpost {
namespace {

constexpr std::size_t kMostAnswer = std::size_t{64} << 10;
constexpr const char* kPath = "/v1/captures";

struct FreeList {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};

/// "sha-256=:BASE64:", as RFC 9530 writes it.
std::string content_digest(const std::string& sha256) {
  std::array<unsigned char, 32> bytes{};
  for (std::size_t i = 0; i < bytes.size(); ++i)
    std::from_chars(sha256.data() + 2 * i, sha256.data() + 2 * i + 2, bytes[i], 16);
  std::array<unsigned char, 48> text{};
  const int length = EVP_EncodeBlock(text.data(), bytes.data(), static_cast<int>(bytes.size()));
  return fmt::format("sha-256=:{}:", std::string_view(reinterpret_cast<const char*>(text.data()),
                                                      static_cast<std::size_t>(length)));
}

std::size_t on_data(char* data, std::size_t, std::size_t size, void* user) {
  auto& body = *static_cast<std::string*>(user);
  if (body.size() + size > kMostAnswer) return CURL_WRITEFUNC_ERROR;
  body.append(data, size);
  return size;
}

int on_progress(void*, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  return interrupted() ? 1 : 0;
}

bool is_final(CURLcode code) {
  switch (code) {
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_URL_MALFORMAT:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
      return true;
    default:
      return false;
  }
}

}  // namespace

struct Uploader::Session {
  CURL* curl = nullptr;
  std::string address, body;
  std::array<char, CURL_ERROR_SIZE> words{};

  Session() : curl(curl_easy_init()) {
    if (!curl) throw Error(Blame::environment, "libcurl cannot be started");
  }
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;
  ~Session() { curl_easy_cleanup(curl); }

  template <typename Value>
  void set(CURLoption option, Value value) {
    if (const CURLcode code = curl_easy_setopt(curl, option, value); code != CURLE_OK)
      throw Error(Blame::environment, fmt::format("libcurl: {}", curl_easy_strerror(code)));
  }
};

Uploader::Uploader(UploadOptions options) : options_(std::move(options)) {
  static const CURLcode started = curl_global_init(CURL_GLOBAL_DEFAULT);
  if (started != CURLE_OK) throw Error(Blame::environment, "libcurl cannot be started");
  session_ = std::make_unique<Session>();
  Session& session = *session_;
  session.address = server_address(options_.url, kPath);
  const std::string& version = provenance().version;
  const std::string agent = version.empty() ? "signpost" : "signpost/" + version;
  session.set(CURLOPT_ERRORBUFFER, session.words.data());
  session.set(CURLOPT_URL, session.address.c_str());
  session.set(CURLOPT_PROTOCOLS_STR, "http,https");
  session.set(CURLOPT_FOLLOWLOCATION, 0L);
  session.set(CURLOPT_NOSIGNAL, 1L);
  session.set(CURLOPT_USERAGENT, agent.c_str());
  session.set(CURLOPT_CONNECTTIMEOUT, options_.connect_timeout_s);
  session.set(CURLOPT_LOW_SPEED_LIMIT, 1L);
  session.set(CURLOPT_LOW_SPEED_TIME, options_.stall_timeout_s);
  session.set(CURLOPT_POST, 1L);
  session.set(CURLOPT_WRITEFUNCTION, &on_data);
  session.set(CURLOPT_WRITEDATA, &session.body);
  session.set(CURLOPT_NOPROGRESS, 0L);
  session.set(CURLOPT_XFERINFOFUNCTION, &on_progress);
  if (!options_.cacert.empty()) session.set(CURLOPT_CAINFO, options_.cacert.c_str());
}

Uploader::~Uploader() = default;

UploadAnswer Uploader::send(const Upload& upload) {
  Session& session = *session_;
  std::unique_ptr<curl_slist, FreeList> headers;
  for (const std::string& line :
       {std::string("Content-Type: application/octet-stream"),
        "Authorization: Bearer " + options_.token, "Signpost-Capture: " + upload.metadata,
        "Content-Digest: " + content_digest(upload.sha256)}) {
    curl_slist* const longer = curl_slist_append(headers.get(), line.c_str());
    if (!longer) throw std::bad_alloc();
    (void)headers.release();
    headers.reset(longer);
  }
  session.body.clear();
  session.words[0] = 0;
  session.set(CURLOPT_HTTPHEADER, headers.get());
  session.set(CURLOPT_POSTFIELDS, reinterpret_cast<const char*>(upload.image.data()));
  session.set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(upload.image.size()));
  const CURLcode code = curl_easy_perform(session.curl);
  stop_if_interrupted();
  UploadAnswer answer;
  if (code != CURLE_OK) {
    answer.what = session.words[0] != 0 ? session.words.data() : curl_easy_strerror(code);
    answer.final = is_final(code);
    return answer;
  }
  long status = 0;
  curl_off_t wait = 0;
  curl_easy_getinfo(session.curl, CURLINFO_RESPONSE_CODE, &status);
  curl_easy_getinfo(session.curl, CURLINFO_RETRY_AFTER, &wait);
  answer.status = static_cast<int>(status);
  answer.body = session.body;
  if (wait > 0) answer.retry_after_s = static_cast<std::uint64_t>(wait);
  return answer;
}

}  // namespace signpost
