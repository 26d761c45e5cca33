#include "analyzer/fault/agreement.h"

#include <fmt/format.h>

#include <string_view>
#include <utility>

#include "core/base/hash.h"

namespace faultline {
namespace {

class AgreementCheck {
 public:
  explicit AgreementCheck(const FaultFacts& facts) : facts_(facts) {}

  Agreement run() {
    compare_effective();
    compare_far();
    compare_direction();
    compare_size();
    compare_alignment();
    compare_trap();
    compare_pc();
    return std::move(result_);
  }

 private:
  void say(bool fits, std::string line) {
    result_.agrees = result_.agrees.value_or(true) && fits;
    result_.evidence.push_back((fits ? "agrees: " : "disagrees: ") + std::move(line));
  }

  void compare_effective() {
    if (!facts_.instruction || !facts_.effective || !facts_.address || executes()) return;
    say(facts_.instruction_fits,
        fmt::format("`{}` touches {} with these registers; the exception names {}", facts_.instruction->text,
                    hex(*facts_.effective), hex(*facts_.address)));
  }

  bool executes() const { return facts_.pc && facts_.address && *facts_.pc == *facts_.address; }

  std::string_view far_name() const { return facts_.cpu == Cpu::x86_64 ? "cr2" : "far"; }

  void compare_far() {
    if (!facts_.far || !facts_.address) return;
    if (!facts_.syndrome_is_of_fault()) {
      result_.evidence.push_back(
          fmt::format("not compared: {} {} stems from another event{}", far_name(), hex(*facts_.far),
                      facts_.syndrome ? " (" + syndrome_text(*facts_.syndrome) + ")" : std::string()));
      return;
    }
    if (facts_.syndrome && !facts_.syndrome->address_valid) {
      result_.evidence.push_back("not compared: the syndrome says that far is not valid");
      return;
    }
    const bool fits =
        strip_pointer_authentication(*facts_.far) == strip_pointer_authentication(*facts_.address);
    say(fits,
        fmt::format("{} is {}, the exception names {}", far_name(), hex(*facts_.far), hex(*facts_.address)));
  }

  void compare_direction() {
    // Of a process that was ended from outside the syndrome is that of some earlier event.
    const auto hardware = facts_.hardware_direction();
    if (!hardware || !facts_.is_bad_access || !facts_.syndrome_is_of_fault()) return;
    const std::string_view said = *hardware == MemoryDirection::write ? "write" : "read";
    const std::string_view source = facts_.cpu == Cpu::x86_64 ? "the page-fault error code" : "the syndrome";
    if (!facts_.instruction || !facts_.instruction->memory || !facts_.instruction_fits || executes()) return;
    const MemoryDirection mine = facts_.instruction->direction;
    const bool fits = mine == *hardware || mine == MemoryDirection::read_write;
    const std::string_view does = mine == MemoryDirection::write  ? "writes"
                                  : mine == MemoryDirection::read ? "reads"
                                                                  : "reads and writes";
    say(fits, fmt::format("{} says {}, `{}` {}", source, said, facts_.instruction->mnemonic, does));
  }

  void compare_size() {
    if (!facts_.syndrome || !facts_.syndrome->size_bytes || !facts_.instruction) return;
    if (!facts_.instruction->size_bytes || !facts_.is_bad_access || !facts_.syndrome_is_of_fault()) return;
    say(*facts_.syndrome->size_bytes == *facts_.instruction->size_bytes,
        fmt::format("the syndrome says {} bytes, the instruction {}", *facts_.syndrome->size_bytes,
                    *facts_.instruction->size_bytes));
  }

  // EXC_ARM_DA_ALIGN is 0x101; any other code with an alignment fault means something else.
  void compare_alignment() {
    if (!facts_.syndrome || !facts_.syndrome->cause || !facts_.code || !facts_.is_bad_access) return;
    const bool by_syndrome = facts_.syndrome->cause == AbortCause::alignment;
    const bool by_code = *facts_.code == 0x101;
    if (by_syndrome == by_code) return;
    say(false, fmt::format("the syndrome says {}, the exception's code is {}",
                           syndrome_text(*facts_.syndrome), hex(*facts_.code)));
  }

  // EXC_BREAKPOINT must stand on a trap, and the syndrome must name the same one.
  void compare_trap() {
    const auto& exception = facts_.report->exception;
    if (!exception || exception->type != "EXC_BREAKPOINT" || !facts_.instruction) return;
    const bool traps = facts_.instruction->flow == InstructionFlow::trap;
    say(traps, fmt::format("the exception is a breakpoint, the instruction at the pc is `{}`",
                           facts_.instruction->text));
    const bool by_brk = facts_.syndrome && facts_.syndrome->kind == SyndromeClass::breakpoint;
    if (!traps || !by_brk || !facts_.instruction->trap_code) return;
    say(facts_.syndrome->comment == *facts_.instruction->trap_code,
        fmt::format("the syndrome says {}", syndrome_text(*facts_.syndrome)));
  }

  void compare_pc() {
    if (facts_.state == nullptr || facts_.thread == nullptr || facts_.thread->frames.empty()) return;
    const auto frame = facts_.report->address_of(facts_.thread->frames.front());
    const auto pc = facts_.read(facts_.cpu == Cpu::x86_64 ? "rip" : "pc");
    if (!frame || !pc || strip_pointer_authentication(*pc) == strip_pointer_authentication(frame->value))
      return;
    // Rosetta shows x86 registers beside a frame of its own.
    if (facts_.translated) return;
    say(false, fmt::format("the pc is {}, the stack begins at {}", hex(*pc), hex(frame->value)));
  }

  const FaultFacts& facts_;
  Agreement result_;
};

}  // namespace

Agreement check_agreement(const FaultFacts& facts) { return AgreementCheck(facts).run(); }

}  // namespace faultline
