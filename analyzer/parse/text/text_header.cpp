#include "analyzer/parse/text/text_header.h"

#include <array>
#include <optional>
#include <string>
#include <utility>

#include "analyzer/parse/json/report_field.h"
#include "analyzer/parse/text/text_lines.h"
#include "core/text/ascii.h"

namespace faultline {
namespace {

using R = CrashReport;

bool is_known(std::string_view value) { return !value.empty() && value != "???" && value != "Unknown"; }

void set(std::optional<std::string>& target, std::string_view value) {
  if (!target && is_known(value)) target = std::string(value);
}

template <auto Member>
void text(R& report, std::string_view value) {
  set(report.*Member, value);
}

/// `Name [12]`; either half may be unknown.
void name_and_number(std::string_view value, std::optional<std::string>& name,
                     std::optional<std::int64_t>& number) {
  if (name || number) return;
  const auto open = value.rfind(" [");
  if (open == std::string_view::npos || !value.ends_with(']')) return set(name, value);
  auto digits = value.substr(open + 2, value.size() - open - 3);
  if (const auto read = take_decimal(digits); read && digits.empty())
    number = static_cast<std::int64_t>(*read);
  set(name, trim(value.substr(0, open)));
}

void process(R& report, std::string_view value) { name_and_number(value, report.process_name, report.pid); }
void parent(R& report, std::string_view value) {
  name_and_number(value, report.parent_name, report.parent_pid);
}
void responsible(R& report, std::string_view value) {
  name_and_number(value, report.responsible_name, report.responsible_pid);
}
void coalition(R& report, std::string_view value) {
  name_and_number(value == "<none>" ? std::string_view() : value, report.coalition_name, report.coalition_id);
}

/// Where there is no bundle the process' name stands here.
void identifier(R& report, std::string_view value) {
  if (!is_known(value) || report.process_name == value) return;
  if (!report.bundle_info) report.bundle_info.emplace();
  set(report.bundle_info->identifier, value);
}

/// `1.0 (7)`, `(7)`, `1.0`.
void version(R& report, std::string_view value) {
  if (!is_known(value) || value == "\?\?\? (\?\?\?)") return;
  if (!report.bundle_info) report.bundle_info.emplace();
  auto& bundle = *report.bundle_info;
  if (bundle.short_version || bundle.version) return;
  const auto open = value.ends_with(')') ? value.find('(') : std::string_view::npos;
  if (open == std::string_view::npos) return set(bundle.version, value);
  set(bundle.short_version, trim(value.substr(0, open)));
  set(bundle.version, value.substr(open + 1, value.size() - open - 2));
}

/// `ARM-64 (Native)`
void code_type(R& report, std::string_view value) {
  if (report.cpu_type) return;
  const auto open = value.find(" (");
  set(report.cpu_type, value.substr(0, open));
  if (value.find("(Translated)") != std::string_view::npos) report.translated = true;
  if (value.find("(Native)") != std::string_view::npos) report.translated = false;
}

/// `macOS 15.7.2 (24G325)`
void os_version(R& report, std::string_view value) {
  if (report.os.train || report.os.build) return;
  const auto open = value.rfind(" (");
  if (open == std::string_view::npos || !value.ends_with(')')) return set(report.os.train, value);
  auto build = value.substr(open + 2, value.size() - open - 3);
  if (build.starts_with("Build ")) build.remove_prefix(6);
  set(report.os.train, value.substr(0, open));
  set(report.os.build, build);
}

void bridge_version(R& report, std::string_view value) {
  const auto open = value.rfind(" (");
  if (open == std::string_view::npos || !value.ends_with(')')) return set(report.bridge_os_train, value);
  set(report.bridge_os_train, value.substr(0, open));
  set(report.bridge_os_build, value.substr(open + 2, value.size() - open - 3));
}

template <auto Member>
void seconds(R& report, std::string_view value) {
  if (const auto number = take_decimal(value); number && !(report.*Member)) report.*Member = number;
}

void incident(R& report, std::string_view value) {
  if (report.incident || !is_known(value)) return;
  report.incident = to_upper(value);
}

void user_id(R& report, std::string_view value) {
  if (const auto number = take_decimal(value); number && !report.user_id) report.user_id = number;
}

void release_type(R& report, std::string_view value) { set(report.os.release_type, value); }
void beta(R& report, std::string_view value) { report.is_beta = report.is_beta || value == "YES"; }
void store_tools(R& report, std::string_view value) {
  if (!report.bundle_info) report.bundle_info.emplace();
  set(report.bundle_info->app_store_tools_build, value);
}

/// `Project-Source~Build (Product)`
void build_info(R& report, std::string_view value) {
  if (report.build_info || !is_known(value)) return;
  auto& info = report.build_info.emplace();
  if (const auto open = value.rfind(" ("); open != std::string_view::npos && value.ends_with(')')) {
    set(info.product_build_version, value.substr(open + 2, value.size() - open - 3));
    value = value.substr(0, open);
  }
  const auto tilde = value.rfind('~');
  if (tilde != std::string_view::npos) {
    set(info.build_version, value.substr(tilde + 1));
    value = value.substr(0, tilde);
  }
  const auto dash = value.rfind('-');
  set(info.project_name, value.substr(0, dash));
  if (dash != std::string_view::npos) set(info.source_version, value.substr(dash + 1));
}

/// `4  worker  Dispatch queue: q` and `4  worker, Dispatch Queue: q`.
void crashed_thread(R& report, std::string_view value) {
  if (report.faulting_thread) return;
  const auto number = take_decimal(value);
  if (!number) return;
  report.faulting_thread = static_cast<std::size_t>(*number);
  report.legacy.has_triggered = true;
  for (const std::string_view mark : {"Dispatch queue: ", "Dispatch Queue: "}) {
    if (const auto at = value.find(mark); at != std::string_view::npos) {
      set(report.legacy.triggered_queue, trim(value.substr(at + mark.size())));
      value = value.substr(0, at);
    }
  }
  value = trim(value);
  if (value.ends_with(',')) value.remove_suffix(1);
  if (value.starts_with('(')) return;  // A remark of a person.
  set(report.legacy.triggered_name, trim(value));
}

ExceptionInfo& exception(R& report) {
  if (!report.exception) report.exception.emplace();
  return *report.exception;
}

/// `EXC_CRASH (SIGABRT)`
void exception_type(R& report, std::string_view value) {
  auto& info = exception(report);
  if (!info.type.empty()) return;
  const auto open = value.find(" (");
  if (open != std::string_view::npos && value.ends_with(')')) {
    info.signal = std::string(value.substr(open + 2, value.size() - open - 3));
    value = value.substr(0, open);
  } else if (value.starts_with("SIG")) {
    info.signal = std::string(value);
    return;
  }
  info.type = std::string(value);
}

/// Codes that older texts give by name only (mach/kern_return.h, mach/arm/exception.h, i386/eflags).
struct CodeName {
  std::string_view name;
  std::uint64_t code;
};
constexpr std::array<CodeName, 12> kCodeNames{{{"KERN_INVALID_ADDRESS", 1},
                                               {"KERN_PROTECTION_FAILURE", 2},
                                               {"KERN_MEMORY_FAILURE", 9},
                                               {"KERN_MEMORY_ERROR", 10},
                                               {"EXC_ARM_DA_ALIGN", 0x101},
                                               {"EXC_ARM_DA_DEBUG", 0x102},
                                               {"EXC_ARM_SP_ALIGN", 0x103},
                                               {"EXC_ARM_PAC_FAIL", 0x105},
                                               {"EXC_ARM_BREAKPOINT", 1},
                                               {"EXC_I386_GPFLT", 13},
                                               {"EXC_I386_INVOP", 1},
                                               {"EXC_I386_DIV", 1}}};

void take_codes_from_name(ExceptionInfo& info, std::string_view value) {
  for (const auto& [name, code] : kCodeNames) {
    if (!value.starts_with(name)) continue;
    info.raw_codes = {code, 0};
    if (const auto at = value.find(" at 0x"); at != std::string_view::npos) {
      auto address = value.substr(at + 4);
      info.raw_codes[1] = take_hex(address).value_or(0);
    }
  }
}

void exception_codes(R& report, std::string_view value) {
  auto& info = exception(report);
  if (!value.starts_with("0x")) {
    if (info.subtype || !is_known(value)) return;
    info.subtype = std::string(value);
    if (info.raw_codes.empty()) take_codes_from_name(info, value);
    return;
  }
  if (info.codes) return;
  info.codes = std::string(value);
  info.raw_codes.clear();
  while (const auto code = take_hex(value)) {
    info.raw_codes.push_back(*code);
    while (!value.empty() && (value.front() == ',' || value.front() == ' ')) value.remove_prefix(1);
  }
}

void exception_subtype(R& report, std::string_view value) {
  auto& info = exception(report);
  set(info.subtype, value);
  if (info.raw_codes.empty()) take_codes_from_name(info, value);
}
void exception_message(R& report, std::string_view value) { set(exception(report).message, value); }
void exception_reason(R& report, std::string_view value) {
  if (!report.exception_reason) report.exception_reason.emplace();
  set(report.exception_reason->composed_message, value);
}

void exception_note(R& report, std::string_view value) {
  report.is_corpse = report.is_corpse || value.find("EXC_CORPSE_NOTIFY") != std::string_view::npos;
  report.is_simulated = report.is_simulated || value.find("SIMULATED") != std::string_view::npos;
  report.is_non_fatal = report.is_non_fatal || value.find("NON-FATAL") != std::string_view::npos;
  if (const auto by = value.find("requested by "); by != std::string_view::npos) {
    set(report.simulated_caller, trim(value.substr(by + 13)));
  }
}

Termination& termination(R& report) {
  if (!report.termination) report.termination.emplace();
  return *report.termination;
}

/// `Namespace SIGNAL, Code 11, Segmentation fault: 11` (with and without the second comma, the code in
/// hex on macOS 11), and on iOS `SIGNAL 11 Segmentation fault: 11`.
void termination_reason(R& report, std::string_view value) {
  auto& end = termination(report);
  if (end.name_space) return;
  if (value.starts_with("Namespace ")) value.remove_prefix(10);
  const auto stop = value.find_first_of(", ");
  set(end.name_space, value.substr(0, stop));
  value = stop == std::string_view::npos ? std::string_view() : trim(value.substr(stop + 1));
  if (value.starts_with("Code ")) value.remove_prefix(5);
  end.code = value.starts_with("0x") ? take_hex(value) : take_decimal(value);
  if (value.starts_with(',')) value.remove_prefix(1);
  set(end.indicator, trim(value));
}

void termination_signal(R& report, std::string_view value) { set(termination(report).indicator, value); }
void termination_description(R& report, std::string_view value) {
  if (is_known(value)) termination(report).details.emplace_back(value);
}
void terminating_process(R& report, std::string_view value) {
  auto& end = termination(report);
  name_and_number(value, end.by_process, end.by_pid);
}

/// `Model: iMac15,1, BootROM …`: from the hardware profile at the end of a text.
void profile_model(R& report, std::string_view value) {
  set(report.model, value.substr(0, value.find(", ")));
}

/// Hangs, watchdogs and limits. Words such as these stand in prose and in notes, too: only after the line
/// that names the event.
template <auto Member>
void event_text(R& report, std::string_view value) {
  constexpr bool begins = Member == &SystemEvent::event;
  const bool before = Member == &SystemEvent::reason;  // Spindumps give it above the event.
  if (!begins && !before && !report.system_event) return;
  if (before && !report.capture_time) return;
  if (!report.system_event) report.system_event.emplace();
  set((*report.system_event).*Member, value);
}

struct Key {
  std::string_view label;
  void (*read)(R&, std::string_view);
};

constexpr std::array kKeys = std::to_array<Key>({
    {"Process", process},
    {"Path", text<&R::process_path>},
    {"Identifier", identifier},
    {"Version", version},
    {"Build Info", build_info},
    {"AppStoreTools", store_tools},
    {"AppVariant", text<&R::app_variant>},
    {"Beta", beta},
    {"Code Type", code_type},
    {"Role", text<&R::process_role>},
    {"Parent Process", parent},
    {"Coalition", coalition},
    {"Responsible Process", responsible},
    {"Responsible", responsible},
    {"User ID", user_id},
    {"Date/Time", text<&R::capture_time>},
    {"Launch Time", text<&R::launch_time>},
    {"Hardware Model", text<&R::model>},
    {"Device Model", text<&R::code_name>},
    {"OS Version", os_version},
    {"Release Type", release_type},
    {"Bridge OS Version", bridge_version},
    {"Baseband Version", text<&R::baseband_version>},
    {"Crash Reporter Key", text<&R::crash_reporter_key>},
    {"CrashReporter Key", text<&R::crash_reporter_key>},
    {"Anonymous UUID", text<&R::crash_reporter_key>},
    {"Beta Identifier", text<&R::device_identifier_for_vendor>},
    {"UDID", text<&R::system_id>},
    {"Incident Identifier", incident},
    {"Sleep/Wake UUID", text<&R::sleep_wake_uuid>},
    {"Time Awake Since Boot", seconds<&R::uptime_seconds>},
    {"Time Since Wake", seconds<&R::wake_seconds>},
    {"System Integrity Protection", text<&R::sip>},
    {"Triggered by Thread", crashed_thread},
    {"Crashed Thread", crashed_thread},
    {"Exception Type", exception_type},
    {"Exception Subtype", exception_subtype},
    {"Exception Message", exception_message},
    {"Exception Codes", exception_codes},
    {"Exception Reason", exception_reason},
    {"Exception Note", exception_note},
    {"Termination Signal", termination_signal},
    {"Termination Reason", termination_reason},
    {"Termination",
     [](R& report, std::string_view value) {
       if (value.starts_with("Namespace ")) termination_reason(report, value);
     }},
    {"Termination Description", termination_description},
    {"Terminating Process", terminating_process},
    {"Model", profile_model},
    // Samples and resource reports.
    {"Command", text<&R::process_name>},
    {"Parent", parent},
    {"PID", [](R& report, std::string_view value) {
       if (const auto number = take_decimal(value); number && !report.pid) {
         report.pid = static_cast<std::int64_t>(*number);
       }
     }},
    {"Hardware model", text<&R::model>},
    {"Event", event_text<&SystemEvent::event>},
    {"Reason", event_text<&SystemEvent::reason>},
    {"Duration", event_text<&SystemEvent::duration>},
    {"Action taken", event_text<&SystemEvent::action>},
    {"Writes", event_text<&SystemEvent::amount>},
    {"Writes limit", event_text<&SystemEvent::limit>},
    {"CPU", event_text<&SystemEvent::amount>},
    {"CPU limit", event_text<&SystemEvent::limit>},
    {"Wakeups", event_text<&SystemEvent::amount>},
    {"Wakeups limit", event_text<&SystemEvent::limit>},
});

}  // namespace

HeaderLine read_header_line(std::string_view line, CrashReport& report) {
  line = trim(line);
  const auto colon = line.find(':');
  if (colon == std::string_view::npos) return HeaderLine::unknown;
  const auto label = line.substr(0, colon);
  for (const auto& key : kKeys) {
    if (key.label != label) continue;
    key.read(report, trim(line.substr(colon + 1)));
    return label == "Termination Reason" ? HeaderLine::termination : HeaderLine::known;
  }
  return HeaderLine::unknown;
}

}  // namespace faultline
