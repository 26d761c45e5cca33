#include "collector/reporter/ptrace/process_memory_linux.h"

#include <sys/uio.h>

#include <algorithm>
#include <cstring>

namespace faultline {
namespace {

constexpr std::uint64_t kPageBytes = 4096;

}  // namespace

const std::vector<std::uint8_t>& ProcessMemory::page(std::uint64_t address) {
  const auto start = address / kPageBytes * kPageBytes;
  const auto [entry, is_new] = pages_.try_emplace(start);
  if (is_new) {
    entry->second.resize(kPageBytes);
    iovec local{entry->second.data(), kPageBytes};
    // The kernel takes the other process's address as a pointer of ours.
    iovec remote{};
    std::memcpy(&remote.iov_base, &start, sizeof remote.iov_base);
    remote.iov_len = kPageBytes;
    if (::process_vm_readv(pid_, &local, 1, &remote, 1, 0) != static_cast<ssize_t>(kPageBytes)) {
      entry->second.clear();
    }
  }
  return entry->second;
}

std::vector<std::uint8_t> ProcessMemory::read(std::uint64_t address, std::size_t count) {
  std::vector<std::uint8_t> bytes;
  while (bytes.size() < count) {
    const auto at = address + bytes.size();
    if (at < address) break;  // The end of memory.
    const auto& source = page(at);
    if (source.empty()) break;
    const auto skip = static_cast<std::size_t>(at % kPageBytes);
    const auto take = std::min(count - bytes.size(), source.size() - skip);
    bytes.insert(bytes.end(), source.begin() + static_cast<std::ptrdiff_t>(skip),
                 source.begin() + static_cast<std::ptrdiff_t>(skip + take));
  }
  return bytes;
}

std::vector<std::uint8_t> ProcessMemory::read_before(std::uint64_t address, std::size_t count) {
  const auto wanted = std::min<std::uint64_t>(count, address);
  auto bytes = read(address - wanted, wanted);
  if (bytes.size() == wanted) return bytes;
  // The page below is not there: what stands on this page up to the address.
  const auto on_page = std::min<std::uint64_t>(wanted, address % kPageBytes);
  bytes = read(address - on_page, on_page);
  return bytes.size() == on_page ? bytes : std::vector<std::uint8_t>();
}

std::optional<std::uint64_t> ProcessMemory::read_word(std::uint64_t address) {
  const auto bytes = read(address, sizeof(std::uint64_t));
  if (bytes.size() != sizeof(std::uint64_t)) return std::nullopt;
  std::uint64_t word = 0;
  std::memcpy(&word, bytes.data(), sizeof word);
  return word;
}

std::optional<std::string> ProcessMemory::read_text(std::uint64_t address, std::size_t limit) {
  const auto bytes = read(address, limit);
  if (bytes.empty()) return std::nullopt;
  return std::string(bytes.begin(), std::find(bytes.begin(), bytes.end(), 0));
}

}  // namespace faultline
