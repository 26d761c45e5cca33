// What the crashes of one site usually look like, and how one of them differs.

#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "core/model/analysis.h"

namespace faultline {

/// What can be compared between two crashes of one site: name and value, as `driver version`, `329.2`.
/// Names without a value in this report are left out.
std::vector<std::pair<std::string, std::string>> comparable_facts(const Analysis& analysis);

/// One respect in which a crash is not like most others of its site.
struct Difference {
  std::string fact;   ///< `driver version`
  std::string here;   ///< This crash's value.
  std::string usual;  ///< The value that most have.
  std::int64_t with_usual = 0;
  std::int64_t compared = 0;  ///< Crashes of the site that have the fact at all.
  friend bool operator==(const Difference&, const Difference&) = default;
};

/// Counts the facts of a site's crashes; then tells how one crash differs.
///
/// Holds one counter per distinct value: add() as many as there are. Threads: none.
class SiteBaseline {
 public:
  void add(const Analysis& analysis);
  [[nodiscard]] std::int64_t crashes() const { return crashes_; }
  /// Facts whose value here is not the one that more than half of the compared crashes have. Empty with
  /// fewer than three crashes: then nothing is usual.
  [[nodiscard]] std::vector<Difference> differences(const Analysis& analysis) const;

 private:
  std::int64_t crashes_ = 0;
  std::map<std::string, std::map<std::string, std::int64_t>> values_;  // Fact -> value -> crashes.
};

/// Of the GPU driver among the report's images; empty where there is none.
std::string driver_version(const CrashReport& report);

}  // namespace faultline
