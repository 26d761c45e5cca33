#include <asm/ptrace.h>
#include <elf.h>
#include <sys/ptrace.h>
#include <sys/uio.h>

#include <string>

#include "collector/reporter/ptrace/cpu_state_linux.h"

namespace faultline {

CpuKind host_cpu() { return CpuKind::arm64; }
std::string_view host_cpu_type() { return "ARM-64"; }
std::string_view host_arch() { return "arm64"; }

std::optional<CpuState> read_cpu_state(pid_t tid) {
  user_pt_regs regs{};
  iovec io{&regs, sizeof regs};
  if (::ptrace(PTRACE_GETREGSET, tid, NT_PRSTATUS, &io) != 0 || io.iov_len != sizeof regs)
    return std::nullopt;
  CpuState state;
  const auto add = [&](std::string name, std::uint64_t value) {
    Register reg;
    reg.name = std::move(name);
    reg.value = value;
    state.registers.push_back(std::move(reg));
  };
  for (std::size_t i = 0; i < 29; ++i) add("x" + std::to_string(i), regs.regs[i]);
  add("fp", regs.regs[29]);
  add("lr", regs.regs[30]);
  add("sp", regs.sp);
  add("pc", regs.pc);
  add("cpsr", regs.pstate);
  for (const auto value : regs.regs) state.dwarf.push_back(value);
  state.dwarf.push_back(regs.sp);
  state.pc = regs.pc;
  state.sp = regs.sp;
  return state;
}

ThreadState thread_state(const CpuState& state, std::optional<std::uint64_t> access_address) {
  ThreadState out;
  out.flavor = "ARM_THREAD_STATE64";
  out.registers = state.registers;
  if (access_address) {
    Register far;
    far.name = "far";
    far.value = *access_address;
    out.registers.push_back(std::move(far));
  }
  return out;
}

std::optional<CpuState> state_of_caller(const CpuState& state, const ReadWord& /*read_word*/,
                                        const ReadBytesBefore& read_before) {
  const auto return_address = strip_pointer_authentication(state.dwarf[30]);
  const auto before = read_before(return_address, 4);
  if (before.size() != 4) return std::nullopt;
  const std::uint32_t word =
      static_cast<std::uint32_t>(before[0]) | static_cast<std::uint32_t>(before[1]) << 8 |
      static_cast<std::uint32_t>(before[2]) << 16 | static_cast<std::uint32_t>(before[3]) << 24;
  // BL imm26; BLR and its authenticated forms (Arm ARM C4.1.65).
  const bool is_call = (word & 0xfc000000U) == 0x94000000U || (word & 0xfefff000U) == 0xd63f0000U;
  if (!is_call) return std::nullopt;
  CpuState caller = state;
  caller.pc = return_address - 4;
  return caller;
}

}  // namespace faultline
