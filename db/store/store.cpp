#include "db/store.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sqlite3.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "core/base/hash.h"
#include "core/base/scoped_fd.h"
#include "db/filter/filter_sql.h"
#include "db/sqlite/file_system_kind.h"
#include "db/store/schema.h"
#include "db/store/store_impl.h"

namespace faultline {
namespace {

constexpr const char* kBusyTimeout = "PRAGMA busy_timeout = 10000";

/// Settings of every connection; none of them is kept in the file.
Result<void> configure(Connection& connection) {
  sqlite3_db_config(connection.handle(), SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  TRY(
      connection.execute("PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF; PRAGMA temp_store = MEMORY; "
                         "PRAGMA cache_size = -262144"));
  return register_filter_functions(connection);
}

/// FULL: a power cut must not lose a commit. The two others matter on macOS, where fsync alone does
/// not reach the disk (sqlite.org/pragma.html#pragma_fullfsync).
constexpr const char* kDurability =
    "PRAGMA synchronous = FULL; PRAGMA fullfsync = 1; PRAGMA checkpoint_fullfsync = 1";

/// Refuses what is no store of ours, or one from the future. True: the file has no tables yet.
Result<bool> check_identity(Connection& connection, const std::string& name) {
  TRY_ASSIGN(const std::int64_t version, connection.integer_of("PRAGMA user_version"));
  TRY_ASSIGN(const std::int64_t application, connection.integer_of("PRAGMA application_id"));
  TRY_ASSIGN(const std::int64_t tables, connection.integer_of("SELECT count(*) FROM sqlite_schema"));
  if (tables == 0 && version == 0) return true;
  if (application != kApplicationId) {
    return fail(
        ErrorKind::database,
        fmt::format("{} is a SQLite database, but not a store of Faultline; give another file with --db",
                    name));
  }
  if (version > kSchemaVersion) {
    return fail(
        ErrorKind::unsupported,
        fmt::format(
            "{} was written by a newer Faultline (store version {}, this one knows {}); update Faultline",
            name, version, kSchemaVersion));
  }
  return false;
}

Result<void> use_write_ahead_log(Connection& connection, const std::string& name) {
  TRY_ASSIGN(const std::string journal, connection.text_of("PRAGMA journal_mode = WAL"));
  if (journal != "wal") {
    return fail(
        ErrorKind::unsupported,
        fmt::format(
            "{} cannot have a write-ahead log here (journal mode stays {}); keep the store on a local disk",
            name, journal));
  }
  return {};
}

Result<void> check_place(const std::filesystem::path& path, OpenMode mode) {
  std::error_code ignored;
  const auto status = std::filesystem::status(path, ignored);
  if (!std::filesystem::exists(status) && mode != OpenMode::read_write_create) {
    return fail(ErrorKind::io,
                fmt::format("no store at {}; `faultline run` and `faultline import` make one, --db names "
                            "another",
                            path.string()));
  }
  if (std::filesystem::exists(status) && !std::filesystem::is_regular_file(status)) {
    return fail(ErrorKind::io, fmt::format("{} is not a file; give another with --db", path.string()));
  }
  if (const auto network = network_file_system_of(path)) {
    return fail(ErrorKind::unsupported,
                fmt::format("{} lies on a network file system ({}), where SQLite's write-ahead log "
                            "does not work; keep the store on a local disk, and copy or merge it",
                            path.string(), *network));
  }
  return {};
}

Result<Connection> open_to_write(const std::filesystem::path& path, OpenMode mode) {
  const std::string name = path.string();
  const int create = mode == OpenMode::read_write_create ? SQLITE_OPEN_CREATE : 0;
  TRY_ASSIGN(auto connection,
             Connection::open(std::filesystem::absolute(path).string(),
                              SQLITE_OPEN_READWRITE | create | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_URI, name));
  if (sqlite3_db_readonly(connection.handle(), "main") == 1) {
    return fail(ErrorKind::io,
                fmt::format("{} cannot be written; check the permissions of the file and its folder", name));
  }
  TRY(connection.execute(kBusyTimeout));
  TRY(connection.execute("PRAGMA page_size = 8192"));
  TRY_ASSIGN(const bool fresh, check_identity(connection, name));
  if (fresh && mode == OpenMode::read_write) {
    return fail(ErrorKind::database,
                fmt::format("{} is empty; `faultline run` and `faultline import` fill it", name));
  }
  TRY(use_write_ahead_log(connection, name));
  TRY(connection.execute(kDurability));
  TRY(configure(connection));
  TRY(migrate(connection, migrations()));
  return connection;
}

constexpr std::string_view kReportsCounted =
    "SELECT site_id, ifnull(cell_id, 0) AS cell_id, ifnull(os_build_id, 0), ifnull(os_version_id, 0), "
    "ifnull(model_id, 0), "
    "ifnull(process_id, 0), ifnull(exception_id, 0), ifnull(phase_id, 0), ifnull(outcome, ''), in_rates, "
    "origin, "
    "iif(cell_id IS NULL, ifnull(substr(happened_at, 1, 10), ''), ''), count(*), min(happened_at), "
    "max(happened_at) "
    "FROM report WHERE kind = 'crash' AND site_id IS NOT NULL GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12";
constexpr std::string_view kReportsTallied = "SELECT * FROM report_tally WHERE reports != 0";

std::string uri_of(const std::filesystem::path& path) {
  std::string uri = "file:";
  for (const char c : std::filesystem::absolute(path).string()) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '/' || c == '.' || c == '-' || c == '_';
    uri += plain ? std::string(1, c) : fmt::format("%{:02x}", static_cast<unsigned char>(c));
  }
  return uri;
}

/// A write-ahead log that is not empty must be read along with the file.
bool has_log(const std::filesystem::path& path) {
  std::error_code failed;
  const auto size = std::filesystem::file_size(path.string() + "-wal", failed);
  return !failed && size > 0;
}

/// As a URI; `immutable` where the folder is such that nothing can be made in it and there is no log.
std::string readable_uri(const std::filesystem::path& path) {
  const auto folder = std::filesystem::absolute(path).parent_path();
  const bool sealed = ::faccessat(AT_FDCWD, folder.c_str(), W_OK, AT_EACCESS) != 0 && !has_log(path);
  return uri_of(path) + (sealed ? "?immutable=1" : "?mode=ro");
}

Result<Connection> open_to_read(const std::filesystem::path& path) {
  const std::string name = path.string();
  const int flags = SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_URI;
  TRY_ASSIGN(auto connection, Connection::open(readable_uri(path), flags, name));
  TRY(connection.execute(kBusyTimeout));
  TRY_ASSIGN(const bool fresh, check_identity(connection, name));
  if (fresh) {
    return fail(ErrorKind::database,
                fmt::format("{} is empty; `faultline run` and `faultline import` fill it", name));
  }
  TRY_ASSIGN(const std::int64_t version, connection.integer_of("PRAGMA user_version"));
  if (version < kSchemaVersion) {
    return fail(
        ErrorKind::unsupported,
        fmt::format(
            "{} was written by an older Faultline (store version {}, this one reads {}); open it once with "
            "a command that writes, such as `faultline import`",
            name, version, kSchemaVersion));
  }
  TRY(configure(connection));
  return connection;
}

}  // namespace

Result<void> attach_read_only(Connection& connection, const std::filesystem::path& path) {
  const std::string uri = readable_uri(path);
  TRY_ASSIGN(auto statement, connection.prepare("ATTACH ? AS other"));
  return statement.with(uri).run();
}

Result<WriteScope> WriteScope::begin(StoreImpl& parts) {
  auto transaction = Transaction::begin(parts.connection);
  if (!transaction) {
    // What was prepared for this transaction will never be stored.
    parts.raw.forget();
    return fail(std::move(transaction.error()));
  }
  return WriteScope(parts, std::move(*transaction));
}

WriteScope::~WriteScope() {
  if (parts_ == nullptr) return;
  parts_->interner.forget();
  parts_->raw.forget();
}

Result<void> WriteScope::commit() {
  TRY(transaction_.commit());
  parts_ = nullptr;
  return {};
}

Store::Store(std::unique_ptr<StoreImpl> parts) : parts_(std::move(parts)) {}
Store::Store(Store&&) noexcept = default;
Store& Store::operator=(Store&&) noexcept = default;
Store::~Store() = default;

Result<Store> Store::open(const std::filesystem::path& path, OpenMode mode) {
  TRY(check_place(path, mode));
  auto connection = mode == OpenMode::read_only ? open_to_read(path) : open_to_write(path, mode);
  if (!connection) return fail(std::move(connection.error()));
  return Store(std::make_unique<StoreImpl>(std::move(*connection), path, mode));
}

Result<Store> Store::open_in_memory() {
  TRY_ASSIGN(
      auto connection,
      Connection::open(
          ":memory:", SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_URI,
          "the store"));
  TRY(configure(connection));
  TRY(migrate(connection, migrations()));
  return Store(std::make_unique<StoreImpl>(std::move(connection), ":memory:", OpenMode::read_write_create));
}

const std::filesystem::path& Store::path() const { return parts_->path; }
OpenMode Store::mode() const { return parts_->mode; }
Connection& Store::connection() { return parts_->connection; }

Result<void> Store::seal() {
  return parts_->connection.execute("PRAGMA wal_checkpoint(TRUNCATE); PRAGMA journal_mode = DELETE; VACUUM");
}

Result<void> Store::optimize() {
  return parts_->connection.execute("PRAGMA analysis_limit = 1000; PRAGMA optimize");
}

// Locks

CampaignLock::CampaignLock(CampaignLock&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)), path_(std::move(other.path_)) {}

CampaignLock& CampaignLock::operator=(CampaignLock&& other) noexcept {
  std::swap(fd_, other.fd_);
  std::swap(path_, other.path_);
  return *this;
}

CampaignLock::~CampaignLock() {
  if (fd_ < 0) return;
  // While we still hold it, so that nobody else's file goes.
  ::unlink(path_.c_str());
  ::close(fd_);
}

Result<CampaignLock> Store::lock_campaign(std::string_view campaign_hash) {
  if (parts_->path == ":memory:") return CampaignLock(-1, {});
  const std::string lock_path = fmt::format("{}.{}.lock", parts_->path.string(), hash64_hex(campaign_hash));
  while (true) {
    ScopedFd fd(::open(lock_path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644));
    if (!fd.valid()) return fail(io_error("cannot make the lock " + lock_path, errno));
    if (::flock(fd.get(), LOCK_EX | LOCK_NB) != 0) {
      if (errno != EWOULDBLOCK) return fail(io_error("cannot lock " + lock_path, errno));
      char pid[32] = {};
      const ssize_t length = ::read(fd.get(), pid, sizeof pid - 1);
      return fail(
          ErrorKind::process,
          fmt::format(
              "a run of this campaign is going on in {}{}; wait for its end or stop it, `faultline status` "
              "shows it",
              parts_->path.string(),
              length > 0 ? fmt::format(" (pid {})", std::string_view(pid, static_cast<std::size_t>(length)))
                         : std::string()));
    }
    // Its last holder may have removed the file between our open and our lock.
    struct stat ours{};
    struct stat there{};
    if (::fstat(fd.get(), &ours) == 0 && ::stat(lock_path.c_str(), &there) == 0 &&
        ours.st_ino == there.st_ino) {
      const std::string pid = std::to_string(::getpid());
      if (::ftruncate(fd.get(), 0) != 0 || ::write(fd.get(), pid.data(), pid.size()) < 0) {
        return fail(io_error("cannot write " + lock_path, errno));
      }
      return CampaignLock(fd.release(), lock_path);
    }
  }
}

// Checks

Result<std::vector<std::string>> Store::check_integrity() {
  Connection& connection = parts_->connection;
  std::vector<std::string> findings;
  const auto collect = [&](std::string_view sql, std::string_view what) -> Result<void> {
    TRY_ASSIGN(auto statement, connection.prepare(sql));
    while (true) {
      TRY_ASSIGN(const bool row, statement.step());
      if (!row) return {};
      if (statement.text_view(0) != "ok")
        findings.push_back(fmt::format("{}: {}", what, statement.text_view(0)));
    }
  };
  TRY(collect("PRAGMA integrity_check", "integrity"));
  TRY(collect("PRAGMA foreign_key_check", "a row refers to nothing, in table"));
  TRY(collect(
      "SELECT label FROM cell WHERE id IN (SELECT cell_id FROM (SELECT cell_id, ifnull(phase_id, 0), "
      "outcome, "
      "warm_up, contaminated, uncaptured, count(*) AS trials FROM trial GROUP BY 1, 2, 3, 4, 5, 6 EXCEPT "
      "SELECT * FROM trial_tally)) OR id IN (SELECT cell_id FROM (SELECT * FROM trial_tally WHERE trials != "
      "0 "
      "EXCEPT SELECT cell_id, ifnull(phase_id, 0), outcome, warm_up, contaminated, uncaptured, count(*) "
      "FROM trial GROUP BY 1, 2, 3, 4, 5, 6))",
      "the tally of trials does not fit, of cell"));
  TRY(collect(
      fmt::format("SELECT s.text FROM site s WHERE s.id IN (SELECT site_id FROM ({0} EXCEPT {1})) OR s.id IN "
                  "(SELECT site_id FROM ({1} EXCEPT {0}))",
                  kReportsCounted, kReportsTallied),
      "the tally of reports does not fit, of site"));
  TRY(
      collect("SELECT s.text FROM site s WHERE s.id IN (SELECT site_id FROM (SELECT r.site_id, "
              "p.function_id, count(*) "
              "FROM report_partner p JOIN report r ON r.id = p.report_id WHERE r.kind = 'crash' AND "
              "r.site_id IS NOT NULL "
              "GROUP BY 1, 2 EXCEPT SELECT * FROM partner_tally))",
              "the tally of partners does not fit, of site"));
  TRY(collect(
      "SELECT hash FROM raw r WHERE prefix_raw_id IN (SELECT id FROM raw WHERE prefix_raw_id IS NOT NULL)",
      "a raw report is stored against a chain"));
  TRY(collect("SELECT incident FROM report WHERE raw_id IS NULL", "report without bytes"));
  return findings;
}

}  // namespace faultline
