#include "collector/run/reports/report_names.h"

#include <algorithm>
#include <filesystem>

namespace faultline {

bool ReportNames::may_be_crowded_out(std::size_t workload_index, const std::vector<std::string>& argv,
                                     const std::set<std::string>& crowded) const {
  const auto is_crowded = [&crowded](const std::string& word) {
    return crowded.contains(std::filesystem::path(word).filename().string());
  };
  if (std::any_of(argv.begin(), argv.end(), is_crowded)) return true;
  const auto seen = names_.find(workload_index);
  return seen != names_.end() && std::any_of(seen->second.begin(), seen->second.end(), is_crowded);
}

}  // namespace faultline
