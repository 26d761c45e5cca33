#include "app/ingest/symbol_search.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/stored_night.h"

namespace faultline {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(SymbolSearchTest, PathsThatAreGivenAreLookedIntoFirst) {
  const auto options = symbolize_options({"/a", "/b"});

  EXPECT_THAT(options.search_paths, ElementsAre("/a", "/b"));
}

TEST(SymbolSearchTest, AMisspeltPathIsAnErrorThatNamesIt) {
  const ScopedTempFolder folder;

  EXPECT_TRUE(check_symbol_paths({folder.path().string()}).has_value());
  const auto checked = check_symbol_paths({folder.path().string(), "/no/such/file"});
  ASSERT_FALSE(checked.has_value());
  EXPECT_THAT(checked.error().text(), HasSubstr("/no/such/file"));
}

TEST(SymbolSearchTest, AFileThatWasGivenAndIsNoSymbolFileIsNamed) {
  const ScopedTempFolder folder;
  write_text(folder / "model", "no Mach-O file");
  const std::vector<std::string> paths{(folder / "model").string()};
  SymbolizeOptions options;
  options.search_paths = {folder / "model"};
  options.use_image_paths = false;
  options.use_system_places = false;
  Symbolizer symbolizer(options);
  symbolizer.symbolize(derive(night_report(1), ReportOrigin::imported, {}).report);

  const auto problems = symbol_problems(symbolizer, paths, /*all=*/false);

  for (const auto& problem : problems) EXPECT_THAT(problem, HasSubstr(paths[0]));
  EXPECT_EQ(problems.size(), symbol_problems(symbolizer, {}, /*all=*/true).size());
}

}  // namespace
}  // namespace faultline
