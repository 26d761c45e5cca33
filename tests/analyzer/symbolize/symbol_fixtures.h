// Symbol files made from source text by clang, ld64.lld and dsymutil: no binary is kept in the tree.

#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/model/crash_report.h"
#include "core/model/image.h"

namespace faultline::fixtures {

/// True if every tool of the recipes is in PATH.
bool have_apple_tools();
bool have_elf_tools();

/// A dylib named AGXMetalG16X with C++ templates, inlined calls, Objective-C methods, a category and a
/// block, linked as the driver is.
struct MachFixture {
  std::filesystem::path folder;
  std::filesystem::path binary;    ///< folder/AGXMetalG16X
  std::filesystem::path dsym;      ///< folder/symbols/AGXMetalG16X.dSYM: not beside the binary.
  std::filesystem::path dwarf;     ///< The file inside.
  std::filesystem::path stripped;  ///< folder/stripped/AGXMetalG16X
  Uuid uuid;
};

enum class PointerStyle { chained, plain };
enum class MethodStyle { pointers, relative };

struct MachRecipe {
  std::string arch = "arm64";
  PointerStyle pointers = PointerStyle::chained;
  MethodStyle methods = MethodStyle::pointers;
  std::string defines;  ///< Extra compiler flags: another build of the same source.
};

/// Builds into `folder`, which is made. Throws std::runtime_error with the tool's output on failure.
MachFixture build_macho(const std::filesystem::path& folder, const MachRecipe& recipe);

/// One shared build per recipe and test program, gone when the program ends.
const MachFixture& shared_macho(const MachRecipe& recipe = {});

/// A fat file of two thin ones.
void make_fat(const std::vector<std::filesystem::path>& thin, const std::filesystem::path& fat);

struct ElfFixture {
  std::filesystem::path binary;    ///< With symbols and DWARF.
  std::filesystem::path stripped;  ///< Neither.
  std::filesystem::path debug;     ///< Separate debug file.
  std::string build_id;
  Uuid uuid;
};
ElfFixture build_elf(const std::filesystem::path& folder);

/// Text symbols by name, read by llvm-nm: an oracle that shares no code with ours.
std::map<std::string, std::uint64_t> nm(const std::filesystem::path& file);

std::string read_bytes(const std::filesystem::path& file);
void write_bytes(const std::filesystem::path& file, std::string_view bytes);

/// Runs a shell command; throws with its output unless it succeeds. Gives stdout.
std::string shell(const std::string& command);

/// A report of one thread whose frames lie in one image.
CrashReport report_of(const Image& image, const std::vector<std::uint64_t>& image_offsets);
Image image_of(const MachFixture& fixture);

/// The program that hands over to gsym_child_main().
std::filesystem::path converter();

}  // namespace faultline::fixtures
