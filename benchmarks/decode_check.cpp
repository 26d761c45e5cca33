// Compares our reading of AArch64 loads and stores with an independent reading of LLVM's printed text.
//
//   decode_check [--words N] [--seed S] [FILE...]
//
// Without files: N words (default 4,000,000) drawn at random from the encoding space of loads and stores.
// With files: every aligned word of each. Base, index, displacement, size and direction are compared;
// the exit status is 1 if any differ. The text is read here with rules of its own, which share nothing
// with analyzer/fault.

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "analyzer/instruction/instruction.h"
#include "core/text/ascii.h"

namespace {

using faultline::Cpu;
using faultline::Instruction;
using faultline::MemoryDirection;

struct TextReading {
  std::string base;
  std::string index;
  std::int64_t displacement = 0;
  std::optional<std::uint32_t> size_bytes;
  MemoryDirection direction = MemoryDirection::none;
};

std::vector<std::string_view> split(std::string_view text) {
  std::vector<std::string_view> parts;
  while (!text.empty()) {
    const auto comma = std::min(text.find(','), text.size());
    parts.push_back(faultline::trimmed(text.substr(0, comma)));
    text.remove_prefix(std::min(comma + 1, text.size()));
  }
  return parts;
}

std::int64_t number(std::string_view text) {
  if (text.starts_with("#")) text.remove_prefix(1);
  const bool negative = text.starts_with("-");
  if (negative) text.remove_prefix(1);
  const bool hexadecimal = text.starts_with("0x");
  if (hexadecimal) text.remove_prefix(2);
  std::int64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value, hexadecimal ? 16 : 10);
  return negative ? -value : value;
}

std::string report_name(std::string_view name) {
  if (name.empty() || name == "xzr" || name == "wzr") return {};
  if (name == "sp" || name == "wsp") return "sp";
  if (name == "x29" || name == "w29") return "fp";
  if (name == "x30" || name == "w30") return "lr";
  return "x" + std::string(name.substr(1));
}

std::uint32_t register_bytes(std::string_view name) {
  switch (name.empty() ? ' ' : name.front()) {
    case 'b':
      return 1;
    case 'h':
      return 2;
    case 'w':
    case 's':
      return name == "sp" ? 8 : 4;
    case 'x':
    case 'd':
      return 8;
    case 'q':
      return 16;
    default:
      return 0;
  }
}

// `{ v0.16b, v1.16b }`, `{ v0.s, v1.s }[1]`
std::optional<std::uint32_t> vector_bytes(std::string_view mnemonic, std::string_view text) {
  const auto open = text.find('{');
  const auto close = text.find('}');
  if (open == std::string_view::npos || close == std::string_view::npos) return std::nullopt;
  const auto registers = split(text.substr(open + 1, close - open - 1));
  const std::string_view first = registers.front();
  const std::string_view shape = first.substr(first.find('.') + 1);
  const std::map<char, std::uint32_t> elements{{'b', 1}, {'h', 2}, {'s', 4}, {'d', 8}};
  const auto element = elements.find(shape.back());
  if (element == elements.end()) return std::nullopt;
  const auto count = static_cast<std::uint32_t>(registers.size());
  const bool lane = close + 1 < text.size() && text[close + 1] == '[';
  if (lane || mnemonic.ends_with("r")) return count * element->second;
  return count * element->second * static_cast<std::uint32_t>(number(shape.substr(0, shape.size() - 1)));
}

bool any_prefix(std::string_view text, std::initializer_list<std::string_view> prefixes) {
  return std::any_of(prefixes.begin(), prefixes.end(), [&](auto prefix) { return text.starts_with(prefix); });
}

std::optional<std::uint32_t> text_size(std::string_view mnemonic, std::string_view operands) {
  if (any_prefix(mnemonic, {"stg", "stzg", "st2g", "stz2g", "ldg", "stzgm"}) && mnemonic != "stgp")
    return std::nullopt;
  if (mnemonic == "ldraa" || mnemonic == "ldrab") return 8;  // The letter names the key.
  if (mnemonic == "ld64b" || any_prefix(mnemonic, {"st64b"})) return 64;
  if (operands.find('{') != std::string_view::npos) return vector_bytes(mnemonic, operands);
  const auto parts = split(operands.substr(0, operands.find('[')));
  const bool pair =
      any_prefix(mnemonic, {"ldp", "stp", "ldnp", "stnp", "ldxp", "ldaxp", "stxp", "stlxp", "casp"}) ||
      mnemonic == "stgp";
  const bool has_status = any_prefix(mnemonic, {"stxr", "stlxr", "stxp", "stlxp"});
  std::uint32_t element = register_bytes(parts[has_status ? 1 : 0]);
  if (mnemonic.ends_with("sw")) {
    element = 4;
  } else if (mnemonic.ends_with("b")) {
    element = 1;
  } else if (mnemonic.ends_with("h")) {
    element = 2;
  }
  if (element == 0) return std::nullopt;
  return element * (pair ? 2 : 1);
}

MemoryDirection text_direction(std::string_view mnemonic) {
  // With the zero register as target an atomic load is printed as a store: it still does both.
  if (any_prefix(mnemonic,
                 {"cas", "swp", "ldadd", "ldclr", "ldeor", "ldset", "ldsmax", "ldsmin", "ldumax", "ldumin",
                  "stadd", "stclr", "steor", "stset", "stsmax", "stsmin", "stumax", "stumin"})) {
    return MemoryDirection::read_write;
  }
  return mnemonic.starts_with("ld") ? MemoryDirection::read : MemoryDirection::write;
}

// nullopt for what is no load or store of general or vector registers.
std::optional<TextReading> read_text(const std::string& text) {
  const auto blank = text.find(' ');
  if (blank == std::string::npos) return std::nullopt;
  const std::string_view mnemonic = std::string_view(text).substr(0, blank);
  if (!any_prefix(mnemonic, {"ld", "st", "cas", "swp"})) return std::nullopt;
  const std::string_view operands = std::string_view(text).substr(blank + 1);
  auto open = operands.find('[');
  if (const auto brace = operands.find('}'); brace != std::string_view::npos)
    open = operands.find('[', brace + 2);
  TextReading out;
  out.direction = text_direction(mnemonic);
  out.size_bytes = text_size(mnemonic, operands);
  if (open == std::string_view::npos) {
    const auto hash = operands.find('#');  // A literal: relative to the pc.
    if (hash == std::string_view::npos) return std::nullopt;
    out.displacement = number(operands.substr(hash));
    return out;
  }
  const auto close = operands.find(']', open);
  const auto parts = split(operands.substr(open + 1, close - open - 1));
  out.base = report_name(parts[0]);
  for (std::size_t i = 1; i < parts.size(); ++i) {
    if (parts[i].starts_with("#")) {
      out.displacement = number(parts[i]);
    } else if (i == 1) {
      out.index = report_name(parts[i]);
    }
  }
  return out;
}

bool is_scalable_text(const std::string& text) {
  const auto blank = text.find(' ');
  const std::string_view operands =
      blank == std::string::npos ? std::string_view() : std::string_view(text).substr(blank);
  for (const std::string_view mark : {" z", "{z", "{ z", " za", "{za", " p", " zt0"}) {
    for (auto at = operands.find(mark); at != std::string_view::npos; at = operands.find(mark, at + 1)) {
      const auto digit = at + mark.size();
      if (mark.ends_with("za") || mark == " zt0" ||
          (digit < operands.size() && operands[digit] >= '0' && operands[digit] <= '9')) {
        return true;
      }
    }
  }
  return false;
}

struct Counts {
  std::uint64_t words = 0;
  std::uint64_t decoded = 0;
  std::uint64_t compared = 0;
  std::uint64_t scalable = 0;
  std::uint64_t without_size = 0;
  std::uint64_t different = 0;
  std::map<std::string, std::uint64_t> by_reason;
};

void complain(const std::string& what, std::uint32_t word, const std::string& text, Counts& counts) {
  ++counts.by_reason[what];
  if (counts.by_reason[what] <= 5) fmt::print("{}: {:#010x} {}\n", what, word, text);
}

void compare(std::uint32_t word, Counts& counts) {
  ++counts.words;
  const std::array<std::uint8_t, 4> bytes{
      static_cast<std::uint8_t>(word), static_cast<std::uint8_t>(word >> 8U),
      static_cast<std::uint8_t>(word >> 16U), static_cast<std::uint8_t>(word >> 24U)};
  const auto mine = faultline::decode_instruction(Cpu::arm64, bytes, 0x1000);
  if (!mine) return;
  ++counts.decoded;
  if (is_scalable_text(mine->text)) {
    ++counts.scalable;
    return;
  }
  const auto text = read_text(mine->text);
  const bool has_memory = mine->memory.has_value();
  if (!text && !has_memory) return;
  if (mine->text.starts_with("dc ")) return;
  ++counts.compared;
  bool same = true;
  const auto check = [&](bool equal, const char* what) {
    if (equal) return;
    same = false;
    complain(what, word, mine->text, counts);
  };
  check(text.has_value() == has_memory, "only one of the two sees memory");
  if (text && has_memory) {
    check(text->base == mine->memory->base, "base");
    check(text->index == mine->memory->index, "index");
    check(text->displacement == mine->memory->displacement, "displacement");
    check(text->size_bytes == mine->size_bytes, "size");
    check(text->direction == mine->direction, "direction");
    if (!mine->size_bytes) ++counts.without_size;
  }
  if (!same) ++counts.different;
}

void compare_file(const std::string& path, Counts& counts) {
  std::ifstream file(path, std::ios::binary);
  const std::vector<char> bytes((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  for (std::size_t at = 0; at + 4 <= bytes.size(); at += 4) {
    std::uint32_t word = 0;
    for (unsigned i = 0; i < 4; ++i) {
      word |= static_cast<std::uint32_t>(static_cast<std::uint8_t>(bytes[at + i])) << (8U * i);
    }
    compare(word, counts);
  }
}

}  // namespace

int main(int argc, char** argv) {
  std::uint64_t words = 4'000'000;
  std::uint64_t seed = 1;
  std::vector<std::string> files;
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    if (argument == "--words" && i + 1 < argc) {
      words = std::strtoull(argv[++i], nullptr, 10);
    } else if (argument == "--seed" && i + 1 < argc) {
      seed = std::strtoull(argv[++i], nullptr, 10);
    } else {
      files.emplace_back(argument);
    }
  }
  Counts counts;
  for (const auto& path : files) compare_file(path, counts);
  if (files.empty()) {
    std::mt19937_64 random(seed);
    // Bits 28:25 are x1x0 for loads and stores.
    for (std::uint64_t i = 0; i < words; ++i) {
      const auto any = static_cast<std::uint32_t>(random());
      compare((any & ~(1U << 25U)) | (1U << 27U), counts);
    }
  }
  fmt::print(
      "{} words, {} instructions, {} loads and stores compared, {} of them without a size, {} scalable ones "
      "left "
      "out\n",
      counts.words, counts.decoded, counts.compared, counts.without_size, counts.scalable);
  for (const auto& [what, count] : counts.by_reason) fmt::print("  {} differ in: {}\n", count, what);
  const std::uint64_t equal = counts.compared - counts.different;
  fmt::print(
      "equal: {} of {} ({:.4f} %)\n", equal, counts.compared,
      counts.compared == 0 ? 0.0 : 100.0 * static_cast<double>(equal) / static_cast<double>(counts.compared));
  return counts.different == 0 ? 0 : 1;
}
