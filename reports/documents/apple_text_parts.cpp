#include "reports/documents/apple_text_parts.h"

#include <fmt/format.h>

#include <iterator>

namespace faultline {

void AppleTextParts::field(std::string_view label, std::string_view value) {
  fmt::format_to(std::back_inserter(out_), "{:<{}}{}\n", label, column_, value);
}

void AppleTextParts::process() {
  field("Process:", name_and_number(report_.process_name, report_.pid));
  field("Path:", report_.process_path.value_or(std::string(kUnknown)));
  const auto& bundle = report_.bundle_info;
  field("Identifier:", bundle && bundle->identifier ? *bundle->identifier
                                                    : report_.process_name.value_or(std::string(kUnknown)));
  field("Version:", version());
  if (layout_ == AppleLayout::macos12) return;
  if (report_.build_info) field("Build Info:", build_info());
  if (bundle) field_if("AppStoreTools:", bundle->app_store_tools_build);
  field_if("AppVariant:", report_.app_variant);
  if (report_.is_beta) field("Beta:", "YES");
}

std::string AppleTextParts::version() const {
  const auto& bundle = report_.bundle_info;
  if (!bundle || (!bundle->short_version && !bundle->version)) return std::string(kUnknown);
  const auto version = bundle->version.value_or(std::string(kUnknown));
  if (bundle->short_version) return fmt::format("{} ({})", *bundle->short_version, version);
  return layout_ == AppleLayout::macos26 ? version : fmt::format("({})", version);
}

std::string AppleTextParts::build_info() const {
  const auto& info = *report_.build_info;
  auto text = fmt::format("{}-{}~{}", info.project_name.value_or("Unknown"),
                          info.source_version.value_or("Unknown"), info.build_version.value_or("Unknown"));
  if (info.product_build_version) text += fmt::format(" ({})", *info.product_build_version);
  return text;
}

void AppleTextParts::code_type() {
  // Where the platform was not known yet, neither was the translation.
  const bool translated =
      report_.translated.value_or(false) && report_.header.platform != kUnknownApplePlatform;
  field("Code Type:", fmt::format("{} ({})", report_.cpu_type.value_or(std::string(kUnknown)),
                                  translated ? "Translated" : "Native"));
}

std::string AppleTextParts::os_version() const {
  return fmt::format("{} ({})", report_.os.train.value_or(std::string(kUnknown)),
                     report_.os.build.value_or(std::string(kUnknown)));
}

void AppleTextParts::bridge_version() {
  if (!report_.bridge_os_train) return;
  field("Bridge OS Version:",
        fmt::format("{} ({})", *report_.bridge_os_train, report_.bridge_os_build.value_or("")));
}

void AppleTextParts::awake() {
  column_ = 23;
  field("Time Awake Since Boot:", fmt::format("{} seconds", report_.uptime_seconds.value_or(0)));
  if (report_.wake_seconds) field("Time Since Wake:", fmt::format("{} seconds", *report_.wake_seconds));
}

std::string AppleTextParts::codes() const {
  std::string text;
  for (const auto code : report_.exception->raw_codes) {
    text += fmt::format("{}0x{:016x}", text.empty() ? "" : ", ", code);
  }
  if (text.empty()) text = report_.exception->codes.value_or("");
  return text;
}

std::string AppleTextParts::exception_type() const {
  if (!report_.exception) return std::string(kUnknown);
  const auto& exception = *report_.exception;
  return exception.signal ? fmt::format("{} ({})", exception.type, *exception.signal) : exception.type;
}

void AppleTextParts::exception_note() {
  if (report_.is_simulated) {
    field("Exception Note:",
          "SIMULATED (this is NOT a crash)" +
              (report_.simulated_caller ? " requested by " + *report_.simulated_caller : ""));
  } else if (report_.is_corpse) {
    field("Exception Note:", "EXC_CORPSE_NOTIFY");
  } else if (report_.is_non_fatal) {
    field("Exception Note:", "NON-FATAL CONDITION (this is NOT a crash)");
  }
}

void AppleTextParts::termination(std::string_view before_indicator) {
  const auto& end = *report_.termination;
  auto text = fmt::format("Namespace {}, Code {}", end.name_space.value_or("<NO_NS>"), number(end.code, "0"));
  if (end.indicator) text += fmt::format("{}{}", before_indicator, *end.indicator);
  field("Termination Reason:", text);
  lines(end.reasons);
  lines(end.details);
  if (end.by_pid) field("Terminating Process:", name_and_number(end.by_process, end.by_pid, "<unknown>"));
}

void AppleTextParts::region_info() {
  if (report_.vm_region_info) out_ += fmt::format("VM Region Info: {}\n\n", *report_.vm_region_info);
}

void AppleTextParts::information() {
  if (report_.app_specific_info.empty()) return;
  line("Application Specific Information:");
  for (const auto& info : report_.app_specific_info) {
    lines(info.lines);
    if (layout_ == AppleLayout::macos12) blank();
  }
  if (layout_ != AppleLayout::macos12) blank();
  blank();
}

void AppleTextParts::backtraces() {
  if (!report_.app_specific_signatures.empty()) {
    line("Application Specific Signatures:");
    lines(report_.app_specific_signatures);
    blank();
  }
  for (std::size_t i = 0; i < report_.app_specific_backtraces.size(); ++i) {
    out_ += fmt::format("Application Specific Backtrace {}:\n", i);
    out_ += report_.app_specific_backtraces[i];
    if (!report_.app_specific_backtraces[i].ends_with('\n')) blank();
    blank();
  }
  if (!report_.last_exception_backtrace.empty()) {
    line("Last Exception Backtrace:");
    append_frames(out_, report_, report_.last_exception_backtrace, layout_);
    blank();
  }
}

void AppleTextParts::triage() {
  if (!report_.kernel_triage) return;
  line("Kernel Triage:");
  line(*report_.kernel_triage);
  blank();
}

void AppleTextParts::formulation_errors() {
  if (report_.report_notes.empty()) return;
  line("Error Formulating Crash Report:");
  lines(report_.report_notes);
  blank();
}

void AppleTextParts::modification_counts(std::string_view whose, const ExternalModificationCounts& counts) {
  out_ += fmt::format("  {}:\n    task_for_pid: {}\n    thread_create: {}\n    thread_set_state: {}\n", whose,
                      counts.task_for_pid, counts.thread_create, counts.thread_set_state);
}

void AppleTextParts::modifications() {
  if (!report_.external_modifications) return;
  const auto& all = *report_.external_modifications;
  line("External Modification Summary:");
  modification_counts("Calls made by other processes targeting this process", all.targeted);
  modification_counts("Calls made by this process", all.caller);
  modification_counts("Calls made by all processes on this machine", all.system);
  blank();
}

void AppleTextParts::modification_warnings() {
  if (!report_.external_modifications || report_.external_modifications->warnings == 0) return;
  const auto& targeted = report_.external_modifications->targeted;
  line("External Modification Warnings:");
  if (targeted.thread_create > 0) line("Thread creation by external task.");
  if (targeted.thread_set_state > 0) line("Debugger attached to process.");
  if (targeted.task_for_pid > 0) line("Process used task_for_pid().");
  blank();
}

void AppleTextParts::summary() {
  if (!report_.vm_summary) return;
  line("VM Region Summary:");
  line(*report_.vm_summary);  // Which ends in a line break of its own.
  blank();
}

void AppleTextParts::threads_and_images() {
  append_threads(out_, report_, layout_);
  blank();
  append_thread_state(out_, report_);
  append_images(out_, report_, layout_);
}

std::string AppleTextParts::crashed_thread(std::string_view before_queue) const {
  const auto thread = report_.crashed_thread_number();
  if (!thread) return "Unknown";
  auto text = fmt::format("{}", *thread);
  if (report_.legacy.triggered_name) text += "  " + *report_.legacy.triggered_name;
  if (report_.legacy.triggered_queue) text += std::string(before_queue) + *report_.legacy.triggered_queue;
  return text;
}

void AppleTextParts::responsible() {
  if (report_.responsible_name) {
    field("Responsible Process:", name_and_number(report_.responsible_name, report_.responsible_pid));
  } else if (report_.responsible_pid) {
    field("Responsible PID:", number(report_.responsible_pid, ""));
  }
}

}  // namespace faultline
