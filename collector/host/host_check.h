// What a host must be like for a campaign to prove anything: one finding a check, with its remedy.

#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "collector/host/host_probe.h"
#include "core/base/enum_text.h"

namespace faultline {

enum class CheckState {
  good,
  warning,  ///< Fit, but something of a night may be lost, or harder to explain.
  bad,      ///< Not fit.
  unknown,  ///< Could not be asked.
};
inline constexpr std::array<EnumText<CheckState>, 4> kCheckStateTexts{{
    {CheckState::good, "good"},
    {CheckState::warning, "warning"},
    {CheckState::bad, "bad"},
    {CheckState::unknown, "unknown"},
}};
static_assert(is_complete(kCheckStateTexts, CheckState::unknown));
inline std::string_view check_state_text(CheckState state) { return enum_text(kCheckStateTexts, state); }

struct HostCheck {
  std::string name;  ///< Stable, as `ptrace`, `crash_dialog`.
  CheckState state = CheckState::unknown;
  std::string found;   ///< What was seen.
  std::string remedy;  ///< What to do; empty where nothing is to be done.
  friend bool operator==(const HostCheck&, const HostCheck&) = default;
};

/// What only this system has: host_checks_{linux,mac}.cpp.
std::vector<HostCheck> system_checks(HostProbe& host);

/// Limits and disk, which every system has. `store_folder` is where the trial folders go.
std::vector<HostCheck> common_checks(HostProbe& host, const std::string& store_folder,
                                     std::uint64_t least_free_bytes);

}  // namespace faultline
