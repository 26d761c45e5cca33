// Reading the memory of another, stopped process.

#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace faultline {

/// Memory of one process that does not run meanwhile, read by whole pages and kept.
///
/// Made per capture. Cost: one system call per page touched.
/// Ownership: nothing but its cache. Threads: one.
class ProcessMemory {
 public:
  explicit ProcessMemory(pid_t pid) : pid_(pid) {}

  /// As many bytes from `address` on as are readable, at most `count`.
  std::vector<std::uint8_t> read(std::uint64_t address, std::size_t count);
  /// The up to `count` readable bytes that end right before `address`.
  std::vector<std::uint8_t> read_before(std::uint64_t address, std::size_t count);
  std::optional<std::uint64_t> read_word(std::uint64_t address);
  /// A C string, cut at `limit` bytes; nullopt if its first byte cannot be read.
  std::optional<std::string> read_text(std::uint64_t address, std::size_t limit);

 private:
  const std::vector<std::uint8_t>& page(std::uint64_t address);

  pid_t pid_;
  std::unordered_map<std::uint64_t, std::vector<std::uint8_t>> pages_;  // Empty: not readable.
};

}  // namespace faultline
