#include "collector/plan/placeholders.h"

#include <gtest/gtest.h>

namespace faultline {
namespace {

const PlaceholderFolders kFolders{"/opt/samples", "/home/me/campaigns"};

Cell cell_with(std::string name, ParameterValue value) {
  return {0, "w", {{std::move(name), std::move(value)}}};
}

TEST(PlaceholdersTest, ValuesReplaceTheirNamesAndFoldersTheirWords) {
  const Cell cell = cell_with("threads", {"eight", "8", ParameterType::text, false});

  EXPECT_EQ(replace_placeholders("--threads={threads}", cell, kFolders), "--threads=8");
  EXPECT_EQ(replace_placeholders("{samples}/agx_sim", cell, kFolders), "/opt/samples/agx_sim");
  EXPECT_EQ(replace_placeholders("{campaign}/data", cell, kFolders), "/home/me/campaigns/data");
}

TEST(PlaceholdersTest, DoubledBracesAreLiteralAndNothingElseIsInterpreted) {
  const Cell cell = cell_with("name", {"x", "$(rm -rf /) {name} `id`", ParameterType::text, false});

  EXPECT_EQ(replace_placeholders("{{\"k\": 1}}", cell, kFolders), "{\"k\": 1}");
  EXPECT_EQ(replace_placeholders("{name}", cell, kFolders), "$(rm -rf /) {name} `id`");
}

TEST(PlaceholdersTest, AnUnsetValueTakesTheWholeTextAway) {
  const Cell cell = cell_with("layer", {"unset", "", ParameterType::text, true});

  EXPECT_EQ(replace_placeholders("{layer}", cell, kFolders), std::nullopt);
}

TEST(PlaceholdersTest, BracesThatAreNoPlaceholderSayHowToBeWritten) {
  for (const char* text : {"{", "}", "a{b", "{}", "{a{b}}", "a}b"}) {
    const auto pieces = split_template(text);
    ASSERT_FALSE(pieces.has_value()) << text;
    EXPECT_NE(pieces.error().message().find("{{"), std::string::npos) << pieces.error().message();
  }
}

}  // namespace
}  // namespace faultline
