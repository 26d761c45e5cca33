// `faultline symbols` on the dyld shared cache of another system: what reports name is kept, and names them
// later.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <nlohmann/json.hpp>

#include "core/base/hash.h"
#include "core/ips/ips_writer.h"
#include "tests/analyzer/symbolize/shared_cache/cache_writer.h"
#include "tests/analyzer/symbolize/symbol_fixtures.h"
#include "tests/support/require.h"
#include "tests/support/run_program.h"
#include "tests/support/scoped_temp_folder.h"

namespace faultline {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

constexpr auto kMetal = "/System/Library/Frameworks/Metal.framework/Versions/A/Metal";
constexpr auto kCommit = "-[MTLCommandQueue commit:options:]";

class SharedCacheCommandTest : public testing::Test {
 protected:
  void SetUp() override {
    REQUIRE_ON_LINUX(fixtures::have_apple_tools(), "needs clang-19, lld-19 and llvm-19");
    ::setenv("XDG_DATA_HOME", (folder_ / "data").c_str(), 1);
    ::setenv("XDG_CACHE_HOME", (folder_ / "cache").c_str(), 1);
    fixtures::CacheRecipe recipe;
    recipe.with_symbols = false;  // As a Mac has it.
    written_ = fixtures::write_cache(dyld_, fixtures::shared_dylibs(), recipe);
    fixtures::write_bytes(folder_ / "Metal", fixtures::shared_dylibs()[1].bytes);
    commit_ = fixtures::nm(folder_ / "Metal").at(kCommit);
    fixtures::write_bytes(report_, report_text());
  }
  void TearDown() override {
    ::unsetenv("XDG_DATA_HOME");
    ::unsetenv("XDG_CACHE_HOME");
  }

  [[nodiscard]] std::string metal_uuid() const {
    const auto text = fixtures::shell("llvm-dwarfdump-19 --uuid '" + (folder_ / "Metal").string() + "'");
    return Uuid::parse(text.substr(text.find(' ') + 1, 36))->text();
  }

  [[nodiscard]] std::string report_text() const {
    Image image;
    image.uuid = Uuid::parse(metal_uuid());
    image.base = {0x19a640000};
    image.size_bytes = 0x4000;
    image.source = "P";
    image.name = "Metal";
    image.path = kMetal;
    image.arch = "arm64e";
    auto report = fixtures::report_of(image, {commit_ + 4});
    report.header.bug_type = "309";
    report.incident = "00000000-0000-0000-0000-000000000001";
    report.process_name = "Python";
    report.faulting_thread = 0;
    return write_ips(report);
  }

  static ProgramResult faultline(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), faultline_program());
    return run_program(arguments);
  }
  static json ask(std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), {"--format", "json"});
    const auto result = faultline(std::move(arguments));
    const auto parsed = json::parse(result.out, nullptr, false);
    return parsed.is_discarded() ? json(result.err) : parsed;
  }

  ScopedTempFolder folder_;
  std::string db_ = folder_ / "s.db";
  std::string report_ = folder_ / "crash.ips";
  fs::path dyld_ = folder_ / "dyld";
  fixtures::WrittenCache written_;
  std::uint64_t commit_ = 0;
};

TEST_F(SharedCacheCommandTest, WhatStoredReportsNameIsKeptAndNamesThemWhenTheCacheHasGone) {
  ASSERT_EQ(faultline({"import", "--db", db_, report_}).exit_status, 0);
  const auto added = faultline({"symbols", "add", dyld_, "--db", db_});
  fs::remove_all(dyld_);

  EXPECT_EQ(added.exit_status, 0) << added.err;
  EXPECT_THAT(added.err, HasSubstr("dyld_shared_cache_arm64: 3 images, 1 wanted"));
  EXPECT_THAT(added.err, HasSubstr("1 added, 0 were there already"));
  const auto kept = ask({"symbols", "list"})["rows"];
  ASSERT_EQ(kept.size(), 1U) << kept;
  EXPECT_EQ(kept[0]["name"], "Metal");
  EXPECT_EQ(kept[0]["kind"], "shared_cache");
  EXPECT_EQ(kept[0]["version"], "368.12.0");
  EXPECT_EQ(ask({"symbols", "find", metal_uuid()})["rows"], kept);
  const auto found = ask({"symbols", "lookup", kCommit})["rows"];
  ASSERT_EQ(found.size(), 1U) << found;
  EXPECT_EQ(found[0]["image_offset"], hex(commit_));
  EXPECT_EQ(found[0]["address"], hex(written_.addresses.at(kMetal) + commit_));
  EXPECT_EQ(found[0]["source"], "objc-metadata");

  const auto shown = ask({"show", report_, "--disassemble"});
  EXPECT_EQ(shown["threads"][0]["frames"][0]["function"], kCommit) << shown;
  EXPECT_EQ(shown["threads"][0]["frames"][0]["source"], "objc-metadata");
  EXPECT_EQ(shown["site"]["function"], kCommit);
  const auto page = faultline({"show", report_, "--disassemble"});
  EXPECT_THAT(page.out, AllOf(HasSubstr(kCommit), HasSubstr("ldr")));
  EXPECT_THAT(page.err, Not(HasSubstr("no instructions")));
}

TEST_F(SharedCacheCommandTest, WithoutAStoreNamesOfImagesSayWhatIsKept) {
  const auto nothing = faultline({"symbols", "add", dyld_, "--db", db_});
  ::setenv("FAULTLINE_DB", db_.c_str(), 1);
  const auto told = faultline({"symbols", "add", dyld_});
  const auto by_name = faultline({"symbols", "add", dyld_, "--image", "libobjc*", "--image", "IOGPU"});
  ::unsetenv("FAULTLINE_DB");

  EXPECT_EQ(nothing.exit_status, 1);
  EXPECT_THAT(nothing.err, HasSubstr("there is no store at"));
  EXPECT_EQ(told.exit_status, 0);
  EXPECT_THAT(told.err,
              HasSubstr("3 images, 0 wanted; name a store with reports by --db, or images by --image"));
  EXPECT_EQ(by_name.exit_status, 0);
  EXPECT_THAT(by_name.err, HasSubstr("3 images, 2 wanted"));
  EXPECT_EQ(ask({"symbols", "list"})["rows"].size(), 2U);
}

TEST_F(SharedCacheCommandTest, ADamagedCacheIsNamedInOneLine) {
  fs::resize_file(written_.files[1], 100);

  const auto added = faultline({"symbols", "add", dyld_, "--image", "*"});

  EXPECT_EQ(added.exit_status, 3);
  EXPECT_THAT(added.err, HasSubstr("3 images, 3 wanted"));
  EXPECT_THAT(added.err, HasSubstr("2 added"));
  EXPECT_EQ(std::count(added.err.begin(), added.err.end(), '\n'), 3) << added.err;
}

TEST_F(SharedCacheCommandTest, ACacheGivenWithSymbolsNamesFramesAndOneOfAnotherBuildIsRefused) {
  const auto named = ask({"symbolize", report_, "--symbols", dyld_});
  EXPECT_EQ(named["threads"][0]["frames"][0]["function"], kCommit) << named;

  std::string text = fixtures::read_bytes(report_);
  const std::string uuid = metal_uuid();
  text.replace(text.find(uuid), 8, "0ce453ff");
  fixtures::write_bytes(report_, text);
  const auto refused = faultline({"symbolize", report_, "--symbols", dyld_});

  EXPECT_EQ(refused.exit_status, 3);
  EXPECT_THAT(refused.err, HasSubstr(written_.main_file.string() + ": refused: holds " + uuid));
  EXPECT_THAT(refused.out, Not(HasSubstr("MTLCommandQueue")));
}

}  // namespace
}  // namespace faultline
