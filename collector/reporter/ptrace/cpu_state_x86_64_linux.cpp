#include <elf.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/user.h>

#include "collector/reporter/ptrace/cpu_state_linux.h"

namespace faultline {
namespace {

constexpr std::size_t kDwarfRsp = 7;
constexpr std::size_t kDwarfReturnAddress = 16;

/// True if `bytes`, which end at a return address, end in a call: E8 rel32, or FF /2 in any of its forms
/// (Intel SDM vol. 2, CALL).
bool ends_in_a_call(const std::vector<std::uint8_t>& bytes) {
  const auto at = [&](std::size_t from_end) { return bytes[bytes.size() - from_end]; };
  if (bytes.size() >= 5 && at(5) == 0xe8) return true;
  for (std::size_t length = 2; length <= 7 && length <= bytes.size(); ++length) {
    if (at(length) != 0xff || ((at(length - 1) >> 3) & 7) != 2) continue;
    const unsigned mod = at(length - 1) >> 6;
    const unsigned rm = at(length - 1) & 7U;
    const bool has_sib = mod != 3 && rm == 4;
    std::size_t wanted = 2 + (has_sib ? 1 : 0);
    if (mod == 1) wanted += 1;
    if (mod == 2 || (mod == 0 && rm == 5)) wanted += 4;
    if (mod == 0 && has_sib && length >= 3 && (at(length - 2) & 7U) == 5) wanted += 4;
    if (wanted == length) return true;
  }
  return false;
}

}  // namespace

CpuKind host_cpu() { return CpuKind::x86_64; }
std::string_view host_cpu_type() { return "X86-64"; }
std::string_view host_arch() { return "x86_64"; }

std::optional<CpuState> read_cpu_state(pid_t tid) {
  user_regs_struct regs{};
  iovec io{&regs, sizeof regs};
  if (::ptrace(PTRACE_GETREGSET, tid, NT_PRSTATUS, &io) != 0 || io.iov_len != sizeof regs)
    return std::nullopt;
  // A 32-bit program gives a shorter set; one in the middle of a 32-bit call shows it in cs.
  if (regs.cs == 0x23) return std::nullopt;
  CpuState state;
  const auto add = [&](const char* name, std::uint64_t value) {
    Register reg;
    reg.name = name;
    reg.value = value;
    state.registers.push_back(std::move(reg));
  };
  add("rax", regs.rax);
  add("rbx", regs.rbx);
  add("rcx", regs.rcx);
  add("rdx", regs.rdx);
  add("rdi", regs.rdi);
  add("rsi", regs.rsi);
  add("rbp", regs.rbp);
  add("rsp", regs.rsp);
  add("r8", regs.r8);
  add("r9", regs.r9);
  add("r10", regs.r10);
  add("r11", regs.r11);
  add("r12", regs.r12);
  add("r13", regs.r13);
  add("r14", regs.r14);
  add("r15", regs.r15);
  add("rip", regs.rip);
  add("rflags", regs.eflags);
  state.dwarf = {regs.rax, regs.rdx, regs.rcx, regs.rbx, regs.rsi, regs.rdi, regs.rbp, regs.rsp, regs.r8,
                 regs.r9,  regs.r10, regs.r11, regs.r12, regs.r13, regs.r14, regs.r15, regs.rip};
  state.pc = regs.rip;
  state.sp = regs.rsp;
  return state;
}

ThreadState thread_state(const CpuState& state, std::optional<std::uint64_t> access_address) {
  ThreadState out;
  out.flavor = "x86_THREAD_STATE";
  out.registers = state.registers;
  if (access_address) {
    Register cr2;
    cr2.name = "cr2";
    cr2.value = *access_address;
    out.registers.push_back(std::move(cr2));
  }
  return out;
}

std::optional<CpuState> state_of_caller(const CpuState& state, const ReadWord& read_word,
                                        const ReadBytesBefore& read_before) {
  const auto return_address = read_word(state.sp);
  if (!return_address || !ends_in_a_call(read_before(*return_address, 7))) return std::nullopt;
  CpuState caller = state;
  caller.sp = state.sp + 8;
  caller.pc = *return_address - 1;
  caller.dwarf[kDwarfRsp] = caller.sp;
  caller.dwarf[kDwarfReturnAddress] = caller.pc;
  return caller;
}

}  // namespace faultline
