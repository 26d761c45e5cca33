#include "analyzer/symbolize/symbolize_report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>

#include "analyzer/symbolize/files/macho_file.h"
#include "tests/analyzer/symbolize/symbol_fixtures.h"
#include "tests/support/require.h"
#include "tests/support/scoped_temp_folder.h"

namespace faultline {
namespace {

namespace fs = std::filesystem;
using fixtures::MachFixture;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class SymbolizeReportTest : public ::testing::Test {
 protected:
  void SetUp() override {
    REQUIRE_ON_LINUX(fixtures::have_apple_tools(), "needs clang-19, lld-19 and llvm-19");
  }

  [[nodiscard]] SymbolizeOptions options_with(std::vector<fs::path> paths) const {
    SymbolizeOptions options;
    options.search_paths = std::move(paths);
    options.cache_folder = folder_ / "cache";
    options.converter = fixtures::converter();
    options.use_system_places = false;
    options.use_image_paths = false;
    options.swift_demangle.clear();
    return options;
  }

  ScopedTempFolder folder_;
};

std::vector<std::string> symbols_of(const std::vector<Frame>& frames) {
  std::vector<std::string> symbols;
  for (const auto& frame : frames) symbols.push_back(frame.symbol.value_or("???"));
  return symbols;
}

/// The first load of [x0, #0x5c8] in prepareForEnqueue: what the inlined load() was compiled to.
std::uint64_t inlined_load_of(const MachFixture& fixture) {
  const std::string text = fixtures::shell("llvm-objdump-19 --disassemble '" + fixture.binary.string() + "'");
  const auto function = text.find("prepareForEnqueueEb>:");
  const auto load = text.find("#0x5c8]", function);
  const auto line = text.rfind('\n', load) + 1;
  return std::stoull(text.substr(line), nullptr, 16);
}

TEST_F(SymbolizeReportTest, InlinedCallsComeInFullBeforeThePhysicalFrame) {
  const auto& fixture = fixtures::shared_macho();
  const std::uint64_t pc = inlined_load_of(fixture);
  const std::uint64_t function =
      fixtures::nm(fixture.binary).at("__ZN3AGX14ComputeContextINS_8EncodersEE17prepareForEnqueueEb");

  const auto outcome =
      symbolize_report(fixtures::report_of(fixtures::image_of(fixture), {pc}), options_with({fixture.dsym}));

  const auto& frames = outcome.report.threads[0].frames;
  EXPECT_THAT(symbols_of(frames), ElementsAre("AGX::ComputeContext<AGX::Encoders>::load()",
                                              "AGX::ComputeContext<AGX::Encoders>::checked(bool)",
                                              "AGX::ComputeContext<AGX::Encoders>::prepareForEnqueue(bool)"));
  EXPECT_TRUE(frames[0].inlined);
  EXPECT_TRUE(frames[1].inlined);
  EXPECT_FALSE(frames[2].inlined);
  EXPECT_THAT(frames[0].source_file.value(), EndsWith("agx.cpp"));
  EXPECT_EQ(frames[0].source_line, 10U);
  EXPECT_EQ(frames[1].source_line, 12U);
  EXPECT_EQ(frames[2].source_line, 19U);
  EXPECT_EQ(frames[2].symbol_location, pc - function);
  EXPECT_EQ(frames[0].symbol_location, std::nullopt);
  for (const auto& frame : frames) {
    EXPECT_EQ(frame.symbol_source, SymbolOrigin::dwarf);
    EXPECT_EQ(frame.image_offset.value, pc);
  }
  EXPECT_EQ(outcome.images[0].place, SymbolPlace::given);
  EXPECT_EQ(outcome.images[0].file, fixture.dwarf);
  EXPECT_THAT(outcome.issues, IsEmpty());
  EXPECT_EQ(outcome.physical_frames, 1U);
  EXPECT_EQ(outcome.named_after, 1U);
}

TEST_F(SymbolizeReportTest, ACallAtTheEndOfAFunctionIsNotTakenForTheFunctionThatFollows) {
  const auto& fixture = fixtures::shared_macho();
  const auto symbols = fixtures::nm(fixture.binary);
  const std::uint64_t next = symbols.at("_follows_the_call");

  // Frame 0 stands at the first instruction of follows_the_call, frame 1 returns to that very address.
  const auto outcome = symbolize_report(fixtures::report_of(fixtures::image_of(fixture), {next, next}),
                                        options_with({fixture.dsym}));

  const auto& frames = outcome.report.threads[0].frames;
  EXPECT_THAT(symbols_of(frames), ElementsAre("follows_the_call", "ends_with_a_call"));
  EXPECT_EQ(frames[0].symbol_location, 0U);
  EXPECT_EQ(frames[1].symbol_location, next - symbols.at("_ends_with_a_call"));
  EXPECT_EQ(frames[1].image_offset.value, next) << "the printed address stays the return address";
}

TEST_F(SymbolizeReportTest, TheFrameBelowASignalTrampolineIsLookedUpAtItsPc) {
  const auto& fixture = fixtures::shared_macho();
  const std::uint64_t start = fixtures::nm(fixture.binary).at("_follows_the_call");
  auto report = fixtures::report_of(fixtures::image_of(fixture), {start, start, start});
  report.threads[0].frames[1].image_index.reset();
  report.threads[0].frames[1].symbol = "_sigtramp";

  const auto outcome = symbolize_report(report, options_with({fixture.dsym}));

  EXPECT_THAT(symbols_of(outcome.report.threads[0].frames),
              ElementsAre("follows_the_call", "_sigtramp", "follows_the_call"));
}

TEST_F(SymbolizeReportTest, AllFramesOfAThrownExceptionAreReturnAddresses) {
  const auto& fixture = fixtures::shared_macho();
  const std::uint64_t next = fixtures::nm(fixture.binary).at("_follows_the_call");
  auto report = fixtures::report_of(fixtures::image_of(fixture), {next});
  report.last_exception_backtrace = report.threads[0].frames;

  const auto outcome = symbolize_report(report, options_with({fixture.dsym}));

  EXPECT_THAT(symbols_of(outcome.report.last_exception_backtrace), ElementsAre("ends_with_a_call"));
}

TEST_F(SymbolizeReportTest, APcOfZeroIsNotLookedUp) {
  const auto& fixture = fixtures::shared_macho();
  Image image = fixtures::image_of(fixture);
  image.base = {0};
  auto report = fixtures::report_of(image, {0, 0});

  const auto outcome = symbolize_report(report, options_with({fixture.dsym}));

  EXPECT_EQ(outcome.report, report);
}

TEST_F(SymbolizeReportTest, ObjectiveCNamesAndBlocksSurviveUntouched) {
  const auto& fixture = fixtures::shared_macho();
  const auto symbols = fixtures::nm(fixture.binary);
  const auto block = symbols.at("___52-[AGXG16XFamilyComputeContext dispatchThreadgroups:]_block_invoke");
  const auto method = symbols.at("-[AGXG16XFamilyComputeContext setComputePipelineState:]");
  const auto helper = symbols.at("___copy_helper_block_e8_32o");

  const auto outcome =
      symbolize_report(fixtures::report_of(fixtures::image_of(fixture), {method, block + 4, helper + 4}),
                       options_with({fixture.dsym}));

  const auto& frames = outcome.report.threads[0].frames;
  EXPECT_THAT(symbols_of(frames),
              ElementsAre("-[AGXG16XFamilyComputeContext setComputePipelineState:]",
                          "__52-[AGXG16XFamilyComputeContext dispatchThreadgroups:]_block_invoke",
                          "__copy_helper_block_e8_32o"));
  EXPECT_EQ(frames[2].source_line, std::nullopt) << "generated code has line 0, which is no line";
}

TEST_F(SymbolizeReportTest, AStrippedFileNamesItsMethodsAndNothingFromAfar) {
  const auto& fixture = fixtures::shared_macho();
  const auto symbols = fixtures::nm(fixture.binary);
  const auto method = symbols.at("-[AGXG16XFamilyComputeContext setComputePipelineState:]");
  // performEnqueueKernel lost its symbol; the nearest one left is prepareForEnqueue, right before it.
  const auto nameless = symbols.at("_performEnqueueKernel");
  const auto exported = symbols.at("__ZN3AGX14ComputeContextINS_8EncodersEE17prepareForEnqueueEb");

  const auto outcome = symbolize_report(
      fixtures::report_of(fixtures::image_of(fixture), {method + 4, nameless + 5, exported + 5}),
      options_with({fixture.stripped}));

  const auto& frames = outcome.report.threads[0].frames;
  EXPECT_THAT(symbols_of(frames),
              ElementsAre("-[AGXG16XFamilyComputeContext setComputePipelineState:]", "???",
                          "AGX::ComputeContext<AGX::Encoders>::prepareForEnqueue(bool)"));
  EXPECT_EQ(frames[0].symbol_source, SymbolOrigin::objc_metadata);
  EXPECT_EQ(frames[0].symbol_location, 4U);
  EXPECT_EQ(frames[2].symbol_source, SymbolOrigin::symbol_table);
}

TEST_F(SymbolizeReportTest, WithoutADsymTheSymbolTableNamesWithoutLines) {
  const auto& fixture = fixtures::shared_macho();
  const auto kernel = fixtures::nm(fixture.binary).at("_performEnqueueKernel");

  const auto outcome = symbolize_report(fixtures::report_of(fixtures::image_of(fixture), {kernel + 8}),
                                        options_with({fixture.binary}));

  const auto& frame = outcome.report.threads[0].frames.at(0);
  EXPECT_EQ(frame.symbol, "performEnqueueKernel");
  EXPECT_EQ(frame.symbol_source, SymbolOrigin::symbol_table);
  EXPECT_EQ(frame.source_file, std::nullopt);
}

TEST_F(SymbolizeReportTest, AFileOfAnotherBuildIsRefusedAndBothBuildsAreNamed) {
  const auto& fixture = fixtures::shared_macho();
  const auto& other = fixtures::shared_macho({"arm64", {}, {}, "-DLIMIT=4"});
  ASSERT_NE(fixture.uuid, other.uuid);
  auto report = fixtures::report_of(fixtures::image_of(fixture), {0x760});

  const auto outcome = symbolize_report(report, options_with({other.dsym}));

  EXPECT_EQ(outcome.report, report);
  ASSERT_EQ(outcome.issues.size(), 1U);
  EXPECT_EQ(outcome.issues[0].path, other.dwarf.string());
  EXPECT_THAT(outcome.issues[0].message, AllOf(HasSubstr(fixture.uuid.text()), HasSubstr(other.uuid.text())));
}

TEST_F(SymbolizeReportTest, TheSliceOfAFatFileIsChosenByItsUuid) {
  const auto& arm = fixtures::shared_macho();
  const auto& intel = fixtures::shared_macho({"x86_64", {}, {}, {}});
  const auto& arm64e = fixtures::shared_macho({"arm64e", fixtures::PointerStyle::plain, {}, {}});
  const fs::path fat = folder_ / "fat/AGXMetalG16X";
  fixtures::make_fat({arm64e.binary, intel.binary}, fat);
  const auto intel_kernel = fixtures::nm(intel.binary).at("_performEnqueueKernel");

  const auto found = symbolize_report(fixtures::report_of(fixtures::image_of(intel), {intel_kernel + 1}),
                                      options_with({fat}));
  const auto refused =
      symbolize_report(fixtures::report_of(fixtures::image_of(arm), {0x760}), options_with({fat}));

  EXPECT_EQ(found.report.threads[0].frames[0].symbol, "performEnqueueKernel");
  EXPECT_EQ(refused.report.threads[0].frames[0].symbol, std::nullopt);
  ASSERT_EQ(refused.issues.size(), 1U);
  EXPECT_THAT(refused.issues[0].message,
              AllOf(HasSubstr("arm64e " + arm64e.uuid.text()), HasSubstr("x86_64 " + intel.uuid.text()),
                    HasSubstr(arm.uuid.text())));
}

TEST_F(SymbolizeReportTest, AFatDsymNamesTheSliceThatTheReportRan) {
  // dsymutil runs `lipo` for fat input; the DWARF files themselves can be put together as well.
  const auto& arm = fixtures::shared_macho();
  const auto& intel = fixtures::shared_macho({"x86_64", {}, {}, {}});
  const fs::path fat = folder_ / "AGXMetalG16X.dSYM/Contents/Resources/DWARF/AGXMetalG16X";
  fixtures::make_fat({arm.dwarf, intel.dwarf}, fat);
  const auto pc = inlined_load_of(arm);

  const auto outcome = symbolize_report(fixtures::report_of(fixtures::image_of(arm), {pc}),
                                        options_with({folder_ / "AGXMetalG16X.dSYM"}));

  EXPECT_EQ(outcome.report.threads[0].frames.size(), 3U);
}

TEST_F(SymbolizeReportTest, ADsymBesideTheImageIsUsedOnlyIfItIsOfThatBuild) {
  const auto& fixture = fixtures::shared_macho();
  const auto& other = fixtures::shared_macho({"arm64", {}, {}, "-DLIMIT=4"});
  Image image = fixtures::image_of(fixture);
  image.path = (folder_ / "AGXMetalG16X").string();
  fs::copy(fixture.stripped, *image.path);
  const auto pc = inlined_load_of(fixture);
  auto options = options_with({});
  options.use_image_paths = true;

  fs::copy(other.dsym, folder_ / "AGXMetalG16X.dSYM", fs::copy_options::recursive);
  const auto with_wrong = symbolize_report(fixtures::report_of(image, {pc}), options);
  fs::remove_all(folder_ / "AGXMetalG16X.dSYM");
  fs::copy(fixture.dsym, folder_ / "AGXMetalG16X.dSYM", fs::copy_options::recursive);
  const auto with_right = symbolize_report(fixtures::report_of(image, {pc}), options);

  // The wrong dSYM is refused, and the stripped binary itself still says what it can.
  ASSERT_EQ(with_wrong.report.threads[0].frames.size(), 1U);
  EXPECT_EQ(with_wrong.images[0].place, SymbolPlace::image_path);
  EXPECT_THAT(with_wrong.issues,
              ElementsAre(::testing::Field(&Issue::message, HasSubstr(other.uuid.text()))));
  EXPECT_EQ(with_right.report.threads[0].frames.size(), 3U);
  EXPECT_EQ(with_right.images[0].place, SymbolPlace::beside_image);
}

TEST_F(SymbolizeReportTest, ADsymBesideTheBundleAroundTheImageIsFound) {
  const auto& fixture = fixtures::shared_macho();
  Image image = fixtures::image_of(fixture);
  image.path = (folder_ / "AGXMetalG16X.bundle/Contents/MacOS/AGXMetalG16X").string();
  fs::copy(fixture.dsym, folder_ / "AGXMetalG16X.bundle.dSYM", fs::copy_options::recursive);
  auto options = options_with({});
  options.use_image_paths = true;

  const auto outcome = symbolize_report(fixtures::report_of(image, {inlined_load_of(fixture)}), options);

  EXPECT_EQ(outcome.report.threads[0].frames.size(), 3U);
}

TEST_F(SymbolizeReportTest, TheReportsOwnNameGivesWayToDwarfButNotToASymbolTable) {
  const auto& fixture = fixtures::shared_macho();
  const auto kernel = fixtures::nm(fixture.binary).at("_performEnqueueKernel");
  auto report = fixtures::report_of(fixtures::image_of(fixture), {kernel + 8});
  report.threads[0].frames[0].symbol = "named by the Mac";
  report.threads[0].frames[0].symbol_location = 8;

  const auto by_table = symbolize_report(report, options_with({fixture.binary}));
  const auto by_dwarf = symbolize_report(report, options_with({fixture.dsym}));

  EXPECT_EQ(by_table.report.threads[0].frames[0].symbol, "named by the Mac");
  EXPECT_EQ(by_table.report.threads[0].frames[0].symbol_source, SymbolOrigin::report);
  EXPECT_EQ(by_dwarf.report.threads[0].frames.back().symbol, "performEnqueueKernel");
}

TEST_F(SymbolizeReportTest, ANameFromAfarInTheReportGivesWayToAFunctionThatBeginsNearer) {
  const auto& fixture = fixtures::shared_macho();
  const auto kernel = fixtures::nm(fixture.binary).at("_performEnqueueKernel");
  auto report = fixtures::report_of(fixtures::image_of(fixture), {kernel + 8});
  report.threads[0].frames[0].symbol = "SomeExportedFunction";
  report.threads[0].frames[0].symbol_location = 5415000;

  const auto outcome = symbolize_report(report, options_with({fixture.binary}));

  EXPECT_EQ(outcome.report.threads[0].frames[0].symbol, "performEnqueueKernel");
  EXPECT_EQ(outcome.report.threads[0].frames[0].symbol_location, 8U);
}

TEST_F(SymbolizeReportTest, SymbolizingAgainChangesNothing) {
  const auto& fixture = fixtures::shared_macho();
  const auto once =
      symbolize_report(fixtures::report_of(fixtures::image_of(fixture), {inlined_load_of(fixture), 0x7a0}),
                       options_with({fixture.dsym}));

  const auto twice = symbolize_report(once.report, options_with({fixture.dsym}));

  EXPECT_EQ(twice.report, once.report);
  EXPECT_EQ(twice.physical_frames, 2U);
}

TEST_F(SymbolizeReportTest, AFrameWithoutAnImageIsPlacedByItsAddress) {
  const auto& fixture = fixtures::shared_macho();
  const auto kernel = fixtures::nm(fixture.binary).at("_performEnqueueKernel");
  const Image image = fixtures::image_of(fixture);
  auto report = fixtures::report_of(image, {0});
  report.threads[0].frames[0].image_index.reset();
  report.threads[0].frames[0].address = image.base + ImageOffset{kernel + 4};

  const auto outcome = symbolize_report(report, options_with({fixture.dsym}));

  EXPECT_EQ(outcome.report.threads[0].frames.back().symbol, "performEnqueueKernel");
}

TEST_F(SymbolizeReportTest, AnImageWithoutAUuidIsNeverNamed) {
  const auto& fixture = fixtures::shared_macho();
  Image image = fixtures::image_of(fixture);
  image.uuid.reset();
  image.path = fixture.binary.string();
  auto options = options_with({fixture.dsym});
  options.use_image_paths = true;
  const auto report = fixtures::report_of(image, {0x760});

  EXPECT_EQ(symbolize_report(report, options).report, report);
}

TEST_F(SymbolizeReportTest, ExecutablesAreLinkedHighAndTheirOffsetsCountFromThere) {
  // __TEXT of an executable lies at 4 GiB as linked; the report's offsets count from its load address.
  const fs::path folder = folder_ / "exe";
  fs::create_directories(folder);
  fixtures::write_bytes(folder / "main.c",
                        "int answer(int n) { return n * 42; }\nint entry(void) { return answer(2); }\n");
  fixtures::shell("cd '" + folder.string() +
                  "' && clang-19 -target arm64-apple-macos15 -g -O0 -c main.c -o main.o && "
                  "ld64.lld-19 -arch arm64 -platform_version macos 15.0 15.0 -e _entry -undefined "
                  "dynamic_lookup -o main main.o && dsymutil-19 main -o main.dSYM");
  const auto answer = fixtures::nm(folder / "main").at("_answer");
  ASSERT_GE(answer, 0x100000000U);
  Image image;
  image.uuid = MachOFile::parse(fixtures::read_bytes(folder / "main"))->uuid();
  image.base = {0x104e18000};
  image.size_bytes = 0x4000;

  const auto outcome = symbolize_report(fixtures::report_of(image, {answer - 0x100000000}),
                                        options_with({folder / "main.dSYM"}));

  EXPECT_EQ(outcome.report.threads[0].frames[0].symbol, "answer");
  EXPECT_EQ(outcome.report.threads[0].frames[0].source_line, 1U);
}

TEST_F(SymbolizeReportTest, AgreesWithLlvmSymbolizerOnEveryAddressOfTheText) {
  for (const auto* arch : {"arm64", "x86_64"}) {
    SCOPED_TRACE(arch);
    const auto& fixture = fixtures::shared_macho({arch, {}, {}, {}});
    const std::string bytes = fixtures::read_bytes(fixture.binary);
    const auto file = MachOFile::parse(bytes);
    const auto& text = file->sections().front();
    ASSERT_EQ(text.name, "__text");
    std::vector<std::uint64_t> addresses;
    std::string input;
    for (std::uint64_t at = text.address.value; at < text.address.value + text.size_bytes; ++at) {
      addresses.push_back(at);
      input += std::to_string(at) + "\n";
    }
    fixtures::write_bytes(folder_ / "addresses", input);
    std::istringstream answers(fixtures::shell("llvm-symbolizer-19 --obj='" + fixture.dwarf.string() +
                                               "' < '" + (folder_ / "addresses").string() + "'"));

    CrashReport report = fixtures::report_of(fixtures::image_of(fixture), {});
    for (const auto address : addresses) {
      // A thread for each, so that each address is a pc.
      report.threads.push_back(fixtures::report_of(report.images[0], {address}).threads[0]);
    }
    const auto outcome = symbolize_report(report, options_with({fixture.dsym}));

    std::size_t compared = 0;
    for (std::size_t i = 0; i < addresses.size(); ++i) {
      std::string expected;
      for (std::string line; std::getline(answers, line) && !line.empty();) {
        std::string place;
        std::getline(answers, place);
        place.resize(place.rfind(':'));  // GSYM keeps no columns.
        if (line == "??") continue;
        expected += line + " " + (place.ends_with(":0") ? "-" : place) + "\n";
      }
      std::string ours;
      for (const auto& frame : outcome.report.threads[i + 1].frames) {
        if (!frame.symbol) continue;
        ours += *frame.symbol + " " +
                (frame.source_line ? *frame.source_file + ":" + std::to_string(*frame.source_line) : "-") +
                "\n";
      }
      // Between functions llvm-symbolizer answers with the nearest symbol before; we do not.
      if (ours.empty() && expected.ends_with(" -\n")) continue;
      ++compared;
      ASSERT_EQ(ours, expected) << "at " << addresses[i];
    }
    EXPECT_GT(compared, 200U);
  }
}

}  // namespace
}  // namespace faultline
