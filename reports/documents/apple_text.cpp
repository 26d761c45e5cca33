#include "reports/documents/apple_text.h"

#include <fmt/format.h>

#include <charconv>
#include <iterator>
#include <optional>
#include <string_view>
#include <utility>

#include "reports/documents/apple_text_stacks.h"

namespace faultline {
namespace {

constexpr std::string_view kUnknown = "???";

/// Header of what crashed before its platform was known, as in Rosetta's runtime.
constexpr std::int64_t kUnknownPlatform = 0;

/// Which layout the system that wrote the report would choose.
AppleLayout layout_of(const CrashReport& report) {
  constexpr std::int64_t kSimulator = 7;  // PLATFORM_IOSSIMULATOR, mach-o/loader.h
  if (report.header.platform == kSimulator || report.header.platform == kUnknownPlatform)
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

class AppleText {
 public:
  explicit AppleText(const CrashReport& report) : report_(report), layout_(layout_of(report)) {}

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
  using Text = std::optional<std::string>;

  void blank() { out_ += '\n'; }
  void line(std::string_view text) {
    out_ += text;
    out_ += '\n';
  }
  /// `Label:` padded to the layout's column, then the value.
  void field(std::string_view label, std::string_view value) {
    fmt::format_to(std::back_inserter(out_), "{:<{}}{}\n", label, column_, value);
  }
  void field_if(std::string_view label, const Text& value) {
    if (value) field(label, *value);
  }
  template <typename Number>
  static std::string number(const std::optional<Number>& value, std::string_view otherwise) {
    return value ? fmt::format("{}", *value) : std::string(otherwise);
  }
  template <typename Number>
  static std::string name_and_number(const Text& name, const std::optional<Number>& value,
                                     std::string_view no_name = kUnknown) {
    return fmt::format("{} [{}]", name.value_or(std::string(no_name)), number(value, "Unknown"));
  }
  void lines(const std::vector<std::string>& texts) {
    for (const auto& text : texts) line(text);
  }

  // --- Parts that the layouts share.

  void process() {
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

  [[nodiscard]] std::string version() const {
    const auto& bundle = report_.bundle_info;
    if (!bundle || (!bundle->short_version && !bundle->version)) return std::string(kUnknown);
    const auto version = bundle->version.value_or(std::string(kUnknown));
    if (bundle->short_version) return fmt::format("{} ({})", *bundle->short_version, version);
    return layout_ == AppleLayout::macos26 ? version : fmt::format("({})", version);
  }

  [[nodiscard]] std::string build_info() const {
    const auto& info = *report_.build_info;
    auto text = fmt::format("{}-{}~{}", info.project_name.value_or("Unknown"),
                            info.source_version.value_or("Unknown"), info.build_version.value_or("Unknown"));
    if (info.product_build_version) text += fmt::format(" ({})", *info.product_build_version);
    return text;
  }

  void code_type() {
    // Where the platform was not known yet, neither was the translation.
    const bool translated = report_.translated.value_or(false) && report_.header.platform != kUnknownPlatform;
    field("Code Type:", fmt::format("{} ({})", report_.cpu_type.value_or(std::string(kUnknown)),
                                    translated ? "Translated" : "Native"));
  }

  [[nodiscard]] std::string os_version() const {
    return fmt::format("{} ({})", report_.os.train.value_or(std::string(kUnknown)),
                       report_.os.build.value_or(std::string(kUnknown)));
  }
  void bridge_version() {
    if (!report_.bridge_os_train) return;
    field("Bridge OS Version:",
          fmt::format("{} ({})", *report_.bridge_os_train, report_.bridge_os_build.value_or("")));
  }
  void awake() {
    column_ = 23;
    field("Time Awake Since Boot:", fmt::format("{} seconds", report_.uptime_seconds.value_or(0)));
    if (report_.wake_seconds) field("Time Since Wake:", fmt::format("{} seconds", *report_.wake_seconds));
  }

  [[nodiscard]] std::string codes() const {
    std::string text;
    for (const auto code : report_.exception->raw_codes) {
      text += fmt::format("{}0x{:016x}", text.empty() ? "" : ", ", code);
    }
    if (text.empty()) text = report_.exception->codes.value_or("");
    return text;
  }
  [[nodiscard]] std::string exception_type() const {
    if (!report_.exception) return std::string(kUnknown);
    const auto& exception = *report_.exception;
    return exception.signal ? fmt::format("{} ({})", exception.type, *exception.signal) : exception.type;
  }
  void exception_note() {
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

  /// The layouts differ in what stands between code and indicator.
  void termination(std::string_view before_indicator) {
    const auto& end = *report_.termination;
    auto text =
        fmt::format("Namespace {}, Code {}", end.name_space.value_or("<NO_NS>"), number(end.code, "0"));
    if (end.indicator) text += fmt::format("{}{}", before_indicator, *end.indicator);
    field("Termination Reason:", text);
    lines(end.reasons);
    lines(end.details);
    if (end.by_pid) field("Terminating Process:", name_and_number(end.by_process, end.by_pid, "<unknown>"));
  }

  void region_info() {
    if (report_.vm_region_info) out_ += fmt::format("VM Region Info: {}\n\n", *report_.vm_region_info);
  }

  void information() {
    if (report_.app_specific_info.empty()) return;
    line("Application Specific Information:");
    for (const auto& info : report_.app_specific_info) {
      lines(info.lines);
      if (layout_ == AppleLayout::macos12) blank();
    }
    if (layout_ != AppleLayout::macos12) blank();
    blank();
  }

  void backtraces() {
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

  void triage() {
    if (!report_.kernel_triage) return;
    line("Kernel Triage:");
    line(*report_.kernel_triage);
    blank();
  }

  void formulation_errors() {
    if (report_.report_notes.empty()) return;
    line("Error Formulating Crash Report:");
    lines(report_.report_notes);
    blank();
  }

  void modification_counts(std::string_view whose, const ExternalModificationCounts& counts) {
    out_ += fmt::format("  {}:\n    task_for_pid: {}\n    thread_create: {}\n    thread_set_state: {}\n",
                        whose, counts.task_for_pid, counts.thread_create, counts.thread_set_state);
  }
  void modifications() {
    if (!report_.external_modifications) return;
    const auto& all = *report_.external_modifications;
    line("External Modification Summary:");
    modification_counts("Calls made by other processes targeting this process", all.targeted);
    modification_counts("Calls made by this process", all.caller);
    modification_counts("Calls made by all processes on this machine", all.system);
    blank();
  }
  void modification_warnings() {
    if (!report_.external_modifications || report_.external_modifications->warnings == 0) return;
    const auto& targeted = report_.external_modifications->targeted;
    line("External Modification Warnings:");
    if (targeted.thread_create > 0) line("Thread creation by external task.");
    if (targeted.thread_set_state > 0) line("Debugger attached to process.");
    if (targeted.task_for_pid > 0) line("Process used task_for_pid().");
    blank();
  }
  void summary() {
    if (!report_.vm_summary) return;
    line("VM Region Summary:");
    line(*report_.vm_summary);  // Which ends in a line break of its own.
    blank();
  }

  void threads_and_images() {
    append_threads(out_, report_, layout_);
    blank();
    append_thread_state(out_, report_);
    append_images(out_, report_, layout_);
  }

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

  [[nodiscard]] std::string crashed_thread(std::string_view before_queue) const {
    const auto thread = report_.crashed_thread_number();
    if (!thread) return "Unknown";
    auto text = fmt::format("{}", *thread);
    if (report_.legacy.triggered_name) text += "  " + *report_.legacy.triggered_name;
    if (report_.legacy.triggered_queue) text += std::string(before_queue) + *report_.legacy.triggered_queue;
    return text;
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

  void responsible() {
    if (report_.responsible_name) {
      field("Responsible Process:", name_and_number(report_.responsible_name, report_.responsible_pid));
    } else if (report_.responsible_pid) {
      field("Responsible PID:", number(report_.responsible_pid, ""));
    }
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

  const CrashReport& report_;
  AppleLayout layout_;
  std::size_t column_ = 21;
  std::string out_;
};

}  // namespace

std::string render_apple_text(const CrashReport& report) { return AppleText(report).render(); }

}  // namespace faultline
