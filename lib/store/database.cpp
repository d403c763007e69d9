#include "store/database.h"

#include <sqlite3.h>

#include <chrono>
#include <cstring>
#include <sstream>
#include <thread>

#include "base/error.h"
#include "base/file.h"

namespace signpost {
namespace {

namespace fs = std::filesystem;

/// SQLITE_BUSY does not always mean that the busy handler was asked (creation of a log, recovery).
template <typename Work>
int while_busy(Work&& work) {
  const auto deadline =
      std::chrono::steady_clock::now() + std::chrono::seconds(Database::kLockSeconds);
  for (;;) {
    const int code = work();
    if ((code & 0xff) != SQLITE_BUSY || std::chrono::steady_clock::now() > deadline) return code;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
}

/// Where the damage is, as far as SQLite can tell: ": Page 7: …".
std::string first_damage(sqlite3* handle) {
  std::string first;
  sqlite3_exec(
      handle, "PRAGMA quick_check(1)",
      [](void* out, int, char** columns, char**) {
        if (columns[0]) *static_cast<std::string*>(out) = columns[0];
        return 0;
      },
      &first, nullptr);
  if (first.empty() || first == "ok") return {};
  if (first.starts_with("*** in database main ***\n")) first.erase(0, 25);
  return ": " + first.substr(0, first.find('\n'));
}

}  // namespace

Database::Database(const fs::path& path, Missing missing, int latest) : name_(path.string()) {
  if (path.empty()) throw Error(Blame::usage, "the name of the store must not be empty");
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (fs::is_directory(status)) {
    throw Error(Blame::input, name_ + ": is a folder, not a store; name a file with --db");
  }
  const bool exists = fs::exists(status);
  if (!exists && missing == Missing::refuse) {
    throw Error(Blame::input,
                name_ + ": there is no such store; capture add makes one, --db names another");
  }
  // An absolute path is never taken for a URI, nor for ":memory:".
  const int code = sqlite3_open_v2(
      fs::absolute(path).c_str(), &handle_,
      SQLITE_OPEN_READWRITE | (missing == Missing::create ? SQLITE_OPEN_CREATE : 0), nullptr);
  try {
    check(code);
    sqlite3_extended_result_codes(handle_, 1);
    sqlite3_busy_timeout(handle_, kLockSeconds * 1000);
    sqlite3_db_config(handle_, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
    sqlite3_db_config(handle_, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
    identify(latest);
    if (sqlite3_db_readonly(handle_, "main") != 0) fail(SQLITE_READONLY);
    use_write_ahead_log();
    execute("PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA recursive_triggers=ON");
    // Up to 64 MiB of pages, and 16 MiB of log between two moves into the database: indexes on
    // digests are written at random places.
    execute("PRAGMA cache_size=-65536; PRAGMA wal_autocheckpoint=4096");
    if (!exists) sync_folder(fs::absolute(path).parent_path());
  } catch (...) {
    close();
    throw;
  }
}

Database::~Database() { close(); }

void Database::close() {
  for (const auto& [sql, statements] : idle_) {
    for (sqlite3_stmt* statement : statements) sqlite3_finalize(statement);
  }
  idle_.clear();
  sqlite3_close(handle_);
}

void Database::identify(int latest) {
  // One read transaction: another program may be creating the tables right now.
  execute("BEGIN");
  const std::int64_t id = integer("PRAGMA application_id");
  const std::int64_t version = integer("PRAGMA user_version");
  const bool blank = id == 0 && version == 0 && integer("SELECT count(*) FROM sqlite_schema") == 0;
  execute("COMMIT");
  if (id != kApplicationId && !blank) {
    throw Error(Blame::input,
                name_ + ": is a database of another program; name another file with --db");
  }
  if (version > latest) {
    throw Error(Blame::input, name_ + ": was written by a later signpost (schema " +
                                  std::to_string(version) + ", this one knows " +
                                  std::to_string(latest) + "); use that one or a newer");
  }
}

void Database::use_write_ahead_log() {
  check(while_busy([this] {
    return sqlite3_exec(handle_, "PRAGMA journal_mode=WAL", nullptr, nullptr, nullptr);
  }));
}

void Database::execute(const std::string& sql) {
  check(sqlite3_exec(handle_, sql.c_str(), nullptr, nullptr, nullptr));
}

std::int64_t Database::integer(const std::string& sql) {
  Statement statement(*this, sql);
  return statement.step() ? statement.integer(0) : 0;
}

bool Database::empty_log() {
  constexpr int kPatienceMs = 5000;
  sqlite3_busy_timeout(handle_, kPatienceMs);
  const int code =
      sqlite3_wal_checkpoint_v2(handle_, "main", SQLITE_CHECKPOINT_TRUNCATE, nullptr, nullptr);
  sqlite3_busy_timeout(handle_, kLockSeconds * 1000);
  if ((code & 0xff) == SQLITE_BUSY) return false;
  check(code);
  return true;
}

std::vector<std::string> Database::damage() {
  std::vector<std::string> all;
  try {
    Statement pages(*this, "PRAGMA integrity_check");
    while (pages.step()) {
      std::istringstream lines(pages.text(0));
      for (std::string line; std::getline(lines, line);) {
        if (line != "ok" && !line.starts_with("***")) all.push_back(line);
      }
    }
    if (!all.empty()) return all;
    Statement rows(*this, "PRAGMA foreign_key_check");
    while (rows.step()) all.push_back("a row of " + rows.text(0) + " names one that is not there");
  } catch (const Error& error) {
    all.emplace_back(error.what());
  }
  return all;
}

std::int64_t Database::changes() const { return sqlite3_changes64(handle_); }

std::int64_t Database::last_id() const { return sqlite3_last_insert_rowid(handle_); }

void Database::check(int code) const {
  if (code != SQLITE_OK && code != SQLITE_ROW && code != SQLITE_DONE) fail(code);
}

void Database::fail(int code) const {
  const auto fail_with = [this](Blame blame, const std::string& what) {
    throw Error(blame, name_ + ": " + what);
  };
  const int reason = handle_ ? sqlite3_system_errno(handle_) : 0;
  const std::string cause = reason != 0 ? std::string(": ") + std::strerror(reason) : "";
  switch (code & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      fail_with(Blame::environment, "another program has kept it locked for " +
                                        std::to_string(kLockSeconds) +
                                        " seconds; try again when that has ended");
      break;
    case SQLITE_NOTADB:
      fail_with(Blame::input, "is not a database; name another file with --db");
      break;
    case SQLITE_CORRUPT:
      fail_with(Blame::input, "is damaged" + first_damage(handle_) + "; restore it from a backup");
      break;
    case SQLITE_READONLY:
    case SQLITE_PERM:
      fail_with(Blame::environment,
                "is read-only; make the file and its folder writable, or work on a copy");
      break;
    case SQLITE_CANTOPEN:
      fail_with(Blame::environment, "cannot be opened" + cause);
      break;
    case SQLITE_FULL:
      fail_with(Blame::environment, "the disk is full; nothing of the last step was kept");
      break;
    case SQLITE_IOERR:
      fail_with(Blame::environment, "cannot be read or written" + cause);
      break;
    case SQLITE_NOMEM:
      throw std::bad_alloc();
    default:
      break;
  }
  throw Error(Blame::input,
              name_ + ": " + (handle_ ? sqlite3_errmsg(handle_) : sqlite3_errstr(code)));
}

Statement::Statement(Database& database, std::string_view sql) : database_(database) {
  const auto found = database.idle_.find(sql);
  home_ = found != database.idle_.end() ? &found->second : &database.idle_[std::string(sql)];
  if (!home_->empty()) {
    handle_ = home_->back();
    home_->pop_back();
    return;
  }
  database.check(sqlite3_prepare_v3(database.handle_, sql.data(), static_cast<int>(sql.size()),
                                    SQLITE_PREPARE_PERSISTENT, &handle_, nullptr));
}

Statement::~Statement() {
  sqlite3_reset(handle_);
  sqlite3_clear_bindings(handle_);
  home_->push_back(handle_);
}

bool Statement::step() {
  const int code = sqlite3_step(handle_);
  if (code == SQLITE_ROW) return true;
  if (code != SQLITE_DONE) {
    sqlite3_reset(handle_);
    database_.fail(code);
  }
  reset();
  return false;
}

void Statement::run() {
  while (step()) {
  }
}

void Statement::reset() { sqlite3_reset(handle_); }

std::int64_t Statement::integer(int column) const { return sqlite3_column_int64(handle_, column); }

double Statement::real(int column) const { return sqlite3_column_double(handle_, column); }

std::string Statement::text(int column) const {
  const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(handle_, column));
  return text ? std::string(text, static_cast<std::size_t>(sqlite3_column_bytes(handle_, column)))
              : std::string();
}

ByteView Statement::bytes(int column) const {
  const auto* data = static_cast<const std::uint8_t*>(sqlite3_column_blob(handle_, column));
  return {data, data ? static_cast<std::size_t>(sqlite3_column_bytes(handle_, column)) : 0};
}

bool Statement::is_null(int column) const {
  return sqlite3_column_type(handle_, column) == SQLITE_NULL;
}

std::optional<int> Statement::optional_int(int column) const {
  if (is_null(column)) return std::nullopt;
  return static_cast<int>(integer(column));
}

void Statement::put(int index, std::int64_t value) {
  database_.check(sqlite3_bind_int64(handle_, index, value));
}

void Statement::put(int index, double value) {
  database_.check(sqlite3_bind_double(handle_, index, value));
}

void Statement::put(int index, std::string_view value) {
  database_.check(sqlite3_bind_text64(handle_, index, value.empty() ? "" : value.data(),
                                      value.size(), SQLITE_TRANSIENT, SQLITE_UTF8));
}

void Statement::put(int index, ByteView value) {
  database_.check(sqlite3_bind_blob64(handle_, index, value.data(), value.size(), SQLITE_STATIC));
}

Statement& Statement::bind_all(const std::vector<Value>& values) {
  reset();
  int index = 0;
  for (const Value& value : values) std::visit([&](const auto& one) { put(++index, one); }, value);
  return *this;
}

void Statement::put(int index, std::nullptr_t) {
  database_.check(sqlite3_bind_null(handle_, index));
}

Transaction::Transaction(Database& database) : database_(database) {
  database.execute("BEGIN IMMEDIATE");
}

Transaction::~Transaction() {
  if (!open_) return;
  try {
    database_.execute("ROLLBACK");
  } catch (const std::exception&) {
    // SQLite has rolled back already, as it does on some failures.
  }
}

void Transaction::commit() {
  database_.execute("COMMIT");
  open_ = false;
}

}  // namespace signpost
