#include <catch2/catch.hpp>

#include "base/digest.h"
#include "store/tokens.h"
#include "support.h"

namespace signpost {

TEST_CASE("a token is told once, stored hashed, and known again") {
  const Folder folder;
  CaptureStore store(folder / "c.db", Database::Missing::create);
  const NewToken token = store.add_token(Role::device, "phone 7");
  CHECK(token.secret.size() == 67);
  CHECK(token.secret.starts_with("sp_"));
  CHECK(store.add_token(Role::device, "phone 7").secret != token.secret);
  const std::optional<Account> account = store.account(token.secret);
  REQUIRE(account);
  CHECK(account->role == Role::device);
  CHECK(account->name == "phone 7");
  CHECK(account->revoked.empty());
  CHECK_FALSE(store.account(token.secret.substr(1)));
  CHECK_FALSE(store.account(""));
  CHECK_FALSE(store.account("' OR 1=1; --"));
  CHECK_FALSE(store.account(sha256_hex(as_bytes(token.secret))));
  for (const char* name : {"c.db", "c.db-wal"})
    CHECK(read_text(folder / name).find(token.secret.substr(3)) == std::string::npos);
}

TEST_CASE("a revoked token says so and stays revoked") {
  const Folder folder;
  CaptureStore store(folder / "c.db", Database::Missing::create);
  std::int64_t now = 1'700'000'000'000;
  store.use_clock([&] { return now; });
  const NewToken token = store.add_token(Role::annotator, "ann");
  CHECK(store.revoke(token.token));
  const std::string revoked = store.account(token.secret)->revoked;
  CHECK(revoked == "2023-11-14T22:13:20.000Z");
  now += 1000;
  CHECK(store.revoke(token.token));
  CHECK(store.account(token.secret)->revoked == revoked);
  CHECK_FALSE(store.revoke(99));
  CHECK(answer_to(folder / "c.db", "UPDATE tokens SET revoked = NULL") ==
        "a revoked token stays revoked");
}

TEST_CASE("the last use of a token is kept to the hour") {
  const Folder folder;
  CaptureStore store(folder / "c.db", Database::Missing::create);
  std::int64_t now = 1'700'000'000'000;
  store.use_clock([&] { return now; });
  const NewToken token = store.add_token(Role::admin, "root");
  CHECK_FALSE(store.use_is_noted(*store.account(token.secret)));
  CHECK(store.accounts().front().last_used.empty());
  store.note_use(*store.account(token.secret));
  CHECK(store.use_is_noted(*store.account(token.secret)));
  CHECK(store.accounts().front().last_used == "2023-11-14T22:00:00.000Z");
  now += 3'600'000;
  CHECK_FALSE(store.use_is_noted(*store.account(token.secret)));
  store.note_use(*store.account(token.secret));
  const Account account = store.accounts().front();
  CHECK(account.last_used == "2023-11-14T23:00:00.000Z");
  CHECK(account.role == Role::admin);
  CHECK(account.created == "2023-11-14T22:13:20.000Z");
}

TEST_CASE("a token's name is sound") {
  const Folder folder;
  CaptureStore store(folder / "c.db", Database::Missing::create);
  CHECK_THROWS_WITH(store.add_token(Role::device, ""),
                    "a token needs the name of its device or person");
  CHECK_THROWS_WITH(store.add_token(Role::device, "a\nb"),
                    "the token has a control character in its token's name; take it out");
}

}  // namespace signpost
