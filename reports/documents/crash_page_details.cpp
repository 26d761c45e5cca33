// The longer tables of a crash page: registers, memory, other threads, images, what is not known.

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string>

#include "core/base/hash.h"
#include "reports/documents/crash_page_sections.h"

namespace faultline {
namespace {

constexpr std::size_t kMostGroups = 24;
constexpr std::size_t kMostShared = 6;
constexpr std::size_t kMostForeignImages = 24;

bool is_state_register(const std::string& name) {
  return name == "pc" || name == "rip" || name == "cpsr" || name == "rflags" || name == "far" ||
         name == "esr" || name == "cr2" || name == "err" || name == "trap" || name == "cpu";
}

bool is_stock(const Image& image) {
  if (!image.path) return true;  // Nothing to judge by.
  for (const char* folder : {"/System/", "/usr/lib/", "/lib/", "/lib64/", "/usr/lib64/"}) {
    if (image.path->starts_with(folder)) return true;
  }
  return false;
}

bool is_gpu_part(const std::string& name) {
  for (const char* part : {"AGXMetal", "Metal", "IOGPU", "IOAccelerator", "MPS", "libtorch", "libmlx", "mlx",
                           "GPUTools", "libvulkan"}) {
    if (name.starts_with(part)) return true;
  }
  return false;
}

std::string image_line(const Image& image) {
  std::string line = image.display_name();
  if (image.bundle_short_version) line += " " + *image.bundle_short_version;
  if (image.bundle_version && image.bundle_version != image.bundle_short_version) {
    line += " (" + *image.bundle_version + ")";
  }
  line += image.uuid ? " <" + image.uuid->text() + ">" : " <no UUID>";
  if (image.path) line += " " + *image.path;
  return line;
}

std::set<std::size_t> images_of_stacks(const CrashReport& report) {
  std::set<std::size_t> used;
  const auto add = [&](const std::vector<Frame>& frames) {
    for (const Frame& frame : frames) {
      if (frame.image_index && *frame.image_index < report.images.size()) used.insert(*frame.image_index);
    }
  };
  add(report.last_exception_backtrace);
  if (const auto index = report.crashed_thread_index()) add(report.threads[*index].frames);
  return used;
}

std::string numbers(const std::vector<std::size_t>& threads) {
  constexpr std::size_t kMost = 12;
  std::string text;
  for (std::size_t i = 0; i < std::min(threads.size(), kMost); ++i) {
    text += fmt::format("{}{}", i == 0 ? "" : ", ", threads[i]);
  }
  if (threads.size() > kMost) text += fmt::format(" and {} more", threads.size() - kMost);
  return text;
}

// A pool has a name for every thread: the first few say enough.
std::string some_of(const std::vector<std::string>& names) {
  constexpr std::size_t kMost = 4;
  std::string text;
  for (std::size_t i = 0; i < std::min(names.size(), kMost); ++i) text += (i == 0 ? "" : ", ") + names[i];
  if (names.size() > kMost) text += fmt::format(" and {} more", names.size() - kMost);
  return text;
}

std::string group_line(const ThreadGroup& group) {
  std::string line = group.threads.size() == 1 ? fmt::format("thread {}", group.threads.front())
                                               : fmt::format("{} threads with the same stack ({})",
                                                             group.threads.size(), numbers(group.threads));
  if (!group.names.empty()) line += ", " + some_of(group.names);
  if (!group.queues.empty()) line += ", queue " + some_of(group.queues);
  line += ": ";
  line += group.place.empty() ? "no frames" : "in " + group.place;
  if (!group.waits_for.empty()) line += "; waiting for " + group.waits_for;
  if (group.at_own_fault) line += "; at a fault of its own";
  if (group.in_crash_image) line += "; inside the image of the crash";
  return line;
}

std::string instruction_line(const DisassembledInstruction& instruction) {
  std::string bytes;
  for (const auto byte : instruction.bytes) bytes += fmt::format("{:02x}", byte);
  return fmt::format("{} {:#018x}  {:<16}  {}\n", instruction.is_at ? "=>" : "  ", instruction.address.value,
                     bytes, instruction.text);
}

}  // namespace

DocumentSection instructions_section(const CrashPageContext& context) {
  DocumentSection section{"Instructions around the pc", {}};
  if (context.disassembly) {
    std::string text;
    for (const auto& instruction : context.disassembly->instructions) text += instruction_line(instruction);
    section.blocks.push_back(Block::code(text));
    const std::string& origin = context.disassembly->origin;
    section.blocks.push_back(Block::paragraph(origin == "report" ? "The bytes are the report's own."
                                                                 : "The bytes are from " + origin + "."));
  } else if (!context.no_disassembly.empty()) {
    section.blocks.push_back(Block::paragraph("None: " + context.no_disassembly + "."));
  }
  return section;
}

DocumentSection registers_section(const Analysis& analysis, std::size_t per_line) {
  const CrashReport& report = analysis.report;
  DocumentSection section{"Registers of the crashed thread", {}};
  const auto index = report.crashed_thread_index();
  if (!index || !report.threads[*index].state) return section;
  std::string text;
  std::string row;
  std::vector<std::string> hints;
  std::size_t column = 0;
  const auto end_row = [&] {
    while (!row.empty() && row.back() == ' ') row.pop_back();
    if (!row.empty()) text += row + "\n";
    row.clear();
  };
  for (const Register& reg : report.threads[*index].state->registers) {
    const bool is_null = reg.value == 0 && !is_state_register(reg.name);
    row += fmt::format("{:>6}: 0x{}{} ", reg.name, hex16(reg.value), is_null ? "*" : " ");
    if (++column % per_line == 0) end_row();
    std::string hint;
    if (reg.description) hint = *reg.description;
    if (reg.objc_selector) hint += fmt::format(" selector {}", *reg.objc_selector);
    if (reg.symbol) hint += fmt::format(" near {} + {}", *reg.symbol, reg.symbol_location.value_or(0));
    if (!hint.empty()) {
      hints.push_back(fmt::format("{}: {}", reg.name, hint.front() == ' ' ? hint.substr(1) : hint));
    }
  }
  end_row();
  section.blocks.push_back(Block::code(text));
  section.blocks.push_back(Block::paragraph("* held NULL"));
  if (!hints.empty()) section.blocks.push_back(Block::list(std::move(hints)));
  return section;
}

DocumentSection memory_section(const Analysis& analysis) {
  DocumentSection section{"Memory around the fault", {}};
  if (analysis.report.vm_region_info) section.blocks.push_back(Block::code(*analysis.report.vm_region_info));
  return section;
}

DocumentSection others_section(const Analysis& analysis) {
  DocumentSection section{"Other threads", {}};
  std::vector<std::string> lines;
  std::size_t hidden = 0;
  for (const ThreadGroup& group : analysis.portrait.groups) {
    if (lines.size() >= kMostGroups) {
      hidden += group.threads.size();
      continue;
    }
    std::string line = group_line(group);
    for (std::size_t i = 0; i < std::min(group.shared.size(), kMostShared); ++i) {
      const SharedPointer& pointer = group.shared[i];
      line += fmt::format("; {} of thread {} is {} of the crashed thread ({})", pointer.other_register,
                          pointer.thread, pointer.crashed_register, hex(pointer.value));
    }
    if (group.shared.size() > kMostShared)
      line += fmt::format("; {} more such", group.shared.size() - kMostShared);
    lines.push_back(std::move(line));
  }
  if (lines.empty()) return section;
  section.blocks.push_back(Block::list(std::move(lines)));
  if (hidden > 0)
    section.blocks.push_back(Block::paragraph(fmt::format("and {} threads in other places", hidden)));
  return section;
}

DocumentSection images_section(const Analysis& analysis) {
  const CrashReport& report = analysis.report;
  DocumentSection section{"Binaries", {}};
  std::vector<std::string> used;
  std::vector<std::string> foreign;
  const auto in_stack = images_of_stacks(report);
  std::size_t more = 0;
  for (std::size_t i = 0; i < report.images.size(); ++i) {
    const Image& image = report.images[i];
    const bool absolute = image.base.value == 0 && !image.name && !image.path;
    if (absolute) continue;
    if (in_stack.count(i) != 0 || is_gpu_part(image.display_name())) {
      used.push_back(image_line(image));
    } else if (!is_stock(image)) {
      if (foreign.size() < kMostForeignImages)
        foreign.push_back(image_line(image));
      else
        ++more;
    }
  }
  if (!used.empty()) {
    section.blocks.push_back(Block::paragraph("In the crashed stack, or of the GPU:"));
    section.blocks.push_back(Block::list(std::move(used)));
  }
  if (!foreign.empty()) {
    if (more > 0) foreign.push_back(fmt::format("and {} more", more));
    section.blocks.push_back(Block::paragraph("Other images that do not come with the system:"));
    section.blocks.push_back(Block::list(std::move(foreign)));
  }
  return section;
}

/// Threads are missing: numbers stand in the list that a whole one of its length would not have.
static bool is_excerpt(const CrashReport& report) {
  const auto& threads = report.threads;
  return (report.crashed_thread_number() && *report.crashed_thread_number() >= threads.size()) ||
         std::any_of(threads.begin(), threads.end(),
                     [](const Thread& thread) { return thread.number.has_value(); });
}

DocumentSection unknown_section(const Analysis& analysis, const CrashPageContext& context) {
  const CrashReport& report = analysis.report;
  const FaultExplanation& fault = analysis.fault;
  std::vector<std::string> lines;
  const auto index = report.crashed_thread_index();
  const bool has_thread = index.has_value();
  const bool is_crash = report.kind == ReportKind::crash || report.kind == ReportKind::non_fatal;
  const bool bad_access = report.exception && report.exception->type == "EXC_BAD_ACCESS";
  if (!has_thread && report.faulting_thread) {
    lines.push_back(fmt::format("the stack of thread {}, the one that crashed: the report lacks it",
                                *report.faulting_thread));
  } else if (!has_thread && is_crash) {
    lines.emplace_back("which thread crashed, and its stack");
  }
  if (has_thread && !report.threads[*index].state) lines.emplace_back("the registers");
  if (bad_access && fault.instruction.empty() && fault.access != AccessKind::execute) {
    lines.emplace_back(
        "the instruction: the report has no bytes of it, so neither size nor register are certain");
  }
  if (bad_access && !fault.access) lines.emplace_back("whether it read or wrote");
  if (fault.kind == FaultKind::null_dereference) {
    lines.emplace_back("who put the NULL there, and when: a report shows one moment");
  }
  if (!analysis.site.text.empty() && analysis.site.function.empty() && has_thread) {
    lines.emplace_back("the name of the function: no symbol was found for the frame of the site");
  }
  if (is_excerpt(report)) {
    lines.emplace_back("the other threads: the report was cut");
  } else if (report.threads.size() < 2 && report.kind == ReportKind::crash) {
    lines.emplace_back("the other threads: the report has none");
  }
  const bool has_driver = std::any_of(report.images.begin(), report.images.end(), [](const Image& image) {
    return image.display_name().starts_with("AGXMetal");
  });
  if (is_crash && context.workload_phase.empty() && analysis.portrait.phase.empty()) {
    lines.emplace_back(
        "the phase at the crash: no workload printed one, and no frame is of start-up, exit or finalisation");
  }
  if (is_crash && !report.sip && report.os.train.value_or("").starts_with("macOS")) {
    lines.emplace_back("whether System Integrity Protection was on");
  }
  if (!has_driver && bad_access && report.os.train.value_or("").starts_with("macOS")) {
    lines.emplace_back("the GPU driver's version: its image is not in the list");
  }
  for (const auto& note : report.report_notes)
    lines.push_back("for certain what this note is about: " + note);
  if (!report.issues.empty()) {
    lines.push_back(fmt::format("what stood in {} damaged places of the report, the first {} ({})",
                                report.issues.size(), report.issues.front().path,
                                report.issues.front().message));
  }
  DocumentSection section{"Limitations", {}};
  if (!lines.empty()) section.blocks.push_back(Block::list(std::move(lines)));
  return section;
}

}  // namespace faultline
