#include "db/sqlite/connection.h"

#include <fmt/format.h>
#include <sqlite3.h>

#include <cmath>
#include <unordered_map>

#include "core/base/check.h"

namespace faultline {

/// Owns the database and every idle statement.
class StatementCache {
 public:
  StatementCache(sqlite3* database, std::string name) : database_(database), name_(std::move(name)) {}
  StatementCache(const StatementCache&) = delete;
  StatementCache& operator=(const StatementCache&) = delete;
  ~StatementCache() {
    for (const auto& [sql, statement] : idle_) sqlite3_finalize(statement);
    sqlite3_close_v2(database_);
  }

  sqlite3_stmt* take(const std::string& sql) {
    const auto it = idle_.find(sql);
    if (it == idle_.end()) return nullptr;
    sqlite3_stmt* statement = it->second;
    idle_.erase(it);
    return statement;
  }

  void give_back(std::string sql, sqlite3_stmt* statement) {
    sqlite3_reset(statement);
    sqlite3_clear_bindings(statement);
    if (sql.empty() || idle_.size() >= kKept) {
      sqlite3_finalize(statement);
      return;
    }
    idle_.emplace(std::move(sql), statement);
  }

  [[nodiscard]] sqlite3* database() const { return database_; }
  [[nodiscard]] const std::string& name() const { return name_; }

 private:
  static constexpr std::size_t kKept = 200;
  sqlite3* database_;
  std::string name_;
  std::unordered_multimap<std::string, sqlite3_stmt*> idle_;
};

namespace {

Error describe(sqlite3* database, const std::string& name, int code) {
  const char* detail = database == nullptr ? sqlite3_errstr(code) : sqlite3_errmsg(database);
  switch (code & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return {ErrorKind::timeout,
              fmt::format("{} is locked by another program; wait until it is done, then try again", name)};
    case SQLITE_FULL:
      return {ErrorKind::io, fmt::format("no space left for {}; free some disk space, then try again", name)};
    case SQLITE_NOTADB:
      return {ErrorKind::database,
              fmt::format("{} is not a SQLite database; give another file with --db", name)};
    case SQLITE_CORRUPT:
      return {ErrorKind::database,
              fmt::format(
                  "{} is damaged ({}); restore a copy, or save what can be read with `sqlite3 {} .recover`",
                  name, detail, name)};
    case SQLITE_READONLY:
      return {ErrorKind::io,
              fmt::format("{} cannot be written: {}; check the permissions of the file and its folder", name,
                          detail)};
    case SQLITE_CANTOPEN:
      return {
          ErrorKind::io,
          fmt::format("cannot open {}: {}; check that its folder exists and can be written", name, detail)};
    case SQLITE_PERM:
    case SQLITE_AUTH:
      return {ErrorKind::invalid_argument, fmt::format("not permitted: {}", detail)};
    case SQLITE_IOERR:
      return {
          ErrorKind::io,
          fmt::format("reading or writing {} failed: {}; check the disk and its free space", name, detail)};
    case SQLITE_NOMEM:
      return {ErrorKind::unsupported, fmt::format("not enough memory for {}", name)};
    case SQLITE_TOOBIG:
      return {ErrorKind::unsupported, fmt::format("too large for one row of {}: {}", name, detail)};
    case SQLITE_INTERRUPT:
      return {ErrorKind::timeout, "the query took too long"};
    default:
      return {ErrorKind::database, fmt::format("{}: {}", name, detail)};
  }
}

}  // namespace

// Statement

Statement::Statement(std::shared_ptr<StatementCache> cache, std::string sql, sqlite3_stmt* statement)
    : cache_(std::move(cache)), sql_(std::move(sql)), statement_(statement) {}

Statement::Statement(Statement&& other) noexcept
    : cache_(std::move(other.cache_)),
      sql_(std::move(other.sql_)),
      statement_(std::exchange(other.statement_, nullptr)),
      next_parameter_(other.next_parameter_),
      bind_error_(other.bind_error_) {}

Statement::~Statement() {
  if (statement_ != nullptr) cache_->give_back(std::move(sql_), statement_);
}

Statement& Statement::bind(std::int64_t value) {
  bind_error_ |= sqlite3_bind_int64(statement_, next_parameter_++, value);
  return *this;
}

Statement& Statement::bind(double value) {
  bind_error_ |= sqlite3_bind_double(statement_, next_parameter_++, value);
  return *this;
}

Statement& Statement::bind(std::string_view value) {
  // A null pointer would bind NULL where an empty text is meant.
  const char* data = value.data() == nullptr ? "" : value.data();
  bind_error_ |=
      sqlite3_bind_text64(statement_, next_parameter_++, data, value.size(), SQLITE_STATIC, SQLITE_UTF8);
  return *this;
}

Statement& Statement::bind(BlobView value) {
  const char* data = value.bytes.data() == nullptr ? "" : value.bytes.data();
  bind_error_ |= sqlite3_bind_blob64(statement_, next_parameter_++, data, value.bytes.size(), SQLITE_STATIC);
  return *this;
}

Statement& Statement::bind(std::nullopt_t) {
  bind_error_ |= sqlite3_bind_null(statement_, next_parameter_++);
  return *this;
}

Statement& Statement::bind_pointer(const void* object, const char* type) {
  bind_error_ |=
      sqlite3_bind_pointer(statement_, next_parameter_++, const_cast<void*>(object), type, nullptr);
  return *this;
}

Result<bool> Statement::step() {
  if (bind_error_ != 0) {
    const int code = std::exchange(bind_error_, 0);
    return fail(describe(nullptr, cache_->name(), code));
  }
  const int code = sqlite3_step(statement_);
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  return fail(describe(cache_->database(), cache_->name(), code));
}

Result<void> Statement::run() {
  while (true) {
    TRY_ASSIGN(const bool row, step());
    if (!row) return {};
  }
}

Result<void> Statement::run_and_reset() {
  auto done = run();
  reset();
  return done;
}

void Statement::reset() {
  sqlite3_reset(statement_);
  next_parameter_ = 1;
  bind_error_ = 0;
}

int Statement::column_count() const { return sqlite3_column_count(statement_); }
std::string Statement::column_name(int column) const {
  const char* name = sqlite3_column_name(statement_, column);
  return name == nullptr ? std::string() : std::string(name);
}
int Statement::column_type(int column) const { return sqlite3_column_type(statement_, column); }
bool Statement::is_null(int column) const { return column_type(column) == SQLITE_NULL; }
std::int64_t Statement::integer(int column) const { return sqlite3_column_int64(statement_, column); }
double Statement::real(int column) const { return sqlite3_column_double(statement_, column); }

std::string_view Statement::text_view(int column) const {
  const unsigned char* text = sqlite3_column_text(statement_, column);
  if (text == nullptr) return {};
  return {reinterpret_cast<const char*>(text),
          static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
}

std::string_view Statement::blob_view(int column) const {
  const void* blob = sqlite3_column_blob(statement_, column);
  if (blob == nullptr) return {};
  return {static_cast<const char*>(blob), static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
}

std::optional<std::int64_t> Statement::maybe_integer(int column) const {
  if (is_null(column)) return std::nullopt;
  return integer(column);
}
std::optional<double> Statement::maybe_real(int column) const {
  if (is_null(column)) return std::nullopt;
  return real(column);
}
std::optional<std::string> Statement::maybe_text(int column) const {
  if (is_null(column)) return std::nullopt;
  return text(column);
}
bool Statement::is_read_only() const { return sqlite3_stmt_readonly(statement_) != 0; }

// Connection

Result<Connection> Connection::open(const std::string& path, int flags, std::string name_for_messages) {
  sqlite3* database = nullptr;
  const int code = sqlite3_open_v2(path.c_str(), &database, flags, nullptr);
  auto cache = std::make_shared<StatementCache>(database, std::move(name_for_messages));
  if (code != SQLITE_OK) return fail(describe(database, cache->name(), code));
  sqlite3_extended_result_codes(database, 1);
  return Connection(std::move(cache));
}

Connection::Connection(Connection&&) noexcept = default;
Connection& Connection::operator=(Connection&&) noexcept = default;
Connection::~Connection() = default;

Result<Statement> Connection::prepare(std::string_view sql) {
  std::string key(sql);
  if (sqlite3_stmt* cached = cache_->take(key)) return Statement(cache_, std::move(key), cached);
  sqlite3_stmt* statement = nullptr;
  const int code = sqlite3_prepare_v3(cache_->database(), key.data(), static_cast<int>(key.size()),
                                      SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
  if (code != SQLITE_OK) return fail(error(code));
  CHECK(statement != nullptr);
  return Statement(cache_, std::move(key), statement);
}

Result<Statement> Connection::prepare_foreign(std::string_view sql) {
  sqlite3_stmt* statement = nullptr;
  const char* tail = nullptr;
  const std::string text(sql);
  const int code = sqlite3_prepare_v2(cache_->database(), text.c_str(), -1, &statement, &tail);
  if (code == SQLITE_AUTH) {
    return fail(ErrorKind::invalid_argument,
                fmt::format("{}: only SQL that reads is accepted", sqlite3_errmsg(cache_->database())));
  }
  if (code != SQLITE_OK) return fail(ErrorKind::invalid_argument, sqlite3_errmsg(cache_->database()));
  if (statement == nullptr) return fail(ErrorKind::invalid_argument, "no SQL was given");
  Statement first(cache_, {}, statement);
  sqlite3_stmt* second = nullptr;
  const int tail_code = sqlite3_prepare_v2(cache_->database(), tail, -1, &second, nullptr);
  sqlite3_finalize(second);
  if (tail_code != SQLITE_OK || second != nullptr || text.size() != std::string_view(text.c_str()).size()) {
    return fail(ErrorKind::invalid_argument,
                "one SQL statement at a time, please: there is more after the first");
  }
  return first;
}

Result<void> Connection::execute(const std::string& sql) {
  const int code = sqlite3_exec(cache_->database(), sql.c_str(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return fail(error(code));
  return {};
}

Result<std::int64_t> Connection::integer_of(std::string_view sql) {
  TRY_ASSIGN(auto statement, prepare(sql));
  TRY_ASSIGN(const bool row, statement.step());
  return row ? statement.integer(0) : 0;
}

Result<std::string> Connection::text_of(std::string_view sql) {
  TRY_ASSIGN(auto statement, prepare(sql));
  TRY_ASSIGN(const bool row, statement.step());
  return row ? statement.text(0) : std::string();
}

std::int64_t Connection::last_insert_id() const { return sqlite3_last_insert_rowid(cache_->database()); }
std::int64_t Connection::changes() const { return sqlite3_changes64(cache_->database()); }
sqlite3* Connection::handle() const { return cache_->database(); }
Error Connection::error(int code) const { return describe(cache_->database(), cache_->name(), code); }

// Transaction

Result<Transaction> Transaction::begin(Connection& connection) {
  TRY_ASSIGN(auto statement, connection.prepare("BEGIN IMMEDIATE"));
  TRY(statement.run());
  return Transaction(connection);
}

Transaction::~Transaction() {
  // SQLite may have rolled back by itself (a full disk); then there is nothing to do.
  if (connection_ != nullptr && sqlite3_get_autocommit(connection_->handle()) == 0) {
    sqlite3_exec(connection_->handle(), "ROLLBACK", nullptr, nullptr, nullptr);
  }
}

Result<void> Transaction::commit() {
  CHECK(connection_ != nullptr);
  TRY_ASSIGN(auto statement, connection_->prepare("COMMIT"));
  TRY(statement.run());
  connection_ = nullptr;
  return {};
}

}  // namespace faultline
