#include "app/doctor/store_health.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/support/stored_night.h"

namespace faultline {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(StoreHealthTest, AStoreThatIsNotThereIsAnErrorWithItsPath) {
  const ScopedTempFolder folder;

  const auto missing = require_store(folder / "absent.db");

  ASSERT_FALSE(missing.has_value());
  EXPECT_THAT(missing.error().text(), HasSubstr("absent.db"));
  write_text(folder / "there.db", "x");
  EXPECT_TRUE(require_store(folder / "there.db").has_value());
}

TEST(StoreHealthTest, ASoundStoreIsOk) {
  EXPECT_EQ(nlohmann::json::parse(store_check_json({})),
            nlohmann::json::parse(R"({"ok": true, "problems": []})"));
}

TEST(StoreHealthTest, ProblemsAreListedAndSafeForATerminal) {
  const auto text = store_check_json({{"raw", "AB\x1b[31m\xff", "cannot be had back"}});

  EXPECT_THAT(text, Not(HasSubstr("\x1b")));
  const auto json = nlohmann::json::parse(text);
  EXPECT_EQ(json["ok"], false);
  EXPECT_EQ(json["problems"][0]["kind"], "raw");
  EXPECT_EQ(json["problems"][0]["message"], "cannot be had back");
}

TEST(StoreHealthTest, ARepairSaysWhatItSavedAndWhatItLost) {
  StoreRepair repair;
  repair.rows = 7;
  repair.lost = {{"row", "trial", "could not be saved"}};

  const auto json = nlohmann::json::parse(store_repair_json(repair));

  EXPECT_EQ(json["rows"], 7);
  EXPECT_EQ(json["lost"][0]["where"], "trial");
}

}  // namespace
}  // namespace faultline
