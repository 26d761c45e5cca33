// `faultline db`: what is wrong with a store, as JSON for other programs.

#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "db/store/store_care.h"

namespace faultline {

/// An error where no file is there: that is no damage.
Result<void> require_store(const std::filesystem::path& path);

/// `{"ok": …, "problems": [{"kind", "where", "message"}]}`, ending in a newline; safe for a terminal.
std::string store_check_json(const std::vector<StoreProblem>& problems);

/// `{"rows": …, "lost": […]}`, of the same kind.
std::string store_repair_json(const StoreRepair& repair);

}  // namespace faultline
