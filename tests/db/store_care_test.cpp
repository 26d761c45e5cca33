// Stores that are damaged, checked, repaired, copied, and pulled away under a writer.

#include "db/store/store_care.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <filesystem>
#include <fstream>
#include <thread>

#include "db/sqlite/connection.h"
#include "db/store/schema.h"
#include "tests/db/store_fixtures.h"
#include "tests/support/require.h"
#include "tests/support/scoped_temp_folder.h"

namespace faultline {
namespace {

namespace fs = std::filesystem;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

constexpr int kReports = 40;

class StoreCareTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_VALUE(Store store, Store::open(whole(), OpenMode::read_write_create));
    const RunRecord run = make_run();
    ASSERT_DONE(store.begin_run(run));
    for (int i = 0; i < kReports; ++i)
      record_crash(store, run, i, static_cast<std::size_t>(i) % 2, make_analysis(i + 1));
    ASSERT_DONE(store.seal());
  }

  fs::path whole() const { return folder_ / "whole.db"; }
  fs::path damaged() const { return folder_ / "damaged.db"; }
  fs::path repaired() const { return folder_ / "repaired.db"; }

  /// A fresh copy of the whole store, changed behind every check's back.
  void tamper(const std::string& sql) const {
    fs::copy_file(whole(), damaged(), fs::copy_options::overwrite_existing);
    sqlite3* database = nullptr;
    ASSERT_EQ(sqlite3_open(damaged().c_str(), &database), SQLITE_OK);
    EXPECT_EQ(sqlite3_exec(database, ("PRAGMA foreign_keys = OFF;" + sql).c_str(), nullptr, nullptr, nullptr),
              SQLITE_OK)
        << sqlite3_errmsg(database) << ": " << sql;
    sqlite3_close(database);
  }
  void overwrite(std::uintmax_t at, std::size_t length) const {
    fs::copy_file(whole(), damaged(), fs::copy_options::overwrite_existing);
    std::fstream file(damaged(), std::ios::binary | std::ios::in | std::ios::out);
    file.seekp(static_cast<std::streamoff>(at));
    file << std::string(length, '\xa5');
  }
  StoreRepair repair() const {
    fs::remove(repaired());
    auto done = repair_store(damaged(), repaired());
    EXPECT_TRUE(done.has_value()) << done.error().text();
    return done ? std::move(*done) : StoreRepair{};
  }
  static std::int64_t reports_in(const fs::path& path) {
    auto store = Store::open(path, OpenMode::read_only);
    return store ? store->connection().integer_of("SELECT count(*) FROM report").value_or(-1) : -1;
  }
  /// All that a person would miss, as text.
  static std::string contents(const fs::path& path) {
    auto store = Store::open(path, OpenMode::read_only);
    if (!store) return "cannot be opened";
    std::string all;
    for (const char* sql : {"SELECT group_concat(incident || kind || origin) FROM report",
                            "SELECT group_concat(trial_index || outcome) FROM trial",
                            "SELECT group_concat(hash || hex(body)) FROM raw",
                            "SELECT group_concat(reports) FROM report_tally"}) {
      all += store->connection().text_of(sql).value_or("damaged");
    }
    return all;
  }

  ScopedTempFolder folder_;
};

TEST_F(StoreCareTest, AWholeStoreHasNoProblems) {
  EXPECT_THAT(check_store(whole()), IsEmpty());
  EXPECT_THAT(check_store(folder_ / "none.db"), ElementsAre(Field(&StoreProblem::kind, "file")));
}

struct Fault {
  const char* sql;
  const char* kind;
  std::size_t lost;  ///< Reports whose bytes are lost.
};

TEST_F(StoreCareTest, EachFaultOfARowIsFoundAndRepaired) {
  const Fault faults[] = {
      {"UPDATE raw SET body = zeroblob(length(body)) WHERE id = 7", "raw", 1},
      {"UPDATE raw SET body = substr(body, 1, 20) WHERE id = 9", "raw", 1},
      {"UPDATE raw SET size_bytes = -1 WHERE id = 5", "raw", 1},
      {"UPDATE raw SET size_bytes = 9000000000000000000 WHERE id = 5", "raw", 1},
      {"UPDATE raw SET hash = '00000000000000000000000000000000' WHERE id = 11", "raw", 1},
      {"DELETE FROM raw WHERE id = 12", "reference", 1},
      // The body on which all others rest, and its copy.
      {"UPDATE raw SET body = zeroblob(length(body)) WHERE id = 1", "copy", 0},
      {"UPDATE raw_copy SET body = zeroblob(length(body))", "copy", 0},
      {"UPDATE trial_tally SET trials = trials + 100", "tally", 0},
      {"DELETE FROM trial_tally", "tally", 0},
      {"UPDATE report_tally SET reports = 360", "tally", 0},
      {"DELETE FROM report_tally", "tally", 0},
      {"UPDATE partner_tally SET reports = reports + 1", "tally", 0},
      {"DELETE FROM attribute WHERE id = (SELECT process_id FROM report LIMIT 1)", "reference", 0},
      {"DELETE FROM stack WHERE id = 1", "reference", 0},
      {"UPDATE report SET raw_id = NULL WHERE id = 3", "raw", 1},
      {"DELETE FROM raw_form WHERE raw_id = 4", "reference", 0},
  };
  for (const auto& fault : faults) {
    SCOPED_TRACE(fault.sql);
    tamper(fault.sql);

    EXPECT_THAT(check_store(damaged()), Contains(Field(&StoreProblem::kind, fault.kind)));
    const auto done = repair();

    EXPECT_THAT(check_store(repaired()), IsEmpty());
    EXPECT_EQ(reports_in(repaired()), kReports);
    EXPECT_EQ(
        std::count_if(done.lost.begin(), done.lost.end(), [](const auto& one) { return one.kind == "raw"; }),
        static_cast<std::ptrdiff_t>(fault.lost));
  }
}

TEST_F(StoreCareTest, DamagedPagesAreFoundAndSteppedOver) {
  const auto size = fs::file_size(whole());
  const auto before = contents(whole());
  int found = 0;
  int beyond_repair = 0;
  constexpr int kPlaces = 17;
  for (int i = 0; i < kPlaces; ++i) {
    SCOPED_TRACE(i);
    const auto at = 8192 + (size - 8192 - 600) * static_cast<std::uintmax_t>(i) / kPlaces;
    overwrite(at, 512);
    const auto problems = check_store(damaged());
    found += problems.empty() ? 0 : 1;
    // What no check sees harmed neither bytes nor counts.
    if (problems.empty()) {
      EXPECT_EQ(contents(damaged()), before);
    }
    fs::remove(repaired());
    const auto done = repair_store(damaged(), repaired());
    if (!done) {
      ADD_FAILURE() << done.error().text();
      ++beyond_repair;
      continue;
    }
    EXPECT_THAT(check_store(repaired()), IsEmpty());
    EXPECT_GT(done->rows, 0);
  }
  EXPECT_GT(found, 0);
  EXPECT_EQ(beyond_repair, 0);
}

/// The number in these two bytes of a page, the higher byte first.
std::size_t two_bytes(const std::string& page, std::size_t at) {
  return static_cast<unsigned char>(page[at]) * 256U + static_cast<unsigned char>(page[at + 1]);
}

// A table's leaf lists where its rows stand, by their keys (https://www.sqlite.org/fileformat2.html,
// section 1.6).
TEST_F(StoreCareTest, RowsOutOfOrderAreAllSaved) {
  std::size_t size = 0;
  std::size_t root = 0;
  {
    ASSERT_VALUE(Store store, Store::open(whole(), OpenMode::read_only));
    auto& connection = store.connection();
    size = static_cast<std::size_t>(connection.integer_of("PRAGMA page_size").value_or(0));
    root = static_cast<std::size_t>(
        connection.integer_of("SELECT rootpage FROM sqlite_schema WHERE name = 'report'").value_or(0));
  }
  ASSERT_GT(root, 1U);
  fs::copy_file(whole(), damaged());
  std::fstream file(damaged(), std::ios::binary | std::ios::in | std::ios::out);
  std::string page(size, '\0');
  const auto read = [&](std::size_t number) {
    file.seekg(static_cast<std::streamoff>((number - 1) * size));
    file.read(page.data(), static_cast<std::streamsize>(size));
  };
  read(root);
  std::size_t leaf = root;
  while (page[0] == 5) {
    const std::size_t cell = two_bytes(page, 12);
    leaf = two_bytes(page, cell) * 65536U + two_bytes(page, cell + 2);
    read(leaf);
  }
  ASSERT_EQ(page[0], 13);
  const std::size_t rows = two_bytes(page, 3);
  ASSERT_GT(rows, 2U);
  for (const std::size_t byte : {0U, 1U}) std::swap(page[8 + byte], page[8 + 2 * (rows - 1) + byte]);
  file.seekp(static_cast<std::streamoff>((leaf - 1) * size));
  file << page;
  file.close();
  EXPECT_THAT(check_store(damaged()), Not(IsEmpty()));

  const StoreRepair done = repair();

  EXPECT_GT(done.rows, 0);
  EXPECT_THAT(check_store(repaired()), IsEmpty());
  EXPECT_EQ(reports_in(repaired()), kReports);
}

// As a store is left by a command that ended, and by one that compacted it.
TEST_F(StoreCareTest, ADamagedListOfTablesIsMadeAgain) {
  const auto fresh = folder_ / "fresh.db";
  {
    ASSERT_VALUE(Store store, Store::open(fresh, OpenMode::read_write_create));
    const RunRecord run = make_run();
    ASSERT_DONE(store.begin_run(run));
    for (int i = 0; i < kReports; ++i)
      record_crash(store, run, i, static_cast<std::size_t>(i) % 2, make_analysis(i + 1));
    store.optimize();
  }
  struct Place {
    std::uintmax_t at;
    std::size_t length;
  };
  for (const auto& store : {whole(), fresh}) {
    const auto before = contents(store);
    for (const Place place : {Place{0, 16}, Place{0, 100}, Place{16, 2}, Place{100, 8}, Place{100, 200},
                              Place{0, 8192}, Place{40, 30}}) {
      SCOPED_TRACE(store.string() + " at " + std::to_string(place.at) + ", " + std::to_string(place.length));
      fs::copy_file(store, damaged(), fs::copy_options::overwrite_existing);
      std::fstream file(damaged(), std::ios::binary | std::ios::in | std::ios::out);
      file.seekp(static_cast<std::streamoff>(place.at));
      file << std::string(place.length, '\xa5') << std::flush;
      ASSERT_THAT(check_store(damaged()), Not(IsEmpty()));

      const auto done = repair();

      EXPECT_THAT(done.lost, ElementsAre(Field(&StoreProblem::kind, "structure")));
      EXPECT_THAT(check_store(repaired()), IsEmpty());
      EXPECT_EQ(contents(repaired()), before);
    }
  }
}

TEST_F(StoreCareTest, WhatIsNoStoreIsNotTakenForADamagedOne) {
  std::ofstream(damaged()) << std::string(40'000, 'x');
  EXPECT_FALSE(repair_store(damaged(), repaired()).has_value());
  fs::remove(damaged());
  sqlite3* database = nullptr;
  ASSERT_EQ(sqlite3_open(damaged().c_str(), &database), SQLITE_OK);
  ASSERT_EQ(
      sqlite3_exec(database, "PRAGMA page_size = 8192; CREATE TABLE other (a); INSERT INTO other VALUES (1)",
                   nullptr, nullptr, nullptr),
      SQLITE_OK);
  sqlite3_close(database);
  EXPECT_FALSE(repair_store(damaged(), repaired()).has_value());
  for (const auto& entry : fs::directory_iterator(folder_.path()))
    EXPECT_EQ(entry.path().string().find("repaired"), std::string::npos) << entry.path();
}

TEST_F(StoreCareTest, ADamagedPrefixLosesNothing) {
  tamper("UPDATE raw SET body = zeroblob(length(body)) WHERE id = 1");
  ASSERT_VALUE(Store store, Store::open(damaged(), OpenMode::read_only));
  ASSERT_VALUE(const auto reports, store.stored_reports(0, 100, 1 << 30));
  ASSERT_THAT(reports, SizeIs(kReports));
  for (const auto& report : reports) EXPECT_THAT(report.damage, IsEmpty());
}

TEST_F(StoreCareTest, ADamagedBodyIsOneReportsTrouble) {
  tamper("UPDATE raw SET body = zeroblob(length(body)), size_bytes = -5 WHERE id = 7");
  ASSERT_VALUE(Store store, Store::open(damaged(), OpenMode::read_only));
  ASSERT_VALUE(const auto reports, store.stored_reports(0, 100, 1 << 30));
  ASSERT_THAT(reports, SizeIs(kReports));
  EXPECT_EQ(
      std::count_if(reports.begin(), reports.end(), [](const auto& one) { return !one.damage.empty(); }), 1);
}

TEST_F(StoreCareTest, AMergeTakesNoDamageIn) {
  tamper("UPDATE raw SET body = zeroblob(length(body)) WHERE id = 7");
  ASSERT_VALUE(Store store, Store::open(folder_ / "all.db", OpenMode::read_write_create));
  const auto merged = store.merge_from(damaged());
  ASSERT_FALSE(merged.has_value());
  EXPECT_THAT(merged.error().text(), HasSubstr("db repair"));
  EXPECT_EQ(store.connection().integer_of("SELECT count(*) FROM run").value(), 0);

  // What is here whole cannot be harmed by it.
  ASSERT_VALUE(Store same, Store::open(whole(), OpenMode::read_write));
  EXPECT_TRUE(same.merge_from(damaged()).has_value());
}

TEST_F(StoreCareTest, AStoreOfTheFirstVersionGetsItsCopies) {
  tamper(
      "DROP TRIGGER prefix_is_copied; DROP TABLE raw_copy; DROP TABLE repair_loss; PRAGMA user_version = 1");
  EXPECT_THAT(check_store(damaged()), Not(Contains(Field(&StoreProblem::kind, "raw"))));
  ASSERT_VALUE(Store store, Store::open(damaged(), OpenMode::read_write));
  EXPECT_EQ(store.connection().integer_of("SELECT count(*) FROM raw_copy").value(), 1);
  expect_valid(store);
}

TEST_F(StoreCareTest, ACopyIsWholeAlsoBesideAWriter) {
  ASSERT_VALUE(Store store, Store::open(whole(), OpenMode::read_write));
  record_crash(store, make_run(), kReports, 0, make_analysis(kReports + 1));
  ASSERT_DONE(back_up_store(whole(), folder_ / "copy.db"));
  EXPECT_EQ(reports_in(folder_ / "copy.db"), kReports + 1);
  EXPECT_THAT(check_store(folder_ / "copy.db"), IsEmpty());
  EXPECT_FALSE(back_up_store(whole(), folder_ / "copy.db").has_value()) << "what is there stays";
}

TEST_F(StoreCareTest, AStoreThatIsMovedAwayIsNoticedAndSavedBeside) {
  ASSERT_VALUE(Store store, Store::open(whole(), OpenMode::read_write));
  fs::rename(whole(), folder_ / "elsewhere.db");
  std::ofstream(whole()) << "another file";
  const auto added = store.add_report(make_bytes(make_analysis(90)), arrival(), make_analysis(90));
  ASSERT_FALSE(added.has_value());
  EXPECT_THAT(added.error().text(), HasSubstr("was moved, replaced or deleted"));
  fs::path saved;
  for (const auto& entry : fs::directory_iterator(folder_.path())) {
    if (entry.path().string().find(".saved-") != std::string::npos) saved = entry.path();
  }
  EXPECT_EQ(reports_in(saved), kReports + 1);
}

TEST_F(StoreCareTest, LookingAtWhatChangedWaitsForNobody) {
  ASSERT_VALUE(Store writer, Store::open(whole(), OpenMode::read_write));
  ASSERT_VALUE(Store other, Store::open(whole(), OpenMode::read_write));
  ASSERT_VALUE(auto turn, Transaction::begin(writer.connection()));
  other.optimize();
}

}  // namespace
}  // namespace faultline
