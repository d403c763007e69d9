#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "base/digest.h"
#include "base/error.h"
#include "store/captures.h"
#include "store/names.h"
#include "store/time.h"

namespace signpost {
namespace {

constexpr std::string_view kPrefix = "sp_";
constexpr std::size_t kRandomBytes = 32, kToTheHour = 13;

std::string new_secret() {
  std::array<std::uint8_t, kRandomBytes> random{};
  if (getentropy(random.data(), random.size()) != 0) throw_errno("cannot draw a token");
  std::string secret(kPrefix);
  for (const std::uint8_t byte : random) secret += fmt::format("{:02x}", byte);
  return secret;
}

std::string this_hour(std::int64_t now) {
  return utc_text(now).substr(0, kToTheHour) + ":00:00.000Z";
}

Account account_of(const Statement& row) {
  const auto* const role = std::ranges::find(kRoles, row.text(1));
  return {row.integer(0), static_cast<Role>(role - std::begin(kRoles)),
          row.text(2),    row.text(3),
          row.text(4),    row.text(5)};
}

}  // namespace

NewToken CaptureStore::add_token(Role role, const std::string& name) {
  if (name.empty()) throw Error(Blame::usage, "a token needs the name of its device or person");
  const std::string wrong = wrong_name("token's", name);
  if (!wrong.empty()) throw Error(Blame::usage, "the token " + wrong);
  NewToken token{0, new_secret()};
  Transaction transaction(database_);
  Statement(database_, "INSERT INTO tokens (hash, role, name, created) VALUES (?, ?, ?, ?)")
      .bind(sha256_hex(as_bytes(token.secret)), kRoles[static_cast<std::size_t>(role)], name,
            utc_text(clock_()))
      .run();
  token.token = database_.last_id();
  transaction.commit();
  return token;
}

std::optional<Account> CaptureStore::account(const std::string& secret) {
  Statement row(database_,
                "SELECT token_id, role, name, created, revoked, last_used FROM tokens"
                " WHERE hash = ?");
  if (!row.bind(sha256_hex(as_bytes(secret))).step()) return std::nullopt;
  return account_of(row);
}

bool CaptureStore::use_is_noted(const Account& account) const {
  return account.last_used == this_hour(clock_());
}

void CaptureStore::note_use(const Account& account) {
  Transaction transaction(database_);
  Statement(database_, "UPDATE tokens SET last_used = ? WHERE token_id = ?")
      .bind(this_hour(clock_()), account.token)
      .run();
  transaction.commit();
}

bool CaptureStore::revoke(std::int64_t token) {
  Transaction transaction(database_);
  Statement(database_, "UPDATE tokens SET revoked = coalesce(revoked, ?) WHERE token_id = ?")
      .bind(utc_text(clock_()), token)
      .run();
  const bool there = database_.changes() > 0;
  transaction.commit();
  return there;
}

std::vector<Account> CaptureStore::accounts() {
  std::vector<Account> all;
  Statement rows(database_,
                 "SELECT token_id, role, name, created, revoked, last_used FROM tokens"
                 " ORDER BY token_id");
  while (rows.step()) all.push_back(account_of(rows));
  return all;
}

}  // namespace signpost
