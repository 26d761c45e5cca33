#include "app/doctor/capture_checks.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/text/ascii.h"

namespace faultline {
namespace {

/// From this latency on a run waits longer for each report than its settle limit allows.
constexpr std::chrono::seconds kLateReport{15};

std::string latency_text(const SelfTestResult& self_test) {
  const auto latency = self_test.latency();
  return latency ? fmt::format("after {:.1f} s", static_cast<double>(latency->count()) / 1000) : "at once";
}

}  // namespace

HostCheck check_canary(const SelfTestResult& self_test) {
  if (!self_test.report) {
    return {"canary", CheckState::bad, "a crash was not captured: " + self_test.why,
            "nothing that crashes here can be explained: see the other findings"};
  }
  const std::string found = fmt::format("a crash was captured {}, by {}", latency_text(self_test),
                                        attribution_basis_text(self_test.report->basis));
  if (self_test.analysis && self_test.analysis->report.kind == ReportKind::unreadable) {
    return {"canary", CheckState::bad, found + ", but its report cannot be read",
            "send the report to the developers: it lies at " + self_test.report->source.string()};
  }
  if (self_test.latency().value_or(std::chrono::milliseconds(0)) > kLateReport) {
    return {
        "canary", CheckState::warning, found,
        "reports come late: each crash holds up the next trial, unless the campaign says settle = \"none\""};
  }
  return {"canary", CheckState::good, found, {}};
}

HostCheck check_identity(const SelfTestResult& self_test) {
  const std::string name = "report_identity";
  if (!self_test.report) return {name, CheckState::unknown, "there is no report to look at", {}};
  const ReportIdentity& said = self_test.report->identity;
  std::vector<std::string> differ;
  if (said.pid != self_test.trial.pid) differ.emplace_back("pid");
  if (said.boot_session && self_test.trial.boot_session &&
      !equal_ignoring_case(*said.boot_session, *self_test.trial.boot_session))
    differ.emplace_back("boot session");
  if (!differ.empty()) {
    return {name, CheckState::bad,
            fmt::format("the report's {} is not the process's own", fmt::join(differ, " and ")),
            "reports cannot be given to their trials: send this finding to the developers"};
  }
  const bool ticks_agree =
      said.start_ticks && self_test.trial.start_ticks && *said.start_ticks == *self_test.trial.start_ticks;
  const std::string shown = said.process_name ? ", shown as " + *said.process_name : "";
  if (ticks_agree) return {name, CheckState::good, "pid, boot session and start agree" + shown, {}};
  return {name, CheckState::good, "pid and boot session agree; reports are matched by time" + shown, {}};
}

HostCheck check_symbols(const SelfTestResult& self_test) {
  if (!self_test.analysis) return {"symbols", CheckState::unknown, "there is no report to look at", {}};
  const std::string& site = self_test.analysis->site.text;
  if (site.find("faultline_canary") != std::string::npos)
    return {"symbols", CheckState::good, "found for our own program", {}};
  return {
      "symbols", CheckState::warning, "not found for our own program: " + site,
      "add symbol files with `faultline symbols add`; ours are in the program itself unless it was stripped"};
}

HostCheck check_near_misses(const SelfTestResult& self_test) {
  const std::string name = "near_misses";
  if (self_test.near_misses.empty()) return {name, CheckState::good, "no other report came meanwhile", {}};
  const std::string found = fmt::format("{}", fmt::join(self_test.near_misses, "; "));
  if (self_test.report) return {name, CheckState::good, "of other processes: " + found, {}};
  return {name, CheckState::bad, found,
          "reports come, but none is the canary's: where only the clock differs, let it be set by the "
          "network; where "
          "the pid or the start ticks differ, send this finding to the developers"};
}

HostCheck check_other_crash(const OtherCrash& crash) {
  if (!crash.result)
    return {crash.name, CheckState::unknown, "not tried: the canary itself was not captured", {}};
  const SelfTestResult& result = *crash.result;
  if (!result.report && result.trial.verdict.outcome == Outcome::setup_failed)
    return {crash.name, CheckState::unknown, crash.what + " cannot be started here", {}};
  if (!result.report) {
    std::string found = fmt::format("a crash of {} was not captured: {}", crash.what, result.why);
    if (!result.near_misses.empty()) found += fmt::format("; {}", fmt::join(result.near_misses, "; "));
    return {crash.name, CheckState::warning, found,
            "such crashes are in every rate, but unexplained: let the campaign start the program that "
            "crashes itself"};
  }
  const auto& identity = result.report->identity;
  return {crash.name,
          CheckState::good,
          fmt::format("a crash of {} was captured {}, by {}{}", crash.what, latency_text(result),
                      attribution_basis_text(result.report->basis),
                      identity.process_name ? ", shown as " + *identity.process_name : ""),
          {}};
}

HostCheck check_sample(const SampledProcess& process) {
  if (!process.sample) {
    return {process.name, CheckState::warning,
            fmt::format("no stacks of {}: {}", process.what, process.sample.error().text()),
            "hung trials of such programs have no stacks; `sudo DevToolsSecurity -enable` allows more, and a "
            "hardened "
            "program needs the entitlement com.apple.security.get-task-allow"};
  }
  return {process.name,
          CheckState::good,
          fmt::format("stacks of {}: {} threads, {} images", process.what, process.sample->threads.size(),
                      process.sample->images.size()),
          {}};
}

}  // namespace faultline
