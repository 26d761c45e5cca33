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
#include "db/store/store_care.h"
#include "db/store/store_impl.h"

namespace faultline {
namespace {

/// How long another writer is waited for, and how often is looked: SQLite's own waiting looks ten times a
/// second in the end, and so misses its turn beside one who writes again and again.
constexpr int kBusyLookMs = 5;
constexpr int kBusyLooks = 10'000 / kBusyLookMs;

int wait_for_turn(void*, int looks) {
  if (looks >= kBusyLooks) return 0;
  ::usleep(kBusyLookMs * 1000);
  return 1;
}

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
  sqlite3_busy_handler(connection.handle(), wait_for_turn, nullptr);
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
  sqlite3_busy_handler(connection.handle(), wait_for_turn, nullptr);
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

/// A store that somebody moved, replaced or deleted goes on as a file without a name: nobody would find what
/// was written. All of it, up to this commit, is then saved beside the old place.
Result<void> check_file_is_there(StoreImpl& parts) {
  int has_moved = 0;
  sqlite3_file_control(parts.connection.handle(), "main", SQLITE_FCNTL_HAS_MOVED, &has_moved);
  if (has_moved == 0) return {};
  const auto saved = parts.path.string() + ".saved-" + std::to_string(::getpid());
  auto copied = copy_store(parts.connection, saved);
  return fail(
      ErrorKind::io,
      fmt::format("{} was moved, replaced or deleted while it was written to; {}", parts.path.string(),
                  copied ? fmt::format("all of it up to now is in {}, which faultline merge takes", saved)
                         : "and it could not be saved: " + copied.error().text()));
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
  StoreImpl& parts = *std::exchange(parts_, nullptr);
  return check_file_is_there(parts);
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

void Store::optimize() { (void)parts_->connection.execute("PRAGMA analysis_limit = 1000; PRAGMA optimize"); }

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
  // While we still hold it, so that no file of another process is removed.
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

}  // namespace faultline
