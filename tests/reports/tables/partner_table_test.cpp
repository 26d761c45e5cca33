#include "reports/tables/partner_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "reports/formats/report_writer.h"

namespace faultline {
namespace {

using testing::HasSubstr;
using testing::Not;

PartnerRow row(const char* function, std::int64_t reports, std::int64_t elsewhere) {
  return {function, reports, 40, elsewhere, 60};
}

TEST(PartnerTableTest, WhatStandsInOtherThreadsMoreOftenThanElsewhereComesFirstWithItsLift) {
  const auto text = write_table(
      partner_table({row("app main", 40, 60), row("driver wait", 20, 29), row("driver clear", 30, 3)}),
      TableFormat::text);

  EXPECT_LT(text.find("driver clear"), text.find("driver wait"));
  EXPECT_THAT(text, HasSubstr("30/40  75 %"));
  EXPECT_THAT(text, HasSubstr("15x"));
  EXPECT_THAT(text, HasSubstr("Koopman"));
}

TEST(PartnerTableTest, WhatIsEverywhereIsLeftOutAndCounted) {
  const auto text =
      write_table(partner_table({row("app main", 40, 60), row("driver clear", 30, 3)}), TableFormat::text);

  EXPECT_THAT(text, Not(HasSubstr("app main")));
  EXPECT_THAT(text, HasSubstr("1 function is no more frequent here"));
}

TEST(PartnerTableTest, WithoutOtherSitesThereIsNoLift) {
  const auto text = write_table(partner_table({{"driver clear", 30, 40, 0, 0}}), TableFormat::json);

  EXPECT_THAT(text, HasSubstr("\"lift\":null"));
}

}  // namespace
}  // namespace faultline
