#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/file.h"

struct sqlite3;
struct sqlite3_stmt;

namespace signpost {

/// One connection to an SQLite file: write-ahead log, `synchronous=FULL` (a commit has reached the
/// disk when it returns), foreign keys on. Another connection's lock is waited for, up to
/// `kLockSeconds`. For one thread at a time; not to be carried across fork().
///
/// Every failure of SQLite is thrown as an Error that names the file: {input} if the file is not
/// what it should be, {environment} if the disk, the permissions or a lock stand in the way.
class Database {
 public:
  enum class Missing { create, refuse };

  /// Opens `path`. A file that belongs to something else is left exactly as it was: refused are
  /// what is no SQLite database, a database with another application id or with tables but no id,
  /// one whose user_version is over `latest`, and one that cannot be written. An empty file counts
  /// as a new database. Does not create or upgrade tables: `migrate` does.
  Database(const std::filesystem::path& path, Missing missing, int latest);
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;
  ~Database();

  /// Runs one or more statements that return no rows.
  void execute(const std::string& sql);

  /// The first column of the first row of `sql`.
  std::int64_t integer(const std::string& sql);

  /// Moves all of the write-ahead log into the database and empties it. False if others kept
  /// reading from it for five seconds.
  bool empty_log();

  /// What SQLite finds wrong with the file, a line each.
  std::vector<std::string> damage();

  /// How many rows the last INSERT, UPDATE or DELETE touched.
  std::int64_t changes() const;

  /// The id that the last INSERT gave.
  std::int64_t last_id() const;

  const std::string& name() const { return name_; }

  /// "sgnp": the application_id of our files.
  static constexpr std::int64_t kApplicationId = 0x73676e70;
  static constexpr int kLockSeconds = 60;

 private:
  friend class Statement;
  void identify(int latest);
  void close();
  void use_write_ahead_log();
  /// `code` is SQLite's result; returns if it is a success.
  void check(int code) const;
  [[noreturn]] void fail(int code) const;

  std::string name_;  ///< the path as given, for messages
  sqlite3* handle_ = nullptr;
  /// Prepared statements that nobody uses now, by their text.
  std::map<std::string, std::vector<sqlite3_stmt*>, std::less<>> idle_;
};

/// A prepared statement; its destructor gives it back to its database, which keeps it for the next
/// one of the same text. Must not outlive the database.
class Statement {
 public:
  Statement(Database& database, std::string_view sql);
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;
  ~Statement();

  /// Resets the statement and binds every parameter, from the first on. Text is copied; bytes are
  /// not, and must stay until the statement is bound anew or gone.
  template <typename... Values>
  Statement& bind(const Values&... values) {
    reset();
    int index = 0;
    (put(++index, values), ...);
    return *this;
  }

  /// The same for a number of values that is known only then.
  using Value = std::variant<std::nullptr_t, std::int64_t, double, std::string>;
  Statement& bind_all(const std::vector<Value>& values);

  /// Moves to the next row; false when there is none. The statement is then reset, so that it holds
  /// no lock.
  bool step();

  /// For statements without rows.
  void run();

  void reset();

  /// Columns of the current row, from 0. A NULL gives 0, "" or nothing.
  std::int64_t integer(int column) const;
  double real(int column) const;
  std::string text(int column) const;
  /// Valid until the next step.
  ByteView bytes(int column) const;
  bool is_null(int column) const;
  std::optional<int> optional_int(int column) const;

 private:
  void put(int index, std::int64_t value);
  void put(int index, int value) { put(index, std::int64_t{value}); }
  void put(int index, double value);
  void put(int index, std::string_view value);
  void put(int index, ByteView value);
  void put(int index, const std::string& value) { put(index, std::string_view(value)); }
  void put(int index, const char* value) { put(index, std::string_view(value)); }
  void put(int index, std::nullptr_t);
  template <typename Value>
  void put(int index, const std::optional<Value>& value) {
    if (value) {
      put(index, *value);
    } else {
      put(index, nullptr);
    }
  }

  Database& database_;
  std::vector<sqlite3_stmt*>* home_ = nullptr;  ///< where it is kept between uses
  sqlite3_stmt* handle_ = nullptr;
};

/// A write transaction. It takes the write lock at once, so that no statement inside fails because
/// another program writes, and rolls back unless `commit` was called. Transactions do not nest.
class Transaction {
 public:
  explicit Transaction(Database& database);
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  ~Transaction();
  /// What was done is on the disk when this returns.
  void commit();

 private:
  Database& database_;
  bool open_ = true;
};

/// Empty text as NULL.
inline std::optional<std::string_view> null_if_empty(const std::string& text) {
  return text.empty() ? std::nullopt : std::optional<std::string_view>(text);
}

}  // namespace signpost
