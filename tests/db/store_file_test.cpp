// The store as a file: opening, refusing, sharing, surviving.

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sqlite3.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <functional>

#include "db/queries.h"
#include "db/sqlite/connection.h"
#include "db/sqlite/file_system_kind.h"
#include "db/store/schema.h"
#include "tests/db/store_fixtures.h"
#include "tests/support/require.h"
#include "tests/support/scoped_temp_folder.h"

namespace faultline {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

class StoreFileTest : public ::testing::Test {
 protected:
  std::filesystem::path file() const { return folder_ / "faultline.db"; }
  const std::filesystem::path& folder() const { return folder_.path(); }

  void write(const std::filesystem::path& path, std::string_view bytes) {
    std::ofstream(path, std::ios::binary) << bytes;
  }
  /// Runs SQL on the file behind the store's back.
  void tamper(const std::string& sql) {
    sqlite3* database = nullptr;
    ASSERT_EQ(sqlite3_open(file().c_str(), &database), SQLITE_OK);
    EXPECT_EQ(sqlite3_exec(database, sql.c_str(), nullptr, nullptr, nullptr), SQLITE_OK)
        << sqlite3_errmsg(database);
    sqlite3_close(database);
  }
  std::string error_of(OpenMode mode = OpenMode::read_write_create) {
    const auto opened = Store::open(file(), mode);
    return opened ? "opened" : opened.error().text();
  }
  void make_store() {
    ASSERT_VALUE(Store store, Store::open(file(), OpenMode::read_write_create));
    ASSERT_DONE(store.begin_run(make_run()));
  }

 private:
  ScopedTempFolder folder_;
};

/// Runs `body` in a child that is not root; true if the body said so. Not all that a test wants to
/// provoke happens to root.
bool holds_as_nobody(const std::function<bool()>& body) {
  const pid_t child = ::fork();
  if (child == 0) {
    if (::geteuid() == 0 && (::setegid(65534) != 0 || ::seteuid(65534) != 0)) ::_exit(2);
    ::_exit(body() ? 0 : 1);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

TEST_F(StoreFileTest, ANewStoreHasItsSettings) {
  ASSERT_VALUE(Store store, Store::open(file(), OpenMode::read_write_create));
  Connection& connection = store.connection();
  EXPECT_EQ(connection.text_of("PRAGMA journal_mode").value(), "wal");
  EXPECT_EQ(connection.integer_of("PRAGMA synchronous").value(), 2);
  EXPECT_EQ(connection.integer_of("PRAGMA foreign_keys").value(), 1);
  EXPECT_EQ(connection.integer_of("PRAGMA page_size").value(), 8192);
  EXPECT_EQ(connection.integer_of("PRAGMA application_id").value(), kApplicationId);
  EXPECT_EQ(connection.integer_of("PRAGMA user_version").value(), kSchemaVersion);
  EXPECT_EQ(connection
                .integer_of("SELECT count(*) FROM pragma_table_list WHERE type = 'table' AND strict = 0 AND "
                            "name NOT LIKE 'sqlite%'")
                .value(),
            0);
}

TEST_F(StoreFileTest, WhatWasWrittenIsThereWhenOpenedAgain) {
  make_store();
  ASSERT_VALUE(Store store, Store::open(file(), OpenMode::read_write));
  ASSERT_VALUE(const RunRecord run, store.run("last"));
  EXPECT_EQ(run, make_run());
  expect_valid(store);
}

TEST_F(StoreFileTest, AMissingStoreIsNamedWithTheWayToMakeOne) {
  EXPECT_THAT(error_of(OpenMode::read_only), HasSubstr("faultline import"));
  EXPECT_THAT(error_of(OpenMode::read_only), HasSubstr(file().string()));
  EXPECT_THAT(error_of(OpenMode::read_write), HasSubstr("no store at"));
  EXPECT_FALSE(std::filesystem::exists(file()));
}

TEST_F(StoreFileTest, AFolderIsNotAStore) {
  std::filesystem::create_directory(file());
  EXPECT_THAT(error_of(), HasSubstr("is not a file"));
}

TEST_F(StoreFileTest, WhatIsNotSqliteIsRefusedAndLeftAlone) {
  const std::string bytes =
      "this is a text file, long enough to have a header of a hundred bytes or so, "
      "which is what SQLite looks at first when it opens a file";
  write(file(), bytes);
  for (const OpenMode mode : {OpenMode::read_write_create, OpenMode::read_only}) {
    EXPECT_THAT(error_of(mode), HasSubstr("is not a SQLite database; give another file with --db"));
  }
  std::ifstream in(file(), std::ios::binary);
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(in), {}), bytes);
}

TEST_F(StoreFileTest, AnotherProgramsDatabaseIsRefused) {
  tamper("CREATE TABLE bookmarks (url TEXT)");
  EXPECT_THAT(error_of(), HasSubstr("not a store of Faultline"));
  EXPECT_THAT(error_of(OpenMode::read_only), HasSubstr("not a store of Faultline"));
}

TEST_F(StoreFileTest, AStoreOfANewerVersionIsRefusedWithTheRemedy) {
  make_store();
  tamper("PRAGMA user_version = 99");
  for (const OpenMode mode : {OpenMode::read_write_create, OpenMode::read_write, OpenMode::read_only}) {
    EXPECT_THAT(error_of(mode), HasSubstr("newer Faultline (store version 99"));
    EXPECT_THAT(error_of(mode), HasSubstr("update Faultline"));
  }
}

TEST_F(StoreFileTest, AnEmptyFileBecomesAStoreButIsNotReadAsOne) {
  write(file(), "");
  EXPECT_THAT(error_of(OpenMode::read_only), HasSubstr("is empty"));
  EXPECT_EQ(error_of(OpenMode::read_write_create), "opened");
}

TEST_F(StoreFileTest, ADamagedStoreSaysSoAndHowToSaveIt) {
  {
    ASSERT_VALUE(Store store, Store::open(file(), OpenMode::read_write_create));
    ASSERT_DONE(store.begin_run(make_run()));
    for (int i = 0; i < 50; ++i) record_crash(store, make_run(), i, 0, make_analysis(i));
  }
  // Everything but the first pages, which opening reads.
  const auto size = std::filesystem::file_size(file());
  std::fstream out(file(), std::ios::in | std::ios::out | std::ios::binary);
  out.seekp(4 * 8192);
  const std::string noise(size - 4 * 8192, '\x5a');
  out.write(noise.data(), static_cast<std::streamsize>(noise.size()));
  out.close();

  auto store = Store::open(file(), OpenMode::read_only);
  const auto failed = store ? list_reports(*store, {}).error().text() : store.error().text();
  EXPECT_THAT(failed, HasSubstr("damaged"));
  EXPECT_THAT(failed, HasSubstr(".recover"));
}

TEST_F(StoreFileTest, AFolderWithoutPermissionIsNamed) {
  ASSERT_EQ(::chmod(folder().c_str(), 0555), 0);
  EXPECT_TRUE(holds_as_nobody([&] {
    const std::string error = error_of();
    return error.find(file().string()) != std::string::npos && error.find("its folder") != std::string::npos;
  }));
  ::chmod(folder().c_str(), 0755);
}

TEST_F(StoreFileTest, AFileWithoutPermissionToWriteIsReadButNotWritten) {
  make_store();
  ASSERT_EQ(::chmod(file().c_str(), 0444), 0);
  ASSERT_EQ(::chmod(folder().c_str(), 0555), 0);
  EXPECT_TRUE(holds_as_nobody(
      [&] { return error_of(OpenMode::read_write).find("cannot be written") != std::string::npos; }));
  EXPECT_TRUE(holds_as_nobody([&] {
    auto store = Store::open(file(), OpenMode::read_only);
    return store && store->run("last").has_value();
  }));
  ::chmod(folder().c_str(), 0755);
}

TEST_F(StoreFileTest, AReaderSeesWhatAWriterCommitsWhileBothAreOpen) {
  ASSERT_VALUE(Store writer, Store::open(file(), OpenMode::read_write_create));
  const RunRecord run = make_run();
  ASSERT_DONE(writer.begin_run(run));
  ASSERT_VALUE(Store reader, Store::open(file(), OpenMode::read_only));
  ASSERT_VALUE(const auto before, reader.ended_trials(run.uuid));
  EXPECT_THAT(before, SizeIs(0));
  record(writer, run, 0, 0, Outcome::passed);
  ASSERT_VALUE(const auto after, reader.ended_trials(run.uuid));
  EXPECT_THAT(after, ElementsAre(0));
  EXPECT_FALSE(reader.begin_run(make_run(2)).has_value());
}

TEST_F(StoreFileTest, TwoWritersOfOneFileBothGetThrough) {
  ASSERT_VALUE(Store one, Store::open(file(), OpenMode::read_write_create));
  ASSERT_VALUE(Store two, Store::open(file(), OpenMode::read_write));
  ASSERT_DONE(one.begin_run(make_run(1)));
  ASSERT_DONE(two.begin_run(make_run(2)));
  for (int i = 0; i < 5; ++i) {
    record_crash(one, make_run(1), i, 0, make_analysis(i));
    record_crash(two, make_run(2), i, 0, make_analysis(100 + i));
  }
  ASSERT_VALUE(const auto rows, list_reports(one, {}));
  EXPECT_THAT(rows, SizeIs(10));
  expect_valid(two);
}

TEST_F(StoreFileTest, ALockedStoreIsSaidToBeLocked) {
  ASSERT_VALUE(Store one, Store::open(file(), OpenMode::read_write_create));
  ASSERT_VALUE(Store two, Store::open(file(), OpenMode::read_write));
  ASSERT_DONE(two.connection().execute("PRAGMA busy_timeout = 1"));
  ASSERT_DONE(one.connection().execute("BEGIN IMMEDIATE"));
  const auto refused = two.begin_run(make_run());
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().kind(), ErrorKind::timeout);
  EXPECT_THAT(refused.error().text(), HasSubstr("locked by another program"));
  ASSERT_DONE(one.connection().execute("ROLLBACK"));
  ASSERT_DONE(two.begin_run(make_run()));
}

TEST_F(StoreFileTest, AFullDiskLosesOnlyTheTrialAtHand) {
  make_store();
  const RunRecord run = make_run();
  {
    ASSERT_VALUE(Store store, Store::open(file(), OpenMode::read_write));
    record(store, run, 0, 0, Outcome::passed);
  }
  const pid_t child = ::fork();
  if (child == 0) {
    // No file may grow any more: what a full disk does, for this process alone.
    ::signal(SIGXFSZ, SIG_IGN);
    auto store = Store::open(file(), OpenMode::read_write);
    if (!store) ::_exit(3);
    const rlimit limit{600'000, 600'000};
    if (::setrlimit(RLIMIT_FSIZE, &limit) != 0) ::_exit(4);
    std::string large(3'000'000, '\0');
    std::uint64_t state = 1;
    for (char& c : large) {
      state = state * 6364136223846793005ULL + 1442695040888963407ULL;
      c = static_cast<char>(state >> 56);
    }
    const Analysis analysis = make_analysis(1);
    const NewReport report{large, captured_by(run, 1), &analysis};
    const auto added = store->record_trial(make_trial(run, 1, 0, Outcome::crashed), {&report, 1});
    ::_exit(!added && added.error().kind() == ErrorKind::io ? 0 : 1);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << status;
  ASSERT_VALUE(Store store, Store::open(file(), OpenMode::read_write));
  ASSERT_VALUE(const auto ended, store.ended_trials(run.uuid));
  EXPECT_THAT(ended, ElementsAre(0));
  record(store, run, 1, 0, Outcome::passed);
  expect_valid(store);
}

TEST_F(StoreFileTest, AWriterThatIsKilledLeavesWholeTrialsOnly) {
  make_store();
  const RunRecord run = make_run();
  int ready[2];
  ASSERT_EQ(::pipe(ready), 0);
  for (int round = 0; round < 3; ++round) {
    const pid_t child = ::fork();
    if (child == 0) {
      auto store = Store::open(file(), OpenMode::read_write);
      if (!store) ::_exit(1);
      for (int i = 0;; ++i) {
        const int number = round * 100'000 + i;
        record_crash(*store, run, number, 0, make_analysis(number));
        const char done = '.';
        if (::write(ready[1], &done, 1) != 1) ::_exit(1);
      }
    }
    // After a few trials it is somewhere in the middle of the next.
    char done[7];
    for (std::size_t got = 0; got < sizeof done;) {
      const ssize_t count = ::read(ready[0], done, sizeof done - got);
      ASSERT_GT(count, 0);
      got += static_cast<std::size_t>(count);
    }
    ::kill(child, SIGKILL);
    int status = 0;
    ::waitpid(child, &status, 0);
    ASSERT_TRUE(WIFSIGNALED(status));

    ASSERT_VALUE(Store store, Store::open(file(), OpenMode::read_write));
    expect_valid(store);
    ASSERT_VALUE(const auto trials, store.trials_of(run.uuid));
    EXPECT_GE(trials.size(), 7U * static_cast<std::size_t>(round + 1));
    for (const Trial& trial : trials) EXPECT_THAT(trial.incidents, SizeIs(1));
    ASSERT_VALUE(const auto rates, query_rates(store, {}));
    EXPECT_EQ(rates.total.outcomes[Outcome::crashed], static_cast<std::int64_t>(trials.size()));
  }
  ::close(ready[0]);
  ::close(ready[1]);
}

TEST_F(StoreFileTest, ATransactionThatIsKilledIsAsIfItNeverWas) {
  make_store();
  const pid_t child = ::fork();
  if (child == 0) {
    auto store = Store::open(file(), OpenMode::read_write);
    if (!store) ::_exit(1);
    // Written to the log's pages, and never committed.
    const bool written =
        store->connection()
            .execute(
                "BEGIN IMMEDIATE; PRAGMA cache_spill = 1; PRAGMA cache_size = 10; "
                "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000) "
                "INSERT INTO text (value) SELECT 'noise ' || i FROM n")
            .has_value();
    if (written) ::kill(::getpid(), SIGKILL);
    ::_exit(1);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  ASSERT_TRUE(WIFSIGNALED(status));
  ASSERT_VALUE(Store store, Store::open(file(), OpenMode::read_write));
  EXPECT_EQ(store.connection().integer_of("SELECT count(*) FROM text WHERE value LIKE 'noise%'").value(), 0);
  expect_valid(store);
}

TEST_F(StoreFileTest, OneRunOfACampaignAtATime) {
  make_store();
  ASSERT_VALUE(Store one, Store::open(file(), OpenMode::read_write));
  ASSERT_VALUE(Store two, Store::open(file(), OpenMode::read_write));
  {
    ASSERT_VALUE(const CampaignLock held, one.lock_campaign("abc"));
    const auto refused = two.lock_campaign("abc");
    ASSERT_FALSE(refused.has_value());
    EXPECT_THAT(refused.error().text(), HasSubstr("is going on in"));
    EXPECT_THAT(refused.error().text(), HasSubstr("pid " + std::to_string(::getpid())));
    EXPECT_TRUE(two.lock_campaign("another").has_value());
  }
  EXPECT_TRUE(two.lock_campaign("abc").has_value());
  for (const auto& entry : std::filesystem::directory_iterator(folder())) {
    EXPECT_NE(entry.path().extension(), ".lock") << entry.path();
  }
}

TEST_F(StoreFileTest, ALockDiesWithItsProcess) {
  make_store();
  const pid_t child = ::fork();
  if (child == 0) {
    auto store = Store::open(file(), OpenMode::read_write);
    auto lock = store->lock_campaign("abc");
    ::kill(::getpid(), lock ? SIGKILL : SIGTERM);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  ASSERT_EQ(WTERMSIG(status), SIGKILL);
  ASSERT_VALUE(Store store, Store::open(file(), OpenMode::read_write));
  EXPECT_TRUE(store.lock_campaign("abc").has_value());
}

TEST_F(StoreFileTest, AStrangePathIsOnlyAPath) {
  const auto odd = folder() / "a b?mode=memory#%20'\".db";
  ASSERT_VALUE(Store writer, Store::open(odd, OpenMode::read_write_create));
  ASSERT_DONE(writer.begin_run(make_run()));
  EXPECT_TRUE(std::filesystem::exists(odd));
  ASSERT_VALUE(Store reader, Store::open(odd, OpenMode::read_only));
  EXPECT_TRUE(reader.run("last").has_value());
}

TEST_F(StoreFileTest, ALocalFolderIsNoNetworkFileSystem) {
  EXPECT_FALSE(network_file_system_of(file()).has_value());
  EXPECT_FALSE(network_file_system_of(folder() / "not" / "there" / "yet.db").has_value());
}

// Migrations.

Result<void> add_second_table(Connection& connection) {
  return connection.execute("CREATE TABLE second (x) STRICT");
}
Result<void> add_valid_second_table(Connection& connection) {
  return connection.execute("CREATE TABLE second (x TEXT) STRICT");
}
Result<void> third_fails(Connection& connection) {
  TRY(connection.execute("CREATE TABLE third (x TEXT) STRICT"));
  return connection.execute("INSERT INTO nowhere VALUES (1)");
}
Result<void> fill_second(Connection& connection) {
  return connection.execute("INSERT INTO second VALUES ('kept')");
}

/// The steps of this version and then others, as a later one would have them.
std::vector<Migration> with_later(std::initializer_list<Result<void> (*)(Connection&)> later) {
  std::vector<Migration> steps(migrations().begin(), migrations().end());
  for (const auto apply : later) steps.push_back({steps.back().version + 1, apply});
  return steps;
}

TEST_F(StoreFileTest, MigrationsRunOnceEachAndKeepWhatIsThere) {
  make_store();
  ASSERT_VALUE(Store store, Store::open(file(), OpenMode::read_write));
  Connection& connection = store.connection();
  const auto steps = with_later({add_valid_second_table, fill_second});
  ASSERT_DONE(migrate(connection, std::span(steps).first(steps.size() - 1)));
  ASSERT_DONE(migrate(connection, steps));
  ASSERT_DONE(migrate(connection, steps));
  EXPECT_EQ(connection.integer_of("PRAGMA user_version").value(), kSchemaVersion + 2);
  EXPECT_EQ(connection.integer_of("SELECT count(*) FROM second").value(), 1);
  ASSERT_VALUE(const RunRecord run, store.run("last"));
  EXPECT_EQ(run, make_run());
}

TEST_F(StoreFileTest, AMigrationThatFailsLeavesTheOldVersion) {
  make_store();
  ASSERT_VALUE(Store store, Store::open(file(), OpenMode::read_write));
  Connection& connection = store.connection();
  const auto steps = with_later({add_valid_second_table, third_fails});
  EXPECT_FALSE(migrate(connection, steps).has_value());
  EXPECT_EQ(connection.integer_of("PRAGMA user_version").value(), kSchemaVersion);
  EXPECT_EQ(
      connection.integer_of("SELECT count(*) FROM sqlite_schema WHERE name IN ('second', 'third')").value(),
      0);
  const auto untyped = with_later({add_second_table});
  EXPECT_FALSE(migrate(connection, untyped).has_value());
  expect_valid(store);
}

TEST_F(StoreFileTest, VersionsAreWithoutGaps) {
  int version = 0;
  for (const Migration& step : migrations()) EXPECT_EQ(step.version, ++version);
  EXPECT_EQ(version, kSchemaVersion);
}

}  // namespace
}  // namespace faultline
