// Every crasher among the samples, run and captured for real, is explained as what it is.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <nlohmann/json.hpp>

#include "tests/support/require.h"
#include "tests/support/run_program.h"
#include "tests/support/scoped_temp_folder.h"

namespace faultline {
namespace {

using nlohmann::json;
using testing::HasSubstr;

struct Expected {
  std::string kind;
  std::string access;    // Empty: none.
  std::string function;  // Part of the site's function.
};

/// By workload of crashers.toml: all that leave a report of a crash.
const std::map<std::string, Expected>& expected_kinds() {
  static const std::map<std::string, Expected> all{
      {"abort", {"abort", "", "main"}},
      {"bus_error",
       {"unknown", "read", "read_byte"}},  // A page that could not be read in: no kind of its own.
      {"cpp_exception", {"uncaught_exception", "", "throw_it"}},
      {"divide_by_zero", {"arithmetic", "", "divide"}},
      {"eight_threads_fault", {"wild_pointer", "read", "read_at"}},
      {"execute_protected", {"execute_protected", "execute", "call_back"}},
      {"exit_zero_dead_child", {"null_dereference", "read", "read_field"}},
      {"fault_under_sh", {"null_dereference", "read", "read_value"}},
      {"handler_reraise", {"null_dereference", "read", "read_field"}},
      {"illegal_instruction", {"illegal_instruction", "", "execute_nonsense"}},
      {"null_call", {"null_call", "execute", "call_back"}},
      {"null_read", {"null_dereference", "read", "read_value"}},
      {"null_write", {"null_dereference", "write", "write_value"}},
      {"shell_child_fault", {"null_dereference", "read", "read_field"}},
      {"stack_overflow", {"stack_overflow", "write", "descend"}},
      {"wild_jump", {"wild_pointer", "execute", "call_back"}},
      {"write_protected", {"write_protected", "write", "write_byte"}},
  };
  return all;
}

TEST(CrashKindsTest, EveryCrasherGetsItsKindAccessAndFunction) {
  SKIP_WITHOUT_OWN_REPORTER();
  const ScopedTempFolder folder;
  const std::string db = folder / "s.db";
  const std::string campaign = std::string(FAULTLINE_SOURCE_DIR) + "/samples/campaigns/crashers.toml";

  const auto run = run_program({faultline_program(), "run", "--db", db, "-q", "--trials", "1", "--only",
                                "not workload in (hang_stuck, hang_slow)", campaign});
  const auto rows = json::parse(
      run_program(
          {faultline_program(), "query", "--db", db, "--format", "json",
           "SELECT c.workload, a.fault_kind, ifnull(a.fault_access, '') AS access, s.function, "
           "ifnull(a.agrees, 1) AS agrees, a.sentence FROM report rp JOIN cell c ON c.id = rp.cell_id "
           "JOIN report_analysis a ON a.report_id = rp.id JOIN site s ON s.id = rp.site_id WHERE "
           "rp.kind = 'crash'"})
          .out,
      nullptr, false)["rows"];

  ASSERT_EQ(run.exit_status, 0) << run.err;
  std::map<std::string, int> seen;
  for (const auto& row : rows) {
    SCOPED_TRACE(row.dump());
    const auto found = expected_kinds().find(row["workload"].get<std::string>());
    ASSERT_NE(found, expected_kinds().end()) << "a report of a workload that should leave none";
    ++seen[found->first];
    EXPECT_EQ(row["fault_kind"], found->second.kind);
    EXPECT_EQ(row["access"], found->second.access);
    EXPECT_THAT(row["function"].get<std::string>(), HasSubstr(found->second.function));
    EXPECT_EQ(row["agrees"], 1) << "a real crash whose evidence does not agree";
  }
  for (const auto& [workload, expected] : expected_kinds()) EXPECT_EQ(seen[workload], 1) << workload;
}

}  // namespace
}  // namespace faultline
