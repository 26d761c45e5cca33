// Which instruction dereferenced what: the analyzer's reading of one crash.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/enum_text.h"

namespace faultline {

enum class FaultKind {
  null_dereference,  ///< The base register held NULL.
  near_null,         ///< A small address from a base that was not NULL.
  null_call,         ///< The pc is NULL.
  wild_pointer,
  pointer_authentication,
  misaligned,
  write_protected,
  execute_protected,
  stack_overflow,
  poisoned_pointer,
  assertion,
  uncaught_exception,
  abort,
  trap,
  illegal_instruction,
  arithmetic,
  guard,
  resource_limit,
  watchdog,
  code_signature,
  launch_failure,
  killed,
  hang,
  unknown,
};
inline constexpr std::array<EnumText<FaultKind>, 24> kFaultKindTexts{{
    {FaultKind::null_dereference, "null_dereference"},
    {FaultKind::near_null, "near_null"},
    {FaultKind::null_call, "null_call"},
    {FaultKind::wild_pointer, "wild_pointer"},
    {FaultKind::pointer_authentication, "pointer_authentication"},
    {FaultKind::misaligned, "misaligned"},
    {FaultKind::write_protected, "write_protected"},
    {FaultKind::execute_protected, "execute_protected"},
    {FaultKind::stack_overflow, "stack_overflow"},
    {FaultKind::poisoned_pointer, "poisoned_pointer"},
    {FaultKind::assertion, "assertion"},
    {FaultKind::uncaught_exception, "uncaught_exception"},
    {FaultKind::abort, "abort"},
    {FaultKind::trap, "trap"},
    {FaultKind::illegal_instruction, "illegal_instruction"},
    {FaultKind::arithmetic, "arithmetic"},
    {FaultKind::guard, "guard"},
    {FaultKind::resource_limit, "resource_limit"},
    {FaultKind::watchdog, "watchdog"},
    {FaultKind::code_signature, "code_signature"},
    {FaultKind::launch_failure, "launch_failure"},
    {FaultKind::killed, "killed"},
    {FaultKind::hang, "hang"},
    {FaultKind::unknown, "unknown"},
}};
static_assert(is_complete(kFaultKindTexts, FaultKind::unknown));
std::string_view fault_kind_text(FaultKind kind);
std::optional<FaultKind> parse_fault_kind(std::string_view text);
/// All of them, for messages.
std::vector<std::string> fault_kind_words();

enum class AccessKind { read, write, read_write, execute };
std::string_view access_kind_text(AccessKind access);
std::optional<AccessKind> parse_access_kind(std::string_view text);
std::vector<std::string> access_kind_words();

/// Absent members are unknown; nothing here is guessed.
struct FaultExplanation {
  FaultKind kind = FaultKind::unknown;
  std::optional<std::uint64_t> address;  ///< The faulting address as the system reported it.
  std::optional<AccessKind> access;
  std::optional<std::uint32_t> size_bytes;  ///< From the instruction, never from a syndrome's guess.
  std::string instruction;                  ///< LLVM's text of the instruction at the pc; empty if unknown.
  std::string base_register;                ///< Empty if unknown.
  std::optional<std::uint64_t> base_value;
  std::optional<std::uint64_t> fault_offset;  ///< From the base register that held NULL.
  std::optional<bool> agrees;                 ///< Absent where there is nothing to compare.
  std::string sentence;                       ///< One line that a tired person understands.
  std::vector<std::string> evidence;          ///< One line a fact, in the order in which they count.
  std::string gpu_error;  ///< `kIOGPUCommandBufferCallbackErrorOutOfMemory`; empty if none.
  std::string rule;       ///< Which rule decided.
  friend bool operator==(const FaultExplanation&, const FaultExplanation&) = default;
};

}  // namespace faultline
