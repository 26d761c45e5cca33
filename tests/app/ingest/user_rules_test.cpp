#include "app/ingest/user_rules.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "tests/support/stored_night.h"

namespace faultline {
namespace {

using testing::HasSubstr;

class UserRulesTest : public testing::Test {
 protected:
  UserRulesTest() { ::unsetenv("FAULTLINE_RULES"); }
  ~UserRulesTest() override { ::unsetenv("FAULTLINE_RULES"); }
  ScopedTempFolder folder;
};

TEST_F(UserRulesTest, WithoutAFileThereAreNoRules) {
  ASSERT_VALUE(const auto rules, read_user_rules({}));

  EXPECT_TRUE(rules.hash.empty());
}

TEST_F(UserRulesTest, AFileThatIsMissingIsAnErrorThatSaysWhoNamedIt) {
  const auto by_option = read_user_rules(folder / "absent.rules");
  ASSERT_FALSE(by_option.has_value());
  EXPECT_EQ(by_option.error().kind(), ErrorKind::invalid_argument);
  EXPECT_THAT(by_option.error().text(), HasSubstr("--rules"));

  ::setenv("FAULTLINE_RULES", (folder / "absent.rules").c_str(), 1);
  const auto by_environment = read_user_rules({});
  ASSERT_FALSE(by_environment.has_value());
  EXPECT_THAT(by_environment.error().text(), HasSubstr("FAULTLINE_RULES"));
}

TEST_F(UserRulesTest, TheOptionWinsOverTheCampaignAndThatOverTheEnvironment) {
  write_text(folder / "empty.rules", "");
  ::setenv("FAULTLINE_RULES", (folder / "absent.rules").c_str(), 1);

  EXPECT_TRUE(read_user_rules(folder / "empty.rules", folder / "absent.rules").has_value());
  EXPECT_TRUE(read_user_rules({}, folder / "empty.rules").has_value());
  EXPECT_FALSE(read_user_rules({}).has_value());
}

TEST_F(UserRulesTest, ACampaignNamesItsFileFromItsOwnFolder) {
  Campaign campaign;
  EXPECT_TRUE(rules_of_campaign(campaign).empty());

  campaign.folder = "/campaigns";
  campaign.rules = "team.rules";
  EXPECT_EQ(rules_of_campaign(campaign), "/campaigns/team.rules");
}

}  // namespace
}  // namespace faultline
