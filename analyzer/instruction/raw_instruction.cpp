#include "analyzer/instruction/raw_instruction.h"

#include <llvm/MC/MCAsmInfo.h>
#include <llvm/MC/MCContext.h>
#include <llvm/MC/MCDisassembler/MCDisassembler.h>
#include <llvm/MC/MCInst.h>
#include <llvm/MC/MCInstPrinter.h>
#include <llvm/MC/MCInstrInfo.h>
#include <llvm/MC/MCRegisterInfo.h>
#include <llvm/MC/MCSubtargetInfo.h>
#include <llvm/MC/MCTargetOptions.h>
#include <llvm/MC/TargetRegistry.h>
#include <llvm/Support/TargetSelect.h>
#include <llvm/Support/raw_ostream.h>
#include <llvm/TargetParser/Triple.h>

#include <memory>
#include <mutex>

#include "core/base/check.h"

extern "C" {
void LLVMInitializeAArch64TargetInfo();
void LLVMInitializeAArch64TargetMC();
void LLVMInitializeAArch64Disassembler();
void LLVMInitializeX86TargetInfo();
void LLVMInitializeX86TargetMC();
void LLVMInitializeX86Disassembler();
}

namespace faultline {
namespace {

void initialise_llvm() {
  static std::once_flag once;
  std::call_once(once, [] {
    LLVMInitializeAArch64TargetInfo();
    LLVMInitializeAArch64TargetMC();
    LLVMInitializeAArch64Disassembler();
    LLVMInitializeX86TargetInfo();
    LLVMInitializeX86TargetMC();
    LLVMInitializeX86Disassembler();
  });
}

// Everything that LLVM needs for one CPU. The MCContext is not meant for threads: one per thread.
class Disassembler {
 public:
  explicit Disassembler(Cpu cpu) : cpu_(cpu), triple_(triple_text(cpu)) {
    initialise_llvm();
    std::string error;
    const llvm::Target* target = llvm::TargetRegistry::lookupTarget(triple_.str(), error);
    CHECK(target != nullptr);
    registers_.reset(target->createMCRegInfo(triple_.str()));
    const llvm::MCTargetOptions options;
    assembly_.reset(target->createMCAsmInfo(*registers_, triple_.str(), options));
    // Every extension: reports also come from processors that have what Apple's lack (SVE), and from newer
    // ones.
    subtarget_.reset(cpu == Cpu::arm64 ? target->createMCSubtargetInfo(triple_.str(), "apple-m4", "+all")
                                       : target->createMCSubtargetInfo(triple_.str(), "x86-64", ""));
    instructions_.reset(target->createMCInstrInfo());
    context_ =
        std::make_unique<llvm::MCContext>(triple_, assembly_.get(), registers_.get(), subtarget_.get());
    decoder_.reset(target->createMCDisassembler(*subtarget_, *context_));
    // AArch64's variant 0 is the architecture's own syntax; x86's variant 1 is Intel's, which names widths.
    printer_.reset(target->createMCInstPrinter(triple_, cpu == Cpu::arm64 ? 0 : 1, *assembly_, *instructions_,
                                               *registers_));
    CHECK(decoder_ && printer_);
    printer_->setPrintImmHex(true);
    if (cpu == Cpu::arm64) find_base_class();
  }

  std::optional<RawInstruction> run(std::span<const std::uint8_t> bytes, std::uint64_t pc) {
    llvm::MCInst inst;
    std::uint64_t length = 0;
    const llvm::ArrayRef<std::uint8_t> array(bytes.data(), bytes.size());
    const auto status = decoder_->getInstruction(inst, length, array, pc, llvm::nulls());
    if (status != llvm::MCDisassembler::Success || length == 0 || length > bytes.size()) return std::nullopt;
    RawInstruction raw;
    raw.length_bytes = static_cast<std::uint32_t>(length);
    const llvm::StringRef name = instructions_->getName(inst.getOpcode());
    raw.opcode = std::string_view(name.data(), name.size());
    raw.text = print(inst, pc);
    const llvm::MCInstrDesc& desc = instructions_->get(inst.getOpcode());
    copy_flags(desc, raw);
    copy_operands(inst, desc, raw);
    return raw;
  }

 private:
  static std::string triple_text(Cpu cpu) {
    return cpu == Cpu::arm64 ? "arm64e-apple-macos15" : "x86_64-apple-macos15";
  }

  void find_base_class() {
    for (unsigned i = 0; i < registers_->getNumRegClasses(); ++i) {
      if (std::string_view(registers_->getRegClassName(&registers_->getRegClass(i))) == "GPR64sp") {
        base_class_ = static_cast<int>(i);
      }
    }
    CHECK(base_class_ >= 0);
  }

  std::string print(const llvm::MCInst& inst, std::uint64_t pc) {
    std::string printed;
    llvm::raw_string_ostream stream(printed);
    printer_->printInst(&inst, pc, "", *subtarget_, stream);
    stream.flush();
    std::string text;
    for (const char c : printed) {
      const bool blank = c == '\t' || c == ' ';
      if (blank && (text.empty() || text.back() == ' ')) continue;
      text += blank ? ' ' : c;
    }
    while (!text.empty() && text.back() == ' ') text.pop_back();
    return text;
  }

  std::string_view register_name(unsigned number) const {
    return number == 0 ? std::string_view() : std::string_view(registers_->getName(number));
  }

  void copy_flags(const llvm::MCInstrDesc& desc, RawInstruction& raw) const {
    raw.may_load = desc.mayLoad();
    raw.may_store = desc.mayStore();
    raw.is_call = desc.isCall();
    raw.is_branch = desc.isBranch();
    raw.is_conditional = desc.isConditionalBranch();
    raw.is_indirect = desc.isIndirectBranch();
    raw.is_return = desc.isReturn();
    raw.is_trap = desc.isTrap();
    for (const llvm::MCPhysReg reg : desc.implicit_defs()) raw.implied_writes.push_back(register_name(reg));
  }

  void copy_operands(const llvm::MCInst& inst, const llvm::MCInstrDesc& desc, RawInstruction& raw) const {
    for (unsigned i = 0; i < inst.getNumOperands(); ++i) {
      const llvm::MCOperand& operand = inst.getOperand(i);
      RawOperand copy;
      copy.is_written = i < desc.getNumDefs();
      if (i < desc.getNumOperands()) {
        const llvm::MCOperandInfo& info = desc.operands()[i];
        copy.is_memory = info.OperandType == llvm::MCOI::OPERAND_MEMORY;
        copy.may_be_stack_pointer = cpu_ == Cpu::arm64 && info.RegClass == base_class_;
      }
      if (operand.isReg()) {
        copy.is_register = true;
        copy.register_name = register_name(operand.getReg());
      } else if (operand.isImm()) {
        copy.immediate = operand.getImm();
      }
      raw.operands.push_back(copy);
    }
  }

  Cpu cpu_;
  llvm::Triple triple_;
  std::unique_ptr<llvm::MCRegisterInfo> registers_;
  std::unique_ptr<llvm::MCAsmInfo> assembly_;
  std::unique_ptr<llvm::MCSubtargetInfo> subtarget_;
  std::unique_ptr<llvm::MCInstrInfo> instructions_;
  std::unique_ptr<llvm::MCContext> context_;
  std::unique_ptr<llvm::MCDisassembler> decoder_;
  std::unique_ptr<llvm::MCInstPrinter> printer_;
  int base_class_ = -1;
};

}  // namespace

std::optional<RawInstruction> disassemble(Cpu cpu, std::span<const std::uint8_t> bytes, std::uint64_t pc) {
  thread_local std::unique_ptr<Disassembler> arm64;
  thread_local std::unique_ptr<Disassembler> x86;
  auto& mine = cpu == Cpu::arm64 ? arm64 : x86;
  if (!mine) mine = std::make_unique<Disassembler>(cpu);
  if (cpu == Cpu::arm64 && bytes.size() < 4) return std::nullopt;
  return mine->run(bytes, pc);
}

}  // namespace faultline
