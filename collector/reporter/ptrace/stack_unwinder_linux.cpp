#include "collector/reporter/ptrace/stack_unwinder_linux.h"

#include <elfutils/libdwfl.h>

#include <memory>
#include <string_view>
#include <unordered_map>

namespace faultline {
namespace {

std::string dwfl_problem(const char* what) {
  const char* message = dwfl_errmsg(-1);
  return std::string(what) + ": " + (message != nullptr ? message : "unknown reason");
}

}  // namespace

class StackUnwinder::Impl {
 public:
  explicit Impl(ProcessMemory& memory) : memory_(memory) {}
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;
  ~Impl() {
    if (dwfl_ != nullptr) dwfl_end(dwfl_);
  }

  Result<void> open(pid_t pid) {
    static const Dwfl_Callbacks kModuleCallbacks = {dwfl_linux_proc_find_elf, find_no_debuginfo, nullptr,
                                                    nullptr};
    static const Dwfl_Thread_Callbacks kThreadCallbacks = {next_thread,   get_thread, read_memory,
                                                           set_registers, nullptr,    nullptr};
    dwfl_ = dwfl_begin(&kModuleCallbacks);
    if (dwfl_ == nullptr) return fail(ErrorKind::process, dwfl_problem("cannot start libdwfl"));
    if (dwfl_linux_proc_report(dwfl_, pid) != 0 || dwfl_report_end(dwfl_, nullptr, nullptr) != 0) {
      return fail(ErrorKind::process, dwfl_problem("cannot read the mappings"));
    }
    if (!dwfl_attach_state(dwfl_, nullptr, pid, &kThreadCallbacks, this)) {
      return fail(ErrorKind::process, dwfl_problem("cannot prepare unwinding"));
    }
    pid_ = pid;
    return {};
  }

  Stack unwind(const CpuState& state, std::size_t frame_limit, bool at_call) {
    state_ = &state;
    at_call_ = at_call;
    limit_ = frame_limit;
    stack_ = {};
    // Its failure is the ordinary end of many stacks: what was found before counts.
    dwfl_getthread_frames(dwfl_, pid_, add_frame, this);
    state_ = nullptr;
    return std::move(stack_);
  }

  std::optional<std::uint64_t> find_symbol(const std::string& image_prefix, const std::string& symbol) {
    SymbolSearch search{image_prefix, symbol, std::nullopt};
    dwfl_getmodules(dwfl_, search_module, &search, 0);
    return search.address;
  }

 private:
  struct SymbolSearch {
    const std::string& image_prefix;
    const std::string& symbol;
    std::optional<std::uint64_t> address;
  };

  static int find_no_debuginfo(Dwfl_Module*, void**, const char*, Dwarf_Addr, const char*, const char*,
                               GElf_Word, char**) {
    return -1;
  }
  static pid_t next_thread(Dwfl*, void* self, void** thread) {
    if (*thread != nullptr) return 0;
    *thread = self;
    return static_cast<Impl*>(self)->pid_;
  }
  static bool get_thread(Dwfl*, pid_t, void* self, void** thread) {
    *thread = self;
    return true;
  }
  static bool read_memory(Dwfl*, Dwarf_Addr address, Dwarf_Word* result, void* self) {
    const auto word = static_cast<Impl*>(self)->memory_.read_word(address);
    if (word) *result = *word;
    return word.has_value();
  }
  static bool set_registers(Dwfl_Thread* thread, void* self) {
    const auto& state = *static_cast<Impl*>(self)->state_;
    dwfl_thread_state_register_pc(thread, state.pc);
    return dwfl_thread_state_registers(thread, 0, static_cast<unsigned>(state.dwarf.size()),
                                       state.dwarf.data());
  }
  static int add_frame(Dwfl_Frame* frame, void* self) { return static_cast<Impl*>(self)->add(frame); }

  static int search_module(Dwfl_Module* module, void**, const char* name, Dwarf_Addr, void* argument) {
    auto& search = *static_cast<SymbolSearch*>(argument);
    const std::string_view path = name;
    if (!path.substr(path.rfind('/') + 1).starts_with(search.image_prefix)) return DWARF_CB_OK;
    const int count = dwfl_module_getsymtab(module);
    for (int i = 1; i < count; ++i) {
      GElf_Sym symbol{};
      GElf_Addr address = 0;
      const char* found = dwfl_module_getsym_info(module, i, &symbol, &address, nullptr, nullptr, nullptr);
      if (found != nullptr && search.symbol == found && symbol.st_shndx != SHN_UNDEF) {
        search.address = address;
        return DWARF_CB_ABORT;
      }
    }
    return DWARF_CB_OK;
  }

  int add(Dwfl_Frame* frame) {
    Dwarf_Addr pc = 0;
    bool is_activation = false;
    if (!dwfl_frame_pc(frame, &pc, &is_activation)) return DWARF_CB_ABORT;
    if (stack_.frames.size() == limit_) {
      stack_.cut = true;
      return DWARF_CB_ABORT;
    }
    StackFrame entry;
    // A return address may be the first byte of the next function: the call is right before it.
    auto lookup = is_activation ? pc : pc - 1;
    if (stack_.frames.empty() && at_call_) {
      lookup = pc;
      pc = pc + call_tail();
    }
    entry.pc = pc;
    entry.place = place_of(lookup);
    stack_.frames.push_back(std::move(entry));
    return DWARF_CB_OK;
  }

  /// From the pc inside a call, as state_of_caller() gives it, to the return address.
  static std::uint64_t call_tail() { return host_cpu() == CpuKind::x86_64 ? 1 : 4; }

  std::optional<NamedPlace> place_of(std::uint64_t address) {
    const auto [entry, is_new] = places_.try_emplace(address);
    if (!is_new) return entry->second;
    Dwfl_Module* module = dwfl_addrmodule(dwfl_, address);
    if (module == nullptr) return std::nullopt;
    GElf_Off offset = 0;
    GElf_Sym symbol{};
    const char* name = dwfl_module_addrinfo(module, address, &offset, &symbol, nullptr, nullptr, nullptr);
    // As the symbol table has it: the analysis reads mangled names, within bounds, and a stranger's program
    // may hold one that no reader survives.
    if (name != nullptr && *name != '\0') entry->second = NamedPlace{name, address - offset};
    return entry->second;
  }

  ProcessMemory& memory_;
  Dwfl* dwfl_ = nullptr;
  pid_t pid_ = 0;
  const CpuState* state_ = nullptr;  // Set while unwind() runs.
  bool at_call_ = false;
  std::size_t limit_ = 0;
  Stack stack_;
  std::unordered_map<std::uint64_t, std::optional<NamedPlace>> places_;
};

StackUnwinder::StackUnwinder(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
StackUnwinder::~StackUnwinder() = default;

Result<std::unique_ptr<StackUnwinder>> StackUnwinder::open(pid_t pid, ProcessMemory& memory) {
  auto impl = std::make_unique<Impl>(memory);
  TRY(impl->open(pid));
  return std::unique_ptr<StackUnwinder>(new StackUnwinder(std::move(impl)));
}

Stack StackUnwinder::unwind(const CpuState& state, std::size_t frame_limit, bool at_call) {
  return impl_->unwind(state, frame_limit, at_call);
}

std::optional<std::uint64_t> StackUnwinder::find_symbol(const std::string& image_prefix,
                                                        const std::string& symbol) {
  return impl_->find_symbol(image_prefix, symbol);
}

}  // namespace faultline
