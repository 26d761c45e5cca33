#include <array>

#include "core/base/enum_text.h"
#include "core/model/fault_explanation.h"
#include "core/model/source_location.h"

namespace faultline {
namespace {

constexpr std::array<EnumText<FaultKind>, 24> kFaultKinds{{
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
static_assert(is_complete(kFaultKinds, FaultKind::unknown));

constexpr std::array<EnumText<AccessKind>, 4> kAccessKinds{{
    {AccessKind::read, "read"},
    {AccessKind::write, "write"},
    {AccessKind::read_write, "read_write"},
    {AccessKind::execute, "execute"},
}};
static_assert(is_complete(kAccessKinds, AccessKind::execute));

constexpr std::array<EnumText<SymbolOrigin>, 7> kSymbolOrigins{{
    {SymbolOrigin::none, "none"},
    {SymbolOrigin::report, "report"},
    {SymbolOrigin::symbol_table, "symbol-table"},
    {SymbolOrigin::dwarf, "dwarf"},
    {SymbolOrigin::gsym, "gsym"},
    {SymbolOrigin::objc_metadata, "objc-metadata"},
    {SymbolOrigin::function_starts, "function-starts"},
}};
static_assert(is_complete(kSymbolOrigins, SymbolOrigin::function_starts));

}  // namespace

std::string_view fault_kind_text(FaultKind kind) { return enum_text(kFaultKinds, kind); }
std::optional<FaultKind> parse_fault_kind(std::string_view text) { return parse_enum(kFaultKinds, text); }
std::string_view access_kind_text(AccessKind access) { return enum_text(kAccessKinds, access); }
std::optional<AccessKind> parse_access_kind(std::string_view text) { return parse_enum(kAccessKinds, text); }
std::string_view symbol_origin_text(SymbolOrigin origin) { return enum_text(kSymbolOrigins, origin); }
std::optional<SymbolOrigin> parse_symbol_origin(std::string_view text) {
  return parse_enum(kSymbolOrigins, text);
}

}  // namespace faultline
