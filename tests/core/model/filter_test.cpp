#include "core/model/filter.h"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <string>

namespace faultline {
namespace {

using Row = std::map<std::string, std::string>;

/// Whether `row` passes `text`; a field that the row lacks is an error of the evaluator.
Result<bool> passes(const std::string& text, const Row& row) {
  TRY_ASSIGN(const Filter filter, parse_filter(text));
  return evaluate_filter(filter, [&](const FilterCondition& condition) -> Result<bool> {
    const auto found = row.find(condition.field);
    if (found == row.end()) {
      return fail(filter_error(filter, condition.field_at, "unknown field " + condition.field));
    }
    return compare_value(found->second, condition);
  });
}

bool holds(const std::string& text, const Row& row) {
  const auto result = passes(text, row);
  EXPECT_TRUE(result.has_value()) << (result ? "" : result.error().text());
  return result.value_or(false);
}

std::string message_of(const std::string& text) {
  const auto filter = parse_filter(text);
  return filter ? "no error" : filter.error().message();
}

const Row kCell{
    {"threads", "8"}, {"lock", "none"}, {"site", "AGX -[C setState:]+32"}, {"fault_offset", "1480"}};

TEST(FilterTest, EmptyTextPassesEverything) {
  EXPECT_TRUE(holds("", {}));
  EXPECT_TRUE(holds(" \t\n", {}));
}

TEST(FilterTest, OneConditionComparesWithEachOperator) {
  EXPECT_TRUE(holds("threads=8", kCell));
  EXPECT_TRUE(holds("threads = 8", kCell));
  EXPECT_FALSE(holds("threads!=8", kCell));
  EXPECT_FALSE(holds("threads<8", kCell));
  EXPECT_TRUE(holds("threads<=8", kCell));
  EXPECT_FALSE(holds("threads>8", kCell));
  EXPECT_TRUE(holds("threads >= 8", kCell));
  EXPECT_TRUE(holds("site~SETSTATE:", kCell));
  EXPECT_FALSE(holds("site~absent", kCell));
}

TEST(FilterTest, InTakesAnyOfItsValues) {
  EXPECT_TRUE(holds("threads in (1, 8)", kCell));
  EXPECT_TRUE(holds("threads IN(8)", kCell));
  EXPECT_FALSE(holds("threads in (1,2,16)", kCell));
}

TEST(FilterTest, AndBindsStrongerThanOr) {
  EXPECT_TRUE(holds("threads=8 or threads=1 and lock=global", kCell));
  EXPECT_FALSE(holds("(threads=8 or threads=1) and lock=global", kCell));
}

TEST(FilterTest, NotTurnsOnlyItsFactor) {
  EXPECT_TRUE(holds("not lock=global and threads=8", kCell));
  EXPECT_FALSE(holds("not (lock=global or threads=8)", kCell));
  EXPECT_TRUE(holds("not not threads=8", kCell));
}

TEST(FilterTest, KeywordsAreReadInAnyCase) { EXPECT_TRUE(holds("threads=8 AND Not lock=global", kCell)); }

TEST(FilterTest, WordsThatBeginLikeKeywordsAreFields) {
  EXPECT_TRUE(holds("order=1 and android=2 and inner=3", {{"order", "1"}, {"android", "2"}, {"inner", "3"}}));
}

TEST(FilterTest, QuotesHoldSpacesAndEscapes) {
  EXPECT_TRUE(holds(R"(site ~ "-[C setState:]")", kCell));
  EXPECT_TRUE(holds(R"(site ~ '-[C setState:]+32')", kCell));
  EXPECT_TRUE(holds(R"(a="x\"y\\z\n")", {{"a", "x\"y\\z\n"}}));
  EXPECT_TRUE(holds(R"("my field"="")", {{"my field", ""}}));
  EXPECT_TRUE(holds("a='and'", {{"a", "and"}}));
}

TEST(FilterTest, BareValuesMayHoldOperatorsInside) {
  EXPECT_TRUE(holds("torch=2.9+cu=1", {{"torch", "2.9+cu=1"}}));
  EXPECT_TRUE(holds("lock=per-op", {{"lock", "per-op"}}));
}

TEST(FilterTest, KeepsTextAndPlacesOfFields) {
  const auto filter = parse_filter("threads=8 and lock = none");

  ASSERT_TRUE(filter.has_value());
  EXPECT_EQ(filter->text, "threads=8 and lock = none");
  ASSERT_EQ(filter->root->kind, FilterNode::Kind::all_of);
  ASSERT_EQ(filter->root->children.size(), 2U);
  EXPECT_EQ(filter->root->children[1].condition.field_at, 14U);
}

TEST(FilterTest, EachMistakeIsShownWithACaretAndWhatWasExpected) {
  struct Case {
    const char* text;
    const char* message;
  };
  const Case kCases[] = {
      {"threads 8", "expected = != < <= > >= ~ or in\n  threads 8\n          ^"},
      {"threads=", "expected a value\n  threads=\n          ^"},
      {"threads=8 and", "expected a field name\n  threads=8 and\n               ^"},
      {"threads=8 lock=none", "expected and, or, or the end\n  threads=8 lock=none\n            ^"},
      {"(threads=8", "this ( is never closed\n  (threads=8\n  ^"},
      {"threads=8)", "this ) closes nothing\n  threads=8)\n           ^"},
      {"lock='none", "this quote is never closed\n  lock='none\n       ^"},
      {R"(lock="\d")", "expected \\\\ \\\" \\' \\n or \\t\n  lock=\"\\d\"\n        ^"},
      {"threads in 8", "expected ( and a list of values after in\n  threads in 8\n             ^"},
      {"threads in ()", "expected a value\n  threads in ()\n              ^"},
      {"threads in (1 2)", "expected , or )\n  threads in (1 2)\n                ^"},
      {"threads==8", "write one =, not ==\n  threads==8\n          ^"},
      {"threads=<8",
       "expected a value; a value that begins like an operator needs quotes\n  threads=<8\n          ^"},
      {"lock = and", "expected a value; the word itself needs quotes\n  lock = and\n         ^"},
      {"threads not in (8)",
       "expected = != < <= > >= ~ or in; not stands before the field\n  threads not in (8)\n          ^"},
      {"=8", "expected a field name\n  =8\n  ^"},
      {"and", "expected a field name\n  and\n  ^"},
  };
  for (const Case& c : kCases) {
    SCOPED_TRACE(c.text);
    EXPECT_EQ(message_of(c.text), c.message);
  }
}

TEST(FilterTest, CaretStandsRightBehindEscapedAndWideText) {
  // ESC shows as four characters, é as one.
  EXPECT_EQ(message_of("\x1b\xc3\xa9 8"), "expected = != < <= > >= ~ or in\n  \\x1b\xc3\xa9 8\n        ^");
}

TEST(FilterTest, OfALongTextOnlyTheSurroundingsAreShown) {
  const std::string text = "lock=" + std::string(100, 'x') + " 8 " + std::string(100, 'y');

  EXPECT_EQ(message_of(text), "expected and, or, or the end\n  …" + std::string(59, 'x') + " 8 " +
                                  std::string(58, 'y') + "…\n  " + std::string(61, ' ') + "^");
}

TEST(FilterTest, EvaluatorsPointAtUnknownFields) {
  const auto result = passes("threads=8 and lok=none", kCell);

  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().message(), "unknown field lok\n  threads=8 and lok=none\n                ^");
}

TEST(FilterTest, EvaluationStopsWhereTheAnswerIsKnown) {
  EXPECT_TRUE(holds("threads=8 or unknown=1", kCell));
  EXPECT_FALSE(holds("threads=1 and unknown=1", kCell));
}

TEST(FilterTest, DeepNestingIsRefusedNotFollowed) {
  const std::string deep = std::string(100'000 / 2, '(') + "a=1";
  EXPECT_NE(message_of(deep).find("nested deeper than 100 levels"), std::string::npos);
  std::string nots;
  for (int i = 0; i < 10'000; ++i) nots += "not ";
  EXPECT_NE(message_of(nots + "a=1").find("nested deeper"), std::string::npos);
  EXPECT_TRUE(holds(std::string(90, '(') + "threads=8" + std::string(90, ')'), kCell));
}

TEST(FilterTest, EndlessTextIsRefused) {
  EXPECT_NE(message_of("a=" + std::string(70'000, 'x')).find("at most 65536"), std::string::npos);
}

TEST(FilterTest, GarbageGivesAFilterOrAMessageAndNeverMore) {
  std::mt19937 random(7);
  const std::string alphabet = std::string("ab18 ()\"'\\=!<>~,.\t\n\x1b\xc3\xa9\xff") + '\0';
  const char* const words[] = {"and ", "or ", "not ", "in ", "threads", "=", "8", "(", ")", ",", "\"", " "};
  int read = 0;
  for (int round = 0; round < 20'000; ++round) {
    std::string text;
    const auto length = random() % 24;
    for (unsigned i = 0; i < length; ++i) {
      text += round % 2 == 0 ? std::string(1, alphabet[random() % alphabet.size()])
                             : words[random() % std::size(words)];
    }
    const auto filter = parse_filter(text);
    if (!filter) {
      EXPECT_NE(filter.error().message().find('^'), std::string::npos) << text;
      continue;
    }
    ++read;
    const auto result = evaluate_filter(
        *filter, [](const FilterCondition& c) -> Result<bool> { return compare_value("8", c); });
    EXPECT_TRUE(result.has_value());
  }
  EXPECT_GT(read, 100);
}

FilterCondition condition(FilterOp op, std::string value) { return {"x", op, {std::move(value)}, 0}; }

TEST(CompareValueTest, NumbersCompareAsNumbersAndTextsAsTexts) {
  EXPECT_TRUE(compare_value("16", condition(FilterOp::greater, "8")));
  EXPECT_TRUE(compare_value("8.0", condition(FilterOp::equal, "8")));
  EXPECT_TRUE(compare_value("1e3", condition(FilterOp::equal, "1000")));
  EXPECT_TRUE(compare_value("-0.5", condition(FilterOp::less, "0")));
  EXPECT_TRUE(compare_value("-0", condition(FilterOp::equal, "0")));
  EXPECT_FALSE(compare_value("16k", condition(FilterOp::greater, "8")));
  EXPECT_TRUE(compare_value("b", condition(FilterOp::greater, "a")));
  EXPECT_FALSE(compare_value("None", condition(FilterOp::equal, "none")));
}

TEST(CompareValueTest, HexIsANumber) {
  EXPECT_TRUE(compare_value("1480", condition(FilterOp::equal, "0x5c8")));
  EXPECT_TRUE(compare_value("0x5C8", condition(FilterOp::less, "1481")));
}

TEST(CompareValueTest, LargeIntegersStayExact) {
  EXPECT_FALSE(compare_value("18446744073709551615", condition(FilterOp::equal, "18446744073709551614")));
  EXPECT_TRUE(compare_value("9007199254740993", condition(FilterOp::greater, "9007199254740992")));
  EXPECT_TRUE(compare_value("-2", condition(FilterOp::less, "-1")));
}

TEST(CompareValueTest, WordsThatStrtodWouldTakeAreTexts) {
  EXPECT_FALSE(compare_value("nan", condition(FilterOp::less_equal, "1")));
  EXPECT_FALSE(compare_value("", condition(FilterOp::equal, "0")));
  EXPECT_FALSE(compare_value("inf", condition(FilterOp::equal, "infinity")));
}

TEST(FilterTest, WhatOtherLanguagesWriteIsToldInOurs) {
  EXPECT_NE(message_of("threads=8,16").find("write threads in (8,16)"), std::string::npos);
  EXPECT_NE(message_of("(threads=8, 16) and lock=none").find("write threads in (8,16)"), std::string::npos);
  EXPECT_NE(message_of("threads=8 && lock=none").find("write and for &&"), std::string::npos);
  EXPECT_NE(message_of("threads=8&&lock=none").find("write and for &&"), std::string::npos);
  EXPECT_NE(message_of("threads=8 || lock=none").find("write or for ||"), std::string::npos);
  EXPECT_NE(message_of("threads==8").find("write one =, not =="), std::string::npos);
}

}  // namespace
}  // namespace faultline
