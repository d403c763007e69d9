#include "store/models.h"

#include <catch2/catch.hpp>
#include <set>

#include "base/digest.h"
#include "base/error.h"
#include "store/migrate.h"
#include "support.h"

namespace signpost {
namespace {

ModelFile package(const std::string& version, const std::string& signature = {}) {
  ModelFile file{"signs", version, Bytes(1000, 7), signature, "ann"};
  file.content.insert(file.content.end(), version.begin(), version.end());
  return file;
}

struct Registry {
  Folder folder;
  std::string path = (folder / "c.db").string();
  ModelRegistry registry{path, Database::Missing::create};

  std::int64_t add(const std::string& version) {
    registry.add(package(version));
    return registry.find("signs-" + version).number;
  }
  std::string stable() {
    const auto live = registry.live("stable");
    return live ? registry.find(live->model).version : "none";
  }
  std::string rollback() {
    return registry.rollback("stable", registry.before("stable"), "ann", "").id;
  }
};

std::string message(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

}  // namespace

TEST_CASE("a package is registered once, and comes back byte for byte") {
  Registry r;
  CHECK(r.registry.add(package("1")));
  CHECK_FALSE(r.registry.add(package("1")));
  const RegisteredModel model = r.registry.find("signs-1");
  CHECK(model.id() == "signs-1");
  CHECK(model.bytes == 1001);
  CHECK(model.who == "ann");
  CHECK_FALSE(model.is_signed);
  CHECK(model.aliases.empty());
  CHECK(r.registry.content(model.number) == package("1").content);
  CHECK(r.registry.list().size() == 1);
  CHECK(message([&] { r.registry.find("signs-2"); }) ==
        r.path + ": there is no model signs-2; signpost package list prints those there are");
}

TEST_CASE("another package of the same name and version is refused") {
  Registry r;
  r.registry.add(package("1"));
  ModelFile other = package("1");
  other.content[0] = 8;
  CHECK(message([&] { r.registry.add(other); }) ==
        r.path + ": signs-1 is registered with other contents (SHA-256 " +
            sha256_hex(package("1").content).substr(0, 16) +
            "…); give this package another --release");
  CHECK(r.registry.list().size() == 1);
}

TEST_CASE("a package may be signed later, and the last signature counts") {
  Registry r;
  const std::int64_t number = r.add("1");
  CHECK(r.registry.signature(number).empty());
  CHECK_FALSE(r.registry.add(package("1", "first")));
  CHECK_FALSE(r.registry.add(package("1", "second")));
  CHECK_FALSE(r.registry.add(package("1")));
  CHECK(r.registry.signature(number) == "second");
  CHECK(r.registry.find(number).is_signed);
  CHECK(ask(r.path, "SELECT count(*) FROM model_signatures") == 2);
}

TEST_CASE("an alias means what was promoted last") {
  Registry r;
  const std::int64_t one = r.add("1"), two = r.add("2");
  CHECK(r.stable() == "none");
  CHECK(r.registry.promote("stable", one, "ann", "first")->id == "signs-1");
  CHECK(r.registry.promote("candidate", two, "ann", ""));
  CHECK(r.stable() == "1");
  CHECK(r.registry.promote("stable", two, "bob", ""));
  CHECK(r.stable() == "2");
  CHECK_FALSE(r.registry.promote("stable", two, "bob", ""));
  CHECK(r.registry.find(two).aliases == std::vector<std::string>{"stable", "candidate"});
  CHECK(r.registry.find(one).aliases.empty());
  const auto history = r.registry.history("stable");
  REQUIRE(history.size() == 2);
  CHECK(history[0].why == "first");
  CHECK(history[1].who == "bob");
  CHECK(r.registry.history("").size() == 3);
}

TEST_CASE("a rollback goes back one promotion at a time, and never to what was rolled back") {
  Registry r;
  for (const char* version : {"1", "2", "3"})
    r.registry.promote("stable", r.add(version), "ann", "");
  CHECK(r.rollback() == "signs-2");
  CHECK(r.stable() == "2");
  CHECK(r.rollback() == "signs-1");
  CHECK(message([&] { r.rollback(); }) ==
        r.path + ": signs-1 is the first stable; there is none to go back to");
  r.registry.promote("stable", r.add("4"), "ann", "");
  CHECK(r.rollback() == "signs-1");
  const auto history = r.registry.history("stable");
  REQUIRE(history.size() == 7);
  CHECK(history[3].undoes == history[2].number);
  CHECK(history[4].undoes == history[1].number);
  CHECK(message([&] { r.registry.before("candidate"); }) ==
        r.path + ": nothing was promoted to candidate yet");
}

TEST_CASE("a rollback that another program was quicker than changes nothing") {
  Registry r;
  for (const char* version : {"1", "2"}) r.registry.promote("stable", r.add(version), "ann", "");
  const Promotion seen = r.registry.before("stable");
  r.registry.promote("stable", r.add("3"), "bob", "");
  CHECK(message([&] { r.registry.rollback("stable", seen, "ann", ""); }) ==
        r.path +
            ": somebody else changed stable meanwhile; nothing was rolled back, look at "
            "signpost package history");
  CHECK(r.stable() == "3");
}

TEST_CASE("eight processes that promote at once leave one live model and the history of all") {
  Registry r;
  std::vector<std::int64_t> numbers;
  for (int i = 0; i < 8; ++i) numbers.push_back(r.add(std::to_string(i)));
  std::vector<pid_t> children;
  for (int child = 0; child < 8; ++child) {
    children.push_back(start([&, child] {
      ModelRegistry own(r.path, Database::Missing::refuse);
      for (int round = 0; round < 10; ++round) {
        own.promote("stable", numbers[static_cast<std::size_t>((child + round) % 8)],
                    std::to_string(child), "");
        if (!own.live("stable")) return 1;
      }
      return 0;
    }));
  }
  for (const pid_t child : children) CHECK(exit_of(child) == 0);
  const auto history = r.registry.history("stable");
  std::set<std::string> who;
  for (std::size_t i = 0; i < history.size(); ++i) {
    who.insert(history[i].who);
    if (i > 0) CHECK(history[i].model != history[i - 1].model);
  }
  CHECK(who.size() == 8);
  CHECK(r.registry.live("stable")->promotion == history.back().number);
}

TEST_CASE("eight processes that roll back at once undo each promotion once at most") {
  Registry r;
  for (int i = 0; i < 5; ++i) r.registry.promote("stable", r.add(std::to_string(i)), "ann", "");
  std::vector<pid_t> children;
  for (int child = 0; child < 8; ++child) {
    children.push_back(start([&] {
      ModelRegistry own(r.path, Database::Missing::refuse);
      try {
        own.rollback("stable", own.before("stable"), "child", "");
      } catch (const Error& error) {
        return error.blame() == Blame::input ? 1 : 2;
      }
      return 0;
    }));
  }
  int done = 0;
  for (const pid_t child : children) {
    const int status = exit_of(child);
    CHECK(status < 2);
    done += status == 0 ? 1 : 0;
  }
  CHECK(done >= 1);
  CHECK(done <= 4);
  CHECK(r.stable() == std::to_string(4 - done));
}

TEST_CASE("what the registry holds refuses to be changed, whoever asks") {
  Registry r;
  r.registry.add(package("1", "signature"));
  r.registry.promote("stable", 1, "ann", "");
  const std::pair<const char*, const char*> refusals[] = {
      {"UPDATE models SET version = '2'", "models are never changed"},
      {"DELETE FROM models", "models are never deleted"},
      {"INSERT OR REPLACE INTO models SELECT 9, name, version, sha256, bytes, registered, who FROM "
       "models",
       "models are never replaced"},
      {"UPDATE model_files SET content = x'00'", "models are never changed"},
      {"DELETE FROM model_files", "models are never deleted"},
      {"INSERT OR REPLACE INTO model_files VALUES (1, x'00')", "models are never replaced"},
      {"UPDATE model_signatures SET signature = 'x'", "signatures are append-only"},
      {"DELETE FROM model_signatures", "signatures are append-only"},
      {"UPDATE promotions SET who = 'x'", "promotions are append-only"},
      {"DELETE FROM promotions", "promotions are append-only"},
      {"INSERT OR REPLACE INTO promotions VALUES (1, 'stable', 1, 't', 'w', NULL, NULL)",
       "promotions are append-only"},
  };
  for (const auto& [sql, refusal] : refusals) {
    INFO(sql);
    CHECK(answer_to(r.path, sql) == refusal);
  }
}

TEST_CASE("bytes that were damaged in the store are not handed out") {
  Registry r;
  const std::int64_t number = r.add("1");
  REQUIRE(answer_to(r.path,
                    "DROP TRIGGER model_files_update; UPDATE model_files SET content = x'00'") ==
          "done");
  CHECK(message([&] { r.registry.content(number); }) ==
        r.path +
            ": the bytes of signs-1 are damaged; restore the store from a copy, or register "
            "the package in a new one");
}

TEST_CASE("the key that a store trusts stays until it is changed") {
  Registry r;
  CHECK(r.registry.trusted_key().empty());
  r.registry.trust("RWQ");
  CHECK(ModelRegistry(r.path, Database::Missing::refuse).trusted_key() == "RWQ");
  r.registry.trust("");
  CHECK(r.registry.trusted_key().empty());
}

TEST_CASE("a store of the second release takes models, and keeps its captures") {
  const Folder folder;
  {
    const std::vector<Migration> steps = migrations();
    Database database(folder / "c.db", Database::Missing::create, 2);
    migrate(database, std::span(steps).first(2));
    database.execute("INSERT INTO devices VALUES (1, 'phone', '2026-01-01T00:00:00.000Z')");
  }
  ModelRegistry registry(folder / "c.db", Database::Missing::refuse);
  registry.add(package("1"));
  registry.promote("stable", 1, "ann", "");
  CHECK(ask(folder / "c.db", "SELECT count(*) FROM devices") == 1);
  CHECK(ask(folder / "c.db", "PRAGMA user_version") == 3);
  CaptureStore store(folder / "c.db", Database::Missing::refuse);
  CHECK(add(store, named("a"), image(1)).is_new);
}

}  // namespace signpost
