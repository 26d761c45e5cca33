#include "collector/reporter/images/memory_map.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace faultline {
namespace {

/// How far below a stack an access still counts as its overflow: a big frame may step over a guard page.
constexpr std::uint64_t kOverflowReachBytes = 256ULL << 10;

/// Takes the next blank-separated word off `text`.
std::string_view take_word(std::string_view& text) {
  const auto first = text.find_first_not_of(' ');
  if (first == std::string_view::npos) {
    text = {};
    return {};
  }
  const auto last = std::min(text.find(' ', first), text.size());
  const auto word = text.substr(first, last - first);
  text.remove_prefix(last);
  return word;
}

bool read_number(std::string_view text, int base, std::uint64_t& value) {
  const auto* end = text.data() + text.size();
  return !text.empty() && std::from_chars(text.data(), end, value, base).ptr == end;
}

std::optional<Mapping> parse_line(std::string_view line) {
  Mapping mapping;
  const auto range = take_word(line);
  const auto protection = take_word(line);
  const auto offset = take_word(line);
  take_word(line);  // The device: nobody asks.
  const auto inode = take_word(line);
  const auto dash = range.find('-');
  if (dash == std::string_view::npos || protection.size() < 4) return std::nullopt;
  if (!read_number(range.substr(0, dash), 16, mapping.start) ||
      !read_number(range.substr(dash + 1), 16, mapping.end) ||
      !read_number(offset, 16, mapping.file_offset) || !read_number(inode, 10, mapping.inode)) {
    return std::nullopt;
  }
  mapping.readable = protection[0] == 'r';
  mapping.writable = protection[1] == 'w';
  mapping.executable = protection[2] == 'x';
  mapping.shared = protection[3] == 's';
  const auto name = line.find_first_not_of(' ');
  if (name != std::string_view::npos) mapping.path = line.substr(name);
  return mapping;
}

bool contains(const Mapping& mapping, std::uint64_t address) {
  return address >= mapping.start && address < mapping.end;
}

bool is_accessible(const Mapping& mapping) {
  return mapping.readable || mapping.writable || mapping.executable;
}

bool holds_a_stack(const Mapping& mapping, std::span<const std::uint64_t> stack_pointers) {
  if (mapping.path == "[stack]") return true;
  return mapping.writable && mapping.path.empty() &&
         std::any_of(stack_pointers.begin(), stack_pointers.end(),
                     [&](std::uint64_t sp) { return contains(mapping, sp); });
}

/// A page that may not be touched, directly below a writable anonymous mapping: how pthreads guards stacks.
bool is_guard(std::span<const Mapping> map, std::size_t index) {
  if (is_accessible(map[index]) || !map[index].path.empty() || index + 1 >= map.size()) return false;
  const auto& above = map[index + 1];
  return above.start == map[index].end && above.writable && above.path.empty();
}

std::string region_type(std::span<const Mapping> map, std::size_t index,
                        std::span<const std::uint64_t> stack_pointers) {
  const auto& mapping = map[index];
  if (holds_a_stack(mapping, stack_pointers)) return "Stack";
  if (is_guard(map, index) && holds_a_stack(map[index + 1], stack_pointers)) return "Stack Guard";
  if (mapping.path == "[heap]") return "MALLOC";
  if (mapping.path.starts_with('[')) return mapping.path;
  if (mapping.path.empty()) return is_accessible(mapping) ? "VM_ALLOCATE" : "VM_ALLOCATE (reserved)";
  if (mapping.executable) return "__TEXT";
  if (mapping.writable && !mapping.shared) return "__DATA";
  return mapping.shared ? "shared memory" : "mapped file";
}

std::string size_text(std::uint64_t bytes) {
  const double kilobytes = static_cast<double>(bytes) / 1024.0;
  if (kilobytes < 10'000) return fmt::format("{:5}K", bytes / 1024);
  if (kilobytes < 1000 * 1024.0) return fmt::format("{:5.1f}M", kilobytes / 1024);
  return fmt::format("{:5.1f}G", kilobytes / 1024 / 1024);
}

std::string region_row(std::span<const Mapping> map, std::size_t index,
                       std::span<const std::uint64_t> stack_pointers) {
  const auto& mapping = map[index];
  const auto now = fmt::format("{}{}{}", mapping.readable ? 'r' : '-', mapping.writable ? 'w' : '-',
                               mapping.executable ? 'x' : '-');
  const auto most = !mapping.shared || mapping.writable ? "rwx" : "r-x";
  const auto sharing = mapping.shared ? "SHM" : mapping.path.starts_with('/') ? "COW" : "PRV";
  const auto detail = mapping.path.starts_with('/') ? mapping.path : std::string();
  return fmt::format("{:<24} {:>12x}-{:<12x} [{}] {}/{} SM={}  {}", region_type(map, index, stack_pointers),
                     mapping.start, mapping.end, size_text(mapping.end - mapping.start), now, most, sharing,
                     detail);
}

std::string address_text(std::uint64_t address) {
  return address == 0 ? std::string("0") : fmt::format("{:#x}", address);
}

constexpr const char* kTableHead =
    "      REGION TYPE                    START - END         [ VSIZE] PRT/MAX SHRMOD  REGION DETAIL\n";

std::string describe_inside(std::span<const Mapping> map, std::size_t index, std::uint64_t address,
                            std::span<const std::uint64_t> stack_pointers) {
  const auto& mapping = map[index];
  auto out = fmt::format("{} is in {:#x}-{:#x};  bytes after start: {}  bytes before end: {}\n{}",
                         address_text(address), mapping.start, mapping.end, address - mapping.start,
                         mapping.end - address - 1, kTableHead);
  const auto gap = [&](std::size_t below) {
    const auto bytes = map[below + 1].start - map[below].end;
    if (bytes != 0) out += fmt::format("      GAP OF {:#x} BYTES\n", bytes);
  };
  if (index > 0) {
    out += "      " + region_row(map, index - 1, stack_pointers) + "\n";
    gap(index - 1);
  }
  out += "--->  " + region_row(map, index, stack_pointers);
  if (index + 1 < map.size()) {
    out += "\n";
    gap(index);
    out += "      " + region_row(map, index + 1, stack_pointers);
  }
  return out;
}

}  // namespace

std::vector<Mapping> parse_memory_map(std::string_view text) {
  std::vector<Mapping> map;
  while (!text.empty()) {
    const auto line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    if (auto mapping = parse_line(line)) map.push_back(std::move(*mapping));
  }
  std::sort(map.begin(), map.end(), [](const Mapping& a, const Mapping& b) { return a.start < b.start; });
  return map;
}

const Mapping* find_mapping(std::span<const Mapping> map, std::uint64_t address) {
  const auto behind = std::upper_bound(map.begin(), map.end(), address,
                                       [](std::uint64_t value, const Mapping& m) { return value < m.start; });
  if (behind == map.begin() || !contains(*(behind - 1), address)) return nullptr;
  return &*(behind - 1);
}

bool is_below_a_stack(std::span<const Mapping> map, std::uint64_t address,
                      std::span<const std::uint64_t> stack_pointers) {
  for (std::size_t i = 0; i < map.size(); ++i) {
    const auto& mapping = map[i];
    if (!mapping.writable || (!mapping.path.empty() && mapping.path != "[stack]")) continue;
    const auto reach = std::max(mapping.start, kOverflowReachBytes) - kOverflowReachBytes;
    if (address >= mapping.start || address < reach) continue;
    const auto* at = find_mapping(map, address);
    if (at != nullptr && !is_guard(map, static_cast<std::size_t>(at - map.data()))) continue;
    // The thread's stack pointer stands in this stack's last part or has just left it.
    for (const auto sp : stack_pointers) {
      if (sp >= reach && sp < mapping.start + kOverflowReachBytes && sp < mapping.end) return true;
    }
  }
  return false;
}

std::string describe_region(std::span<const Mapping> map, std::uint64_t address,
                            std::span<const std::uint64_t> stack_pointers) {
  if (const auto* mapping = find_mapping(map, address)) {
    return describe_inside(map, static_cast<std::size_t>(mapping - map.data()), address, stack_pointers);
  }
  const auto behind = std::upper_bound(map.begin(), map.end(), address,
                                       [](std::uint64_t value, const Mapping& m) { return value < m.start; });
  const auto next = static_cast<std::size_t>(behind - map.begin());
  auto out = address_text(address) + " is not in any region.";
  if (next > 0) out += fmt::format("  Bytes after previous region: {}", address - map[next - 1].end + 1);
  if (next < map.size()) out += fmt::format("  Bytes before following region: {}", map[next].start - address);
  out += "\n";
  out += kTableHead;
  out += next > 0 ? "      " + region_row(map, next - 1, stack_pointers) : "      UNUSED SPACE AT START";
  out += "\n--->  ";
  if (next > 0 && next < map.size()) {
    out += fmt::format("GAP OF {:#x} BYTES", map[next].start - map[next - 1].end);
  }
  out += "\n      ";
  out += next < map.size() ? region_row(map, next, stack_pointers) : std::string("UNUSED SPACE AT END");
  return out;
}

}  // namespace faultline
