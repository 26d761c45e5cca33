// What symbolize_benchmark measures on: a large dSYM, and reports and address lists of it.

#pragma once

#include <filesystem>

#include "core/base/result.h"

namespace faultline {

constexpr int kFixtureUnits = 40;
constexpr int kFixtureFunctions = 40 * 1000;
constexpr int kReportFrames = 300;
constexpr int kManyAddresses = 20000;

/// Where the parts of a fixture stand in its folder.
struct SymbolFixture {
  explicit SymbolFixture(std::filesystem::path in) : folder(std::move(in)) {}

  [[nodiscard]] std::filesystem::path dsym() const { return folder / "big.dSYM"; }
  [[nodiscard]] std::filesystem::path dwarf() const { return dsym() / "Contents/Resources/DWARF/big"; }
  /// `few`: one report of kReportFrames; `many`: kManyAddresses. The report looks up just these addresses.
  [[nodiscard]] std::filesystem::path report(const char* which) const;
  [[nodiscard]] std::filesystem::path addresses(const char* which) const;  ///< Decimal, one a line.

  std::filesystem::path folder;
};

/// Makes what is not there yet; the compiler runs on all processors, and says on stderr how far it is.
Result<void> make_symbol_fixture(const SymbolFixture& fixture);

}  // namespace faultline
