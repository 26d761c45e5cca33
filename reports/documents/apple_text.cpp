#include "reports/documents/apple_text.h"

#include <fmt/format.h>

#include <charconv>
#include <string_view>
#include <utility>

#include "reports/documents/apple_text_parts.h"

namespace faultline {
namespace {

/// Which layout the system that wrote the report would choose.
AppleLayout layout_of(const CrashReport& report) {
  constexpr std::int64_t kSimulator = 7;  // PLATFORM_IOSSIMULATOR, mach-o/loader.h
  if (report.header.platform == kSimulator || report.header.platform == kUnknownApplePlatform)
    return AppleLayout::simulator;
  const std::string train = report.os.train.value_or("");
  if (report.os.is_embedded || train.starts_with("iPhone OS") || train.starts_with("iOS"))
    return AppleLayout::embedded;
  // A text without these was written in the older layout.
  constexpr std::string_view kMac = "macOS ";
  if (train.starts_with("Mac OS X")) return AppleLayout::macos12;
  if (!train.starts_with(kMac)) return AppleLayout::macos26;
  int major = 0;
  std::from_chars(train.data() + kMac.size(), train.data() + train.size(), major);
  return major < 26 ? AppleLayout::macos12 : AppleLayout::macos26;
}

class AppleText : AppleTextParts {
 public:
  explicit AppleText(const CrashReport& report) : AppleTextParts(report, layout_of(report)) {}

  std::string render() {
    out_ +=
        "-------------------------------------\n"
        "Translated Report (Full Report Below)\n"
        "-------------------------------------\n";
    switch (layout_) {
      case AppleLayout::macos12:
        macos12();
        break;
      case AppleLayout::macos26:
        macos26();
        break;
      case AppleLayout::embedded:
      case AppleLayout::simulator:
        embedded();
        break;
    }
    return std::move(out_);
  }

 private:
  // --- macOS 12 to 15.

  void macos12() {
    column_ = 23;
    blank();
    process();
    code_type();
    field("Parent Process:", name_and_number(report_.parent_name, report_.parent_pid));
    if (report_.responsible_name) {
      field("Responsible:", name_and_number(report_.responsible_name, report_.responsible_pid));
    }
    field("User ID:", number(report_.user_id, kUnknown));
    blank();
    field("Date/Time:", report_.capture_time.value_or(std::string(kUnknown)));
    field("OS Version:", os_version());
    field("Report Version:", "12");
    bridge_version();
    field_if("Anonymous UUID:", report_.crash_reporter_key);
    blank();
    field_if("Sleep/Wake UUID:", report_.sleep_wake_uuid);
    blank();
    awake();
    blank();
    if (report_.sip) {
      line("System Integrity Protection: " + *report_.sip);
      blank();
    }
    if (!report_.report_notes.empty()) {
      line("Notes:");
      lines(report_.report_notes);
      blank();
    }
    field("Crashed Thread:", crashed_thread("  Dispatch queue: "));
    blank();
    exception12();
    region_info();
    information();
    backtraces();
    triage();
    formulation_errors();
    threads_and_images();
    modifications();
    summary();
    blank();
  }

  void exception12() {
    field("Exception Type:", exception_type());
    if (report_.exception) {
      field_if("Exception Codes:", report_.exception->subtype);
      field("Exception Codes:", codes());
    }
    exception_note();
    blank();
    if (!report_.termination) return;
    termination(" ");
    blank();
  }

  // --- macOS 26.

  void macos26() {
    column_ = 21;
    process();
    code_type();
    field("Role:", report_.process_role.value_or("Unspecified"));
    field("Parent Process:", name_and_number(report_.parent_name, report_.parent_pid));
    field("Coalition:", name_and_number(report_.coalition_name, report_.coalition_id, "<none>"));
    responsible();
    field("User ID:", number(report_.user_id, kUnknown));
    blank();
    field("Date/Time:", report_.capture_time.value_or(std::string(kUnknown)));
    field_if("Launch Time:", report_.launch_time);
    field("Hardware Model:", report_.model.value_or(std::string(kUnknown)));
    field_if("Device Model:", report_.code_name);
    field("OS Version:", os_version());
    field_if("Release Type:", report_.os.release_type);
    column_ = 23;
    bridge_version();
    column_ = 21;
    field_if("Baseband Version:", report_.baseband_version);
    blank();
    reporter26();
    column_ = 23;
    if (report_.sleep_wake_uuid) {
      field("Sleep/Wake UUID:", *report_.sleep_wake_uuid);
      blank();
    }
    awake();
    if (report_.sip) {
      blank();
      line("System Integrity Protection: " + *report_.sip);
    }
    blank();
    column_ = 21;
    field("Triggered by Thread:", crashed_thread(", Dispatch Queue: "));
    blank();
    exception26();
    sections26();
  }

  void reporter26() {
    if (report_.is_beta) {
      field("Beta Identifier:", report_.device_identifier_for_vendor.value_or("Unknown"));
    } else {
      field_if("Crash Reporter Key:", report_.crash_reporter_key);
    }
    field_if("UDID:", report_.system_id);
    field_if("Incident Identifier:", report_.incident);
    blank();
  }

  void exception26() {
    column_ = 19;
    field("Exception Type:", exception_type());
    if (report_.exception) {
      field_if("Exception Subtype:", report_.exception->subtype);
      field_if("Exception Message:", report_.exception->message);
      field("Exception Codes:", codes());
    }
    if (report_.exception_reason) field_if("Exception Reason:", report_.exception_reason->composed_message);
    exception_note();
    blank();
    column_ = 21;
    if (report_.termination) {
      termination(", ");
      blank();
    }
    if (report_.fatal_dyld_error) {
      line("Dyld Error Message:");
      line("  " + *report_.fatal_dyld_error);
      blank();
    }
    blank();
  }

  void sections26() {
    for (const auto& [name, count] : report_.work_queue_limits) {
      line(fmt::format("{} Reached: {} (too many dispatch threads blocked in synchronous operations)", name,
                       count));
    }
    modification_warnings();
    region_info();
    if (report_.external_gpu_info) line(*report_.external_gpu_info);
    information();
    backtraces();
    triage();
    threads_and_images();
    modifications();
    summary();
    formulation_errors();
  }

  // --- iOS, and simulator processes on a Mac.

  void embedded() {
    column_ = 21;
    blank();
    field_if("Incident Identifier:", report_.incident);
    if (report_.is_beta) {
      field("Beta Identifier:", report_.device_identifier_for_vendor.value_or("Unknown"));
    } else {
      field_if("CrashReporter Key:", report_.crash_reporter_key);
    }
    field("Hardware Model:", report_.model.value_or(std::string(kUnknown)));
    process();
    code_type();
    field("Role:", report_.process_role.value_or("Unspecified"));
    field("Parent Process:", name_and_number(report_.parent_name, report_.parent_pid));
    field("Coalition:", name_and_number(report_.coalition_name, report_.coalition_id, "<none>"));
    responsible();
    blank();
    field("Date/Time:", report_.capture_time.value_or(std::string(kUnknown)));
    field_if("Launch Time:", report_.launch_time);
    field("OS Version:", os_version());
    field_if("Release Type:", report_.os.release_type);
    field_if("Baseband Version:", report_.baseband_version);
    field("Report Version:", "104");
    blank();
    exception104();
    information();
    backtraces();
    triage();
    threads_and_images();
    formulation_errors();
    line("EOF");
    blank();
  }

  void exception104() {
    column_ = 0;
    field("Exception Type:  ", exception_type());
    if (report_.exception) {
      field_if("Exception Subtype: ", report_.exception->subtype);
      field_if("Exception Message: ", report_.exception->message);
      field("Exception Codes: ", codes());
    }
    if (report_.is_corpse) field("Exception Note:  ", "EXC_CORPSE_NOTIFY");
    if (report_.vm_region_info) field("VM Region Info: ", *report_.vm_region_info);
    if (report_.termination) termination104();
    blank();
    const auto thread = report_.crashed_thread_number();
    field("Triggered by Thread:  ", thread ? fmt::format("{}", *thread) : "Unknown");
    blank();
  }

  void termination104() {
    const auto& end = *report_.termination;
    auto text =
        fmt::format("Termination Reason: {} {}", end.name_space.value_or("<NO_NS>"), number(end.code, "0"));
    if (end.indicator) text += " " + *end.indicator;
    line(text);
    lines(end.reasons);
    lines(end.details);
    if (end.by_pid) line("Terminating Process: " + name_and_number(end.by_process, end.by_pid, "<unknown>"));
  }
};

}  // namespace

std::string render_apple_text(const CrashReport& report) { return AppleText(report).render(); }

}  // namespace faultline
