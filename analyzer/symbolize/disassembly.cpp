#include "analyzer/symbolize/disassembly.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <span>
#include <utility>

#include "analyzer/instruction/raw_instruction.h"
#include "analyzer/symbolize/files/byte_view.h"
#include "analyzer/symbolize/files/elf_file.h"
#include "analyzer/symbolize/files/function_table.h"
#include "analyzer/symbolize/files/macho_file.h"
#include "analyzer/symbolize/files/mapped_file.h"

namespace faultline {
namespace {

bool is_arm(std::string_view arch) { return arch == "arm64" || arch == "arm64e" || arch == "aarch64"; }
bool is_intel(std::string_view arch) { return arch == "x86_64" || arch == "x86_64h"; }

/// Bytes of one function, or of as much as is known, around an address.
struct CodeBytes {
  std::string bytes;
  RuntimeAddress first;
  std::string arch;
  std::string origin;
};

struct SliceCode {
  std::string_view text;
  LinkAddress text_start;
  std::optional<LinkAddress> function_start;
};

template <typename File>
std::optional<SliceCode> code_of(const File& file, LinkAddress address) {
  const auto* section = file.text_section_of(address);
  if (section == nullptr) return std::nullopt;
  const auto bytes = file.bytes_at(section->address, section->size_bytes);
  if (!bytes) return std::nullopt;
  return SliceCode{*bytes, section->address, std::nullopt};
}

std::optional<SliceCode> code_of(std::string_view slice, LinkAddress address) {
  std::optional<SliceCode> code;
  if (const auto macho = MachOFile::parse(slice)) {
    code = code_of(*macho, address);
    const auto starts = macho->function_starts();
    const auto after = std::upper_bound(starts.begin(), starts.end(), address);
    if (code && after != starts.begin()) code->function_start = *std::prev(after);
  } else if (const auto elf = ElfFile::parse(slice)) {
    code = code_of(*elf, address);
    const FunctionTable table = FunctionTable::read(slice);
    if (const auto* function = table.find(address); code && function != nullptr) {
      code->function_start = function->start;
    }
  }
  if (code && code->function_start && *code->function_start < code->text_start) code->function_start.reset();
  return code;
}

std::optional<CodeBytes> bytes_from_files(const Image& image, ImageOffset offset, RuntimeAddress address,
                                          SymbolFinder& finder) {
  constexpr std::uint64_t kMostBefore = 65536;
  constexpr std::uint64_t kMostAfter = 512;
  std::vector<Issue> ignored;  // symbolize_report() tells about refused files.
  for (const auto& found : finder.find(image, ignored)) {
    const auto file = MappedFile::open(found.path);
    if (!file) continue;
    const auto slice = ByteView(file->bytes()).slice(found.slice.offset, found.slice.size_bytes);
    if (!slice) continue;
    const LinkAddress wanted{found.slice.link_base.value + offset.value};
    const auto code = code_of(*slice, wanted);
    if (!code) continue;
    const std::uint64_t at = wanted.value - code->text_start.value;
    std::uint64_t from = at;
    CodeBytes bytes;
    if (code->function_start && wanted.value - code->function_start->value <= kMostBefore) {
      from = code->function_start->value - code->text_start.value;
    } else if (is_arm(found.slice.arch)) {
      from = at - std::min<std::uint64_t>(at, 256);
    }
    bytes.bytes = code->text.substr(from, at - from + kMostAfter);
    bytes.first = {address.value - (at - from)};
    bytes.arch = found.slice.arch;
    bytes.origin = found.shown_path();
    return bytes;
  }
  return std::nullopt;
}

std::string text_of(const std::vector<std::uint8_t>& bytes) { return {bytes.begin(), bytes.end()}; }

std::string arch_of(const CrashReport& report, const Image* image) {
  if (image != nullptr && image->arch) return *image->arch;
  const std::string cpu = report.cpu_type.value_or("");
  return cpu.starts_with("ARM") ? "arm64" : "x86_64";
}

std::optional<CodeBytes> bytes_from_report(const CrashReport& report, const Thread& thread,
                                           RuntimeAddress address, const std::string& arch) {
  CodeBytes bytes;
  bytes.arch = arch;
  bytes.origin = "report";
  std::size_t before = 0;
  if (thread.triggered && report.instruction_bytes && !report.instruction_bytes->at_pc.empty()) {
    bytes.bytes = text_of(report.instruction_bytes->before_pc) + text_of(report.instruction_bytes->at_pc);
    before = report.instruction_bytes->before_pc.size();
  } else if (thread.instruction_state &&
             thread.instruction_state->offset < thread.instruction_state->bytes.size()) {
    bytes.bytes = text_of(thread.instruction_state->bytes);
    before = thread.instruction_state->offset;
  } else {
    return std::nullopt;
  }
  // Instructions of arm64 have one size; on x86 only the one at the pc has a known beginning.
  const std::size_t drop = is_arm(arch) ? before % 4 : before;
  bytes.bytes.erase(0, drop);
  bytes.first = {address.value - (before - drop)};
  return bytes;
}

}  // namespace

Result<std::vector<DisassembledInstruction>> disassemble(std::string_view bytes, RuntimeAddress first,
                                                         std::string_view arch) {
  if (!is_arm(arch) && !is_intel(arch)) {
    return fail(ErrorKind::unsupported, fmt::format("cannot disassemble for {}", arch));
  }
  const Cpu cpu = is_arm(arch) ? Cpu::arm64 : Cpu::x86_64;
  const std::size_t unit = is_arm(arch) ? 4 : 1;
  const std::vector<std::uint8_t> raw(bytes.begin(), bytes.end());
  std::vector<DisassembledInstruction> instructions;
  for (std::size_t at = 0; at < raw.size();) {
    const auto rest = std::span(raw).subspan(at);
    const std::uint64_t address = first.value + at;
    auto decoded = disassemble(cpu, rest, address);
    DisassembledInstruction instruction;
    instruction.address = {address};
    const std::size_t size = decoded ? decoded->length_bytes : std::min(unit, rest.size());
    instruction.bytes.assign(rest.begin(), rest.begin() + static_cast<std::ptrdiff_t>(size));
    if (decoded) {
      instruction.text = std::move(decoded->text);
    } else {
      instruction.text = ".byte";
      for (const auto byte : instruction.bytes) instruction.text += fmt::format(" {:#04x}", byte);
    }
    instructions.push_back(std::move(instruction));
    at += size;
  }
  return instructions;
}

Result<Disassembly> disassemble_around(const CrashReport& report, std::size_t thread_index,
                                       std::size_t frame_index, SymbolFinder& finder,
                                       const DisassemblyRange& range) {
  if (thread_index >= report.threads.size() || frame_index >= report.threads[thread_index].frames.size()) {
    return fail(ErrorKind::invalid_argument, "the report has no such frame");
  }
  const Thread& thread = report.threads[thread_index];
  const Frame& frame = thread.frames[frame_index];
  const auto address = report.address_of(frame);
  if (!address) return fail(ErrorKind::symbols, "the frame has no address");
  const Image* image = report.image_of(frame);
  const bool is_first =
      std::all_of(thread.frames.begin(), thread.frames.begin() + static_cast<std::ptrdiff_t>(frame_index),
                  [](const Frame& before) { return before.inlined; });

  std::optional<CodeBytes> code;
  if (image != nullptr) code = bytes_from_files(*image, frame.image_offset, *address, finder);
  if (!code && is_first) code = bytes_from_report(report, thread, *address, arch_of(report, image));
  if (!code) return fail(ErrorKind::symbols, "no file of this build and no bytes in the report");
  TRY_ASSIGN(auto all, disassemble(code->bytes, code->first, code->arch));

  Disassembly shown;
  shown.origin = code->origin;
  auto at = std::find_if(all.begin(), all.end(), [&](const auto& each) { return each.address == *address; });
  if (at == all.end()) {
    // The address is inside an instruction (a wild jump): only what would run from there is shown.
    const std::uint64_t skip = address->value - code->first.value;
    if (skip >= code->bytes.size()) return fail(ErrorKind::symbols, "the bytes end before the address");
    TRY_ASSIGN(all, disassemble(std::string_view(code->bytes).substr(skip), *address, code->arch));
    at = all.begin();
  }
  at->is_at = true;
  const auto index = static_cast<std::size_t>(at - all.begin());
  const std::size_t from = index - std::min(index, range.before);
  const std::size_t to = std::min(all.size(), index + range.after + 1);
  shown.instructions.assign(all.begin() + static_cast<std::ptrdiff_t>(from),
                            all.begin() + static_cast<std::ptrdiff_t>(to));
  return shown;
}

}  // namespace faultline
