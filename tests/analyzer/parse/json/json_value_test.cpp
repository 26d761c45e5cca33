#include "analyzer/parse/json/json_value.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <random>
#include <regex>
#include <string>
#include <vector>

namespace faultline {
namespace {

using testing::ElementsAre;

bool is_valid(std::string_view text) { return JsonDocument(text).valid(); }

std::string nested(std::size_t levels) { return std::string(levels, '[') + std::string(levels, ']'); }

TEST(JsonValueTest, WhatIsStrictlyJsonIsValid) {
  for (const auto* text :
       {R"({})", R"([])", R"( {"a" : [1, 2.5e-3, -7, true, false, null, "x"]} )", R"("")", "0", "-0", "1e5",
        "18446744073709551615", "-9223372036854775808", R"("\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00")",
        "\"caf\xc3\xa9 \xf0\x9f\x98\x80 \x7f\"", "\t\r\n[\n]\n", R"({"a":1,"a":2,"":3})",
        R"(["eight by eight by eight", "and a quote after sixteen\""])"}) {
    EXPECT_TRUE(is_valid(text)) << text;
    EXPECT_TRUE(nlohmann::json::accept(std::string(text))) << text;
  }
}

TEST(JsonValueTest, WhatAnyOtherReaderRejectsIsNotValid) {
  const std::vector<std::string> texts{"",
                                       " ",
                                       "{",
                                       "}",
                                       "[",
                                       "]",
                                       "[1",
                                       "[1,",
                                       "[1,]",
                                       "[,1]",
                                       "[1 2]",
                                       "{\"a\"}",
                                       "{\"a\":}",
                                       "{\"a\":1,}",
                                       "{a:1}",
                                       "{\"a\" 1}",
                                       "[1]x",
                                       "{} {}",
                                       "01",
                                       "-",
                                       "+1",
                                       "1.",
                                       ".5",
                                       "1e",
                                       "1e+",
                                       "0x10",
                                       "tru",
                                       "nul",
                                       "truely",
                                       "NaN",
                                       "'a'",
                                       "\"a",
                                       "\"\\\"",
                                       "\"\\x\"",
                                       "\"\\u12g4\"",
                                       "\"\\u12\"",
                                       "\"\\ud800\"",
                                       "\"\\ud800\\u0041\"",
                                       "\"\\udc00\"",
                                       "\"line\nbreak\"",
                                       std::string("\"a\0b\"", 5),
                                       "\"\xff\"",
                                       "\"\xc0\x80\"",
                                       "\"\xed\xa0\x80\"",
                                       "\"\xf4\x90\x80\x80\"",
                                       "\"\xe2\x80\"",
                                       "[1e400]",

                                       "\"tab\tinside\"",
                                       "[true false]",
                                       "\"after eight\x01\""};
  for (const auto& text : texts) {
    EXPECT_FALSE(is_valid(text)) << testing::PrintToString(text);
    EXPECT_FALSE(nlohmann::json::accept(text)) << testing::PrintToString(text);
  }
}

TEST(JsonValueTest, IntegersBeyond64BitsAndNestingBeyondItsLimitAreNotValid) {
  EXPECT_FALSE(is_valid("18446744073709551616"));
  EXPECT_FALSE(is_valid("99999999999999999999999"));
  EXPECT_FALSE(is_valid("-9223372036854775809"));
  EXPECT_TRUE(is_valid(nested(JsonDocument::kDeepest)));
  EXPECT_FALSE(is_valid(nested(JsonDocument::kDeepest + 1)));
  EXPECT_FALSE(is_valid(nested(1'000'000)));
}

TEST(JsonValueTest, AZeroByteDoesNotEndTheText) {
  EXPECT_FALSE(is_valid(std::string_view("1\0", 2)));
  EXPECT_FALSE(is_valid(std::string_view("[1]\0", 4)));
}

TEST(JsonValueTest, EveryCutOfAContainerIsInvalid) {
  const std::string text = R"({"a":["\u00e9",{"b":-1.5e3}],"c":true,"d":{}})";
  ASSERT_TRUE(is_valid(text));
  for (std::size_t length = 0; length < text.size(); ++length) {
    EXPECT_FALSE(is_valid(std::string_view(text).substr(0, length))) << length;
  }
}

TEST(JsonValueTest, MutatedTextsAreValidWhereAnotherReaderAcceptsThem) {
  const std::string text =
      R"({"a":[0,-1,2.5,1e5,1844674407370955161],"b":{"c\u00e9\n":"x\/y\ud83d\ude00","d":true},"e":[null,false,""]})";
  constexpr std::string_view kBytes = "[]{},:\"\\0123456789-+.eEu tnfx\n\t\x01\x7f\xc3\xa9\xff";
  std::mt19937 random(1);
  const auto below = [&random](std::size_t end) { return random() % end; };
  const std::regex beyond_64_bits("-?[0-9]{20,}");
  std::size_t valid = 0;
  for (int i = 0; i < 20'000; ++i) {
    std::string mutated = text;
    for (std::size_t changes = 1 + below(2); changes > 0; --changes) {
      const auto at = below(mutated.size());
      const auto way = below(3);
      if (way == 0) mutated.erase(at, 1 + below(3));
      if (way == 1) mutated.insert(at, 1, kBytes[below(kBytes.size())]);
      if (way == 2) mutated[at] = kBytes[below(kBytes.size())];
    }
    const bool accepted = nlohmann::json::accept(mutated);
    if (is_valid(mutated)) {
      ++valid;
      ASSERT_TRUE(accepted) << testing::PrintToString(mutated);
    } else if (accepted) {
      ASSERT_TRUE(std::regex_search(mutated, beyond_64_bits)) << testing::PrintToString(mutated);
    }
  }
  EXPECT_GT(valid, 1000U);  // Else the mutations say nothing.
}

TEST(JsonValueTest, AValueIsGivenInItsOwnTypeOnly) {
  JsonDocument document(R"([18446744073709551615,-9223372036854775808,2.5,"18","\u0041\/",true,null,-0])");
  std::vector<JsonValue> values;
  document.root().each_element([&values](std::size_t, JsonValue value) { values.push_back(value); });

  ASSERT_EQ(values.size(), 8U);
  EXPECT_EQ(values[0].type(), JsonType::unsigned_integer);
  EXPECT_EQ(values[0].unsigned_integer(), UINT64_MAX);
  EXPECT_EQ(values[0].integer(), std::nullopt);
  EXPECT_EQ(values[1].type(), JsonType::negative);
  EXPECT_EQ(values[1].integer(), INT64_MIN);
  EXPECT_EQ(values[1].unsigned_integer(), std::nullopt);
  EXPECT_EQ(values[2].type(), JsonType::real);
  EXPECT_EQ(values[2].real(), 2.5);
  EXPECT_EQ(values[2].unsigned_integer(), std::nullopt);
  EXPECT_EQ(values[3].unsigned_integer(), std::nullopt);
  EXPECT_EQ(values[3].text(), "18");
  EXPECT_EQ(values[4].text(), "A/");
  EXPECT_EQ(values[5].boolean(), true);
  EXPECT_EQ(values[5].text(), std::nullopt);
  EXPECT_EQ(values[6].type(), JsonType::null);
  EXPECT_EQ(values[7].type(), JsonType::unsigned_integer);
  EXPECT_EQ(values[7].unsigned_integer(), 0U);
  EXPECT_TRUE(document.valid());
}

TEST(JsonValueTest, ReadingBeforeTheCheckGivesWhatStandsBeforeTheDamageAndThenStops) {
  JsonDocument document(R"({"first":[1,2],"second":"cut)");
  std::vector<std::string> keys;
  document.root().each_member([&keys](std::string_view key, JsonValue value) {
    keys.emplace_back(key);
    static_cast<void>(value.text());
  });

  EXPECT_THAT(keys, ElementsAre("first", "second"));
  EXPECT_FALSE(document.valid());
  EXPECT_EQ(document.root().find("first"), std::nullopt);
}

TEST(JsonValueTest, WhatAReaderLeavesUnreadIsCheckedAllTheSame) {
  JsonDocument document(R"({"unread":[1,{"deep":tru}],"read":1})");
  document.root().each_member([](std::string_view, JsonValue) {});

  EXPECT_FALSE(document.valid());
}

TEST(JsonValueTest, ValuesCanBeReadAgainAndInAnyOrder) {
  JsonDocument document(R"({"a":{"b":[1,2]},"c":{"b":[3]}})");
  ASSERT_TRUE(document.valid());
  const auto c = document.root().find("c");
  const auto a = document.root().find("a");

  ASSERT_TRUE(a && c);
  EXPECT_EQ(c->compact(), R"({"b":[3]})");
  EXPECT_EQ(a->compact(), R"({"b":[1,2]})");
  EXPECT_EQ(a->compact(), R"({"b":[1,2]})");
  EXPECT_EQ(document.root().find("b"), std::nullopt);
  EXPECT_EQ(a->find("b")->find("x"), std::nullopt);
}

TEST(JsonValueTest, KeysAreResolvedAndOutliveTheirCall) {
  JsonDocument document(R"({"a\u0062\/":1,"plain":2})");
  std::vector<std::string_view> keys;
  document.root().each_member([&keys](std::string_view key, JsonValue) { keys.push_back(key); });

  EXPECT_THAT(keys, ElementsAre("ab/", "plain"));
}

TEST(JsonValueTest, CompactTextHasNoWhitespaceAndKeepsNumbersAsTheyWereWritten) {
  const std::string text = R"({ "a\/b" : [ 1.50, -7, "q\"\\\n\u0001\u00e9" ], "e" : [ ], "o" : { } })";

  EXPECT_EQ(JsonDocument(text).root().compact(),
            "{\"a/b\":[1.50,-7,\"q\\\"\\\\\\n\\u0001\xc3\xa9\"],\"e\":[],\"o\":{}}");
}

}  // namespace
}  // namespace faultline
