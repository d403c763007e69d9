#include "fetch/server_address.h"

#include <curl/curl.h>

#include <memory>
#include <new>

#include "base/error.h"

namespace signpost {
namespace {

struct FreeUrl {
  void operator()(CURLU* url) const { curl_url_cleanup(url); }
};

/// A part of an address; empty if it has none.
std::string part(CURLU* url, CURLUPart which) {
  char* text = nullptr;
  if (curl_url_get(url, which, &text, 0) != CURLUE_OK) return {};
  const std::unique_ptr<char, decltype(&curl_free)> owned(text, &curl_free);
  return text;
}

/// A name that only begins like an address ("127.0.0.1.example.org") is none.
bool is_loopback(const std::string& host) {
  const bool v4 =
      host.starts_with("127.") && host.find_first_not_of("0123456789.") == std::string::npos;
  return v4 || host == "localhost" || host == "[::1]";
}

}  // namespace

std::string server_address(const std::string& text, const std::string& path) {
  const std::unique_ptr<CURLU, FreeUrl> url(curl_url());
  if (!url) throw std::bad_alloc();
  const auto refuse = [&](const char* what) {
    throw Error(Blame::usage, "--url " + text + ": " + what);
  };
  if (curl_url_set(url.get(), CURLUPART_URL, text.c_str(), 0) != CURLUE_OK)
    refuse("is no address; give https://HOST or https://HOST:PORT");
  const std::string scheme = part(url.get(), CURLUPART_SCHEME);
  if (scheme != "https" && scheme != "http") refuse("is neither https:// nor http://");
  if (scheme == "http" && !is_loopback(part(url.get(), CURLUPART_HOST)))
    refuse("would show the token to anyone on the way; use https://");
  if (!part(url.get(), CURLUPART_USER).empty() || !part(url.get(), CURLUPART_QUERY).empty() ||
      !part(url.get(), CURLUPART_FRAGMENT).empty())
    refuse("has more than a host, a port and a path; take the rest out");
  std::string whole = part(url.get(), CURLUPART_PATH);
  while (whole.ends_with('/')) whole.pop_back();
  whole += path;
  if (curl_url_set(url.get(), CURLUPART_PATH, whole.c_str(), 0) != CURLUE_OK)
    refuse("is no address");
  return part(url.get(), CURLUPART_URL);
}

}  // namespace signpost
