#include "analyzer/symbolize/files/function_table.h"

#include <algorithm>
#include <tuple>

#include "analyzer/symbolize/files/elf_file.h"
#include "analyzer/symbolize/files/macho_file.h"
#include "analyzer/symbolize/files/objc_metadata.h"

namespace faultline {
namespace {

struct Candidate {
  LinkAddress start;
  std::uint64_t size_bytes = 0;
  int rank = 0;  // Of the names at one address the lowest wins.
  std::string_view name;
  SymbolOrigin origin = SymbolOrigin::symbol_table;
};

// Assemblers leave labels such as `ltmp0` and `l_OBJC_…` at the address of a function.
int mach_symbol_rank(const MachSymbol& symbol) {
  const bool is_label = symbol.name.substr(0, 4) == "ltmp" || symbol.name.substr(0, 2) == "l_" ||
                        symbol.name.substr(0, 1) == "L";
  return (is_label ? 4 : 0) + (symbol.external ? 0 : 1);
}

int elf_symbol_rank(const ElfSymbol& symbol) { return symbol.binding == 1 ? 0 : symbol.binding == 2 ? 1 : 2; }

void sort_best_first(std::vector<Candidate>& candidates) {
  std::sort(candidates.begin(), candidates.end(), [](const Candidate& a, const Candidate& b) {
    return std::tie(a.start, a.rank, a.name) < std::tie(b.start, b.rank, b.name);
  });
}

/// Sorts, keeps the best name per address, and cuts each function where the next one begins.
std::vector<NamedFunction> settle(std::vector<Candidate> candidates) {
  sort_best_first(candidates);
  std::vector<NamedFunction> functions;
  for (const auto& candidate : candidates) {
    if (!functions.empty() && functions.back().start == candidate.start) continue;
    functions.push_back(
        {candidate.start, candidate.size_bytes, std::string(candidate.name), candidate.origin});
  }
  for (std::size_t i = 0; i + 1 < functions.size(); ++i) {
    functions[i].size_bytes =
        std::min(functions[i].size_bytes, functions[i + 1].start.value - functions[i].start.value);
  }
  std::erase_if(functions, [](const NamedFunction& function) { return function.size_bytes == 0; });
  return functions;
}

std::vector<NamedFunction> functions_of(const MachOFile& file) {
  const auto starts = file.function_starts();
  if (starts.empty()) return {};
  const auto methods = read_objc_methods(file);
  const auto objc_names = file.objc_name_starts();
  std::vector<Candidate> candidates;
  const auto add = [&](LinkAddress start, int rank, std::string_view name, SymbolOrigin origin) {
    const MachSection* section = file.text_section_of(start);
    // The extent is known only for a place that lies in some function: at or after the first start.
    if (section == nullptr || start < starts.front()) return;
    std::uint64_t end = section->address.value + section->size_bytes;
    const auto next = std::upper_bound(starts.begin(), starts.end(), start);
    if (next != starts.end()) end = std::min(end, next->value);
    if (end > start.value) candidates.push_back({start, end - start.value, rank, name, origin});
  };
  for (const auto& symbol : file.text_symbols()) {
    const bool is_method = std::binary_search(objc_names.begin(), objc_names.end(), symbol.address);
    add(symbol.address, mach_symbol_rank(symbol), symbol.name,
        is_method ? SymbolOrigin::objc_metadata : SymbolOrigin::symbol_table);
  }
  for (const auto& method : methods) {
    // A method list names a body only where a function begins; anything else is damage.
    if (!std::binary_search(starts.begin(), starts.end(), method.implementation)) continue;
    add(method.implementation, 3, method.name, SymbolOrigin::objc_metadata);
  }
  return settle(std::move(candidates));
}

std::vector<NamedFunction> functions_of(const ElfFile& file) {
  std::vector<Candidate> candidates;
  for (const auto& symbol : file.function_symbols()) {
    const ElfSection* section = file.text_section_of(symbol.address);
    if (section == nullptr || symbol.size_bytes == 0) continue;
    const std::uint64_t left = std::min(section->size_bytes - (symbol.address.value - section->address.value),
                                        UINT64_MAX - symbol.address.value);
    candidates.push_back({symbol.address, std::min(symbol.size_bytes, left), elf_symbol_rank(symbol),
                          symbol.name, SymbolOrigin::symbol_table});
  }
  return settle(std::move(candidates));
}

}  // namespace

FunctionTable FunctionTable::read(std::string_view slice) {
  FunctionTable table;
  if (const auto macho = MachOFile::parse(slice)) {
    table.functions_ = functions_of(*macho);
  } else if (const auto elf = ElfFile::parse(slice)) {
    table.functions_ = functions_of(*elf);
  }
  return table;
}

std::vector<std::pair<LinkAddress, std::string>> read_linker_names(std::string_view slice) {
  std::vector<Candidate> candidates;
  const auto macho = MachOFile::parse(slice);
  const auto elf = ElfFile::parse(slice);
  if (macho) {
    for (const auto& symbol : macho->text_symbols()) {
      candidates.push_back({symbol.address, 0, mach_symbol_rank(symbol), symbol.name});
    }
  } else if (elf) {
    for (const auto& symbol : elf->function_symbols()) {
      candidates.push_back({symbol.address, 0, elf_symbol_rank(symbol), symbol.name});
    }
  }
  sort_best_first(candidates);
  std::vector<std::pair<LinkAddress, std::string>> names;
  for (const auto& candidate : candidates) {
    if (!names.empty() && names.back().first == candidate.start) continue;
    names.emplace_back(candidate.start, candidate.name);
  }
  return names;
}

const NamedFunction* FunctionTable::find(LinkAddress address) const {
  auto after = std::upper_bound(
      functions_.begin(), functions_.end(), address,
      [](LinkAddress wanted, const NamedFunction& function) { return wanted < function.start; });
  if (after == functions_.begin()) return nullptr;
  const auto& function = *std::prev(after);
  return address.value - function.start.value < function.size_bytes ? &function : nullptr;
}

}  // namespace faultline
