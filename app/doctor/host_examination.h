// Whether this host is fit for a campaign: a process crashes, and everything that follows is looked at.

#pragma once

#include <atomic>
#include <chrono>
#include <filesystem>
#include <vector>

#include "collector/host/host_check.h"
#include "collector/run/campaign_runner.h"
#include "core/base/clock.h"
#include "core/base/result.h"
#include "reports/formats/table.h"

namespace faultline {

struct HostExamination {
  ReporterKind reporter = ReporterKind::supervisor;
  std::vector<std::filesystem::path> report_folders;
  std::chrono::milliseconds deadline{60'000};  ///< For the report of our own crash.
  std::filesystem::path program_folder;        ///< Of faultline and faultline-report.
  std::filesystem::path store_folder;  ///< Where a campaign would write; a work folder comes and goes.
};

/// Capture, identity and symbols of a real crash, the report folders, then what the system says of itself.
/// Nothing is stored. An error means that our own machinery failed; a host that is not fit is a finding.
Result<std::vector<HostCheck>> examine_host(const HostExamination& wanted, Clock& clock, HostProbe& host,
                                            const std::atomic<bool>& stop);

/// No finding is bad.
bool is_fit(const std::vector<HostCheck>& checks);

/// A row a finding, with its remedy; the fact `fit` beside them.
Table host_check_table(const std::vector<HostCheck>& checks);

}  // namespace faultline
