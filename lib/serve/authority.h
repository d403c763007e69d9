#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>

#include "serve/web.h"
#include "store/pool.h"

namespace signpost {

/// Tells who sends a request, by the tokens in a store. Devices and programs say theirs in the
/// header `Authorization: Bearer …` (RFC 6750); pages in a browser have it in a cookie, which
/// scripts cannot read and which no other site can make the browser send (SameSite=Strict). A
/// request that changes something and comes with the cookie must besides name this server in
/// `Origin`. Thread-safe; a token that is revoked is refused from the next request on.
class Authority {
 public:
  explicit Authority(StorePool& store) : store_(store) {}

  /// Fills in `request.account`, or answers 401 (no token, or one that is unknown) or 403 (revoked,
  /// of another role than `roles`, or from another site). Admins may do everything.
  std::optional<WebAnswer> check(WebRequest& request, const std::set<Role>& roles);

  /// Makes `secret` this account's for as long as the object lives, without a token in the store.
  /// To be called before requests come.
  void trust(const std::string& secret, const Account& account) { trusted_[secret] = account; }

  /// Whose secret it is; the refusal if nobody's.
  std::optional<WebAnswer> identify(const std::string& secret, std::optional<Account>& account);

  /// The value of Set-Cookie that keeps `secret` in a browser for 30 days; an empty secret takes it
  /// out.
  static std::string cookie(const std::string& secret, bool secure);

  static constexpr const char* kCookie = "signpost_token";

 private:
  void note_use(const Account& account);

  StorePool& store_;
  std::map<std::string, Account> trusted_;
};

/// The token of a Bearer header; empty if it is another kind.
std::string bearer_token(std::string_view authorization);

/// The value of a cookie in a Cookie header (RFC 6265); empty if it is not there.
std::string cookie_value(std::string_view header, std::string_view name);

}  // namespace signpost
