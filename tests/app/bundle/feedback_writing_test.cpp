#include "app/bundle/feedback_writing.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/files/text_file.h"
#include "tests/support/stored_night.h"

namespace faultline {
namespace {

using testing::Contains;
using testing::HasSubstr;

class FeedbackWritingTest : public testing::Test {
 protected:
  FeedbackWritingTest() {
    wanted.evidence.sites = {"site~setComputePipelineState"};
    wanted.out = (folder / "bundle").string();
  }
  Result<WrittenFeedback> write() {
    return write_feedback(night.store, against, wanted,
                          [this](std::string_view part) { parts.emplace_back(part); });
  }
  std::string file(const std::string& name) {
    auto text = read_file(folder.path() / "bundle" / name, 1 << 20);
    return text ? *text : "";
  }

  ScopedTempFolder folder;
  NightStore night;
  std::optional<Store> against;
  FeedbackRequest wanted;
  std::vector<std::string> parts;
};

TEST_F(FeedbackWritingTest, ABundleHasReportsPagesTablesAndWhatIsToBeFilledIn) {
  wanted.evidence.reports = 2;

  ASSERT_VALUE(const auto written, write());

  EXPECT_FALSE(written.open.empty());
  EXPECT_THAT(written.searched, Contains(HasSubstr("leak check: ")));
  EXPECT_THAT(parts, Contains(HasSubstr("reading")));
  EXPECT_THAT(file("FEEDBACK.md"), HasSubstr("setComputePipelineState"));
  EXPECT_FALSE(file("feedback.toml").empty());
  EXPECT_FALSE(file("campaign.toml").empty());
  const auto count_in = [&](const char* name) {
    const auto entries = std::filesystem::directory_iterator(folder.path() / "bundle" / name);
    return std::distance(begin(entries), end(entries));
  };
  EXPECT_EQ(count_in("reports"), 4);  // Each as .ips and as text.
  EXPECT_EQ(count_in("pages"), 4);    // Each as Markdown and as HTML.
  EXPECT_GT(count_in("tables"), 0);
}

TEST_F(FeedbackWritingTest, OpenPlaceholdersStopWhatIsFinal) {
  wanted.final = true;

  const auto written = write();

  ASSERT_FALSE(written.has_value());
  EXPECT_THAT(written.error().text(), HasSubstr("--final"));
  EXPECT_FALSE(std::filesystem::exists(folder / "bundle"));
}

TEST_F(FeedbackWritingTest, APersonsWordsAreKeptAndFilesThatTheyNameMustBeThere) {
  ASSERT_DONE(write());
  auto prose = file("feedback.toml");
  const auto at = prose.find("title = ");
  ASSERT_NE(at, std::string::npos);
  prose.replace(at, prose.find('\n', at) - at, "title = \"See attachments/proof.txt\"");
  write_text(folder.path() / "bundle/feedback.toml", prose);

  const auto without = write();
  ASSERT_FALSE(without.has_value());
  EXPECT_THAT(without.error().text(), HasSubstr("attachments/proof.txt"));

  write_text(folder / "proof.txt", "proof");
  wanted.attachments = {(folder / "proof.txt").string()};
  ASSERT_DONE(write());
  EXPECT_THAT(file("FEEDBACK.md"), HasSubstr("See attachments/proof.txt"));
}

TEST_F(FeedbackWritingTest, ASiteThatIsInNoStoreIsAnError) {
  wanted.evidence.sites = {"site~absent"};

  EXPECT_FALSE(write().has_value());
}

TEST_F(FeedbackWritingTest, AgainstAnEarlierStoreTheFollowUpIsWritten) {
  NightOptions earlier;
  earlier.number = 7;
  earlier.started = "2025-11-01T01:00:00.000Z";
  NightStore before(earlier);
  against.emplace(std::move(before.store));

  ASSERT_DONE(write());

  EXPECT_THAT(file("FOLLOW-UP.txt"), HasSubstr("5"));
}

}  // namespace
}  // namespace faultline
