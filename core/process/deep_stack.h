// Calls a function on a stack of its own, for code that recurses as deep as its input says.

#pragma once

#include <functional>

namespace faultline {

/// Runs `work` on a thread with a stack of 64 MiB, of which only what is touched costs memory, and returns
/// when it is done. False: no such thread could be made, and nothing was run. `work` must not throw.
[[nodiscard]] bool run_on_deep_stack(const std::function<void()>& work);

}  // namespace faultline
