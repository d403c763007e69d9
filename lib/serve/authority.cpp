#include "serve/authority.h"

#include <algorithm>

#include "base/error.h"

namespace signpost {
namespace {

bool is_secret(std::string_view text) {
  constexpr std::size_t kLongest = 200;
  return !text.empty() && text.size() <= kLongest &&
         std::ranges::all_of(text, [](char c) { return c > ' ' && c < 0x7f; });
}

WebAnswer unauthorized(std::string_view detail) {
  return problem(401, detail).with("WWW-Authenticate", "Bearer realm=\"signpost\"");
}

/// "https://host:port" names the host that the request was sent to. The scheme may differ: a proxy
/// may speak TLS for us.
bool same_origin(const WebRequest& request) {
  const std::string_view origin = request.header("Origin"), host = request.header("Host");
  const std::size_t slashes = origin.find("://");
  return !host.empty() && slashes != std::string_view::npos && origin.substr(slashes + 3) == host;
}

}  // namespace

std::string bearer_token(std::string_view authorization) {
  constexpr std::string_view kScheme = "bearer ";
  if (authorization.size() <= kScheme.size()) return {};
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  if (!std::ranges::equal(authorization.substr(0, kScheme.size()), kScheme, {}, lower)) return {};
  return std::string(authorization.substr(kScheme.size()));
}

std::string cookie_value(std::string_view header, std::string_view name) {
  while (!header.empty()) {
    const std::size_t end = std::min(header.find(';'), header.size());
    std::string_view pair = header.substr(0, end);
    header.remove_prefix(std::min(end + 1, header.size()));
    while (pair.starts_with(' ')) pair.remove_prefix(1);
    const std::size_t equals = pair.find('=');
    if (equals != std::string_view::npos && pair.substr(0, equals) == name)
      return std::string(pair.substr(equals + 1));
  }
  return {};
}

void Authority::note_use(const Account& account) {
  try {
    store_.writer()->note_use(account);
  } catch (const Error&) {
    // A store that cannot be written says so where something is to be kept.
  }
}

std::optional<WebAnswer> Authority::identify(const std::string& secret,
                                             std::optional<Account>& account) {
  if (!is_secret(secret)) return unauthorized("this is no token");
  for (const auto& [known, owner] : trusted_) {
    if (!same_secret(known, secret)) continue;
    account = owner;
    return std::nullopt;
  }
  bool noted = false;
  {
    const StorePool::Use reader = store_.reader();
    account = reader->account(secret);
    noted = account && reader->use_is_noted(*account);
  }
  if (!account) return unauthorized("this token is not known here");
  if (!account->revoked.empty()) {
    account.reset();
    return problem(403, "this token was revoked; ask for a new one");
  }
  if (!noted) note_use(*account);
  return std::nullopt;
}

std::optional<WebAnswer> Authority::check(WebRequest& request, const std::set<Role>& roles) {
  std::string secret = bearer_token(request.header("Authorization"));
  const bool from_cookie = secret.empty();
  if (from_cookie) secret = cookie_value(request.header("Cookie"), kCookie);
  if (secret.empty()) return unauthorized("say who you are with Authorization: Bearer TOKEN");
  if (std::optional<WebAnswer> refusal = identify(secret, request.account)) return refusal;
  if (from_cookie && request.method != "GET" && !same_origin(request)) {
    request.account.reset();
    return problem(403, "this request comes from another site");
  }
  if (request.account->role == Role::admin || roles.contains(request.account->role))
    return std::nullopt;
  return problem(403, "this token is of a role that may not do this");
}

std::string Authority::cookie(const std::string& secret, bool secure) {
  std::string text = std::string(kCookie) + "=" + secret + "; Path=/; HttpOnly; SameSite=Strict";
  text += secret.empty() ? "; Max-Age=0" : "; Max-Age=2592000";
  if (secure) text += "; Secure";
  return text;
}

}  // namespace signpost
