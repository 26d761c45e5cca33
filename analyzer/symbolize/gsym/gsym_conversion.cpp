#include "analyzer/symbolize/gsym/gsym_conversion.h"

#include <fmt/format.h>
#include <llvm/DebugInfo/DWARF/DWARFContext.h>
#include <llvm/DebugInfo/GSYM/DwarfTransformer.h>
#include <llvm/DebugInfo/GSYM/FunctionInfo.h>
#include <llvm/DebugInfo/GSYM/GsymCreator.h>
#include <llvm/DebugInfo/GSYM/OutputAggregator.h>
#include <llvm/Object/ObjectFile.h>
#include <llvm/Support/MemoryBuffer.h>

#include <algorithm>
#include <array>
#include <map>
#include <memory>
#include <utility>
#include <vector>

#include "analyzer/symbolize/files/byte_view.h"
#include "analyzer/symbolize/files/function_table.h"
#include "analyzer/symbolize/files/macho_file.h"
#include "analyzer/symbolize/files/mapped_file.h"
#include "analyzer/symbolize/gsym/gsym_file.h"
#include "core/base/enum_text.h"

namespace faultline {
namespace {

using llvm::gsym::FunctionInfo;
using llvm::gsym::GsymCreator;

constexpr std::array<EnumText<GsymContent>, 2> kGsymContents{{
    {GsymContent::dwarf, "dwarf"},
    {GsymContent::symbols, "symbols"},
}};
static_assert(is_complete(kGsymContents, GsymContent::symbols));

Failure llvm_failure(llvm::Error error) { return fail(ErrorKind::symbols, llvm::toString(std::move(error))); }

void ignore(llvm::Error error) { llvm::consumeError(std::move(error)); }

/// What names in a GsymCreator point into: LLVM does not copy them, and those of compressed sections are in
/// the context's own memory.
struct DwarfReader {
  std::unique_ptr<llvm::object::ObjectFile> object;
  std::unique_ptr<llvm::DWARFContext> context;
};

/// What it gives must live until the creator has been saved.
Result<DwarfReader> add_dwarf(std::string_view bytes, GsymCreator& creator) {
  const llvm::MemoryBufferRef buffer(llvm::StringRef(bytes.data(), bytes.size()), "symbols");
  auto object = llvm::object::ObjectFile::createObjectFile(buffer);
  if (!object) return llvm_failure(object.takeError());

  llvm::AddressRanges text;
  for (const auto& section : (*object)->sections()) {
    if (!section.isText() || section.getSize() == 0) continue;
    text.insert(llvm::AddressRange(section.getAddress(), section.getAddress() + section.getSize()));
  }
  creator.SetValidTextRanges(text);

  // LLVM's warnings about odd DWARF go nowhere: what could not be read has no name, and that shows.
  auto context = llvm::DWARFContext::create(**object, llvm::DWARFContext::ProcessDebugRelocations::Process,
                                            nullptr, "", ignore, ignore);
  llvm::gsym::OutputAggregator quiet(nullptr);
  llvm::gsym::DwarfTransformer transformer(*context, creator);
  if (auto error = transformer.convert(1, quiet)) return llvm_failure(std::move(error));
  return DwarfReader{std::move(*object), std::move(context)};
}

/// Names DWARF functions as the symbol table does where both begin at one address. The linker's name is
/// the function's own where DWARF's is not: DWARF puts the namespace before an extern "C" function, GCC
/// gives static C++ functions no linkage name and writes the quotes of an asm label into it.
void take_linker_names(std::string_view slice, GsymCreator& creator) {
  const auto names = read_linker_names(slice);
  // The creator is locked while it walks its functions: strings are inserted between two walks.
  std::vector<LinkAddress> starts;
  static_cast<const GsymCreator&>(creator).forEachFunctionInfo([&](const FunctionInfo& info) {
    starts.push_back({info.startAddress()});
    return true;
  });
  std::map<std::uint64_t, std::uint32_t> renamed;
  for (const auto start : starts) {
    const auto found =
        std::lower_bound(names.begin(), names.end(), start,
                         [](const auto& name, LinkAddress wanted) { return name.first < wanted; });
    if (found != names.end() && found->first == start) {
      renamed.emplace(start.value, creator.insertString(found->second));
    }
  }
  creator.forEachFunctionInfo([&](FunctionInfo& info) {
    const auto found = renamed.find(info.startAddress());
    if (found == renamed.end()) return true;
    info.Name = found->second;
    if (info.Inline) info.Inline->Name = found->second;
    return true;
  });
}

/// Adds the functions of the table that no function so far touches; gives the starts of the added ones.
GsymTrailer add_table(const std::vector<NamedFunction>& functions, GsymCreator& creator) {
  std::vector<std::pair<std::uint64_t, std::uint64_t>> taken;
  static_cast<const GsymCreator&>(creator).forEachFunctionInfo([&](const FunctionInfo& info) {
    taken.emplace_back(info.startAddress(), info.endAddress());
    return true;
  });
  std::sort(taken.begin(), taken.end());
  // Ends in ascending order of starts, so that one look to the left finds any overlap.
  for (std::size_t i = 1; i < taken.size(); ++i) {
    taken[i].second = std::max(taken[i].second, taken[i - 1].second);
  }

  GsymTrailer added;
  for (const auto& function : functions) {
    const std::uint64_t start = function.start.value;
    const std::uint64_t end = start + function.size_bytes;
    auto right = std::lower_bound(taken.begin(), taken.end(), std::make_pair(end, std::uint64_t{0}));
    if (right != taken.begin() && std::prev(right)->second > start) continue;
    creator.addFunctionInfo(FunctionInfo(start, function.size_bytes, creator.insertString(function.name)));
    (function.origin == SymbolOrigin::objc_metadata ? added.objc_starts : added.symbol_starts)
        .push_back(function.start);
  }
  return added;
}

}  // namespace

std::string_view gsym_content_text(GsymContent content) { return enum_text(kGsymContents, content); }
std::optional<GsymContent> parse_gsym_content(std::string_view text) {
  return parse_enum(kGsymContents, text);
}

Result<void> convert_to_gsym(const GsymConversion& conversion) {
  TRY_ASSIGN(const auto file, MappedFile::open(conversion.input));
  const auto slice = ByteView(file.bytes()).slice(conversion.offset, conversion.size_bytes);
  if (!slice) return fail(ErrorKind::symbols, "the slice lies outside of the file");
  TRY_ASSIGN(const auto identities, read_symbol_slices(*slice));
  const SymbolSlice& identity = identities.front();
  if (!identity.uuid) return fail(ErrorKind::symbols, "the file has no UUID");

  GsymCreator creator(/*Quiet=*/true);
  creator.setUUID(llvm::ArrayRef<std::uint8_t>(identity.uuid->bytes()));
  const FunctionTable table = FunctionTable::read(*slice);
  DwarfReader dwarf;
  if (conversion.content == GsymContent::dwarf) {
    TRY_ASSIGN(dwarf, add_dwarf(*slice, creator));
    take_linker_names(*slice, creator);
  }
  GsymTrailer trailer = add_table(table.functions(), creator);
  // Nothing to name is no failure, unless the file was to hold more.
  const auto macho = MachOFile::parse(*slice);
  if (creator.getNumFunctionInfos() == 0 && macho && !macho->is_whole()) {
    return fail(ErrorKind::symbols, "the file is cut short or its load commands are damaged");
  }
  trailer.uuid = *identity.uuid;
  trailer.link_base = identity.link_base;

  std::error_code ignored;
  std::filesystem::remove(conversion.output, ignored);
  if (creator.getNumFunctionInfos() > 0) {
    llvm::gsym::OutputAggregator quiet(nullptr);
    if (auto error = creator.finalize(quiet)) return llvm_failure(std::move(error));
    if (auto error = creator.save(conversion.output.string(), llvm::endianness::native)) {
      return llvm_failure(std::move(error));
    }
  }
  return append_gsym_trailer(conversion.output, trailer);
}

}  // namespace faultline
