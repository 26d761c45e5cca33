#include "analyzer/fault/facts/fault_facts.h"

#include <gtest/gtest.h>

#include "tests/analyzer/report_maker.h"

namespace faultline {
namespace {

TEST(FaultRegionTest, ReadsTheMarkedRow) {
  const auto guard = read_region(
      "0x3028534f0 is in 0x302850000-0x302854000;  bytes after start: 13552  bytes before end: 2831\n"
      "      REGION TYPE                    START - END         [ VSIZE] PRT/MAX SHRMOD  REGION DETAIL\n"
      "      GAP OF 0x4000 BYTES\n"
      "--->  Stack Guard                 302850000-302854000    [   16K] ---/rwx SM=PRV  thread 45\n"
      "      Stack                       302854000-302a5c000    [ 2080K] rw-/rwx SM=PRV  thread 45\n");
  ASSERT_TRUE(guard);
  EXPECT_TRUE(guard->mapped);
  EXPECT_TRUE(guard->is_stack_guard());
  EXPECT_EQ(guard->type, "Stack Guard");
  EXPECT_EQ(guard->protection, "---");
  EXPECT_EQ(guard->detail, "thread 45");
}

TEST(FaultRegionTest, TellsAGapFromARegion) {
  for (const std::string_view row :
       {"--->  \n      __TEXT  1-2", "--->  GAP OF 0x334000 BYTES\n", "--->  UNUSED SPACE AT END\n"}) {
    const auto region = read_region(row);
    ASSERT_TRUE(region) << row;
    EXPECT_FALSE(region->mapped) << row;
  }
  EXPECT_FALSE(read_region("0x98 is not in any region.\n"));
}

TEST(FaultRegionTest, ReadsTheShorterArrowOfOldTexts) {
  const auto region = read_region(
      "--> mapped file            000000010a0ab000-000000010a0bb000 [   64K] r-x/r-x SM=COW  "
      "Object_id=2b94dcc9");
  ASSERT_TRUE(region);
  EXPECT_EQ(region->type, "mapped file");
  EXPECT_EQ(region->protection, "r-x");
}

TEST(FaultFactsTest, TakesTheAddressFromTheSecondCodeNeverFromTheFirst) {
  ReportMaker maker;
  maker.bad_access(0x5c8);
  EXPECT_EQ(gather_facts(maker.report()).address, 0x5c8U);
}

TEST(FaultFactsTest, HasNoAddressForAGeneralProtectionFault) {
  ReportMaker maker;
  maker.bad_access(0, 13).x86({});
  EXPECT_FALSE(gather_facts(maker.report()).address);
}

TEST(FaultFactsTest, ReadsTheAddressOfATextFromItsSubtype) {
  ReportMaker maker;
  maker.bad_access(0);
  maker.report().exception->raw_codes.clear();
  maker.report().exception->subtype = "KERN_INVALID_ADDRESS at 0x00000000000009cc";
  const FaultFacts facts = gather_facts(maker.report());
  EXPECT_EQ(facts.address, 0x9ccU);
  EXPECT_EQ(facts.code, 1U);
}

TEST(FaultFactsTest, HasNoAddressForAnythingButABadAccess) {
  ReportMaker maker;
  maker.exception("EXC_BREAKPOINT", "SIGTRAP", {1, 0x104000020}).arm64({{"far", 0x1cf5eb698}});
  EXPECT_FALSE(gather_facts(maker.report()).address);
}

TEST(FaultFactsTest, KnowsASyndromeOfAnOlderEvent) {
  ReportMaker maker;
  maker.bad_access(0x310873940850).arm64({{"far", 0}, {"esr", 0x56000080}});
  EXPECT_FALSE(gather_facts(maker.report()).syndrome_is_of_fault());
  maker.arm64({{"far", 0x310873940850}, {"esr", 0x92000006}});
  EXPECT_TRUE(gather_facts(maker.report()).syndrome_is_of_fault());
}

TEST(FaultFactsTest, ComparesAddressesWithoutTheirTags) {
  EXPECT_TRUE(covers(0x1000, 8, 0x1007));
  EXPECT_FALSE(covers(0x1000, 8, 0x1008));
  EXPECT_FALSE(covers(0x1000, 8, 0xfff));
  EXPECT_TRUE(covers(0x7a4a000181d68308, 8, strip_pointer_authentication(0x7a4a000181d68308)));
  EXPECT_TRUE(covers(0xa500000101234000, 4, 0x0000000101234002));
}

}  // namespace
}  // namespace faultline
