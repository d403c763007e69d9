#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/file.h"
#include "store/tokens.h"

namespace signpost {

/// One request of HTTP, as handlers see it. Everything in it was written by whoever sent it, but
/// for `account` and `from`.
struct WebRequest {
  std::string method;  ///< "HEAD" comes as "GET"
  std::string path;    ///< decoded; begins with "/"
  std::string rest;    ///< of a route "/folder/*": what stands for the asterisk
  std::map<std::string, std::string> query;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string_view body;
  std::string from;                ///< address of the peer
  bool secure = false;             ///< over TLS
  std::optional<Account> account;  ///< who sent it, where a route asks

  /// The value of a header, whatever its case; empty if there is none. Of several the first.
  std::string_view header(std::string_view name) const;
  /// How often it stands there.
  std::size_t header_count(std::string_view name) const;
};

/// What is answered.
struct WebAnswer {
  int status = 200;
  std::string type = "application/json";
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers;
  /// A body that is shared with other answers, in place of `body`: `length` bytes from `offset` on.
  std::shared_ptr<const Bytes> blob;
  std::size_t offset = 0, length = 0;
  /// For the log, not for the one who asked: fields of a JSON object, `"capture":"ab"`, and what
  /// went wrong inside.
  std::string note, error;

  WebAnswer&& with(std::string name, std::string value) &&;
};

/// A JSON text.
WebAnswer json_answer(int status, std::string json);
/// No body.
WebAnswer empty_answer(int status);
/// A refusal: RFC 9457, application/problem+json, with `title` (the status' own words), `status`
/// and `detail`, which says what is wrong and what to do.
WebAnswer problem(int status, std::string_view detail);
/// The words of RFC 9110 for a status that we use.
std::string_view status_title(int status);

/// Ours in the whole of a server: what may be cached, embedded and guessed by a browser.
void add_security_headers(WebAnswer& answer);

/// True if both are equal, in a time that does not tell where they differ.
bool same_secret(std::string_view left, std::string_view right);

}  // namespace signpost
