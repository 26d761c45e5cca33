#include "app/ingest/symbolized_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/stored_night.h"

namespace faultline {
namespace {

using testing::HasSubstr;

TEST(SymbolizedFileTest, AReportKeepsItsNamesWhereNoFileHasBetterOnes) {
  const ScopedTempFolder folder;
  write_text(folder / "a.ips", night_report(1));

  ASSERT_VALUE(const auto file, symbolize_file((folder / "a.ips").string(), {}));
  const auto& symbolized = file.symbolized;

  EXPECT_GT(symbolized.physical_frames, 0U);
  EXPECT_GE(symbolized.named_after, symbolized.named_before);
  EXPECT_EQ(symbolized.report.threads.size(), 2U);
  EXPECT_TRUE(symbol_file_lines(symbolized).empty());
}

TEST(SymbolizedFileTest, WhatIsNoReportIsAnErrorThatNamesTheFile) {
  const ScopedTempFolder folder;
  write_text(folder / "a.txt", "nothing of the kind");

  const auto symbolized = symbolize_file((folder / "a.txt").string(), {});

  ASSERT_FALSE(symbolized.has_value());
  EXPECT_THAT(symbolized.error().text(), HasSubstr("a.txt"));
}

TEST(SymbolizedFileTest, EachFileThatNamedFramesHasALine) {
  SymbolizedReport symbolized;
  Image image;
  image.name = "AGXMetalG16X";
  symbolized.report.images = {image, image};
  symbolized.images.resize(2);
  symbolized.images[0] = {SymbolPlace{}, "/archive/AGXMetalG16X", 3};

  const auto lines = symbol_file_lines(symbolized);

  ASSERT_EQ(lines.size(), 1U);
  EXPECT_THAT(lines[0], HasSubstr("AGXMetalG16X: 3 frames named from /archive/AGXMetalG16X"));
}

}  // namespace
}  // namespace faultline
