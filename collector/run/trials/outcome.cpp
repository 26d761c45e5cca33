#include "collector/run/trials/outcome.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

#include "collector/trial/crash_signals.h"
#include "core/base/check.h"
#include "core/model/gpu_error.h"
#include "core/text/glob.h"

namespace faultline {
namespace {

constexpr auto kShellsAndWrappers = std::to_array<std::string_view>(
    {"sh",     "bash",    "dash",       "zsh",     "ksh",     "mksh",     "fish",  "csh",
     "tcsh",   "busybox", "env",        "time",    "timeout", "gtimeout", "nice",  "nohup",
     "stdbuf", "setsid",  "script",     "taskset", "numactl", "setarch",  "arch",  "xcrun",
     "sudo",   "doas",    "caffeinate", "uv",      "uvx",     "conda",    "mamba", "micromamba",
     "poetry", "pipx",    "pipenv",     "npx",     "make",    "parallel"});

/// What a rule decides; decide_outcome() adds the rule's name.
Verdict verdict(Outcome outcome, std::string note = {}) {
  Verdict made{outcome, {}, {}};
  if (!note.empty()) made.notes.push_back(std::move(note));
  return made;
}

bool contains(const std::vector<int>& codes, int code) {
  return std::find(codes.begin(), codes.end(), code) != codes.end();
}

bool died_of_own_crash_signal(const TrialEvidence& evidence) {
  const TrialStatus& status = evidence.status;
  if (!status.term_signal || !is_crash_signal(*status.term_signal)) return false;
  // The harness ends a hang with SIGABRT: that death is not the workload's own.
  for (const CrashDeath& death : status.crash_deaths) {
    if (death.pid == status.pid) return !death.sent_by_harness;
  }
  return !status.timed_out && !status.interrupted;
}

const CrashDeath* own_crash_in_child(const TrialEvidence& evidence) {
  for (const CrashDeath& death : evidence.status.crash_deaths) {
    if (death.pid != evidence.status.pid && !death.sent_by_harness) return &death;
  }
  return nullptr;
}

bool has_crash_report(const TrialEvidence& evidence) {
  return std::any_of(evidence.reports.begin(), evidence.reports.end(),
                     [](const ReportFacts& report) { return report.is_crash; });
}

bool ended_badly(const TrialStatus& status) {
  return status.term_signal || status.exit_code.value_or(0) != 0;
}

std::string ending_text(const TrialStatus& status) {
  if (status.term_signal) return "died of " + signal_name(*status.term_signal);
  if (status.exit_code) return fmt::format("exited with {}", *status.exit_code);
  return "ended without a status";
}

bool lists_image(const ReportFacts& report, const std::string& pattern) {
  return std::any_of(report.image_names.begin(), report.image_names.end(),
                     [&](const std::string& name) { return fits_glob(name, pattern); });
}

std::optional<Verdict> not_started(const TrialEvidence& evidence) {
  if (evidence.status.started) return std::nullopt;
  const std::string& error = evidence.status.start_error;
  return verdict(Outcome::setup_failed, error.empty() ? "the command could not be executed" : error);
}

std::optional<Verdict> launch_failure(const TrialEvidence& evidence) {
  for (const ReportFacts& report : evidence.reports) {
    if (report.launch_failure) return verdict(Outcome::setup_failed, *report.launch_failure);
  }
  return std::nullopt;
}

std::optional<Verdict> loader_error(const TrialEvidence& evidence) {
  if (!evidence.output.loader_error || !ended_badly(evidence.status)) return std::nullopt;
  return verdict(Outcome::setup_failed, *evidence.output.loader_error);
}

std::optional<Verdict> shell_could_not_run(const TrialEvidence& evidence) {
  const int code = evidence.status.exit_code.value_or(0);
  const Workload& workload = *evidence.workload;
  if ((code != 126 && code != 127) || !has_shell_or_wrapper(evidence.argv)) return std::nullopt;
  if (contains(workload.accepted_exit_codes, code) || contains(workload.crash_exit_codes, code))
    return std::nullopt;
  return verdict(Outcome::setup_failed,
                 fmt::format("exited with {}: the shell {}", code,
                             code == 127 ? "did not find the command" : "could not execute the command"));
}

/// True: seen, or none is expected. False: whoever could look did not find it. nullopt: nobody looked in
/// time.
std::optional<bool> image_seen(const TrialEvidence& evidence) {
  const auto& expected = evidence.workload->expect_image;
  if (!expected) return true;
  std::optional<bool> seen = evidence.status.image_seen;
  for (const ReportFacts& report : evidence.reports) {
    if (report.image_names.empty()) continue;
    // The command's helpers need not have it.
    const bool of_command = !report.pid || evidence.status.pid == 0 || *report.pid == evidence.status.pid;
    if (lists_image(report, *expected)) seen = true;
    if (of_command && !seen) seen = false;
  }
  return seen;
}

std::optional<Verdict> expect_output_missing(const TrialEvidence& evidence) {
  const auto& expected = evidence.workload->expect_output;
  if (!expected || evidence.output.expected_line) return std::nullopt;
  auto made = verdict(Outcome::setup_failed,
                      fmt::format("no line of the output matches expect_output \"{}\"", *expected));
  made.notes.push_back("it " + ending_text(evidence.status));
  if (evidence.status.term_signal) {
    made.notes.emplace_back(
        "output that a process did not flush is lost when it dies: print that line with a flush");
  }
  return made;
}

std::optional<Verdict> crash_signal(const TrialEvidence& evidence) {
  if (!died_of_own_crash_signal(evidence)) return std::nullopt;
  return verdict(Outcome::crashed, ending_text(evidence.status));
}

std::optional<Verdict> crash_signal_in_child(const TrialEvidence& evidence) {
  const CrashDeath* death = own_crash_in_child(evidence);
  if (death == nullptr) return std::nullopt;
  return verdict(Outcome::crashed,
                 fmt::format("process {} that it started died of {}; the command itself {}", death->pid,
                             signal_name(death->signal), ending_text(evidence.status)));
}

/// A report of the death that the harness itself caused at the time limit is no crash.
std::optional<Verdict> own_report(const TrialEvidence& evidence) {
  if (evidence.status.timed_out || !has_crash_report(evidence)) return std::nullopt;
  return verdict(Outcome::crashed,
                 fmt::format("it {}, and left a crash report of its own", ending_text(evidence.status)));
}

std::optional<Verdict> time_limit(const TrialEvidence& evidence) {
  if (!evidence.status.timed_out) return std::nullopt;
  auto made =
      verdict(Outcome::hung, evidence.status.stuck ? "stuck: it used no CPU when its time was up"
                                                   : "slow: it was still using the CPU when its time was up");
  if (!evidence.status.capture_note.empty()) made.notes.push_back(evidence.status.capture_note);
  return made;
}

std::optional<Verdict> crash_exit_code(const TrialEvidence& evidence) {
  const auto& code = evidence.status.exit_code;
  if (!code || !contains(evidence.workload->crash_exit_codes, *code)) return std::nullopt;
  return verdict(Outcome::crashed, fmt::format("exited with {}, which the workload names as a crash", *code));
}

std::optional<Verdict> shell_exit_code(const TrialEvidence& evidence) {
  const auto& code = evidence.status.exit_code;
  if (!code || *code <= 128 || !is_crash_signal(*code - 128)) return std::nullopt;
  if (!has_shell_or_wrapper(evidence.argv) || contains(evidence.workload->accepted_exit_codes, *code))
    return std::nullopt;
  return verdict(Outcome::crashed, fmt::format("exited with {}: 128 + {} from a shell or wrapper", *code,
                                               signal_name(*code - 128)));
}

std::optional<Verdict> crash_when(const TrialEvidence& evidence) {
  if (!evidence.output.crash_line) return std::nullopt;
  return verdict(Outcome::crashed, "crash_when matched: " + *evidence.output.crash_line);
}

std::optional<Verdict> wrong_when(const TrialEvidence& evidence) {
  if (!evidence.output.wrong_line) return std::nullopt;
  return verdict(Outcome::wrong, "wrong_when matched: " + *evidence.output.wrong_line);
}

std::optional<Verdict> ok_count(const TrialEvidence& evidence) {
  const auto& ok = evidence.output.ok;
  if (!ok || ok->ok >= ok->of) return std::nullopt;
  return verdict(Outcome::wrong, fmt::format("{} of {} results were right", ok->ok, ok->of));
}

std::optional<Verdict> other_signal(const TrialEvidence& evidence) {
  if (!evidence.status.term_signal) return std::nullopt;
  return verdict(Outcome::exit_error,
                 ending_text(evidence.status) + ", which neither means a crash nor was sent by Faultline");
}

std::optional<Verdict> exit_code(const TrialEvidence& evidence) {
  const auto& code = evidence.status.exit_code;
  if (!code || *code == 0 || contains(evidence.workload->accepted_exit_codes, *code)) return std::nullopt;
  return verdict(Outcome::exit_error, ending_text(evidence.status));
}

std::optional<Verdict> pass_when_missing(const TrialEvidence& evidence) {
  const auto& wanted = evidence.workload->pass_when;
  if (!wanted || evidence.output.pass_line) return std::nullopt;
  return verdict(Outcome::exit_error, fmt::format("it {}, but no line of its output matches pass_when \"{}\"",
                                                  ending_text(evidence.status), *wanted));
}

std::optional<Verdict> exit_zero(const TrialEvidence& evidence) {
  if (evidence.status.exit_code.value_or(0) != 0) return std::nullopt;
  return verdict(Outcome::passed);
}

std::optional<Verdict> accepted_exit_code(const TrialEvidence& evidence) {
  return verdict(Outcome::passed, ending_text(evidence.status));
}

struct Rule {
  std::string_view name;
  std::optional<Verdict> (*decide)(const TrialEvidence&);
  bool reads_reports;  ///< It may hold for a report that comes late.
};

/// The first that holds decides; the last one always does.
constexpr auto kRules = std::to_array<Rule>({
    {"not_started", not_started, false},
    {"launch_failure", launch_failure, true},
    {"loader_error", loader_error, false},
    {"shell_could_not_run", shell_could_not_run, false},
    {"expect_output_missing", expect_output_missing, false},
    {"crash_signal", crash_signal, false},
    {"crash_signal_in_child", crash_signal_in_child, false},
    {"own_report", own_report, true},
    {"time_limit", time_limit, false},
    {"crash_exit_code", crash_exit_code, false},
    {"shell_exit_code", shell_exit_code, false},
    {"crash_when", crash_when, false},
    {"wrong_when", wrong_when, false},
    {"ok_count", ok_count, false},
    {"other_signal", other_signal, false},
    {"exit_code", exit_code, false},
    {"pass_when_missing", pass_when_missing, false},
    {"exit_zero", exit_zero, false},
    {"accepted_exit_code", accepted_exit_code, false},
});

/// The verdict of the first rule of `rules` that holds and that `asks` for.
template <typename Predicate>
std::optional<Verdict> first_verdict(std::span<const Rule> rules, const TrialEvidence& evidence,
                                     const Predicate& asks) {
  for (const Rule& rule : rules) {
    auto found = asks(rule) ? rule.decide(evidence) : std::nullopt;
    if (!found) continue;
    found->rule = rule.name;
    return found;
  }
  return std::nullopt;
}

/// The rules that come before the one of that name: none where it is not in the table, as for a panic.
std::span<const Rule> rules_before(std::string_view name) {
  const auto found =
      std::find_if(kRules.begin(), kRules.end(), [name](const Rule& rule) { return rule.name == name; });
  if (found == kRules.end()) return {};
  return {kRules.begin(), found};
}

constexpr std::string_view kDecidedBy = "decided by ";
constexpr std::string_view kImageMissingRule = "expect_image_missing";

std::string not_loaded_note(const std::string& expected) {
  return fmt::format("image \"{}\" was not loaded", expected);
}
std::string not_seen_note(const std::string& expected) {
  return fmt::format("image \"{}\" was not seen; it was not looked for at the end", expected);
}

bool is_marked(const Verdict& decided) {
  return decided.rule == kImageNotSeenRule || decided.rule == kImageMissingRule;
}

/// A pass of an arm that was not what it says is none. A crash is one all the same, and whatever else
/// happened happened; but the trial is marked.
void mark_image(Verdict& decided, const std::string& expected, std::optional<bool> seen) {
  if (seen == true || decided.outcome == Outcome::setup_failed) return;
  decided.notes.insert(decided.notes.begin(), seen ? not_loaded_note(expected) : not_seen_note(expected));
  decided.notes.push_back(std::string(kDecidedBy) + decided.rule);
  const bool is_none = seen.has_value() && decided.outcome == Outcome::passed;
  if (is_none) decided.outcome = Outcome::setup_failed;
  decided.rule = std::string(is_none ? kImageMissingRule : kImageNotSeenRule);
}

/// What a recorded verdict says of the image; without a mark, it was seen.
std::optional<bool> image_recorded(const Verdict& decided, const std::string& expected) {
  const auto has = [&](const std::string& note) {
    return std::find(decided.notes.begin(), decided.notes.end(), note) != decided.notes.end();
  };
  if (!is_marked(decided)) return true;
  return has(not_loaded_note(expected)) ? std::optional(false) : std::nullopt;
}

/// The rule of the table that decided, also where the trial was marked since.
std::string_view deciding_rule(const Verdict& decided) {
  if (!is_marked(decided)) return decided.rule;
  const auto note = std::find_if(decided.notes.rbegin(), decided.notes.rend(),
                                 [](const std::string& one) { return one.starts_with(kDecidedBy); });
  if (note == decided.notes.rend()) return decided.rule;
  return std::string_view(*note).substr(kDecidedBy.size());
}

/// As it was decided before it was marked.
Verdict without_mark(Verdict decided, const std::string& expected) {
  if (!is_marked(decided)) return decided;
  const std::string rule(deciding_rule(decided));
  if (decided.rule == kImageMissingRule) decided.outcome = Outcome::passed;
  std::erase(decided.notes, not_loaded_note(expected));
  std::erase(decided.notes, not_seen_note(expected));
  std::erase(decided.notes, std::string(kDecidedBy) + rule);
  decided.rule = rule;
  return decided;
}

bool any_crash_death(const TrialEvidence& evidence) {
  return died_of_own_crash_signal(evidence) || own_crash_in_child(evidence) != nullptr;
}

Verdict decide_without_image(const TrialEvidence& evidence) {
  auto found = first_verdict(kRules, evidence, [](const Rule&) { return true; });
  CHECK(found.has_value());
  for (const std::string& line : evidence.output.gpu_errors)
    found->notes.push_back(std::string(kGpuErrorNote) + line);
  if (found->outcome == Outcome::crashed && evidence.status.timed_out) {
    found->notes.emplace_back("what was left of it ran into the time limit");
  }
  return *found;
}

}  // namespace

bool has_shell_or_wrapper(const std::vector<std::string>& argv) {
  return std::any_of(argv.begin(), argv.end(), [](std::string_view argument) {
    const std::size_t slash = argument.find_last_of('/');
    const std::string_view name = slash == std::string_view::npos ? argument : argument.substr(slash + 1);
    return name.ends_with(".sh") ||
           std::find(kShellsAndWrappers.begin(), kShellsAndWrappers.end(), name) != kShellsAndWrappers.end();
  });
}

Verdict decide_outcome(const TrialEvidence& evidence) {
  CHECK(evidence.workload != nullptr);
  Verdict decided = decide_without_image(evidence);
  mark_image(decided, evidence.workload->expect_image.value_or(""), image_seen(evidence));
  return decided;
}

CaptureResult decide_capture(const TrialEvidence& evidence, const Verdict& verdict) {
  if (verdict.outcome != Outcome::crashed || has_crash_report(evidence)) return {};
  const TrialStatus& status = evidence.status;
  CaptureResult result{true, {}};
  if (evidence.capture == CaptureMode::off) {
    result.reason = "capture is off for this cell";
  } else if (status.capture_refused) {
    result.reason = "ptrace was refused";
  } else if (!status.capture_note.empty()) {
    result.reason = status.capture_note;
  } else if (!evidence.workload->follow_children && !died_of_own_crash_signal(evidence)) {
    result.reason = "follow_children is false, and a child died";
  } else if (!any_crash_death(evidence) && !shell_exit_code(evidence)) {
    result.reason = "no death by a crash signal was seen";
  }
  return result;
}

void decide_with_late_report(Trial& trial, const ReportFacts& report, const Workload& workload) {
  TrialEvidence evidence;
  evidence.workload = &workload;
  evidence.status.started = true;
  evidence.status.pid = trial.pid.value_or(0);
  evidence.status.exit_code = trial.exit_code;
  evidence.status.term_signal = trial.term_signal;
  // Nothing but the time limit makes a trial hung, also where no more is recorded of it.
  evidence.status.timed_out = trial.timed_out || trial.verdict.outcome == Outcome::hung;
  evidence.reports.push_back(report);
  const std::string expected = workload.expect_image.value_or("");
  const Verdict recorded = trial.verdict;
  evidence.status.image_seen = image_recorded(recorded, expected);
  trial.verdict = without_mark(recorded, expected);
  // Whatever else the verdict rests on is as it was: the rules that come before the recorded one did not
  // hold, and of them only those that read reports may hold now.
  auto found = first_verdict(rules_before(trial.verdict.rule), evidence,
                             [](const Rule& rule) { return rule.reads_reports; });
  if (found) {
    found->notes.insert(found->notes.begin(), fmt::format("was {} ({}) until its report came",
                                                          outcome_text(recorded.outcome), recorded.rule));
    found->notes.insert(found->notes.end(), trial.verdict.notes.begin(), trial.verdict.notes.end());
    trial.verdict = std::move(*found);
  }
  mark_image(trial.verdict, expected, image_seen(evidence));
  if (trial.verdict.outcome == Outcome::crashed && !report.is_crash) return;
  trial.uncaptured = false;
  trial.uncaptured_reason.clear();
}

}  // namespace faultline
