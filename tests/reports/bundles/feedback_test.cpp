#include "reports/bundles/feedback.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "reports/bundles/feedback_prose.h"
#include "reports/bundles/feedback_template.h"
#include "reports/bundles/manifest.h"
#include "reports/bundles/reproducers.h"
#include "tests/support/scoped_temp_folder.h"

namespace faultline {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

FeedbackCell cell(std::int64_t threads, std::int64_t counted, std::int64_t trials) {
  FeedbackCell made;
  made.cell.workload = "w";
  const auto text = std::to_string(threads);
  made.cell.parameters = {{"threads", {text, text, ParameterType::integer, false}}};
  made.of_sites = {counted, trials};
  return made;
}

TEST(ReproducersTest, PutsTheSmallestReproducerFirstAndLeavesOutWhatNeverCrashed) {
  const auto steps = reproducers({cell(16, 50, 50), cell(1, 0, 50), cell(2, 3, 50), cell(8, 40, 50)});

  ASSERT_EQ(steps.size(), 3U);
  EXPECT_EQ(steps[0].cell.text(), "threads=2");
  EXPECT_EQ(steps[2].cell.text(), "threads=16");
}

TEST(ProseTest, BeginsWithAFileThatNamesEveryOpenField) {
  const auto prose = read_prose("", "model dies");

  ASSERT_TRUE(prose);
  EXPECT_THAT(prose->open, ElementsAre("title", "category", "severity", "impact", "contact", "sysdiagnose",
                                       "log_collect", "latest_beta"));
  EXPECT_THAT(prose->file, HasSubstr("# For example: model dies"));
  EXPECT_THAT(prose->file, HasSubstr("links = []"));
}

TEST(ProseTest, KeepsAPersonsWordsAndCompletesTheFile) {
  const std::string given = "# mine\ntitle = \"It dies\"\nlinks = [\"https://github.com/x/1\"]\n";

  const auto prose = read_prose(given, "");

  ASSERT_TRUE(prose);
  EXPECT_TRUE(prose->file.starts_with(given));
  EXPECT_THAT(prose->file, HasSubstr("\ncontact = \"\"\n"));
  EXPECT_EQ(prose->values.at("title"), "It dies");
  EXPECT_EQ(prose->values.at("links"), "- https://github.com/x/1\n");
  const auto again = read_prose(prose->file, "");
  ASSERT_TRUE(again);
  EXPECT_EQ(again->file, prose->file);
}

TEST(ProseTest, TellsMistakesWithTheirLine) {
  EXPECT_THAT(read_prose("title = \"x\"\ntitel = \"y\"\n", "").error().text(),
              HasSubstr("line 2: there is no field titel"));
  EXPECT_THAT(read_prose("\ntitle = 3\n", "").error().text(), HasSubstr("line 2: title must be text"));
  EXPECT_THAT(read_prose("title = \"x\n", "").error().text(), HasSubstr("line 1"));
}

TEST(TemplateTest, FillsNamesAndNeverLooksThroughValues) {
  const auto text = fill_template({"F", "a {{x}} b\n\n\n\n{{y}}\n"}, {{"x", "{{y}}"}, {"y", ""}});

  ASSERT_TRUE(text);
  EXPECT_EQ(*text, "a {{y}} b\n");
}

TEST(TemplateTest, AnUnknownNameIsAMistakeWithItsLine) {
  const auto text = fill_template({"FEEDBACK.md", "\n{{titel}}"}, {{"title", "x"}});

  ASSERT_FALSE(text);
  EXPECT_THAT(text.error().text(), HasSubstr("FEEDBACK.md, line 2"));
  EXPECT_THAT(text.error().text(), HasSubstr("there are title"));
}

TEST(TemplateTest, ATeamsFileReplacesOurs) {
  const ScopedTempFolder folder;
  std::ofstream(folder / "FEEDBACK.md") << "ours: {{title}}";

  const auto templates = load_feedback_templates(folder.path());

  ASSERT_TRUE(templates);
  EXPECT_EQ(templates->at(0).text, "ours: {{title}}");
  EXPECT_THAT(templates->at(1).text, HasSubstr("STEPS TO REPRODUCE"));
}

TEST(ManifestTest, HashesAreThoseOfThePublishedExamples) {
  // FIPS 180-4, examples of SHA-256.
  EXPECT_EQ(sha256_hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(sha256_hex(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

FeedbackFollowUp follow_up(Proportion now, Proportion before) {
  FeedbackFollowUp made;
  made.earlier.host.os_name = "macOS";
  made.earlier.host.os_build = "24G419";
  made.later.host.os_name = "macOS";
  made.later.host.os_build = "25A354";
  ComparisonInput input;
  input.a = now;
  input.b = before;
  made.comparison = compare(input);
  return made;
}

TEST(FollowUpTest, SaysThatItStillReproduces) {
  auto given = follow_up({30, 50}, {28, 50});
  given.control = Proportion{40, 50};

  const auto words = follow_up_sentence(given);

  EXPECT_THAT(words, HasSubstr("Still reproduces on macOS (25A354): 30/50"));
  EXPECT_THAT(words, HasSubstr("Whether the rate changed is undecided: these trials do not tell."));
}

TEST(FollowUpTest, ALowerRateBesideAControlThatCrashedSupersedesTheOldOne) {
  auto given = follow_up({0, 299}, {28, 50});
  given.control = Proportion{40, 50};

  EXPECT_THAT(follow_up_sentence(given), HasSubstr("lower than the one reported before, and supersedes it"));
}

TEST(FollowUpTest, SaysOfEachCellWhetherItsCleanTrialsAreEnough) {
  auto given = follow_up({0, 22}, {31, 40});
  given.control = Proportion{40, 50};
  given.cells = {{"mps, threads=8", {0, 11}, {3, 10}, {"fisher", 0.09, false, 16}},
                 {"mps, threads=16", {0, 11}, {28, 30}, {"fisher", 0.0001, true, 3}}};

  const auto words = follow_up_sentence(given);

  EXPECT_THAT(words,
              HasSubstr("threads=8: 0/11 now, 3/10 before, not enough to claim that the former rate is "
                        "gone, which takes 16 trials;"));
  EXPECT_THAT(words,
              HasSubstr("threads=16: 0/11 now, 28/30 before, enough to claim that the former rate is gone."));
}

TEST(FollowUpTest, BoundsWhatWasNotSeenAndNeverCallsItFixed) {
  auto given = follow_up({0, 299}, {28, 50});
  given.control = Proportion{0, 50};

  const auto words = follow_up_sentence(given);

  EXPECT_THAT(words, HasSubstr("Not seen on macOS (25A354): 0/299  0 %  <= 1.0 %"));
  EXPECT_THAT(words, HasSubstr("The control did not crash in 50 trials: this run proves nothing."));
  EXPECT_THAT(words, Not(HasSubstr("fixed")));
  EXPECT_THAT(words, Not(HasSubstr("supersedes")));
}

}  // namespace
}  // namespace faultline
