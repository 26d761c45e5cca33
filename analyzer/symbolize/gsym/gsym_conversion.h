// Turns one slice of a symbol file into a GSYM file, in a child process that may crash of it.

#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "analyzer/symbolize/files/symbol_slice.h"
#include "core/base/result.h"

namespace faultline {

/// What is taken from the file.
enum class GsymContent {
  dwarf,    ///< DWARF, and from the symbol table what DWARF does not cover.
  symbols,  ///< Symbol table and Objective-C metadata alone, read by our own checked code.
};
std::string_view gsym_content_text(GsymContent content);
std::optional<GsymContent> parse_gsym_content(std::string_view text);

struct GsymConversion {
  std::filesystem::path input;
  std::uint64_t offset = 0;  ///< Of the slice in the input.
  std::uint64_t size_bytes = 0;
  GsymContent content = GsymContent::dwarf;
  std::filesystem::path output;  ///< Written in place: rename it once convert_in_child() succeeded.
};

struct ConversionLimits {
  std::chrono::milliseconds time{300'000};  ///< Wall clock; CPU time is limited to the same.
  std::uint64_t memory_bytes = 8ULL << 30;  ///< Address space, where the system keeps such a limit.
};

/// How it failed matters: what the data did will happen again, what the machine did need not.
struct ConversionFailure {
  bool is_lasting = false;  ///< The child crashed, ran out of time or could not read the file.
  std::string message;
};

/// Starts `converter` (a program whose main() hands over to gsym_child_main()) and waits for it.
/// LLVM's DWARF reader crashes on some damaged files; then this says so and nothing else happens.
/// nullopt is success.
std::optional<ConversionFailure> convert_in_child(const std::filesystem::path& converter,
                                                  const GsymConversion& conversion,
                                                  const ConversionLimits& limits);

/// The flag by which main() knows that it is the child.
inline constexpr std::string_view kGsymChildFlag = "--gsym-child";

/// The child's whole life: `argv[1]` is kGsymChildFlag, the rest is as convert_in_child() gives it.
/// Returns the exit status. Prints the reason of a failure to stderr, for the parent.
int gsym_child_main(int argc, char** argv);

/// The conversion itself, in this process. For the child and for tests of healthy files.
Result<void> convert_to_gsym(const GsymConversion& conversion);

}  // namespace faultline
