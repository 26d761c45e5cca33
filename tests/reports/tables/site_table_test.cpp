#include "reports/tables/site_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "reports/formats/report_writer.h"

namespace faultline {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::Not;

SiteRow pipeline_state() {
  SiteRow row;
  row.key = "3f9c0a1122334455";
  row.text = "AGXMetalG16X -[AGXG16XFamilyComputeContext setComputePipelineState:]+32 null+0x5c8 read";
  row.family = "91d2000000000000";
  row.family_text = "AGXMetal* setComputePipelineState: null+0x5c8 read";
  row.image = "AGXMetalG16X";
  row.function = "-[AGXG16XFamilyComputeContext setComputePipelineState:]";
  row.code_offset = 32;
  row.fault_kind = "null_dereference";
  row.fault_offset = 0x5c8;
  row.access = "read";
  row.reports = 37;
  row.trials = 36;
  row.first_seen = "2025-12-21T01:36:18.286Z";
  row.last_seen = "2025-12-22T02:00:00.000Z";
  row.cells = 4;
  row.os_builds = {"24G419"};
  return row;
}

TEST(SiteTableTest, JsonHasTheDocumentedKeys) {
  SiteTableOptions options;
  options.audience = TableAudience::programs;

  const auto row =
      json::parse(write_table(site_table({pipeline_state()}, options), TableFormat::json))["rows"][0];

  std::vector<std::string> keys;
  for (const auto& item : row.items()) keys.push_back(item.key());
  EXPECT_THAT(keys, testing::UnorderedElementsAre("key", "text", "family", "family_text", "image", "function",
                                                  "code_offset", "fault_kind", "fault_offset", "access",
                                                  "reports", "trials", "first_seen", "last_seen", "cells",
                                                  "os_builds", "labels", "uncaptured"));
  EXPECT_EQ(row["code_offset"], 32);
  EXPECT_EQ(row["fault_offset"], 1480);
  EXPECT_EQ(row["first_seen"], "2025-12-21T01:36:18.286Z");
  EXPECT_EQ(row["os_builds"], json::array({"24G419"}));
  EXPECT_EQ(row["labels"], json::array());
}

TEST(SiteTableTest, UnknownIsNullInJson) {
  SiteRow row = pipeline_state();
  row.function.clear();
  row.fault_offset.reset();
  row.access.reset();
  SiteTableOptions options;
  options.audience = TableAudience::programs;

  const auto written = json::parse(write_table(site_table({row}, options), TableFormat::json))["rows"][0];

  EXPECT_TRUE(written["function"].is_null());
  EXPECT_TRUE(written["fault_offset"].is_null());
  EXPECT_TRUE(written["access"].is_null());
}

TEST(SiteTableTest, PeopleSeeKeyPlaceAndCounts) {
  const std::string text = write_table(site_table({pipeline_state()}, {}), TableFormat::text);

  EXPECT_THAT(text, HasSubstr("3f9c0a1122334455"));
  EXPECT_THAT(text,
              HasSubstr("-[AGXG16XFamilyComputeContext setComputePipelineState:] +32 · NULL+0x5c8 read"));
  EXPECT_THAT(text, HasSubstr("2025-12-21 01:36Z"));
  EXPECT_THAT(text, Not(HasSubstr("labels"))) << "no row has one";
}

TEST(SiteTableTest, KeysHaveAsManyDigitsAsTellThemApart) {
  SiteTableOptions options;
  options.key_digits = 8;

  const std::string text =
      write_table(site_table({pipeline_state()}, options), TableFormat::text, {80, false});

  EXPECT_THAT(text, HasSubstr("3f9c0a11       37"));
  EXPECT_THAT(text, Not(HasSubstr("3f9c0a1122334455")));
}

}  // namespace
}  // namespace faultline
