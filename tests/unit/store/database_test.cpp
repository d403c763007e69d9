#include "store/database.h"

#include <catch2/catch.hpp>

#include "base/error.h"
#include "store/migrate.h"
#include "support.h"

namespace signpost {
namespace {

constexpr int kLatest = 3;

Database open(const std::filesystem::path& path) {
  return Database(path, Database::Missing::create, kLatest);
}

std::string refusal(const std::filesystem::path& path,
                    Database::Missing missing = Database::Missing::create) {
  try {
    const Database database(path, missing, kLatest);
    return "opened";
  } catch (const Error& error) {
    return error.what();
  }
}

const std::vector<Migration> kSteps = {
    {1, "0001_a", "CREATE TABLE a (x INTEGER) STRICT"},
    {2, "0002_b", "CREATE TABLE b (x INTEGER) STRICT; INSERT INTO a VALUES (2)"},
};

}  // namespace

TEST_CASE("an exception inside a transaction leaves no rows behind") {
  const Folder folder;
  Database database = open(folder / "t.db");
  database.execute("CREATE TABLE t (x INTEGER) STRICT");
  try {
    Transaction transaction(database);
    database.execute("INSERT INTO t VALUES (1)");
    throw std::runtime_error("the disk is on fire");
  } catch (const std::runtime_error&) {
  }
  CHECK(database.integer("SELECT count(*) FROM t") == 0);
  {
    Transaction transaction(database);
    database.execute("INSERT INTO t VALUES (2)");
    transaction.commit();
  }
  CHECK(database.integer("SELECT count(*) FROM t") == 1);
}

TEST_CASE("a connection has a write-ahead log, full synchronisation and foreign keys") {
  const Folder folder;
  Database database = open(folder / "t.db");
  Statement mode(database, "PRAGMA journal_mode");
  REQUIRE(mode.step());
  CHECK(mode.text(0) == "wal");
  CHECK(database.integer("PRAGMA synchronous") == 2);
  CHECK(database.integer("PRAGMA foreign_keys") == 1);
}

TEST_CASE("a statement keeps text, numbers and NULL as they are") {
  const Folder folder;
  Database database = open(folder / "t.db");
  Statement values(database, "SELECT ?, ?, ?, ?, ?");
  const std::string hostile("x'); DROP TABLE t; --\0 and more", 31);
  values.bind(hostile, std::int64_t{1} << 40, 0.1, std::optional<int>(), std::string());
  REQUIRE(values.step());
  CHECK(values.text(0) == hostile);
  CHECK(values.integer(1) == std::int64_t{1} << 40);
  CHECK(values.real(2) == 0.1);
  CHECK(values.is_null(3));
  CHECK_FALSE(values.optional_int(3));
  CHECK_FALSE(values.is_null(4));
  CHECK_FALSE(values.step());
}

TEST_CASE("the steps of the schema turn an empty file into a store, once") {
  const Folder folder;
  write(folder / "t.db", "");
  for (int round = 0; round < 2; ++round) {
    Database database = open(folder / "t.db");
    migrate(database, kSteps);
    CHECK(database.integer("PRAGMA user_version") == 2);
    CHECK(database.integer("PRAGMA application_id") == Database::kApplicationId);
    CHECK(database.integer("SELECT count(*) FROM a") == 1);
  }
}

TEST_CASE("a store of an earlier version is brought up to date and keeps its rows") {
  const Folder folder;
  Database database = open(folder / "t.db");
  migrate(database, std::span(kSteps).first(1));
  database.execute("INSERT INTO a VALUES (1)");
  migrate(database, kSteps);
  CHECK(database.integer("SELECT sum(x) FROM a") == 3);
}

TEST_CASE("a step that fails has not happened") {
  const Folder folder;
  Database database = open(folder / "t.db");
  std::vector<Migration> steps = kSteps;
  steps.push_back({3, "0003_c", "INSERT INTO a VALUES (7); INSERT INTO nowhere VALUES (1)"});
  CHECK_THROWS_WITH(migrate(database, steps),
                    (folder / "t.db").string() + ": no such table: nowhere");
  CHECK(database.integer("PRAGMA user_version") == 2);
  CHECK(database.integer("SELECT count(*) FROM a WHERE x = 7") == 0);
}

TEST_CASE("the migrations in the program are numbered from 1 without gaps") {
  const std::vector<Migration> steps = migrations();
  REQUIRE_FALSE(steps.empty());
  CHECK(steps.front().name == "0001_captures");
  CHECK(steps.back().number == static_cast<int>(steps.size()));
}

TEST_CASE("what is not a store of ours is refused and left as it is") {
  const Folder folder;
  const std::string path = (folder / "t.db").string();

  SECTION("not there") {
    CHECK(refusal(path, Database::Missing::refuse) ==
          path + ": there is no such store; capture add makes one, --db names another");
    CHECK_FALSE(std::filesystem::exists(path));
  }
  SECTION("a folder") {
    CHECK(refusal(folder.path()) ==
          folder.path().string() + ": is a folder, not a store; name a file with --db");
  }
  SECTION("a folder above that is not there") {
    CHECK(refusal(folder / "no/t.db") ==
          (folder / "no/t.db").string() + ": cannot be opened: No such file or directory");
  }
  SECTION("not a database") {
    const std::string text(5000, 'x');
    write(path, text);
    CHECK(refusal(path) == path + ": is not a database; name another file with --db");
    CHECK(read_text(path) == text);
  }
  SECTION("a later version") {
    {
      Database database = open(path);
      migrate(database, kSteps);
      database.execute("PRAGMA user_version=4");
    }
    CHECK(refusal(path) == path +
                               ": was written by a later signpost (schema 4, this one knows 3); "
                               "use that one or a newer");
  }
  SECTION("another program's") {
    const char* made =
        GENERATE("CREATE TABLE theirs (x)", "PRAGMA application_id=7", "PRAGMA user_version=1");
    {
      Database database = open(path);
      database.execute("PRAGMA journal_mode=DELETE");
      database.execute(made);
    }
    const std::string before = read_text(path);
    CHECK(refusal(path) ==
          path + ": is a database of another program; name another file with --db");
    CHECK(read_text(path) == before);
  }
  SECTION("read-only, for one who is not root") {
    {
      Database database = open(path);
      migrate(database, kSteps);
    }
    std::filesystem::permissions(folder.path(), std::filesystem::perms(0555));
    std::filesystem::permissions(path, std::filesystem::perms(0444));
    const pid_t child = start([&] {
      if (getuid() == 0 && setuid(65534) != 0) return 98;
      return refusal(path) == path +
                                  ": is read-only; make the file and its folder writable, or "
                                  "work on a copy"
                 ? 0
                 : 1;
    });
    CHECK(exit_of(child) == 0);
    std::filesystem::permissions(folder.path(), std::filesystem::perms(0755));
  }
}

}  // namespace signpost
