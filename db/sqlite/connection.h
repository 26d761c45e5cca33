// One SQLite connection: statements, transactions, and errors in words.

#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/result.h"

struct sqlite3;
struct sqlite3_stmt;

namespace faultline {

/// Bytes that are bound as a BLOB. Must live until the statement ran.
struct BlobView {
  std::string_view bytes;
};

class StatementCache;

/// A prepared statement in use. Goes back to its connection's cache when destroyed.
///
/// Parameters are bound in the order of bind() calls; texts must live until the last step(). A bind
/// that fails is told by the next step().
///
/// Threads: those of its connection.
class Statement {
 public:
  Statement(Statement&&) noexcept;
  Statement& operator=(Statement&&) = delete;
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;
  ~Statement();

  Statement& bind(std::int64_t value);
  Statement& bind(int value) { return bind(std::int64_t{value}); }
  Statement& bind(bool value) { return bind(std::int64_t{value ? 1 : 0}); }
  Statement& bind(double value);  ///< Not a number becomes NULL.
  Statement& bind(std::string_view value);
  Statement& bind(const std::string& value) { return bind(std::string_view(value)); }
  Statement& bind(const char* value) { return bind(std::string_view(value)); }
  Statement& bind(BlobView value);
  Statement& bind(std::nullopt_t);
  template <typename T>
  Statement& bind(const std::optional<T>& value) {
    return value ? bind(*value) : bind(std::nullopt);
  }
  /// Empty text becomes NULL.
  Statement& bind_or_null(std::string_view value) { return value.empty() ? bind(std::nullopt) : bind(value); }
  /// For functions of ours that take a C++ object; `type` is a string literal.
  Statement& bind_pointer(const void* object, const char* type);
  /// bind() for each.
  template <typename... Values>
  Statement& with(const Values&... values) {
    (bind(values), ...);
    return *this;
  }

  /// True: a row is there to be read. False: done.
  Result<bool> step();
  /// Steps to the end; rows are passed over.
  Result<void> run();
  /// Runs, then is ready to be bound anew.
  Result<void> run_and_reset();
  void reset();

  // Columns of the row, from 0. Texts and blobs are valid until the next step().
  [[nodiscard]] int column_count() const;
  [[nodiscard]] std::string column_name(int column) const;
  [[nodiscard]] int column_type(int column) const;  ///< SQLITE_INTEGER, …
  [[nodiscard]] bool is_null(int column) const;
  [[nodiscard]] std::int64_t integer(int column) const;
  [[nodiscard]] bool boolean(int column) const { return integer(column) != 0; }
  [[nodiscard]] double real(int column) const;
  [[nodiscard]] std::string_view text_view(int column) const;
  [[nodiscard]] std::string text(int column) const { return std::string(text_view(column)); }
  [[nodiscard]] std::string_view blob_view(int column) const;
  [[nodiscard]] std::optional<std::int64_t> maybe_integer(int column) const;
  [[nodiscard]] std::optional<double> maybe_real(int column) const;
  [[nodiscard]] std::optional<std::string> maybe_text(int column) const;
  [[nodiscard]] bool is_read_only() const;

 private:
  friend class Connection;
  Statement(std::shared_ptr<StatementCache> cache, std::string sql, sqlite3_stmt* statement);
  std::shared_ptr<StatementCache> cache_;
  std::string sql_;  // Key in the cache; empty: not to be kept.
  sqlite3_stmt* statement_ = nullptr;
  int next_parameter_ = 1;
  int bind_error_ = 0;
};

/// An open database.
///
/// Ownership: closes the database when destroyed; statements still in use keep it alive until then.
/// Threads: one at a time.
class Connection {
 public:
  /// `flags` are SQLITE_OPEN_…; `path` may be a `file:` URI.
  static Result<Connection> open(const std::string& path, int flags, std::string name_for_messages);
  Connection(Connection&&) noexcept;
  Connection& operator=(Connection&&) noexcept;
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection();

  /// From the cache, or made. SQL of ours only: a mistake in it is a database error all the same.
  Result<Statement> prepare(std::string_view sql);
  /// Not cached, and the whole text must be one statement: for SQL of a person.
  Result<Statement> prepare_foreign(std::string_view sql);
  /// Any number of statements without parameters or rows.
  Result<void> execute(const std::string& sql);
  /// First column of the first row.
  Result<std::int64_t> integer_of(std::string_view sql);
  Result<std::string> text_of(std::string_view sql);

  [[nodiscard]] std::int64_t last_insert_id() const;
  /// Rows that the last statement changed.
  [[nodiscard]] std::int64_t changes() const;
  [[nodiscard]] sqlite3* handle() const;
  /// What went wrong last, in words with the remedy.
  [[nodiscard]] Error error(int code) const;

 private:
  explicit Connection(std::shared_ptr<StatementCache> cache) : cache_(std::move(cache)) {}
  std::shared_ptr<StatementCache> cache_;
};

/// BEGIN IMMEDIATE … COMMIT; rolled back unless committed.
class Transaction {
 public:
  static Result<Transaction> begin(Connection& connection);
  Transaction(Transaction&& other) noexcept : connection_(std::exchange(other.connection_, nullptr)) {}
  Transaction& operator=(Transaction&&) = delete;
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  ~Transaction();
  Result<void> commit();

 private:
  explicit Transaction(Connection& connection) : connection_(&connection) {}
  Connection* connection_;
};

}  // namespace faultline
