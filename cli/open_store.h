// The store as commands open it: they say which they used, and what to do where there is none.

#pragma once

#include "cli/commands.h"
#include "core/base/result.h"
#include "db/store.h"

namespace faultline {

/// For commands that only ask. Fails, with the remedy, where there is no store.
Result<Store> open_store_to_read(const CommandContext& context);
/// For commands that change an existing store.
Result<Store> open_store_to_change(const CommandContext& context);
/// For commands that may begin a store: makes its folder, too.
Result<Store> open_or_create_store(const CommandContext& context);

}  // namespace faultline
