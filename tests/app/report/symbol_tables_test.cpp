#include "app/report/symbol_tables.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "core/process/this_program.h"
#include "tests/support/stored_night.h"

namespace faultline {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(SymbolTablesTest, FilesAreAddedOnceAndWhatIsNoneIsNamed) {
  const ScopedTempFolder folder;
  write_text(folder.path() / "symbols/notes.txt", "no symbols");
  std::filesystem::copy_file(this_program(), folder.path() / "symbols/model");
  SymbolArchive archive(folder / "archive");
  std::vector<std::string> problems;
  const auto note = [&](const std::string& line) { problems.push_back(line); };

  ASSERT_VALUE(const auto first, archive_paths(archive, {(folder / "symbols").string()}, {}, note));
  ASSERT_VALUE(const auto again, archive_paths(archive, {(folder / "symbols").string()}, {}, note));

  EXPECT_EQ(first.added.size() + first.problems, 1U);
  EXPECT_EQ(again.added.size(), 0U);
  EXPECT_EQ(again.present, first.added.size());
  EXPECT_EQ(archive_table(archive.list()).rows.size(), first.added.size());
}

TEST(SymbolTablesTest, APathThatIsNotThereIsAnError) {
  const ScopedTempFolder folder;
  SymbolArchive archive(folder / "archive");

  EXPECT_FALSE(archive_paths(archive, {"/no/such/file"}, {}, [](const std::string&) {}).has_value());
}

TEST(SymbolTablesTest, AFunctionIsShownWithWhereItLies) {
  SymbolAddress found;
  found.entry.name = "AGXMetalG16X";
  found.function = "-[AGXG16XFamilyComputeContext setComputePipelineState:]";
  found.address = LinkAddress{0x352d0};
  found.offset = ImageOffset{0x352d0};
  found.size_bytes = 128;

  const Table table = lookup_table({found});

  ASSERT_EQ(table.rows.size(), 1U);
  EXPECT_EQ(table.rows[0][0], TableCell("AGXMetalG16X"));
  EXPECT_EQ(table.rows[0][6], TableCell("0x352d0"));
}

}  // namespace
}  // namespace faultline
