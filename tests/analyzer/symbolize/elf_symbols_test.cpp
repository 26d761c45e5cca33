#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "analyzer/symbolize/files/elf_file.h"
#include "analyzer/symbolize/files/function_table.h"
#include "analyzer/symbolize/symbolize_report.h"
#include "tests/analyzer/symbolize/symbol_fixtures.h"
#include "tests/support/require.h"
#include "tests/support/scoped_temp_folder.h"

namespace faultline {
namespace {

namespace fs = std::filesystem;
using ::testing::EndsWith;
using ::testing::StartsWith;

class ElfSymbolsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    REQUIRE_ON_LINUX(fixtures::have_elf_tools(), "needs a C++ compiler and llvm-19");
    static const ScopedTempFolder folder;
    static const auto built = fixtures::build_elf(folder.path());
    fixture_ = &built;
    image_.uuid = built.uuid;
    image_.build_id = built.build_id;
    image_.base = {0x7f31c0000000};
    image_.size_bytes = 0x5000;
    image_.name = "libdrain.so";
  }

  [[nodiscard]] SymbolizeOptions options_with(std::vector<fs::path> paths) const {
    SymbolizeOptions options;
    options.search_paths = std::move(paths);
    options.cache_folder = own_ / "cache";
    options.converter = fixtures::converter();
    options.use_system_places = false;
    return options;
  }

  const fixtures::ElfFixture* fixture_ = nullptr;
  Image image_;
  ScopedTempFolder own_;
};

TEST_F(ElfSymbolsTest, BuildIdsAreReadFromBinariesStrippedFilesAndDebugFiles) {
  for (const auto& path : {fixture_->binary, fixture_->stripped, fixture_->debug}) {
    const std::string bytes = fixtures::read_bytes(path);
    const auto slices = read_symbol_slices(bytes);
    ASSERT_TRUE(slices) << path;
    EXPECT_EQ(slices->front().build_id, fixture_->build_id) << path;
    EXPECT_EQ(slices->front().uuid, fixture_->uuid);
  }
  EXPECT_EQ(read_symbol_slices(fixtures::read_bytes(fixture_->debug))->front().kind,
            SymbolFileKind::elf_debug);
}

TEST_F(ElfSymbolsTest, ASeparateDebugFileNamesInlinedCallsAndLines) {
  const auto wait_for = fixtures::nm(fixture_->binary).at("_ZN5queue8wait_forEP6Devicei");
  const auto drain = fixtures::nm(fixture_->binary).at("drain");
  std::vector<std::uint64_t> pcs;
  for (std::uint64_t at = wait_for; at < wait_for + 24; ++at) pcs.push_back(at);

  // Frames 1 and on are return addresses: one past the byte that is looked up.
  const auto outcome = symbolize_report(fixtures::report_of(image_, pcs), options_with({fixture_->debug}));
  const auto caller = symbolize_report(fixtures::report_of(image_, {drain}), options_with({fixture_->debug}));

  bool inlined = false;
  for (const auto& frame : outcome.report.threads[0].frames) {
    if (frame.inlined) {
      inlined = true;
      EXPECT_THAT(frame.symbol.value(), StartsWith("poll")) << "GCC gives no linkage name, so no parameters";
      EXPECT_EQ(frame.source_line, 2U);
    }
  }
  EXPECT_TRUE(inlined);
  EXPECT_EQ(outcome.report.threads[0].frames.front().symbol, "queue::wait_for(Device*, int)");
  EXPECT_EQ(caller.report.threads[0].frames.back().symbol, "drain");
  EXPECT_THAT(caller.report.threads[0].frames.back().source_file.value(), EndsWith("drain.cpp"));
}

TEST_F(ElfSymbolsTest, CompressedDebugSectionsGiveTheSameNames) {
  const fs::path compressed = own_ / "libdrain.so.debug";
  fixtures::shell("llvm-objcopy-19 --compress-debug-sections=zlib '" + fixture_->debug.string() + "' '" +
                  compressed.string() + "'");
  std::vector<std::uint64_t> pcs;
  for (const auto& [name, address] : fixtures::nm(fixture_->binary)) {
    for (std::uint64_t at = address; at < address + 16; ++at) pcs.push_back(at);
  }
  const CrashReport report = fixtures::report_of(image_, pcs);

  const auto plain = symbolize_report(report, options_with({fixture_->debug}));
  const auto outcome = symbolize_report(report, options_with({compressed}));

  EXPECT_TRUE(outcome.issues.empty());
  EXPECT_GT(outcome.named_after, 16U);
  EXPECT_EQ(outcome.report, plain.report);
}

TEST_F(ElfSymbolsTest, AStrippedLibraryNamesWhatItExportsAndNothingElse) {
  const auto symbols = fixtures::nm(fixture_->binary);
  const auto hidden = symbols.at("_ZN5queue8wait_forEP6Devicei");

  const auto outcome = symbolize_report(fixtures::report_of(image_, {symbols.at("drain"), hidden + 4}),
                                        options_with({fixture_->stripped}));

  EXPECT_EQ(outcome.report.threads[0].frames[0].symbol, "drain");
  EXPECT_EQ(outcome.report.threads[0].frames[0].symbol_source, SymbolOrigin::symbol_table);
  EXPECT_EQ(outcome.report.threads[0].frames[1].symbol, std::nullopt);
}

TEST_F(ElfSymbolsTest, WholeBuildIdsAreComparedNotJustTheirFirst16Bytes) {
  image_.build_id.back() = image_.build_id.back() == '0' ? '1' : '0';
  const auto report = fixtures::report_of(image_, {fixtures::nm(fixture_->binary).at("drain")});

  EXPECT_EQ(symbolize_report(report, options_with({fixture_->binary})).report, report);
}

TEST_F(ElfSymbolsTest, ADebugFileIsFoundInABuildIdTree) {
  const fs::path tree = own_ / "debug";
  const fs::path place =
      tree / ".build-id" / fixture_->build_id.substr(0, 2) / (fixture_->build_id.substr(2) + ".debug");
  fs::create_directories(place.parent_path());
  fs::copy_file(fixture_->debug, place);
  SymbolFinder finder({{}, {}, false, {tree}, false, {}, {}});
  std::vector<Issue> issues;

  const auto found = finder.find(image_, issues);

  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].place, SymbolPlace::debug_folder);
  EXPECT_EQ(found[0].path, place);
}

TEST_F(ElfSymbolsTest, ObjectiveCNamesInElfComeOutWithoutTheQuotesThatGccWrites) {
  const fs::path folder = own_ / "quoted";
  fixtures::write_bytes(folder / "agx.cpp",
                        "#ifdef __clang__\n#define NAME \"-[AGXContext setState:]\"\n#else\n"
                        "#define NAME \"\\\"-[AGXContext setState:]\\\"\"\n#endif\n"
                        "__attribute__((noinline, visibility(\"default\"))) int state(int n) asm(NAME);\n"
                        "int state(int n) { return n * 5; }\n");
  fixtures::shell("cd '" + folder.string() +
                  "' && c++ -g -O0 -fPIC -shared -Wl,--build-id=sha1 agx.cpp -o libagx.so");
  const std::string bytes = fixtures::read_bytes(folder / "libagx.so");
  const auto slice = read_symbol_slices(bytes)->front();
  image_.uuid = slice.uuid;
  image_.build_id = slice.build_id;
  const auto address = fixtures::nm(folder / "libagx.so").at("-[AGXContext setState:]");

  const auto outcome =
      symbolize_report(fixtures::report_of(image_, {address + 4}), options_with({folder / "libagx.so"}));

  EXPECT_EQ(outcome.report.threads[0].frames.back().symbol, "-[AGXContext setState:]");
  EXPECT_EQ(outcome.report.threads[0].frames.back().symbol_source, SymbolOrigin::dwarf);
}

}  // namespace
}  // namespace faultline
