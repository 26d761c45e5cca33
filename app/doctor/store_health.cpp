#include "app/doctor/store_health.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <system_error>

#include "core/text/text_escape.h"

namespace faultline {
namespace {

using Json = nlohmann::ordered_json;

Json problems_json(const std::vector<StoreProblem>& problems) {
  Json list = Json::array();
  for (const auto& one : problems) {
    list.push_back(
        {{"kind", one.kind}, {"where", valid_utf8(one.where)}, {"message", valid_utf8(one.message)}});
  }
  return list;
}

std::string printed(const Json& json) { return terminal_safe_json(json.dump(1)) + "\n"; }

}  // namespace

Result<void> require_store(const std::filesystem::path& path) {
  std::error_code ignored;
  if (std::filesystem::exists(path, ignored)) return {};
  return fail(ErrorKind::io, fmt::format("no store at {}; --db names another", path.string()));
}

std::string store_check_json(const std::vector<StoreProblem>& problems) {
  return printed({{"ok", problems.empty()}, {"problems", problems_json(problems)}});
}

std::string store_repair_json(const StoreRepair& repair) {
  return printed({{"rows", repair.rows}, {"lost", problems_json(repair.lost)}});
}

}  // namespace faultline
