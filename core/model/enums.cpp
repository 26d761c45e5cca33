#include <array>

#include "core/base/enum_text.h"
#include "core/model/fault_explanation.h"
#include "core/model/source_location.h"

namespace faultline {
namespace {

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

std::string_view fault_kind_text(FaultKind kind) { return enum_text(kFaultKindTexts, kind); }
std::optional<FaultKind> parse_fault_kind(std::string_view text) { return parse_enum(kFaultKindTexts, text); }
std::vector<std::string> fault_kind_words() { return enum_words(kFaultKindTexts); }
std::string_view access_kind_text(AccessKind access) { return enum_text(kAccessKinds, access); }
std::optional<AccessKind> parse_access_kind(std::string_view text) { return parse_enum(kAccessKinds, text); }
std::vector<std::string> access_kind_words() { return enum_words(kAccessKinds); }
std::string_view symbol_origin_text(SymbolOrigin origin) { return enum_text(kSymbolOrigins, origin); }

}  // namespace faultline
