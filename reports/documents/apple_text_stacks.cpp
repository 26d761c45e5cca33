#include "reports/documents/apple_text_stacks.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <string_view>

#include "reports/documents/frame_text.h"

namespace faultline {
namespace {

template <typename... Arguments>
void print(std::string& out, fmt::format_string<Arguments...> format, Arguments&&... arguments) {
  fmt::format_to(std::back_inserter(out), format, std::forward<Arguments>(arguments)...);
}

std::string hex_text(std::uint64_t value) { return fmt::format("0x{:x}", value); }

std::string frame_image_name(const CrashReport& report, const Frame& frame, AppleLayout layout) {
  std::string name = frame_image_text(report, frame);
  constexpr std::size_t kWidth = 30;
  if (layout == AppleLayout::embedded && !frame.region && name.size() > kWidth) {
    name = "..." + name.substr(name.size() - (kWidth - 3));
  }
  return name;
}

/// Line ends in a name stay, and a file without a line is left out: as macOS does it.
std::string frame_tail(const CrashReport& report, const Frame& frame) {
  std::string tail;
  if (frame.symbol) {
    tail = *frame.symbol;
    if (frame.symbol_location) tail += fmt::format(" + {}", *frame.symbol_location);
    if (frame.source_file && frame.source_line)
      tail += fmt::format(" ({}:{})", *frame.source_file, *frame.source_line);
  } else {
    const auto* image = report.image_of(frame);
    const bool known = image != nullptr && image->base.value != 0 && frame.image_offset.value != 0;
    tail = known ? fmt::format("0x{:x} + {}", image->base.value, frame.image_offset.value) : "???";
  }
  if (frame.inlined) tail += " [inlined]";
  return tail;
}

/// `:: name Dispatch queue: q`; two spaces where there is no name.
std::string thread_label(const Thread& thread) {
  if (!thread.name && !thread.queue) return "";
  std::string label = fmt::format(": {}", thread.name.value_or(""));
  if (thread.queue) label += fmt::format(" Dispatch queue: {}", *thread.queue);
  return label;
}

std::uint64_t value_of(const ThreadState& state, std::string_view name) {
  const auto* reg = state.find(name);
  return reg != nullptr ? reg->value : 0;
}

void append_wide(std::string& out, const ThreadState& state, std::string_view label, std::string_view name) {
  print(out, "{:>5}: 0x{:016x}", label, value_of(state, name));
}

void append_arm_registers(std::string& out, const ThreadState& state) {
  for (std::size_t i = 0; i < 29; ++i) {
    if (i % 4 == 0) out += ' ';
    const auto name = fmt::format("x{}", i);
    append_wide(out, state, name, name);
    if (i % 4 == 3) out += '\n';
  }
  append_wide(out, state, "fp", "fp");
  append_wide(out, state, "lr", "lr");
  out += "\n ";
  append_wide(out, state, "sp", "sp");
  append_wide(out, state, "pc", "pc");
  print(out, "{:>5}: 0x{:08x}\n ", "cpsr", value_of(state, "cpsr"));
  append_wide(out, state, "far", "far");
  const auto* esr = state.find("esr");
  const std::string description = esr != nullptr && esr->description ? *esr->description : "";
  print(out, "{:>5}: 0x{:08x} {}\n", "esr", value_of(state, "esr"), description);
}

void append_row(std::string& out, const ThreadState& state, std::initializer_list<std::string_view> names) {
  for (const auto name : names) append_wide(out, state, name, name);
  out += '\n';
}

void append_x86_registers(std::string& out, const ThreadState& state) {
  append_row(out, state, {"rax", "rbx", "rcx", "rdx"});
  append_row(out, state, {"rdi", "rsi", "rbp", "rsp"});
  append_row(out, state, {"r8", "r9", "r10", "r11"});
  append_row(out, state, {"r12", "r13", "r14", "r15"});
  const bool has_pc = state.find("rip") != nullptr;
  if (has_pc) {
    append_wide(out, state, "rip", "rip");
  } else {
    print(out, "{:>5}: {:<18}", "rip", "<unavailable>");
  }
  append_wide(out, state, "rfl", "rflags");
  if (state.find("cr2") != nullptr) append_wide(out, state, "cr2", "cr2");
  out += '\n';
  if (state.rosetta) append_row(out, state, {"tmp0", "tmp1", "tmp2"});
  const auto* trap = state.find("trap");
  if (!has_pc || (trap == nullptr && state.find("cpu") == nullptr && state.find("err") == nullptr)) return;
  const std::string description = trap != nullptr && trap->description ? *trap->description : "";
  print(out, "  \nLogical CPU:     {}\nError Code:      0x{:08x} {}\nTrap Number:     {}\n",
        value_of(state, "cpu"), value_of(state, "err"), description, value_of(state, "trap"));
}

/// Rows of 16 bytes with their characters; the byte at the pc stands in brackets, its row has an arrow.
void append_instruction_stream(std::string& out, const InstructionState& state, std::size_t number) {
  constexpr std::size_t kRow = 16;
  print(out, "Thread {} instruction stream:\n", number);
  for (std::size_t start = 0; start < state.bytes.size(); start += kRow) {
    const auto end = std::min(start + kRow, state.bytes.size());
    out += ' ';
    std::string text;
    for (std::size_t i = start; i < end; ++i) {
      const char* before = i - start == 8 ? "-" : " ";
      if (i == state.offset) before = "[";
      if (i == state.offset + 1 && i != start) before = "]";
      print(out, "{}{:02x}", before, state.bytes[i]);
      const char c = static_cast<char>(state.bytes[i]);
      text += state.bytes[i] >= 0x20 && state.bytes[i] < 0x7f ? c : '.';
    }
    const bool marked = state.offset >= start && state.offset < end;
    if (marked && state.offset + 1 == end) out += ']';
    print(out, "  {}{}\n", text, marked ? "\t<==" : "");
  }
  out += '\n';
}

bool is_arm(const ThreadState& state) {
  return state.find("x0") != nullptr || state.flavor.starts_with("ARM");
}
bool is_x86_64(const ThreadState& state) {
  return state.find("rax") != nullptr || state.find("rsp") != nullptr;
}

/// Any other processor: name and value, four to a row.
void append_other_registers(std::string& out, const ThreadState& state) {
  for (std::size_t i = 0; i < state.registers.size(); ++i) {
    print(out, "{:>6}: 0x{:016x}", state.registers[i].name, state.registers[i].value);
    if (i % 4 == 3 || i + 1 == state.registers.size()) out += '\n';
  }
}

std::string without_dashes(std::string text) {
  std::erase(text, '-');
  return text;
}

void append_image(std::string& out, const Image& image, AppleLayout layout) {
  const auto end = image.base.value + image.size_bytes - 1;
  const auto uuid = image.uuid.value_or(Uuid()).text();
  const auto path = image.path.value_or("???");
  if (layout == AppleLayout::embedded) {
    print(out, "{:>18} - {:>18} {} {}  <{}> {}\n", hex_text(image.base.value), hex_text(end),
          image.display_name(), image.arch.value_or("unknown-arch"), without_dashes(uuid), path);
    return;
  }
  print(out, "{:>18} - {:>18} {} ({}) <{}> {}\n", hex_text(image.base.value), hex_text(end),
        image.bundle_id.value_or(image.display_name()), image.bundle_short_version.value_or("*"), uuid, path);
}

}  // namespace

void append_frames(std::string& out, const CrashReport& report, const std::vector<Frame>& frames,
                   AppleLayout layout) {
  for (std::size_t i = 0; i < frames.size(); ++i) {
    const auto address = report.address_of(frames[i]).value_or(RuntimeAddress{});
    print(out, "{:<3} {:<30}\t{:>18} {}\n", i, frame_image_name(report, frames[i], layout),
          hex_text(address.value), frame_tail(report, frames[i]));
  }
}

void append_threads(std::string& out, const CrashReport& report, AppleLayout layout) {
  if (report.threads.empty()) {
    out += "Backtrace not available\n\n";
    return;
  }
  for (std::size_t i = 0; i < report.threads.size(); ++i) {
    const auto& thread = report.threads[i];
    const auto number = report.thread_number(i);
    const char* crashed = thread.triggered ? " Crashed" : "";
    if (layout == AppleLayout::embedded) {
      if (thread.name || thread.queue)
        print(out, "Thread {} name:{}\n", number, thread_label(thread).replace(0, 1, " "));
      print(out, "Thread {}{}:\n", number, crashed);
    } else {
      print(out, "Thread {}{}:{}\n", number, crashed, thread_label(thread));
    }
    append_frames(out, report, thread.frames, layout);
    out += '\n';
  }
}

void append_thread_state(std::string& out, const CrashReport& report) {
  const auto index = report.crashed_thread_index();
  const auto* thread = index ? &report.threads[*index] : nullptr;
  if (thread == nullptr || !thread->state) {
    out += "No thread state (register information) available\n\n";
    return;
  }
  const auto& state = *thread->state;
  const auto number = report.thread_number(*index);
  if (is_x86_64(state)) {
    print(out, "Thread {} crashed with X86 Thread State (64-bit):\n", number);
    append_x86_registers(out, state);
    out += '\n';
    if (thread->instruction_state) return append_instruction_stream(out, *thread->instruction_state, number);
  } else if (is_arm(state)) {
    print(out, "Thread {} crashed with ARM Thread State (64-bit):\n", number);
    append_arm_registers(out, state);
  } else {
    print(out, "Thread {} crashed with {}:\n", number, state.flavor);
    append_other_registers(out, state);
  }
  out += '\n';
}

void append_images(std::string& out, const CrashReport& report, AppleLayout layout) {
  out += "Binary Images:\n";
  for (const auto& image : report.images) {
    // The embedded layout leaves the absolute pseudo-image out.
    if (layout == AppleLayout::embedded && image.source == "A") continue;
    append_image(out, image, layout);
  }
  out += '\n';
}

}  // namespace faultline
