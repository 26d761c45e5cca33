// Names as people read them.

#pragma once

#include <filesystem>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace faultline {

/// Demangles C++ and Rust names; gives everything else back unchanged: Objective-C methods and blocks,
/// C names, Swift names (see SwiftDemangler), text that only looks mangled. Quotes that GCC writes
/// around an asm label are taken off.
std::string readable_name(std::string_view linkage_name);

/// The readable forms of one file's names. Demangling costs more than a lookup, and an inlined helper is met
/// again and again.
///
/// Threads: of() may be called from several at a time.
class ReadableNames {
 public:
  /// readable_name() of a name that always stands at one place in memory; lives as long as the pool.
  std::string_view of(std::string_view linkage_name);

 private:
  std::mutex mutex_;
  std::unordered_map<const char*, std::string> known_;
};

/// True for what only swift-demangle can read: `$s…`, `$S…`, `_T0…`, with one underscore before or not.
bool is_swift_name(std::string_view name);

/// Reads Swift names by the host's swift-demangle, in one process for many names.
///
/// LLVM does not demangle Swift. Where the program is missing, fails or answers with another number
/// of lines, names stay as they are; it is not asked again.
///
/// Threads: all members may be called from several at a time.
class SwiftDemangler {
 public:
  /// `program`: a path, or a name for PATH; empty never starts anything.
  explicit SwiftDemangler(std::filesystem::path program) : program_(std::move(program)) {}

  /// The readable form of each Swift name, by name. Names are asked for once.
  std::map<std::string, std::string> demangle(const std::vector<std::string>& names);

 private:
  std::mutex mutex_;
  std::filesystem::path program_;
  std::map<std::string, std::string> known_;
};

}  // namespace faultline
