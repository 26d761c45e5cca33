#include "analyzer/site/frame_rules.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace faultline {
namespace {

using testing::HasSubstr;

TEST(PatternListTest, MatchesWithStarsAnywhere) {
  EXPECT_TRUE(matches_pattern("abort", "abort"));
  EXPECT_FALSE(matches_pattern("abort", "abort_message"));
  EXPECT_TRUE(matches_pattern("abort*", "abort_message"));
  EXPECT_TRUE(matches_pattern("*[NSObject *]", "-[NSObject foo]"));
  EXPECT_TRUE(matches_pattern("a*b*c", "axxbyybzzc"));
  EXPECT_FALSE(matches_pattern("a*b*c", "axxc"));
  EXPECT_TRUE(matches_pattern("*", ""));
  EXPECT_FALSE(matches_pattern("", "x"));
}

TEST(PatternListTest, AnswersWithTheFirstLineThatMatches) {
  const PatternList list("# comment\n\nmem*\nlibfoo*!memcpy -> copies\nmemcpy\n*cpy\n");
  EXPECT_EQ(list.size(), 4U);
  EXPECT_EQ(list.find("", "memcpy"), 0U);
  EXPECT_EQ(list.find("", "strcpy"), 3U);
  EXPECT_FALSE(list.find("", "malloc"));
  EXPECT_FALSE(list.find("", ""));
  EXPECT_EQ(list.line(1).words, "copies");
}

TEST(PatternListTest, TiesAPatternToAnImage) {
  const PatternList list("libsystem_kernel.dylib!*\n");
  EXPECT_TRUE(list.find("libsystem_kernel.dylib", "anything"));
  EXPECT_FALSE(list.find("app", "anything"));
}

struct ListCase {
  std::string image;
  std::string function;
  FrameAction action;
};

TEST(FrameRulesTest, KnowsThePlumbingOfOurUsersStacks) {
  for (const ListCase& row : std::vector<ListCase>{
           {"libsystem_kernel.dylib", "__pthread_kill", FrameAction::skip},
           {"libc.so.6", "__pthread_kill_implementation", FrameAction::skip},
           {"libc.so.6", "gsignal", FrameAction::skip},
           {"libc.so.6", "__assert_fail", FrameAction::skip},
           {"libc++abi.dylib", "std::__terminate(void (*)())", FrameAction::skip},
           {"libstdc++.so.6", "__gnu_cxx::__verbose_terminate_handler()", FrameAction::skip},
           {"Metal", "MTLReportFailure", FrameAction::skip},
           {"libtorch.dylib", "c10::detail::torchCheckFail(char const*, char const*)", FrameAction::skip},
           {"python", "faulthandler_fatal_error", FrameAction::skip},
           {"libobjc.A.dylib", "objc_msgSend", FrameAction::look_through},
           {"libobjc.A.dylib", "objc_release", FrameAction::look_through},
           {"libsystem_platform.dylib", "_platform_memmove", FrameAction::look_through},
           {"libc.so.6", "__memmove_avx_unaligned_erms", FrameAction::look_through},
           {"app", "std::vector<int>::operator[](unsigned long)", FrameAction::look_through},
           {"libdispatch.dylib", "_dispatch_continuation_push", FrameAction::look_through},
           {"libdispatch.dylib", "_dispatch_client_callout", FrameAction::stop},
           {"libpython3.12.dylib", "_PyEval_EvalFrameDefault", FrameAction::stop},
           {"libsystem_pthread.dylib", "_pthread_start", FrameAction::stop},
           {"libpython3.12.dylib", "_PyObject_Malloc", FrameAction::look_through},
           {"libtorch_cpu.dylib", "at::native::mps::LinearOp(at::Tensor const&)", FrameAction::none},
           {"libmlx.dylib", "mlx::core::gpu::eval(mlx::core::array&)", FrameAction::none},
           {"AGXMetalG16X", "-[AGXG16XFamilyComputeContext setComputePipelineState:]", FrameAction::none},
       }) {
    EXPECT_EQ(judge_frame({}, row.image, row.function, "EXC_CRASH").action, row.action) << row.function;
  }
}

TEST(SiteRulesFileTest, ReadsMatchersActionsAndLabels) {
  const auto rules = read_site_rules(
      "# ours\n"
      "function:my_assert*  skip\n"
      "image:libwrapper.dylib function:\"-[Wrap call]\" look-through\n"
      "function:worker_main stop\n"
      "image:AGXMetal* exception:EXC_BAD_ACCESS kind:null_dereference label \"race, FB13\"\n",
      "team.rules");
  ASSERT_TRUE(rules) << rules.error().text();
  ASSERT_EQ(rules->rules.size(), 4U);
  EXPECT_EQ(rules->rules[1].function, "-[Wrap call]");
  EXPECT_EQ(rules->rules[1].action, FrameAction::look_through);
  EXPECT_EQ(rules->rules[3].label, "race, FB13");
  EXPECT_EQ(rules->rules[3].line, 5U);
  EXPECT_EQ(rules->hash.size(), 16U);
}

TEST(SiteRulesFileTest, TakesPrecedenceOverTheLists) {
  const auto rules =
      read_site_rules("function:objc_msgSend stop\nfunction:* exception:EXC_GUARD skip\n", "team.rules");
  ASSERT_TRUE(rules);
  const FrameVerdict verdict = judge_frame(*rules, "libobjc.A.dylib", "objc_msgSend", "EXC_BAD_ACCESS");
  EXPECT_EQ(verdict.action, FrameAction::stop);
  EXPECT_EQ(verdict.reason, "rules file line 1");
  EXPECT_EQ(judge_frame(*rules, "app", "main", "EXC_GUARD").action, FrameAction::skip);
  EXPECT_EQ(judge_frame(*rules, "app", "main", "EXC_CRASH").action, FrameAction::none);
}

TEST(SiteRulesFileTest, NamesEveryLineThatIsWrongAndWhatWouldBeRight) {
  const auto rules = read_site_rules(
      "function:a skip\n"
      "skip\n"
      "colour:red skip\n"
      "function:b jump\n"
      "function:c\n"
      "function:\"d skip\n"
      "family:e skip\n"
      "function:f label\n"
      "kind:bananas label x\n"
      "function: skip\n",
      "team.rules");
  ASSERT_FALSE(rules);
  const std::string text = rules.error().text();
  EXPECT_THAT(text, HasSubstr("team.rules:2: a rule begins with a matcher"));
  EXPECT_THAT(text, HasSubstr("team.rules:3: unknown matcher `colour`; known are image"));
  EXPECT_THAT(text, HasSubstr("team.rules:4: unknown action `jump`; known are skip, look-through"));
  EXPECT_THAT(text, HasSubstr("team.rules:5: no action"));
  EXPECT_THAT(text, HasSubstr("team.rules:6: a double quote is not closed"));
  EXPECT_THAT(text, HasSubstr("team.rules:7: kind, family and site are known only once the site is"));
  EXPECT_THAT(text, HasSubstr("team.rules:8: `label` takes one word"));
  EXPECT_THAT(text, HasSubstr("team.rules:9: `bananas` is no kind of fault"));
  EXPECT_THAT(text, HasSubstr("team.rules:10: nothing stands after `function:`"));
  EXPECT_EQ(text.find("team.rules:1:"), std::string::npos);
}

TEST(SiteRulesFileTest, ReadsAnEmptyFileAsNoRules) {
  const auto rules = read_site_rules("\n# nothing\n", "team.rules");
  ASSERT_TRUE(rules);
  EXPECT_TRUE(rules->rules.empty());
  EXPECT_EQ(rules->hash, "");
}

}  // namespace
}  // namespace faultline
