// Whether this host is fit for a campaign: a process crashes, and everything that follows is looked at.

#pragma once

#include <atomic>
#include <chrono>
#include <filesystem>
#include <vector>

#include "app/campaign/self_test.h"
#include "app/doctor/capture_checks.h"
#include "collector/host/host_check.h"
#include "collector/run/campaign_runner.h"
#include "core/base/clock.h"
#include "core/base/result.h"
#include "reports/formats/table.h"
#include "reports/privacy/scrub.h"

namespace faultline {

struct HostExamination {
  ReporterKind reporter = ReporterKind::supervisor;
  std::vector<std::filesystem::path> report_folders;
  std::chrono::milliseconds deadline{60'000};  ///< For the report of our own crash.
  std::filesystem::path program_folder;        ///< Of faultline and faultline-report.
  std::filesystem::path store_folder;  ///< Where a campaign would write; a work folder comes and goes.
};

/// What was found out, before it is judged.
struct HostFindings {
  SelfTestResult canary;
  std::vector<OtherCrash> others;
  std::vector<SampledProcess> samples;  ///< None where the system has no program that takes them.
  std::vector<HostCheck> folders;
  std::vector<HostCheck> system;  ///< system_checks()
  std::vector<HostCheck> common;  ///< common_checks()
};

/// All findings in their order. Pure.
std::vector<HostCheck> all_checks(const HostFindings& findings);

/// For a file that is sent to others: names of accounts, hosts and folders masked everywhere.
std::vector<HostCheck> scrubbed(std::vector<HostCheck> checks, Scrubber& scrubber);

/// Real crashes (of this program, of a grandchild, of Python) and how they are captured, samples of running
/// processes, the report folders, then what the system says of itself. Nothing is stored. An error means that
/// our own machinery failed; a host that is not fit is a finding.
Result<std::vector<HostCheck>> examine_host(const HostExamination& wanted, Clock& clock, HostProbe& host,
                                            const std::atomic<bool>& stop);

/// No finding is bad.
bool is_fit(const std::vector<HostCheck>& checks);

/// A row a finding, with its remedy; the fact `fit` beside them.
Table host_check_table(const std::vector<HostCheck>& checks);

}  // namespace faultline
