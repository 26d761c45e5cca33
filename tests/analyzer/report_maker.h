// Makes CrashReport values for the analyzer's tests. Shows only what a test is about; the rest is what
// an arm64 Mac would say.

#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/model/crash_report.h"

namespace faultline {

class ReportMaker {
 public:
  ReportMaker() {
    report_.process_name = "Python";
    report_.cpu_type = "ARM-64";
    report_.os.train = "macOS 15.7.3";
    report_.os.build = "24G419";
    report_.faulting_thread = 0;
    Thread crashed;
    crashed.triggered = true;
    report_.threads.push_back(crashed);
  }

  /// A bad access with code 1 (nothing mapped) unless told otherwise.
  ReportMaker& bad_access(std::uint64_t address, std::uint64_t code = 1) {
    report_.exception = ExceptionInfo{};
    report_.exception->type = "EXC_BAD_ACCESS";
    report_.exception->signal = "SIGSEGV";
    report_.exception->raw_codes = {code, address};
    return *this;
  }
  ReportMaker& exception(std::string_view type, std::string_view signal,
                         std::vector<std::uint64_t> codes = {0, 0}) {
    report_.exception = ExceptionInfo{};
    report_.exception->type = type;
    report_.exception->signal = std::string(signal);
    report_.exception->raw_codes = std::move(codes);
    return *this;
  }
  ReportMaker& termination(std::string_view name_space, std::uint64_t code, std::string_view indicator = {}) {
    report_.termination = Termination{};
    report_.termination->name_space = std::string(name_space);
    report_.termination->code = code;
    if (!indicator.empty()) report_.termination->indicator = std::string(indicator);
    return *this;
  }

  /// Registers of the crashed thread. All of x0 to x28 are there; those not given hold 0x1000 + number.
  ReportMaker& arm64(std::initializer_list<std::pair<std::string_view, std::uint64_t>> values) {
    report_.threads[0].state = arm64_state(values);
    return *this;
  }
  static ThreadState arm64_state(std::initializer_list<std::pair<std::string_view, std::uint64_t>> values) {
    ThreadState state;
    state.flavor = "ARM_THREAD_STATE64";
    for (std::uint64_t i = 0; i < 29; ++i)
      state.registers.push_back(reg("x" + std::to_string(i), 0x1000 + i));
    for (const auto* name : {"fp", "lr", "sp"}) state.registers.push_back(reg(name, 0x16f000000));
    state.registers.push_back(reg("pc", 0x104000020));
    set(state, values);
    return state;
  }
  ReportMaker& x86(std::initializer_list<std::pair<std::string_view, std::uint64_t>> values) {
    report_.cpu_type = "X86-64";
    ThreadState state;
    state.flavor = "x86_THREAD_STATE";
    for (const auto* name : {"rax", "rbx", "rcx", "rdx", "rdi", "rsi", "rbp", "r8", "r9", "r10", "r11", "r12",
                             "r13", "r14", "r15"}) {
      state.registers.push_back(reg(name, 0x1000));
    }
    state.registers.push_back(reg("rsp", 0x7ff7b0000000));
    state.registers.push_back(reg("rip", 0x104000020));
    set(state, values);
    report_.threads[0].state = state;
    return *this;
  }

  /// AArch64 words before and at the pc.
  ReportMaker& code(std::initializer_list<std::uint32_t> at,
                    std::initializer_list<std::uint32_t> before = {}) {
    report_.instruction_bytes = InstructionBytes{bytes(before), bytes(at)};
    return *this;
  }
  ReportMaker& code_bytes(std::vector<std::uint8_t> at, std::vector<std::uint8_t> before = {}) {
    report_.instruction_bytes = InstructionBytes{std::move(before), std::move(at)};
    return *this;
  }

  /// Position of the image with that name, which is made if need be.
  std::size_t image(std::string_view name) {
    for (std::size_t i = 0; i < report_.images.size(); ++i) {
      if (report_.images[i].name == name) return i;
    }
    Image made;
    made.name = std::string(name);
    made.base.value = 0x104000000 + 0x1000000 * report_.images.size();
    made.size_bytes = 0x100000;
    made.source = "P";
    made.uuid = Uuid::parse("0ce453ff-0000-0000-0000-00000000000" + std::to_string(report_.images.size()));
    report_.images.push_back(made);
    return report_.images.size() - 1;
  }
  Frame make_frame(std::string_view image_name, std::string_view symbol, std::uint64_t location) {
    Frame frame;
    frame.image_index = image(image_name);
    frame.image_offset.value = 0x20 + 0x100 * next_offset_++;
    if (!symbol.empty()) {
      frame.symbol = std::string(symbol);
      frame.symbol_location = location;
    }
    return frame;
  }
  /// Appends a frame to the crashed thread. Empty symbol: none.
  ReportMaker& frame(std::string_view image_name, std::string_view symbol, std::uint64_t location = 32) {
    report_.threads[0].frames.push_back(make_frame(image_name, symbol, location));
    return *this;
  }
  ReportMaker& inlined(std::string_view image_name, std::string_view symbol) {
    frame(image_name, symbol, 0);
    report_.threads[0].frames.back().inlined = true;
    return *this;
  }
  /// Another thread with these frames, all of one image.
  Thread& other_thread(std::string_view image_name, std::initializer_list<std::string_view> symbols) {
    Thread thread;
    for (const auto symbol : symbols) thread.frames.push_back(make_frame(image_name, symbol, 40));
    report_.threads.push_back(thread);
    return report_.threads.back();
  }
  ReportMaker& words(std::string_view image_name, std::string_view line) {
    report_.app_specific_info.push_back({std::string(image_name), {std::string(line)}});
    return *this;
  }

  CrashReport& report() { return report_; }

 private:
  static Register reg(std::string_view name, std::uint64_t value) {
    Register out;
    out.name = name;
    out.value = value;
    return out;
  }
  static void set(ThreadState& state,
                  std::initializer_list<std::pair<std::string_view, std::uint64_t>> values) {
    for (const auto& [name, value] : values) {
      bool found = false;
      for (auto& existing : state.registers) {
        if (existing.name != name) continue;
        existing.value = value;
        found = true;
      }
      if (!found) state.registers.push_back(reg(name, value));
    }
  }
  static std::vector<std::uint8_t> bytes(std::initializer_list<std::uint32_t> words) {
    std::vector<std::uint8_t> out;
    for (const std::uint32_t word : words) {
      for (unsigned shift = 0; shift < 32; shift += 8)
        out.push_back(static_cast<std::uint8_t>(word >> shift));
    }
    return out;
  }

  CrashReport report_;
  std::uint64_t next_offset_ = 0;
};

}  // namespace faultline
