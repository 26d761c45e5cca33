// Under which names the processes of a workload report.

#pragma once

#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace faultline {

/// Learned from the reports that came, because a wrapper's child is called otherwise than the first word of
/// the command, and an interpreter by a name of its own choice.
class ReportNames {
 public:
  void learn(std::size_t workload_index, const std::string& name) { names_[workload_index].insert(name); }

  /// Whether a process of `argv`, or one by a name that the workload has reported under, is among `crowded`:
  /// the names of which the system keeps no further report.
  [[nodiscard]] bool may_be_crowded_out(std::size_t workload_index, const std::vector<std::string>& argv,
                                        const std::set<std::string>& crowded) const;

 private:
  std::map<std::size_t, std::set<std::string>> names_;  // By workload.
};

}  // namespace faultline
