#include "core/text/shell_quote.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace faultline {
namespace {

TEST(ShellQuoteTest, AWordOfLettersDigitsAndHarmlessMarksStaysAsItIs) {
  EXPECT_EQ(shell_quoted("--threads=8"), "--threads=8");
  EXPECT_EQ(shell_quoted("/opt/a_b/c-1.2.py"), "/opt/a_b/c-1.2.py");
}

TEST(ShellQuoteTest, APlaceholderIsNoExpansion) {
  EXPECT_EQ(shell_quoted("{samples}/agx_sim"), "{samples}/agx_sim");
  for (const std::string word : {"{", "}", "{1..3}", "a{b,c}"})
    EXPECT_EQ(shell_quoted(word), "'" + word + "'");
}

TEST(ShellQuoteTest, WhatAShellWouldReadIsQuoted) {
  for (const std::string word :
       {"a b", "$HOME", "`id`", "*.ips", "a;b", "a&b", "a>b", "!1", "~/x", "#x", "{a,b}"}) {
    EXPECT_EQ(shell_quoted(word), "'" + word + "'");
  }
}

TEST(ShellQuoteTest, AnEmptyWordIsAWord) { EXPECT_EQ(shell_quoted(""), "''"); }

TEST(ShellQuoteTest, ASingleQuoteEndsTheQuotesAndBeginsThemAgain) {
  EXPECT_EQ(shell_quoted("it's"), R"('it'\''s')");
  EXPECT_EQ(single_quoted("plain"), "'plain'");
}

TEST(ShellQuoteTest, CommandsAreQuotedAsAShellTakesThem) {
  const std::vector<std::string> words{"python3", "a b.py", "it's"};

  EXPECT_EQ(shell_command(words), R"(python3 'a b.py' 'it'\''s')");
}

}  // namespace
}  // namespace faultline
