// Each system call of the write paths of the store and of a run's own files fails once, and the power goes
// after each write: nothing is lost that was said to be stored, nothing is there twice, and the same command
// goes on.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>
#include <fstream>
#include <iostream>
#include <sstream>

#include "db/sqlite/connection.h"
#include "db/store.h"
#include "db/store/store_care.h"
#include "tests/db/store_fixtures.h"
#include "tests/support/ips_builder.h"
#include "tests/support/require.h"
#include "tests/support/run_program.h"
#include "tests/support/scoped_temp_folder.h"

namespace faultline {
namespace {

namespace fs = std::filesystem;
using ::testing::IsEmpty;

constexpr int kReports = 3;

class FailingCallsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    fs::create_directory(folder_ / "in");
    for (int i = 1; i <= kReports; ++i) {
      const auto incident = "AAAAAAAA-0000-4000-8000-00000000000" + std::to_string(i);
      std::ofstream(folder_ / "in" / (std::to_string(i) + ".ips")) << IpsBuilder().incident(incident).text();
    }
  }

  ProgramResult import_with(std::vector<std::string> settings) const {
    std::vector<std::string> argv{"/usr/bin/env"};
    if (!settings.empty()) settings.push_back(std::string("LD_PRELOAD=") + FAULTLINE_FAILING_CALLS);
    for (auto& one : settings) argv.push_back(std::move(one));
    for (const auto& word : {faultline_program(), std::string("import"), std::string("--db"),
                             store().string(), (folder_ / "in").string()})
      argv.push_back(word);
    return run_program(argv);
  }
  fs::path store() const { return folder_ / "store" / "s.db"; }
  void forget_store() const {
    fs::remove_all(folder_ / "store");
    fs::create_directory(folder_ / "store");
  }
  static std::int64_t reports_in(const fs::path& path) {
    auto store = Store::open(path, OpenMode::read_only);
    return store ? store->connection().integer_of("SELECT count(*) FROM report").value_or(-1) : -1;
  }

  ScopedTempFolder folder_;
};

TEST_F(FailingCallsTest, EachCallFailsOnceInEachWay) {
  const auto seen = folder_ / "seen";
  int faults = 0;
  for (const std::string& how : {std::to_string(ENOSPC), std::to_string(EIO), std::to_string(EINTR),
                                 std::to_string(EDQUOT), std::string("short")}) {
    for (int call = 1;; ++call) {
      SCOPED_TRACE(how + " at call " + std::to_string(call));
      forget_store();
      fs::remove(seen);
      const auto broken =
          import_with({"FAULTLINE_CALLS_OF=/store/s.db", "FAULTLINE_FAIL_AT=" + std::to_string(call),
                       "FAULTLINE_FAIL_WITH=" + how, "FAULTLINE_FAIL_SEEN=" + seen.string()});
      if (!fs::exists(seen)) break;
      ++faults;
      ASSERT_TRUE(broken.exit_status == 0 || broken.exit_status == 1) << broken.exit_status << broken.err;
      if (broken.exit_status == 0) {
        EXPECT_EQ(reports_in(store()), kReports) << "it said that all is stored";
      }
      const auto again = import_with({});
      EXPECT_EQ(again.exit_status, 0) << again.err;
      EXPECT_EQ(reports_in(store()), kReports);
      EXPECT_THAT(check_store(store()), IsEmpty());
    }
  }
  EXPECT_GT(faults, 50);
  RecordProperty("faults", faults);
  std::cout << faults << " faults\n";
}

struct LoggedWrite {
  std::string file;
  std::int64_t offset = 0;
  std::int64_t length = 0;  // -1: cut to `offset`.
  std::string bytes;
};

std::vector<LoggedWrite> read_log(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::vector<LoggedWrite> writes;
  LoggedWrite one;
  while (in >> one.file >> one.offset >> one.length) {
    in.get();
    one.bytes.resize(one.length > 0 ? static_cast<std::size_t>(one.length) : 0);
    in.read(one.bytes.data(), static_cast<std::streamsize>(one.bytes.size()));
    writes.push_back(one);
  }
  return writes;
}

void replay(const LoggedWrite& write, const fs::path& folder) {
  const auto path = folder / write.file;
  if (!fs::exists(path)) std::ofstream(path, std::ios::binary).flush();
  if (write.length < 0) return fs::resize_file(path, static_cast<std::uintmax_t>(write.offset));
  std::fstream file(path, std::ios::binary | std::ios::in | std::ios::out);
  file.seekp(write.offset);
  file << write.bytes;
}

TEST_F(FailingCallsTest, APowerCutAfterAnyWriteLeavesAWholeStore) {
  forget_store();
  ASSERT_EQ(import_with({}).exit_status, 0);
  const auto before = folder_ / "before";
  fs::copy(folder_ / "store", before);
  std::ofstream(folder_ / "in" / "more.ips")
      << IpsBuilder().incident("BBBBBBBB-0000-4000-8000-000000000001").text();
  const auto log = folder_ / "log";
  ASSERT_EQ(
      import_with({"FAULTLINE_CALLS_OF=/store/s.db", "FAULTLINE_CALLS_LOG=" + log.string()}).exit_status, 0);
  const auto writes = read_log(log);
  ASSERT_GT(writes.size(), 5U);

  for (std::size_t cut = 0; cut <= writes.size(); ++cut) {
    SCOPED_TRACE(cut);
    const auto after = folder_ / "after";
    fs::remove_all(after);
    fs::copy(before, after);
    for (std::size_t i = 0; i < cut; ++i) replay(writes[i], after);
    ASSERT_VALUE(Store store, Store::open(after / "s.db", OpenMode::read_write));
    EXPECT_THAT(check_store(store.connection()), IsEmpty());
    const auto reports = store.connection().integer_of("SELECT count(*) FROM report").value_or(-1);
    EXPECT_TRUE(reports == kReports || reports == kReports + 1) << reports;
    if (cut == writes.size()) {
      EXPECT_EQ(reports, kReports + 1);
    }
  }
}

/// A run of crashes whose store, lock, snapshot and trial folders all lie below `store/`.
class FailingRunTest : public ::testing::Test {
 protected:
  static constexpr int kTrials = 2;

  void SetUp() override {
    // Beside a supervisor that is linked dynamically: what it writes fails, too.
    const fs::path programs = FAULTLINE_CHAOS_PROGRAMS;
    program_ = programs / "faultline";
    fs::remove(program_);
    fs::create_hard_link(faultline_program(), program_);
  }
  ProgramResult run_with(std::vector<std::string> settings) const {
    std::vector<std::string> argv{"/usr/bin/env"};
    if (!settings.empty()) settings.push_back(std::string("LD_PRELOAD=") + FAULTLINE_FAILING_CALLS);
    for (auto& one : settings) argv.push_back(std::move(one));
    for (const std::string& word :
         {program_.string(), std::string("run"), std::string("--db"), store().string(),
          std::string("--trials"), std::to_string(kTrials), std::string("--no-canary"), std::string("--"),
          std::string("/bin/sh"), std::string("-c"), std::string("kill -SEGV $$")})
      argv.push_back(word);
    return run_program(argv);
  }
  fs::path store() const { return folder_ / "store" / "s.db"; }

  /// Every run has each trial at most once, and every captured crash its one report.
  void expect_nothing_lost_or_double() {
    ASSERT_VALUE(Store opened, Store::open(store(), OpenMode::read_only));
    auto& connection = opened.connection();
    const auto count = [&](const char* sql) { return connection.integer_of(sql).value_or(-1); };
    EXPECT_EQ(
        count("SELECT count(*) FROM (SELECT 1 FROM trial GROUP BY run_id, trial_index HAVING count(*) > 1)"),
        0);
    EXPECT_EQ(
        count("SELECT count(*) FROM (SELECT 1 FROM attribution WHERE trial_index >= 0 GROUP BY report_id "
              "HAVING count(*) > 1)"),
        0);
    EXPECT_EQ(count("SELECT count(*) FROM trial t WHERE t.outcome = 'crashed' AND t.uncaptured = 0 AND 1 != "
                    "(SELECT count(*) FROM report r WHERE r.trial_id = t.id AND r.kind = 'crash')"),
              0);
    EXPECT_EQ(count("SELECT count(*) FROM run_now WHERE state = 'running'"), 0);
    EXPECT_EQ(count("SELECT max(n) FROM (SELECT count(*) AS n FROM trial GROUP BY run_id)"), kTrials);
    EXPECT_THAT(check_store(connection), IsEmpty());
  }

  ScopedTempFolder folder_;
  fs::path program_;
};

// Which call fails how goes round, so that each fails in two ways.
TEST_F(FailingRunTest, EachCallOfARunFailsOnceAndTheSameCommandGoesOn) {
  const std::vector<std::string> ways{std::to_string(ENOSPC), std::to_string(EIO), std::to_string(EINTR),
                                      std::to_string(EDQUOT), "short"};
  const auto seen = folder_ / "seen";
  int faults = 0;
  int went_on = 0;
  for (std::size_t round = 0; round < 2; ++round) {
    for (std::size_t call = 1;; ++call) {
      const auto& how = ways[(call + round) % ways.size()];
      SCOPED_TRACE(how + " at call " + std::to_string(call));
      fs::remove_all(folder_ / "store");
      fs::create_directory(folder_ / "store");
      fs::remove(seen);
      const auto broken = run_with({"FAULTLINE_CALLS_OF=/store/", "FAULTLINE_FAIL_AT=" + std::to_string(call),
                                    "FAULTLINE_FAIL_WITH=" + how, "FAULTLINE_FAIL_SEEN=" + seen.string()});
      if (!fs::exists(seen)) break;
      ++faults;
      ASSERT_TRUE(broken.exit_status == 0 || broken.exit_status == 1) << broken.exit_status << broken.err;
      if (broken.exit_status != 0) {
        ++went_on;
        EXPECT_THAT(broken.err, testing::HasSubstr("faultline: "));
        const auto again = run_with({});
        ASSERT_EQ(again.exit_status, 0) << "after: " << broken.err << "then: " << again.err;
      }
      ASSERT_NO_FATAL_FAILURE(expect_nothing_lost_or_double());
    }
  }
  EXPECT_GT(faults, 50);
  std::cout << faults << " faults, after " << went_on << " of them the same command went on\n";
}

}  // namespace
}  // namespace faultline
