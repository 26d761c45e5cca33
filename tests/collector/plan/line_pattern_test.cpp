#include "collector/plan/line_pattern.h"

#include <gtest/gtest.h>

#include <array>
#include <optional>
#include <random>
#include <regex>
#include <string>

namespace faultline {
namespace {

bool matches(std::string_view pattern, std::string_view line) {
  const auto compiled = LinePattern::compile(pattern);
  EXPECT_TRUE(compiled.has_value()) << pattern << ": " << compiled.error().text();
  return compiled.has_value() && compiled->matches(line);
}

TEST(LinePatternTest, PatternsAndLinesAgreeAsThisTableSays) {
  struct Row {
    const char* pattern;
    const char* line;
    bool expected;
  };
  const std::vector<Row> rows{
      {"complete", "run complete.", true},
      {"complete", "complet", false},
      {"", "", true},
      {"", "anything", true},
      {"^done$", "done", true},
      {"^done$", "not done", false},
      {"^done$", "done!", false},
      {"a.c", "xabcx", true},
      {"a.c", "ac", false},
      {"colou?r", "the color", true},
      {"ab*c", "ac", true},
      {"ab+c", "ac", false},
      {"ab+c", "abbbbc", true},
      {"(fail|error): \\d+", "error: 42", true},
      {"(fail|error): \\d+", "error: x", false},
      {"^(?:a|b){2,3}$", "abab", false},
      {"^(?:a|b){2,3}$", "aba", true},
      {"^x{3}$", "xxx", true},
      {"^x{3}$", "xx", false},
      {"^x{2,}$", "xxxxx", true},
      {"^x{2,}$", "x", false},
      {"^x{0}y$", "y", true},
      {"[a-c]+[^a-c]", "zzbd", true},
      {"^[]x]$", "]", true},
      {"[a-]", "-", true},
      {"[\\w-]+@", "a-b@", true},
      {"\\bcat\\b", "a cat sat", true},
      {"\\bcat\\b", "concat", false},
      {"\\Bcat", "concat", true},
      {"\\.", "a", false},
      {"\\(\\[\\{", "([{", true},
      {"\\{\"ok\": \\d+\\}", "{\"ok\": 28}", true},
      {"a|", "zzz", true},
      {"a*?b", "aab", true},
      {"\\s\\S", " x", true},
      {"kIOGPU\\w+Error", "kIOGPUCommandBufferCallbackError", true},
      {"ü", "für", true},
  };
  for (const Row& row : rows) {
    EXPECT_EQ(matches(row.pattern, row.line), row.expected) << row.pattern << " on " << row.line;
  }
}

TEST(LinePatternTest, WhatIsWrongIsSaidWithThePartThatIs) {
  struct Row {
    const char* pattern;
    const char* message;
  };
  const std::vector<Row> rows{
      {"(a", "missing ): (a"},
      {"a)", "unexpected ): a)"},
      {"[a", "missing ]: [a"},
      {"*a", "no argument for repetition operator: *"},
      {"a**", "bad repetition operator: **"},
      {"a{", "a { without a number and } (write \\{ for the brace itself) at character 2"},
      {"a{2", "a { without a number and } (write \\{ for the brace itself) at character 2"},
      {"[{]\\{{x}", "a { without a number and } (write \\{ for the brace itself) at character 6"},
      {"a{3,2}", "invalid repetition size: {3,2}"},
      {"a{2000}", "invalid repetition size: {2000}"},
      {"\\", "trailing \\"},
      {"\\q", "invalid escape sequence: \\q"},
      {"(?=a)", "invalid perl operator: (?="},
      {"[z-a]", "invalid character class range: z-a"},
  };
  for (const Row& row : rows) {
    const auto compiled = LinePattern::compile(row.pattern);
    ASSERT_FALSE(compiled.has_value()) << row.pattern;
    EXPECT_EQ(compiled.error().message(), "regex \"" + std::string(row.pattern) + "\": " + row.message);
    EXPECT_EQ(compiled.error().kind(), ErrorKind::invalid_argument);
  }
}

TEST(LinePatternTest, ItAgreesWithStdRegexOnGeneratedPatternsAndLines) {
  // Every pattern of up to three pieces over a small alphabet, on every line of up to four characters.
  const std::vector<std::string> atoms{"a", "b", ".", "[ab]", "[^a]", "(?:a|bc)", "\\w", "^", "$", "\\b"};
  const std::vector<std::string> repeats{"", "*", "+", "?", "{2}"};
  std::vector<std::string> lines{""};
  for (std::size_t i = 0; i < lines.size() && lines[i].size() < 4; ++i) {
    for (const char c : {'a', 'b', 'c'}) lines.push_back(lines[i] + c);
  }
  std::vector<std::string> pieces;
  for (const auto& atom : atoms) {
    const bool is_place = atom == "^" || atom == "$" || atom == "\\b";
    for (const auto& repeat : repeats) {
      if (!is_place || repeat.empty()) pieces.push_back(atom + repeat);
    }
  }
  int compared = 0;
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    for (std::size_t j = 0; j < pieces.size(); j += 5) {
      const std::string pattern =
          pieces[i] + pieces[j] + (j % 2 == 0 ? "" : "|" + pieces[(i + j) % pieces.size()]);
      const auto ours = LinePattern::compile(pattern);
      ASSERT_TRUE(ours.has_value()) << pattern;
      const std::regex theirs(pattern);
      for (std::size_t k = 0; k < lines.size(); k += 5) {
        ASSERT_EQ(ours->matches(lines[k]), std::regex_search(lines[k], theirs))
            << pattern << " on " << lines[k];
        ++compared;
      }
    }
  }
  EXPECT_GT(compared, 5'000);
}

TEST(LinePatternTest, EvilPatternsAndVeryLongLinesAreSurvived) {
  const std::string line(64 << 10, 'a');

  EXPECT_FALSE(matches("(a+)+b", line));
  EXPECT_FALSE(matches("(a|a)*(a|a)*b", line));
  EXPECT_TRUE(matches("a.*a$", line));
  // A pattern that would need millions of states is refused, not built.
  EXPECT_FALSE(LinePattern::compile("((((a{100}){100}){100}){100})").has_value());
  EXPECT_FALSE(LinePattern::compile(std::string(10'000, '(')).has_value());
}

struct GroupRow {
  std::string_view pattern;
  std::string_view line;
  std::optional<std::string_view> group;
};

TEST(LinePatternTest, TheFirstGroupGivesWhatItMatched) {
  const GroupRow rows[] = {
      {"([0-9.]+) ops/s", "ran 12 times: 1234.5 ops/s", "1234.5"},
      {"took (\\d+)", "took 250 ms", "250"},
      {"(\\d+)$", "a 1 b 22", "22"},
      {"(a|ab)(c)", "xabc", "ab"},
      {"(?:loss|cost)=(-?\\d+)", "cost=-7", "-7"},
      {"x(y)?z", "xz", std::nullopt},
      {"(y)", "xz", std::nullopt},
      {"(ab)+", "ababab!", "ab"},
      {"(a*)b", "caab", "aa"},
      {"(.*)", "", ""},
      {"((\\d)\\d)", "a42", "42"},
  };
  for (const GroupRow& row : rows) {
    const auto compiled = LinePattern::compile(row.pattern);
    ASSERT_TRUE(compiled) << compiled.error().text();
    EXPECT_TRUE(compiled->has_group());
    EXPECT_EQ(compiled->group(row.line), row.group) << row.pattern << " on " << row.line;
  }
  EXPECT_FALSE(LinePattern::compile("(?:a)b")->has_group());
}

TEST(LinePatternTest, GroupsAgreeWithStdRegexOnGeneratedPatternsAndLines) {
  // Only where leftmost with greedy quantifiers, in order of alternatives, is what both mean.
  const std::array<const char*, 8> atoms{"a", "b", "[ab]", ".", "a*", "b+", "c?", "(?:ab|c)"};
  std::mt19937 random(11);
  for (int round = 0; round < 3000; ++round) {
    std::string pattern;
    const auto pieces = 3 + random() % 3;
    const auto grouped = random() % pieces;
    for (std::size_t i = 0; i < pieces; ++i) {
      const std::string atom = atoms[random() % atoms.size()];
      pattern += i == grouped ? "(" + atom + ")" : atom;
    }
    std::string line;
    for (auto length = random() % 9; length > 0; --length) line += "abc"[random() % 3];
    std::smatch match;
    const bool found = std::regex_search(line, match, std::regex(pattern));
    const auto group = LinePattern::compile(pattern)->group(line);
    ASSERT_EQ(group.has_value(), found) << pattern << " on " << line;
    if (!found) continue;
    EXPECT_EQ(std::string(*group), match[1].str()) << pattern << " on " << line;
  }
}

}  // namespace
}  // namespace faultline
