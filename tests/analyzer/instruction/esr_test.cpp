#include "analyzer/instruction/esr.h"

#include <gtest/gtest.h>

namespace faultline {
namespace {

struct SyndromeCase {
  std::uint64_t value;
  std::string text;  // What real reports with this value were about.
};

TEST(SyndromeTest, TellsWhatTheBitsOfRealReportsSay) {
  for (const SyndromeCase& expected : {
           SyndromeCase{0x92000006, "data abort, read, translation fault level 2"},
           SyndromeCase{0x92000046, "data abort, write, translation fault level 2"},
           SyndromeCase{0x92000047, "data abort, write, translation fault level 3"},
           SyndromeCase{0x9200004f, "data abort, write, permission fault level 3"},
           SyndromeCase{0x92000021, "data abort, read, alignment fault"},
           SyndromeCase{0x82000006, "instruction abort, translation fault level 2"},
           SyndromeCase{0xf2000001, "breakpoint, brk 0x1"},
           SyndromeCase{0xf200c470, "breakpoint, brk 0xc470"},
           SyndromeCase{0x56000080, "system call"},
           SyndromeCase{0x72000000, "pointer authentication failure"},
           SyndromeCase{0x8a000000, "pc alignment"},
           SyndromeCase{0x9a000000, "sp alignment"},
       }) {
    EXPECT_EQ(syndrome_text(decode_syndrome(expected.value)), expected.text);
  }
}

TEST(SyndromeTest, DoesNotTakeTheSizeBitsForASizeUnlessTheyAreValid) {
  EXPECT_FALSE(decode_syndrome(0x92c00006).size_bytes);   // ISV 0: the size bits mean nothing.
  EXPECT_EQ(decode_syndrome(0x93c00006).size_bytes, 8U);  // ISV 1, SAS 3.
  EXPECT_EQ(decode_syndrome(0x93000006).size_bytes, 1U);
}

TEST(SyndromeTest, KnowsWhenTheAddressOrTheDirectionMeansNothing) {
  EXPECT_TRUE(decode_syndrome(0x92000006).address_valid);
  EXPECT_FALSE(decode_syndrome(0x92000410).address_valid);  // FnV
  EXPECT_FALSE(decode_syndrome(0x92000146).write);          // CM: a cache operation reports as a write.
  EXPECT_FALSE(decode_syndrome(0x82000046).write);          // No such bit in instruction aborts.
}

TEST(SyndromeTest, IgnoresTheUpperHalf) {
  EXPECT_EQ(decode_syndrome(0xffffffff92000046).kind, SyndromeClass::data_abort);
}

}  // namespace
}  // namespace faultline
