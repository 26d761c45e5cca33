#include "collector/reporter/watch/sample_text.h"

#include <gmock/gmock.h>

#include "tests/collector/reporter/watch/sample_fixture.h"

namespace faultline {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

ProcessSample parsed(const std::string& text) {
  auto sample = parse_sample_text(text);
  EXPECT_TRUE(sample) << sample.error().text();
  return sample ? *sample : ProcessSample();
}

/// Symbols of a stack, innermost first; `?` where there is none.
std::vector<std::string> symbols(const SampledThread& thread, const SampledStack* stack) {
  std::vector<std::string> names;
  if (stack == nullptr) return names;
  for (const auto index : stack->frames) {
    const auto& symbol = thread.frames[index].symbol;
    names.push_back(symbol.empty() ? "?" : symbol);
  }
  return names;
}

/// A sample of one thread whose call graph has these lines.
std::string graph(const std::string& lines) {
  return "Call graph:\n    90 Thread_7\n" + lines + "\nBinary Images:\n";
}

TEST(SampleTextTest, HeaderSaysWhichProcessItWas) {
  const auto sample = parsed(sample_text());

  EXPECT_EQ(sample.process_name, "painter");
  EXPECT_EQ(sample.pid, 4242);
  EXPECT_EQ(sample.path, "/Users/USER/*/painter");
  EXPECT_EQ(sample.parent_name, "my shell");
  EXPECT_EQ(sample.parent_pid, 4200);
  EXPECT_EQ(sample.code_type, "ARM64");
  EXPECT_EQ(sample.os_version, "macOS 15.7.3 (24G419)");
  EXPECT_EQ(sample.launch_time, "2026-03-01 10:00:00.250 +0100");
}

TEST(SampleTextTest, EachThreadHasItsIdNameQueueAndStack) {
  const auto sample = parsed(sample_text());

  ASSERT_EQ(sample.threads.size(), 2U);
  const auto& main = sample.threads[0];
  EXPECT_EQ(main.id, 901U);
  EXPECT_EQ(main.name, "Main Thread");
  EXPECT_EQ(main.queue, "com.example.paint");
  EXPECT_THAT(symbols(main, most_seen_stack(main)), ElementsAre("__psynch_mutexwait", "?", "render", "main"));
  const auto& napper = sample.threads[1];
  EXPECT_EQ(napper.name, "napper");
  EXPECT_EQ(napper.queue, "");
  EXPECT_THAT(symbols(napper, most_seen_stack(napper)),
              ElementsAre("__semwait_signal", "nap", "thread_start"));
}

TEST(SampleTextTest, FrameHasImageOffsetAddressAndSource) {
  const auto sample = parsed(sample_text());

  const auto& nap = sample.threads.at(1).frames.at(1);
  EXPECT_EQ(nap.image, "painter");
  EXPECT_EQ(nap.symbol_offset, 20U);
  EXPECT_THAT(nap.addresses, ElementsAre(RuntimeAddress{0x100001014}));
  EXPECT_EQ(nap.source_file, "nap.c");
  EXPECT_EQ(nap.source_line, 7U);
  const auto& unnamed = sample.threads.at(0).frames.at(2);
  EXPECT_EQ(unnamed.image, "Driver");
  EXPECT_EQ(unnamed.symbol_offset, std::nullopt);
  EXPECT_THAT(unnamed.addresses, ElementsAre(RuntimeAddress{0x1a0000040}));
}

TEST(SampleTextTest, ImagesHaveTheirRangeUuidVersionAndPath) {
  const auto sample = parsed(sample_text());

  ASSERT_EQ(sample.images.size(), 4U);
  const auto& own = sample.images[0];
  EXPECT_EQ(own.base, RuntimeAddress{0x100000000});
  EXPECT_EQ(own.size_bytes, 0x4000U);
  EXPECT_EQ(own.uuid, Uuid::parse("11111111-2222-3333-4444-555555555555"));
  EXPECT_EQ(own.name, "painter");
  EXPECT_EQ(own.bundle_id, std::nullopt);
  const auto& driver = sample.images[3];
  EXPECT_EQ(driver.name, "Driver");
  EXPECT_EQ(driver.path, "/System/Library/My Extensions/Driver.bundle/Driver");
  EXPECT_EQ(driver.bundle_id, "com.example.driver");
  EXPECT_EQ(driver.bundle_short_version, "3.4");
  EXPECT_EQ(driver.bundle_version, "340.6");
}

TEST(SampleTextTest, LinesThatAreNoneOfTheGraphAreNotTakenForThreads) {
  const auto sample = parsed(sample_text());

  EXPECT_EQ(sample.threads.size(), 2U);
  EXPECT_EQ(sample.lines_not_read, 0U);
}

TEST(SampleTextTest, BranchesAreStacksAndWhatNoCalleeHasIsOneToo) {
  const auto sample =
      parsed(graph("    + 90 main  (in a) + 1  [0x10]\n"
                   "    + ! 60 work  (in a) + 2  [0x20]\n"
                   "    + ! : 40 deep  (in a) + 3  [0x30]\n"
                   "    +   25 rest  (in a) + 4  [0x40]\n"));

  const auto& thread = sample.threads.at(0);
  ASSERT_EQ(thread.stacks.size(), 4U);
  EXPECT_EQ(thread.stacks[0].samples, 40U);
  EXPECT_THAT(symbols(thread, &thread.stacks[0]), ElementsAre("deep", "work", "main"));
  EXPECT_EQ(thread.stacks[1].samples, 20U);
  EXPECT_THAT(symbols(thread, &thread.stacks[1]), ElementsAre("work", "main"));
  EXPECT_EQ(thread.stacks[2].samples, 25U);
  EXPECT_THAT(symbols(thread, &thread.stacks[2]), ElementsAre("rest", "main"));
  EXPECT_EQ(thread.stacks[3].samples, 5U);
  EXPECT_THAT(symbols(thread, &thread.stacks[3]), ElementsAre("main"));
  EXPECT_EQ(most_seen_stack(thread), &thread.stacks[0]);
}

TEST(SampleTextTest, SymbolsMayHoldSpacesBracketsAndParentheses) {
  struct Case {
    std::string line;
    std::string symbol;
    std::string image;
  };
  const std::vector<Case> cases{
      {"-[View draw:in:]  (in App) + 8  [0x10]", "-[View draw:in:]", "App"},
      {"ns::f(int (*)[2], char)  (in lib x.dylib) + 8  [0x10]", "ns::f(int (*)[2], char)", "lib x.dylib"},
      {"closure #1 (in context) of go()  (in App) + 8  [0x10]", "closure #1 (in context) of go()", "App"},
      {"0x7f0010  [0x7f0010]", "0x7f0010", ""},  // Code made at run time.
      {"???  (in <unknown binary>)  [0x7f0010]", "", "<unknown binary>"},
  };
  for (const auto& row : cases) {
    SCOPED_TRACE(row.line);
    const auto sample = parsed(graph("    + 90 " + row.line + "\n"));

    ASSERT_EQ(sample.threads.at(0).frames.size(), 1U);
    EXPECT_EQ(sample.threads[0].frames[0].symbol, row.symbol);
    EXPECT_EQ(sample.threads[0].frames[0].image, row.image);
  }
}

TEST(SampleTextTest, SeveralAddressesOfOneFrameAreAllKept) {
  const auto sample = parsed(graph("      90 spin  (in a) + 4,8,...  [0x14,0x18,...]\n"));

  const auto& frame = sample.threads.at(0).frames.at(0);
  EXPECT_EQ(frame.symbol_offset, 4U);
  EXPECT_THAT(frame.addresses, ElementsAre(RuntimeAddress{0x14}, RuntimeAddress{0x18}));
  EXPECT_TRUE(frame.more_addresses);
}

TEST(SampleTextTest, ThreadsPrintedAsOneHaveNoId) {
  const auto sample = parsed(
      "Call graph:\n    9 Thread_<multiple>   DispatchQueue_86: pool  (serial)\n      9 f  (in a) + 1  "
      "[0x1]\n");

  EXPECT_EQ(sample.threads.at(0).id, std::nullopt);
  EXPECT_EQ(sample.threads.at(0).queue, "pool");
  EXPECT_EQ(sample.threads.at(0).stacks.size(), 1U);
}

TEST(SampleTextTest, DamagedLinesAreLeftOutAndCounted) {
  const auto sample = parsed(
      "Call graph:\n"
      "      12 lost  (in a) + 1  [0x1]\n"
      "    90 Thread_7\n"
      "      90 main  (in a) + 1  [0x10]\n"
      "        90 cut  (in a\n"
      "    nonsense\n"
      "    90 Thrd_8\n"
      "      90 of nobody  (in a) + 1  [0x10]\n"
      "Binary Images:\n"
      "  0x20 - 0x10 backwards <>\n"
      "  0x1000 - 0x1fff  bare\n");

  EXPECT_EQ(sample.lines_not_read, 6U);
  ASSERT_EQ(sample.threads.size(), 1U);
  EXPECT_EQ(sample.threads[0].frames.size(), 1U);
  ASSERT_EQ(sample.images.size(), 1U);
  EXPECT_EQ(sample.images[0].name, "bare");
  EXPECT_EQ(sample.images[0].uuid, std::nullopt);
}

TEST(SampleTextTest, EveryPrefixIsReadOrRefused) {
  const auto text = sample_text();
  for (std::size_t size = 0; size < text.size(); ++size) {
    const auto sample = parse_sample_text(std::string_view(text).substr(0, size));
    if (sample) {
      EXPECT_LE(sample->threads.size(), 2U);
    }
  }
}

TEST(SampleTextTest, TextWithoutACallGraphIsRefused) {
  const auto sample = parse_sample_text("sample cannot examine process 1\n");

  ASSERT_FALSE(sample);
  EXPECT_EQ(sample.error().kind(), ErrorKind::parse);
  EXPECT_EQ(sample.error().text(), "the text has no call graph with a thread in it");
}

TEST(SampleTextTest, NobodyMovedWhereBothSamplesShowTheSameStacks) {
  EXPECT_EQ(count_moved(parsed(sample_text()), parsed(sample_text())), 0U);
}

TEST(SampleTextTest, WhoeverStoodElsewhereMoved) {
  struct Case {
    const char* why;
    std::string lines;
  };
  const std::vector<Case> cases{
      {"another function", "        800 wake  (in painter) + 20  [0x100001514]\n"},
      {"another place of the same function", "        800 nap  (in painter) + 24  [0x100001018]\n"},
      {"two places within one sample", "        800 nap  (in painter) + 20,24  [0x100001014,0x100001018]\n"},
      {"two stacks within one sample",
       "        799 nap  (in painter) + 20  [0x100001014]\n        1 wake  (in painter) + 4  "
       "[0x100001504]\n"},
      {"one frame less", ""},
  };
  const auto still = parsed(sample_text());
  for (const auto& row : cases) {
    SCOPED_TRACE(row.why);
    const auto other = parsed(sample_text(row.lines));

    EXPECT_EQ(count_moved(still, other), 1U);
    EXPECT_EQ(count_moved(other, still), 1U);
  }
}

TEST(SampleTextTest, ThreadThatOnlyOneSampleHasMoved) {
  const auto two = parsed(sample_text());
  auto one = two;
  one.threads.pop_back();

  EXPECT_EQ(count_moved(one, two), 1U);
  EXPECT_EQ(count_moved(two, one), 1U);
}

}  // namespace
}  // namespace faultline
