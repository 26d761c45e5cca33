// Truncated and bit-flipped symbol files: no crash, the frame falls back, one issue each. The variants are
// drawn from a fixed seed, so that a failure can be had again.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <array>
#include <random>

#include "analyzer/symbolize/files/function_table.h"
#include "analyzer/symbolize/files/mapped_file.h"
#include "analyzer/symbolize/files/objc_metadata.h"
#include "analyzer/symbolize/files/symbol_slice.h"
#include "analyzer/symbolize/gsym/gsym_file.h"
#include "analyzer/symbolize/symbolize_report.h"
#include "tests/analyzer/symbolize/symbol_fixtures.h"
#include "tests/support/require.h"
#include "tests/support/scoped_temp_folder.h"

namespace faultline {
namespace {

namespace fs = std::filesystem;

/// One of the ways in which files go bad.
std::string damaged(std::string bytes, std::mt19937& random) {
  const auto below = [&](std::size_t limit) {
    return std::uniform_int_distribution<std::size_t>(0, limit - 1)(random);
  };
  switch (below(4)) {
    case 0:  // A download that broke off.
      bytes.resize(below(bytes.size()));
      break;
    case 1:  // A few flipped bits anywhere.
      for (std::size_t i = 0, n = 1 + below(8); i < n; ++i) {
        auto& byte = bytes[below(bytes.size())];
        byte = static_cast<char>(byte ^ (1 << below(8)));
      }
      break;
    case 2:  // The head, where the load commands are.
      for (std::size_t i = 0, n = 1 + below(8); i < n; ++i) {
        bytes[below(std::min<std::size_t>(bytes.size(), 2048))] = static_cast<char>(below(256));
      }
      break;
    default:  // A block of zeros: a disk that lost a sector.
      const std::size_t at = below(bytes.size());
      const std::size_t count = std::min<std::size_t>(bytes.size() - at, 1 + below(512));
      bytes.replace(at, count, std::string(count, '\0'));
      break;
  }
  return bytes;
}

class DamagedInputTest : public ::testing::Test {
 protected:
  void SetUp() override {
    REQUIRE_ON_LINUX(fixtures::have_apple_tools(), "needs clang-19, lld-19 and llvm-19");
  }
  ScopedTempFolder folder_;
};

TEST_F(DamagedInputTest, OurOwnReadersTakeAnyMachOAndElf) {
  std::vector<std::string> originals;
  for (const auto& recipe :
       {fixtures::MachRecipe{},
        fixtures::MachRecipe{"arm64", fixtures::PointerStyle::chained, fixtures::MethodStyle::relative, {}},
        fixtures::MachRecipe{"x86_64", fixtures::PointerStyle::plain, fixtures::MethodStyle::pointers, {}}}) {
    originals.push_back(fixtures::read_bytes(fixtures::shared_macho(recipe).binary));
  }
  if (fixtures::have_elf_tools())
    originals.push_back(fixtures::read_bytes(fixtures::build_elf(folder_ / "elf").binary));
  std::mt19937 random(20251221);

  std::size_t named = 0;
  for (int variant = 0; variant < 600; ++variant) {
    const std::string bytes =
        damaged(originals[static_cast<std::size_t>(variant) % originals.size()], random);
    const auto slices = read_symbol_slices(bytes);
    if (!slices) {
      EXPECT_FALSE(slices.error().text().empty());
      continue;
    }
    for (const auto& slice : *slices) {
      ASSERT_LE(slice.offset + slice.size_bytes, bytes.size());
      const auto table = FunctionTable::read(std::string_view(bytes).substr(slice.offset, slice.size_bytes));
      std::uint64_t last_end = 0;
      for (const auto& function : table.functions()) {
        ASSERT_GE(function.start.value, last_end) << "sorted and apart in variant " << variant;
        ASSERT_GT(function.size_bytes, 0U);
        last_end = function.start.value + function.size_bytes;
        ++named;
      }
    }
  }
  EXPECT_GT(named, 1000U) << "most variants still say something";
}

TEST_F(DamagedInputTest, DamagedDwarfAndMachONeverBringUsDownAndSayWhatHappened) {
  const auto& fixture = fixtures::shared_macho();
  const std::array<std::string, 2> originals{fixtures::read_bytes(fixture.dwarf),
                                             fixtures::read_bytes(fixture.binary)};
  const auto symbols = fixtures::nm(fixture.binary);
  std::vector<std::uint64_t> pcs;
  for (const auto& [name, address] : symbols) pcs.push_back(address + 5);
  const CrashReport report = fixtures::report_of(fixtures::image_of(fixture), pcs);
  std::mt19937 random(7);

  std::size_t failed_conversions = 0;
  for (std::size_t variant = 0; variant < 300; ++variant) {
    SCOPED_TRACE(variant);
    const fs::path file = folder_ / std::to_string(variant) / "AGXMetalG16X";
    const std::string bytes = damaged(originals[variant % 2], random);
    fixtures::write_bytes(file, bytes);
    SymbolizeOptions options;
    options.search_paths = {file};
    options.cache_folder = folder_ / "cache";
    options.converter = fixtures::converter();
    options.use_system_places = false;

    const auto outcome = symbolize_report(report, options);

    EXPECT_EQ(outcome.physical_frames, pcs.size());
    EXPECT_LE(outcome.issues.size(), 1U);
    // Where a file names nothing any more, the frames stay as the report has them, and one that was cut
    // says why.
    if (outcome.named_after == 0) {
      EXPECT_EQ(outcome.report, report);
      if (bytes.size() < originals[variant % 2].size()) {
        EXPECT_EQ(outcome.issues.size(), 1U);
      }
    }
    for (const auto& issue : outcome.issues) {
      EXPECT_EQ(issue.path, file.string());
      EXPECT_FALSE(issue.message.empty());
    }
    failed_conversions += outcome.issues.size();
  }
  EXPECT_GT(failed_conversions, 10U);
}

TEST_F(DamagedInputTest, NoDamagedCacheFileIsEverBelieved) {
  const auto& fixture = fixtures::shared_macho();
  GsymConversion conversion;
  conversion.input = fixture.dwarf;
  conversion.size_bytes = fs::file_size(fixture.dwarf);
  conversion.output = folder_ / "whole.gsym";
  ASSERT_FALSE(convert_in_child(fixtures::converter(), conversion, {}));
  const std::string original = fixtures::read_bytes(conversion.output);
  std::mt19937 random(11);

  std::size_t refused = 0;
  for (int variant = 0; variant < 300; ++variant) {
    const std::string bytes = damaged(original, random);
    if (bytes == original) continue;  // Zeros over zeros.
    fixtures::write_bytes(folder_ / "damaged.gsym", bytes);
    EXPECT_FALSE(GsymFile::open(folder_ / "damaged.gsym", fixture.uuid)) << variant;
    ++refused;
  }
  EXPECT_GT(refused, 250U);
}

TEST_F(DamagedInputTest, AFifoAFolderAndAnEmptyFileAreRefusedAtOnce) {
  ASSERT_EQ(::mkfifo((folder_ / "fifo").c_str(), 0600), 0);
  fixtures::write_bytes(folder_ / "empty", "");
  EXPECT_FALSE(MappedFile::open(folder_ / "fifo"));
  EXPECT_FALSE(MappedFile::open(folder_.path()));
  EXPECT_FALSE(read_symbol_slices(MappedFile::open(folder_ / "empty")->bytes()));
  EXPECT_FALSE(may_hold_symbols(folder_ / "fifo"));
}

TEST_F(DamagedInputTest, TextThatOnlyBeginsLikeAFatFileIsNone) {
  // A Java class file: the same magic, then a version.
  EXPECT_FALSE(read_symbol_slices(std::string("\xca\xfe\xba\xbe\x00\x00\x00\x34", 8)));
}

}  // namespace
}  // namespace faultline
