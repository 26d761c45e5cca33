#include "analyzer/symbolize/names/readable_name.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "analyzer/symbolize/frame_symbolizer.h"
#include "analyzer/symbolize/symbolize_report.h"
#include "core/process/tool_process.h"
#include "tests/analyzer/symbolize/symbol_fixtures.h"
#include "tests/support/scoped_temp_folder.h"

namespace faultline {
namespace {

namespace fs = std::filesystem;
using ::testing::IsEmpty;

TEST(ReadableNameTest, ReadsEachLanguageAndLeavesTheRestAlone) {
  struct Case {
    const char* linkage;
    const char* readable;
  };
  const Case cases[] = {
      {"_ZN3AGX7Context4loadEv", "AGX::Context::load()"},
      // A symbol that was not stripped of the underscore that Mach-O puts before C names.
      {"__ZN3AGX7Context4loadEv", "AGX::Context::load()"},
      {"___ZN3AGX7Context4loadEv_block_invoke", "invocation function for block in AGX::Context::load()"},
      // Rust, new and old.
      {"_RNvCs1234_7mycrate3foo", "mycrate::foo"},
      {"_ZN4core3ptr13drop_in_place17h0123456789abcdefE", "core::ptr::drop_in_place::h0123456789abcdef"},
      {"-[AGXContext setState:]", "-[AGXContext setState:]"},
      {"__52-[AGXContext dispatch:]_block_invoke", "__52-[AGXContext dispatch:]_block_invoke"},
      {"objc_msgSend", "objc_msgSend"},
      {"$s4main3FooV3baryyF", "$s4main3FooV3baryyF"},
      {"_Znot_really_mangled", "_Znot_really_mangled"},
      {"\"-[AGXContext setState:]\"", "-[AGXContext setState:]"},
      {"", ""},
  };
  for (const auto& c : cases) EXPECT_EQ(readable_name(c.linkage), c.readable) << c.linkage;
}

TEST(ReadableNameTest, ANameOfAbsurdLengthIsNotDemangled) {
  const std::string deep = "_Z1f" + std::string(100'000, 'P') + "i";
  EXPECT_EQ(readable_name(deep), deep);
}

/// A stand-in for swift-demangle that answers `swift <name>` and counts how often it is started.
fs::path fake_demangler(const ScopedTempFolder& folder, const std::string& body) {
  const fs::path path = folder / "swift-demangle";
  fixtures::write_bytes(path, "#!/bin/sh\necho x >> '" + (folder / "starts").string() + "'\n" + body);
  fs::permissions(path, fs::perms::owner_all);
  return path;
}

TEST(SwiftDemanglerTest, ReadsManyNamesInOneProcessAndAsksOnce) {
  const ScopedTempFolder folder;
  SwiftDemangler demangler(fake_demangler(folder, "while read -r name; do echo \"swift $name\"; done\n"));

  const auto names = demangler.demangle({"$s4main3FooV", "$s4main3BarV", "_ZN1aE", "$s4main3FooV"});
  const auto again = demangler.demangle({"$s4main3BarV"});

  EXPECT_EQ(names.size(), 2U);
  EXPECT_EQ(names.at("$s4main3FooV"), "swift $s4main3FooV");
  EXPECT_EQ(again.at("$s4main3BarV"), "swift $s4main3BarV");
  EXPECT_EQ(fixtures::read_bytes(folder / "starts"), "x\n");
}

TEST(SwiftDemanglerTest, NamesStayAsTheyAreWhereTheProgramIsMissingFailsOrLies) {
  const ScopedTempFolder folder;
  EXPECT_THAT(SwiftDemangler("/nonexistent/swift-demangle").demangle({"$s1a"}), IsEmpty());
  EXPECT_THAT(SwiftDemangler("").demangle({"$s1a"}), IsEmpty());
  EXPECT_THAT(
      SwiftDemangler(fake_demangler(folder, "cat >/dev/null; echo one; echo two\n")).demangle({"$s1a"}),
      IsEmpty());
  EXPECT_THAT(SwiftDemangler(fake_demangler(folder, "echo name; exit 1\n")).demangle({"$s1a"}), IsEmpty());
}

Frame named(const char* symbol, std::uint64_t location) {
  Frame frame;
  frame.symbol = symbol;
  frame.symbol_location = location;
  return frame;
}

TEST(FrameNamingTest, TheReportsReadableSwiftNameStaysWhereOursIsMangled) {
  const std::vector<Frame> group{named("static CrashClass.pleaseCrash()", 16)};
  const ResolvedFrame ours{{{"$s4main10CrashClassC06pleaseC0yyFZ", "AppDelegate.swift", 24, std::nullopt}},
                           16,
                           SymbolOrigin::dwarf};

  const auto frames = name_group(group, ours);

  ASSERT_EQ(frames.size(), 1U);
  EXPECT_EQ(frames[0].symbol, "static CrashClass.pleaseCrash()");
  EXPECT_EQ(frames[0].symbol_source, SymbolOrigin::report);
  EXPECT_EQ(frames[0].source_line, 24U);
}

TEST(FrameNamingTest, InlinedEntriesOfTheReportAreKeptWhereTheyAreMoreThanOurs) {
  std::vector<Frame> group{named("innermost", 0), named("inner", 0), named("outer", 40)};
  group[0].inlined = group[1].inlined = true;
  const ResolvedFrame ours{{{"outer", "a.cpp", 7, std::nullopt}}, 40, SymbolOrigin::dwarf};

  const auto frames = name_group(group, ours);

  ASSERT_EQ(frames.size(), 3U);
  EXPECT_EQ(frames[0].symbol, "innermost");
  EXPECT_EQ(frames[2].source_line, 7U);
}

TEST(FrameNamingTest, GroupsEndAtThePhysicalFrameAndAStackMayEndInTheMiddleOfOne) {
  std::vector<Frame> stack{named("a", 0), named("b", 1), named("c", 2), named("d", 3)};
  stack[0].inlined = stack[3].inlined = true;

  const auto groups = group_frames(stack);

  ASSERT_EQ(groups.size(), 3U);
  EXPECT_EQ(groups[0].size(), 2U);
  EXPECT_EQ(groups[1].size(), 1U);
  EXPECT_EQ(groups[2].size(), 1U);
  EXPECT_THAT(group_frames({}), IsEmpty());
}

TEST(ToolProcessTest, SaysHowAProgramEndedAndWhatItPrinted) {
  const auto done = run_tool({{"sh", "-c", "cat; echo oops >&2; exit 3"}, "text on stdin"});
  ASSERT_TRUE(done);
  EXPECT_EQ(done->exit_code, 3);
  EXPECT_EQ(done->output, "text on stdin");
  EXPECT_EQ(done->error_output, "oops\n");
  EXPECT_FALSE(done->timed_out);

  const auto killed = run_tool({{"sh", "-c", "kill -SEGV $$"}, ""});
  ASSERT_TRUE(killed);
  EXPECT_EQ(killed->signal, 11);

  EXPECT_FALSE(run_tool({{"/nonexistent/program"}, ""}));
}

TEST(ToolProcessTest, AChildLeftBehindDoesNotKeepUsWaiting) {
  const auto done = run_tool({{"sh", "-c", "sleep 600 & echo started"}, ""});
  ASSERT_TRUE(done);
  EXPECT_EQ(done->exit_code, 0);
  EXPECT_EQ(done->output, "started\n");
}

TEST(ToolProcessTest, APrinterWithoutEndIsStopped) {
  ToolRun run;
  run.argv = {"sh", "-c", "yes"};
  run.output_limit_bytes = 100'000;
  const auto done = run_tool(run);
  ASSERT_TRUE(done);
  EXPECT_TRUE(done->timed_out);
  EXPECT_LE(done->output.size(), 100'000U);
}

}  // namespace
}  // namespace faultline
