#include <fcntl.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sqlite3.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <limits>
#include <string_view>
#include <system_error>
#include <utility>

#include "core/base/scoped_fd.h"
#include "core/files/flush_file.h"
#include "db/sqlite/connection.h"
#include "db/store.h"
#include "db/store/raw_reports.h"
#include "db/store/schema_salvage.h"
#include "db/store/store_care.h"

namespace faultline {
namespace {

/// Counted anew, made by triggers, or SQLite's own.
bool is_copied(std::string_view table) {
  return !table.ends_with("_tally") && table != "raw_copy" && !table.starts_with("sqlite_");
}

Result<std::vector<std::string>> texts_of(Connection& connection, std::string_view sql) {
  TRY_ASSIGN(auto statement, connection.prepare(sql));
  std::vector<std::string> texts;
  while (true) {
    TRY_ASSIGN(const bool row, statement.step());
    if (!row) return texts;
    texts.push_back(statement.text(0));
  }
}

/// A table of the new store, and how to go through it in the damaged one.
struct TableShape {
  std::string name;
  std::vector<std::string> columns;
  std::vector<std::string> key;  ///< Of a table WITHOUT ROWID; else empty.
};

/// Saves one store into another, table by table.
class Repair {
 public:
  /// `lost`: what is known to be lost already.
  Repair(Connection& from, Connection& to, std::vector<StoreProblem> lost)
      : from_(from), to_(to), raw_from_(from) {
    repair_.lost = std::move(lost);
  }

  Result<StoreRepair> run() {
    // Nothing may refuse a row whose partner is not there yet, and nothing may count it twice.
    sqlite3_db_config(to_.handle(), SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, nullptr);
    TRY(to_.execute("PRAGMA foreign_keys = OFF"));
    TRY_ASSIGN(auto transaction, Transaction::begin(to_));
    TRY_ASSIGN(const auto tables,
               texts_of(to_, "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY rowid"));
    for (const auto& table : tables) {
      if (is_copied(table)) TRY(copy_table(table));
    }
    if (repair_.rows == 0) return fail(ErrorKind::database, "nothing in it can be read");
    TRY(replace_damaged_raws());
    TRY(drop_references_to_nothing(tables));
    // How bytes are written only decides between several of one report.
    TRY(to_.execute(
        "INSERT OR IGNORE INTO raw_form (report_id, raw_id, form) SELECT rp.id, r.id, iif(r.shape = "
        "'', 'unreadable', 'json') FROM report rp JOIN raw r ON r.id = rp.raw_id"));
    TRY(
        to_.execute("INSERT OR IGNORE INTO raw_copy (raw_id, body) SELECT id, body FROM raw WHERE id IN "
                    "(SELECT prefix_raw_id FROM "
                    "raw)"));
    TRY(count_anew(to_));
    TRY(keep_losses());
    TRY(transaction.commit());
    return std::move(repair_);
  }

 private:
  void lose(std::string_view kind, std::string place, std::string message) {
    repair_.lost.push_back({std::string(kind), std::move(place), std::move(message)});
  }

  Result<void> copy_table(const std::string& name) {
    TableShape table{name, {}, {}};
    // Only columns that both have: the damaged store may be older.
    TRY_ASSIGN(table.columns, texts_of(to_, fmt::format("SELECT name FROM pragma_table_info('{}')", name)));
    auto known = texts_of(from_, fmt::format("SELECT name FROM pragma_table_info('{}')", name));
    if (!known || known->empty()) return {};
    std::erase_if(table.columns, [&](const auto& column) {
      return std::find(known->begin(), known->end(), column) == known->end();
    });
    TRY_ASSIGN(const auto without_rowid,
               texts_of(to_, fmt::format("SELECT wr FROM pragma_table_list('{}')", name)));
    if (!without_rowid.empty() && without_rowid.front() == "1") {
      TRY_ASSIGN(
          table.key,
          texts_of(to_,
                   fmt::format("SELECT name FROM pragma_table_info('{}') WHERE pk > 0 ORDER BY pk", name)));
    }
    return table.key.empty() ? copy_by_rowid(table) : copy_from_both_ends(table);
  }

  /// A range of a table in the damaged store; nullopt: to its end. Else where it broke, as the last whole
  /// rowid.
  struct Broken {
    std::int64_t last = 0;
    std::string why;
  };

  Result<std::optional<Broken>> copy_range(const TableShape& table, std::int64_t above, std::int64_t below,
                                           std::string_view order) {
    const auto sql =
        fmt::format("SELECT rowid, {} FROM {} NOT INDEXED WHERE rowid > {} AND rowid < {} ORDER BY rowid {}",
                    fmt::join(table.columns, ", "), table.name, above, below, order);
    const bool is_descending = order == "DESC";
    Broken broken{is_descending ? below : above, {}};
    auto rows = from_.prepare(sql);
    if (!rows) return Broken{broken.last, rows.error().text()};
    while (true) {
      const auto row = rows->step();
      if (!row) return Broken{broken.last, row.error().text()};
      if (!*row) return std::nullopt;
      const std::int64_t rowid = rows->integer(0);
      const bool is_back = is_descending ? rowid >= broken.last : rowid <= broken.last;
      const std::int64_t saved_before = repair_.rows;
      TRY(insert(table, *rows, 1, fmt::format("row {}", rowid)));
      // Where keys are out of order, SQLite may lead back to rows that were read before, and that without
      // end.
      if (is_back && repair_.rows == saved_before) return Broken{broken.last, "rows out of order"};
      if (!is_back) broken.last = rowid;
    }
  }

  /// Ascending; where a page is damaged, on the other side of it, which is looked for with doubling steps and
  /// then approached from above.
  Result<void> copy_by_rowid(const TableShape& table) {
    constexpr auto kEnd = std::numeric_limits<std::int64_t>::max();
    std::int64_t above = std::numeric_limits<std::int64_t>::min();
    while (true) {
      TRY_ASSIGN(const auto broken, copy_range(table, above, kEnd, "ASC"));
      if (!broken) return {};
      const std::int64_t last = std::max<std::int64_t>(broken->last, 0);
      std::optional<std::int64_t> next;
      for (std::int64_t step = 1; !next && step < (1LL << 40); step *= 2)
        next = first_after(table, last + step);
      if (!next) {
        lose("row", table.name, fmt::format("rows after {}: {}", last, broken->why));
        return {};
      }
      TRY(copy_range(table, last, *next, "DESC"));
      lose("row", table.name, fmt::format("rows between {} and {}: {}", last, *next, broken->why));
      above = *next - 1;
    }
  }

  std::optional<std::int64_t> first_after(const TableShape& table, std::int64_t rowid) {
    auto row = from_.prepare(
        fmt::format("SELECT {0}, rowid FROM {1} NOT INDEXED WHERE rowid > {2} ORDER BY rowid LIMIT 1",
                    fmt::join(table.columns, ", "), table.name, rowid));
    if (!row) return std::nullopt;
    const auto found = row->step();
    if (!found || !*found) return std::nullopt;
    const std::int64_t next = row->integer(static_cast<int>(table.columns.size()));
    return next > rowid ? std::optional(next) : std::nullopt;
  }

  Result<void> copy_from_both_ends(const TableShape& table) {
    for (const std::string_view order : {"ASC", "DESC"}) {
      std::string by;
      for (const auto& column : table.key)
        by += fmt::format("{}{} {}", by.empty() ? "" : ", ", column, order);
      auto rows = from_.prepare(
          fmt::format("SELECT {} FROM {} ORDER BY {}", fmt::join(table.columns, ", "), table.name, by));
      std::string why = rows ? "" : rows.error().text();
      while (rows && why.empty()) {
        const auto row = rows->step();
        if (!row) {
          why = row.error().text();
        } else if (!*row) {
          return {};
        } else {
          TRY(insert(table, *rows, 0, "a row"));
        }
      }
      if (order == "DESC") lose("row", table.name, "some rows: " + why);
    }
    return {};
  }

  /// One row; what the new store's rules refuse is lost.
  Result<void> insert(const TableShape& table, const Statement& row, int first, std::string_view which) {
    TRY_ASSIGN(auto statement,
               to_.prepare(fmt::format(
                   "INSERT OR IGNORE INTO {} ({}) VALUES ({})", table.name, fmt::join(table.columns, ", "),
                   fmt::join(std::vector<std::string_view>(table.columns.size(), "?"), ", "))));
    for (int i = 0; i < static_cast<int>(table.columns.size()); ++i) {
      switch (row.column_type(first + i)) {
        case SQLITE_INTEGER:
          statement.bind(row.integer(first + i));
          break;
        case SQLITE_FLOAT:
          statement.bind(row.real(first + i));
          break;
        case SQLITE_TEXT:
          statement.bind(row.text_view(first + i));
          break;
        case SQLITE_BLOB:
          statement.bind(BlobView{row.blob_view(first + i)});
          break;
        default:
          statement.bind(std::nullopt);
      }
    }
    if (const auto done = statement.run(); !done) {
      if (done.error().kind() == ErrorKind::io) return done;  // The new store's disk.
      lose("row", table.name, fmt::format("{}: {}", which, done.error().text()));
    } else {
      repair_.rows += to_.changes();
    }
    return {};
  }

  /// Bodies whose second copy is intact get it; those that can no longer be read are removed.
  Result<void> replace_damaged_raws() {
    RawReports raw_to(to_);
    TRY_ASSIGN(const auto ids, texts_of(to_, "SELECT id FROM raw ORDER BY prefix_raw_id IS NOT NULL, id"));
    for (const auto& text : ids) {
      const std::int64_t id = std::stoll(text);
      if (raw_to.load_checked(id)) continue;
      const auto saved = raw_from_.load_checked(id);
      if (saved && saved->from_copy) {
        TRY_ASSIGN(const auto body, compress_raw(saved->bytes, {}));
        TRY_ASSIGN(auto update, to_.prepare("UPDATE raw SET body = ?, size_bytes = ? WHERE id = ?"));
        TRY(update.with(BlobView{body}, static_cast<std::int64_t>(saved->bytes.size()), id).run());
        continue;
      }
      TRY(drop_raw(id, saved ? std::string("its bytes cannot be had back") : saved.error().text()));
    }
    return {};
  }

  Result<void> drop_raw(std::int64_t id, const std::string& why) {
    TRY_ASSIGN(
        const auto owners,
        texts_of(to_,
                 fmt::format("SELECT rp.incident FROM report rp WHERE rp.raw_id = {0} OR rp.id IN (SELECT "
                             "report_id FROM raw_form WHERE raw_id = {0})",
                             id)));
    for (const auto& incident : owners) lose("raw", incident, why);
    if (owners.empty()) lose("raw", fmt::format("raw {}", id), why);
    return to_.execute(fmt::format(
        "UPDATE report SET raw_id = NULL WHERE raw_id = {0}; DELETE FROM raw_form WHERE raw_id = {0}; DELETE "
        "FROM sighting WHERE raw_id = {0}; DELETE FROM raw WHERE id = {0}",
        id));
  }

  /// A row that refers to one that is lost: forgets it where it may, and goes where it may not. Until all
  /// hold.
  Result<void> drop_references_to_nothing(const std::vector<std::string>& tables) {
    for (bool changed = true; changed;) {
      changed = false;
      for (const auto& table : tables) {
        TRY_ASSIGN(
            auto keys,
            to_.prepare(fmt::format(
                "SELECT k.\"from\", k.\"table\", ifnull(k.\"to\", 'id'), i.\"notnull\" OR i.pk > 0 FROM "
                "pragma_foreign_key_list('{0}') k JOIN pragma_table_info('{0}') i ON i.name = k.\"from\"",
                table)));
        while (true) {
          TRY_ASSIGN(const bool found, keys.step());
          if (!found) break;
          const auto where = fmt::format("{0} IS NOT NULL AND {0} NOT IN (SELECT {1} FROM {2})",
                                         keys.text_view(0), keys.text_view(2), keys.text_view(1));
          TRY(to_.execute(keys.integer(3) != 0 ? fmt::format("DELETE FROM {} WHERE {}", table, where)
                                               : fmt::format("UPDATE {} SET {} = NULL WHERE {}", table,
                                                             keys.text_view(0), where)));
          if (to_.changes() == 0) continue;
          changed = true;
          lose("reference", table,
               fmt::format("{} rows referred to lost rows of {}", to_.changes(), keys.text_view(1)));
        }
      }
    }
    return {};
  }

  Result<void> keep_losses() {
    TRY_ASSIGN(const auto without_bytes, texts_of(to_, "SELECT incident FROM report WHERE raw_id IS NULL"));
    for (const auto& incident : without_bytes) {
      const bool told = std::any_of(repair_.lost.begin(), repair_.lost.end(), [&](const StoreProblem& one) {
        return one.kind == "raw" && one.where == incident;
      });
      if (!told) lose("raw", incident, "its bytes are lost");
    }
    for (const auto& one : repair_.lost) {
      TRY_ASSIGN(auto statement,
                 to_.prepare("INSERT OR IGNORE INTO repair_loss (kind, place, message) VALUES (?, ?, ?)"));
      TRY(statement.with(one.kind, one.where, one.message).run());
    }
    return {};
  }

  Connection& from_;
  Connection& to_;
  RawReports raw_from_;
  StoreRepair repair_;
};

Result<void> check_is_new(const std::filesystem::path& out) {
  std::error_code ignored;
  if (!std::filesystem::exists(std::filesystem::symlink_status(out, ignored))) return {};
  return fail(ErrorKind::invalid_argument, out.string() + " is there already; name a new file");
}

Result<void> flush(const std::filesystem::path& file) {
  const ScopedFd fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd.valid() || flush_file(fd.get()) != 0) return fail(io_error("cannot flush " + file.string(), errno));
  return {};
}

void remove_store(const std::filesystem::path& file) {
  std::error_code ignored;
  for (const char* end : {"", "-wal", "-shm", "-journal"})
    std::filesystem::remove(file.string() + end, ignored);
}

/// The store itself; where its list of tables is damaged, a copy at `salvaged` with a list that is whole.
Result<Store> open_damaged(const std::filesystem::path& path, const std::filesystem::path& salvaged,
                           std::vector<StoreProblem>& lost) {
  auto store = Store::open(path, OpenMode::read_only);
  if (store || store.error().kind() != ErrorKind::database) return store;
  remove_store(salvaged);
  TRY_ASSIGN(const auto unknown, salvage_schema(path, salvaged));
  lost.push_back({"structure", "the list of tables", "it was damaged, and is that of a new store now"});
  for (const auto& table : unknown)
    lost.push_back({"row", table, "all rows: where they are in the file is not known"});
  return Store::open(salvaged, OpenMode::read_only);
}

}  // namespace

Result<StoreRepair> repair_store(const std::filesystem::path& path, const std::filesystem::path& out) {
  TRY(check_is_new(out));
  const auto unfinished = out.string() + ".unfinished";
  const auto salvaged = out.string() + ".salvaged";
  remove_store(unfinished);
  auto repair = [&]() -> Result<StoreRepair> {
    std::vector<StoreProblem> lost;
    TRY_ASSIGN(auto from, open_damaged(path, salvaged, lost));
    TRY_ASSIGN(auto to, Store::open(unfinished, OpenMode::read_write_create));
    TRY_ASSIGN(auto done, Repair(from.connection(), to.connection(), std::move(lost)).run());
    TRY(to.seal());
    return done;
  }();
  if (repair && ::rename(unfinished.c_str(), out.c_str()) != 0) {
    repair = fail(io_error("cannot rename " + unfinished, errno));
  }
  if (!repair) remove_store(unfinished);
  remove_store(salvaged);
  return repair;
}

Result<void> copy_store(Connection& connection, const std::filesystem::path& out) {
  TRY(check_is_new(out));
  const auto unfinished = out.string() + ".unfinished";
  remove_store(unfinished);
  const auto copy = [&]() -> Result<void> {
    TRY_ASSIGN(auto statement, connection.prepare("VACUUM INTO ?"));
    TRY(statement.with(unfinished).run());
    return flush(unfinished);
  };
  auto copied = copy();
  if (copied && ::rename(unfinished.c_str(), out.c_str()) != 0) {
    copied = fail(io_error("cannot rename " + unfinished, errno));
  }
  if (!copied) remove_store(unfinished);
  return copied;
}

Result<void> back_up_store(const std::filesystem::path& path, const std::filesystem::path& out) {
  TRY_ASSIGN(auto store, Store::open(path, OpenMode::read_only));
  return copy_store(store.connection(), out);
}

Result<void> vacuum_store(const std::filesystem::path& path) {
  TRY_ASSIGN(auto store, Store::open(path, OpenMode::read_write));
  return store.connection().execute("VACUUM; PRAGMA wal_checkpoint(TRUNCATE)");
}

}  // namespace faultline
