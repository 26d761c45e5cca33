#include "db/store/schema_salvage.h"

#include <fmt/format.h>
#include <sqlite3.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <fstream>
#include <map>
#include <string_view>
#include <system_error>

#include "db/sqlite/connection.h"
#include "db/store/schema.h"

namespace faultline {
namespace {

constexpr std::int64_t kPageBytes = 8192;
constexpr std::string_view kMagic("SQLite format 3\0", 16);
/// Of the file header: read and write version. 1: without a write-ahead log.
constexpr unsigned char kWithoutLog = 1;
constexpr unsigned char kWithLog = 2;

/// A table, or the index that a table has by itself.
struct SchemaEntry {
  std::string type;
  std::string name;
  std::string table;
  std::string sql;  // Empty for such an index.
  std::int64_t root = 0;
  /// Its pages are of the kind that indexes have.
  [[nodiscard]] bool is_index_tree() const {
    return type == "index" || sql.find("WITHOUT ROWID") != std::string::npos;
  }
};

/// Where a store has its tables that was just made, or made and then compacted.
Result<std::vector<SchemaEntry>> entries_of_new_store(bool compacted) {
  TRY_ASSIGN(auto connection,
             Connection::open(":memory:", SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, "a new store"));
  TRY(connection.execute(fmt::format("PRAGMA page_size = {}", kPageBytes)));
  TRY(migrate(connection, migrations()));
  if (compacted) TRY(connection.execute("VACUUM"));
  TRY_ASSIGN(auto rows, connection.prepare("SELECT type, name, tbl_name, ifnull(sql, ''), rootpage FROM "
                                           "sqlite_schema WHERE type = 'table' OR sql IS NULL"));
  std::vector<SchemaEntry> entries;
  while (true) {
    TRY_ASSIGN(const bool row, rows.step());
    if (!row) return entries;
    entries.push_back({rows.text(0), rows.text(1), rows.text(2), rows.text(3), rows.integer(4)});
  }
}

/// The pages of the copy, changed in place.
class Pages {
 public:
  explicit Pages(const std::filesystem::path& path)
      : file_(path, std::ios::binary | std::ios::in | std::ios::out) {
    file_.seekg(0, std::ios::end);
    count_ = file_ ? static_cast<std::int64_t>(file_.tellg()) / kPageBytes : 0;
  }
  [[nodiscard]] std::int64_t count() const { return count_; }

  std::string header() {
    std::string bytes(100, '\0');
    file_.seekg(0);
    file_.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    file_.clear();
    return bytes;
  }
  /// True where a tree of this entry's kind can begin at `page`.
  bool fits(const SchemaEntry& entry, std::int64_t page) {
    if (page < 2 || page > count_) return false;
    file_.seekg((page - 1) * kPageBytes);
    const int kind = file_.get();
    file_.clear();
    return entry.is_index_tree() ? kind == 2 || kind == 10 : kind == 5 || kind == 13;
  }
  /// A file header as a new store has it, for as many pages as there are and no free one.
  void write_header(unsigned char version) {
    std::string bytes(100, '\0');
    bytes.replace(0, kMagic.size(), kMagic);
    put(bytes, 16, kPageBytes, 2);
    bytes[18] = bytes[19] = static_cast<char>(version);
    bytes[21] = 64;
    bytes[22] = bytes[23] = 32;
    put(bytes, 24, 1);  // Change counter, as 92: the page count is to be believed.
    put(bytes, 28, count_);
    put(bytes, 40, 1);
    put(bytes, 44, 4);
    put(bytes, 56, 1);
    put(bytes, 60, kSchemaVersion);
    put(bytes, 68, kApplicationId);
    put(bytes, 92, 1);
    put(bytes, 96, SQLITE_VERSION_NUMBER);
    write(0, bytes);
  }
  /// An empty list of tables.
  void write_empty_schema() {
    std::string leaf(8, '\0');
    leaf[0] = 13;
    put(leaf, 5, kPageBytes, 2);
    write(100, leaf);
  }
  [[nodiscard]] bool is_whole() const { return file_.good(); }

 private:
  static void put(std::string& bytes, std::size_t at, std::int64_t value, int length = 4) {
    for (int i = length - 1; i >= 0; --i) bytes[at++] = static_cast<char>((value >> (8 * i)) & 0xff);
  }
  void write(std::streamoff at, const std::string& bytes) {
    file_.seekp(at);
    file_.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    file_.flush();
  }

  std::fstream file_;
  std::int64_t count_ = 0;
};

/// Each of the three may be what is damaged: the first bytes, our mark in the header, the names of our
/// tables.
bool is_ours(const std::string& header, const std::map<std::string, std::int64_t>& known) {
  std::int64_t id = 0;
  for (std::size_t at = 68; at < 72; ++at) id = (id << 8) | static_cast<unsigned char>(header[at]);
  return id == kApplicationId || !header.starts_with(kMagic) ||
         (known.contains("raw_form") && known.contains("attribution"));
}

Result<Connection> open_copy(const std::filesystem::path& copy) {
  TRY_ASSIGN(auto connection, Connection::open(copy.string(), SQLITE_OPEN_READWRITE, copy.string()));
  sqlite3_db_config(connection.handle(), SQLITE_DBCONFIG_DEFENSIVE, 0, nullptr);
  return connection;
}

void take_in_log(const std::filesystem::path& copy) {
  if (auto connection = open_copy(copy)) {
    sqlite3_wal_checkpoint_v2(connection->handle(), nullptr, SQLITE_CHECKPOINT_TRUNCATE, nullptr, nullptr);
  }
}

/// What can still be read of the list: names and their places.
std::map<std::string, std::int64_t> readable_entries(const std::filesystem::path& copy) {
  std::map<std::string, std::int64_t> known;
  auto connection = open_copy(copy);
  if (!connection || !connection->execute("PRAGMA writable_schema = ON")) return known;
  auto rows = connection->prepare("SELECT name, rootpage FROM sqlite_schema WHERE rootpage > 0");
  while (rows) {
    const auto row = rows->step();
    if (!row || !*row) break;
    known.emplace(rows->text(0), rows->integer(1));
  }
  return known;
}

/// The better of the two plans, without the entries whose place is not known; those are named in `unknown`.
Result<std::vector<SchemaEntry>> choose_entries(Pages& pages,
                                                const std::map<std::string, std::int64_t>& known,
                                                std::vector<std::string>& unknown) {
  std::vector<SchemaEntry> best;
  std::size_t best_score = 0;
  bool is_contradicted = false;
  for (const bool compacted : {false, true}) {
    TRY_ASSIGN(auto plan, entries_of_new_store(compacted));
    std::size_t score = 0;
    bool contradicted = false;
    for (const auto& entry : plan) {
      const auto here = known.find(entry.name);
      if (here != known.end() && here->second != entry.root && pages.fits(entry, here->second))
        contradicted = true;
      if (pages.fits(entry, entry.root)) ++score;
    }
    if (best.empty() || (is_contradicted && !contradicted) ||
        (is_contradicted == contradicted && score > best_score)) {
      best = std::move(plan);
      best_score = score;
      is_contradicted = contradicted;
    }
  }
  // A store that grew in another way has its tables elsewhere: nothing is guessed then.
  const bool may_guess = !is_contradicted && best_score * 10 >= best.size() * 9;
  std::vector<SchemaEntry> chosen;
  for (auto& entry : best) {
    const auto here = known.find(entry.name);
    if (here != known.end() && pages.fits(entry, here->second)) {
      entry.root = here->second;
    } else if (!may_guess || !pages.fits(entry, entry.root)) {
      if (entry.type == "table") unknown.push_back(entry.name);
      continue;
    }
    chosen.push_back(std::move(entry));
  }
  return chosen;
}

Result<void> write_schema(const std::filesystem::path& copy, const std::vector<SchemaEntry>& entries) {
  TRY_ASSIGN(auto connection, open_copy(copy));
  TRY(connection.execute("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA writable_schema = ON"));
  TRY_ASSIGN(auto insert, connection.prepare(
                              "INSERT INTO sqlite_schema (type, name, tbl_name, rootpage, sql) VALUES (?, ?, "
                              "?, ?, nullif(?, ''))"));
  for (const auto& entry : entries) {
    TRY(insert.with(entry.type, entry.name, entry.table, entry.root, entry.sql).run_and_reset());
  }
  return {};
}

}  // namespace

Result<std::vector<std::string>> salvage_schema(const std::filesystem::path& path,
                                                const std::filesystem::path& copy) {
  const auto failed = [&](const std::string& why) {
    return fail(ErrorKind::database,
                fmt::format("the list of tables of {} is damaged, and {}", path.string(), why));
  };
  std::error_code error;
  constexpr auto kOver = std::filesystem::copy_options::overwrite_existing;
  std::filesystem::copy_file(path, copy, kOver, error);
  if (error) return failed("it cannot be copied: " + error.message());
  const std::filesystem::path log = path.string() + "-wal";
  if (std::filesystem::exists(log, error))
    std::filesystem::copy_file(log, copy.string() + "-wal", kOver, error);
  if (error) return failed("its log cannot be copied: " + error.message());
  std::string header;
  {
    Pages pages(copy);
    if (pages.count() < 2) return failed("nothing in it can be read");
    header = pages.header();
    pages.write_header(kWithLog);
  }
  take_in_log(copy);
  for (const char* end : {"-wal", "-shm"}) std::filesystem::remove(copy.string() + end, error);
  Pages pages(copy);
  pages.write_header(kWithoutLog);
  const auto known = readable_entries(copy);
  if (!is_ours(header, known)) return failed("it is no store of Faultline");
  std::vector<std::string> unknown;
  TRY_ASSIGN(const auto entries, choose_entries(pages, known, unknown));
  if (entries.empty()) return failed("its pages are not where a store has them");
  pages.write_empty_schema();
  if (!pages.is_whole()) return failed("its copy cannot be written");
  TRY(write_schema(copy, entries));
  return unknown;
}

}  // namespace faultline
