#include "analyzer/parse/metrickit/metrickit_parser.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "analyzer/parse/json/report_field.h"
#include "core/ips/json_scan.h"

namespace faultline {
namespace {

constexpr std::size_t kDeepestStack = 4096;

struct Diagnostics {
  std::string_view key;
  ReportKind kind;
};
constexpr std::array<Diagnostics, 4> kDiagnosticLists{
    {{"crashDiagnostics", ReportKind::crash},
     {"hangDiagnostics", ReportKind::hang},
     {"cpuExceptionDiagnostics", ReportKind::resource},
     {"diskWriteExceptionDiagnostics", ReportKind::resource}}};

/// mach/exception_types.h
constexpr std::array<std::string_view, 13> kMachExceptions{"",
                                                           "EXC_BAD_ACCESS",
                                                           "EXC_BAD_INSTRUCTION",
                                                           "EXC_ARITHMETIC",
                                                           "EXC_EMULATION",
                                                           "EXC_SOFTWARE",
                                                           "EXC_BREAKPOINT",
                                                           "EXC_SYSCALL",
                                                           "EXC_MACH_SYSCALL",
                                                           "EXC_RPC_ALERT",
                                                           "EXC_CRASH",
                                                           "EXC_RESOURCE",
                                                           "EXC_GUARD"};

std::string metrickit_signal(std::uint64_t number) {
  switch (number) {
    case 4:
      return "SIGILL";
    case 5:
      return "SIGTRAP";
    case 6:
      return "SIGABRT";
    case 8:
      return "SIGFPE";
    case 9:
      return "SIGKILL";
    case 10:
      return "SIGBUS";
    case 11:
      return "SIGSEGV";
    default:
      return fmt::format("signal {}", number);
  }
}

/// `iPhone OS 17.0 (21A329)`
void read_metrickit_os(const std::string& text, OsVersion& os) {
  const auto open = text.rfind(" (");
  os.train = text.substr(0, open);
  if (open != std::string::npos && text.ends_with(')'))
    os.build = text.substr(open + 2, text.size() - open - 3);
}

void read_meta_data(const ReportField& field, CrashReport& report) {
  field.each_member([&report](std::string_view key, const ReportField& member) {
    if (key == "exceptionType") {
      const auto number = member.unsigned_integer().value_or(0);
      if (!report.exception) report.exception.emplace();
      report.exception->type = number < kMachExceptions.size() ? std::string(kMachExceptions[number]) : "";
    } else if (key == "exceptionCode") {
      if (!report.exception) report.exception.emplace();
      if (const auto code = member.unsigned_integer()) report.exception->raw_codes = {*code};
    } else if (key == "signal") {
      if (!report.exception) report.exception.emplace();
      if (const auto number = member.unsigned_integer()) report.exception->signal = metrickit_signal(*number);
    } else if (key == "terminationReason") {
      if (auto text = member.text()) report.termination.emplace().reasons.push_back(std::move(*text));
    } else if (key == "virtualMemoryRegionInfo") {
      report.vm_region_info = member.text();
    } else if (key == "bundleIdentifier") {
      if (!report.bundle_info) report.bundle_info.emplace();
      report.bundle_info->identifier = member.text();
    } else if (key == "appVersion") {
      if (!report.bundle_info) report.bundle_info.emplace();
      report.bundle_info->short_version = member.text();
    } else if (key == "appBuildVersion") {
      if (!report.bundle_info) report.bundle_info.emplace();
      report.bundle_info->version = member.text();
    } else if (key == "osVersion") {
      if (const auto text = member.text()) read_metrickit_os(*text, report.os);
    } else if (key == "deviceType") {
      report.model = member.text();
    } else if (key == "platformArchitecture") {
      report.cpu_type = member.text();
    } else if (key == "pid") {
      report.pid = member.integer();
    } else if (key == "objectiveCexceptionReason") {
      auto& reason = report.exception_reason.emplace();
      member.each_member([&reason](std::string_view name, const ReportField& value) {
        if (name == "composedMessage") reason.composed_message = value.text();
        if (name == "exceptionName") reason.name = value.text();
        if (name == "className") reason.exception_class = value.text();
      });
    } else if (key == "hangDuration" || key == "totalCPUTime" || key == "writesCaused") {
      auto& event = report.system_event ? *report.system_event : report.system_event.emplace();
      (key == "hangDuration" ? event.duration : event.amount) = member.text();
    }
  });
}

class StackReader {
 public:
  explicit StackReader(CrashReport& report) : report_(report) {}

  /// Down a tree, each time the first child: the trees of a crash have no branches. Roots are innermost.
  void read_frame(const ReportField& field, Thread& thread) {
    if (thread.frames.size() >= kDeepestStack) return;
    const auto index = thread.frames.size();
    thread.frames.emplace_back();
    std::string name;
    std::optional<Uuid> uuid;
    std::uint64_t offset = 0;
    std::optional<std::uint64_t> address;
    field.each_member([&](std::string_view key, const ReportField& member) {
      if (key == "binaryName") {
        name = member.text().value_or("");
      } else if (key == "binaryUUID") {
        uuid = member.uuid();
      } else if (key == "offsetIntoBinaryTextSegment") {
        offset = member.unsigned_integer().value_or(0);
      } else if (key == "address") {
        address = member.unsigned_integer();
      } else if (key == "subFrames") {
        member.each_element([&](std::size_t at, const ReportField& frame) {
          if (at == 0) read_frame(frame, thread);
        });
      }
    });
    Frame& frame = thread.frames[index];
    if (uuid && address) {
      frame.image_index = image_of(*uuid, name, *address - offset);
      frame.image_offset = ImageOffset{offset};
    } else {
      if (address) frame.address = RuntimeAddress{*address};
      if (!name.empty()) frame.image_name = name;
    }
  }

 private:
  std::size_t image_of(const Uuid& uuid, const std::string& name, std::uint64_t base) {
    const auto known = std::find_if(report_.images.begin(), report_.images.end(),
                                    [&](const Image& image) { return image.uuid == uuid; });
    if (known != report_.images.end()) return static_cast<std::size_t>(known - report_.images.begin());
    Image image;
    image.uuid = uuid;
    if (!name.empty()) image.name = name;
    image.base = RuntimeAddress{base};
    report_.images.push_back(std::move(image));
    return report_.images.size() - 1;
  }

  CrashReport& report_;
};

void read_call_stacks(const ReportField& field, CrashReport& report) {
  StackReader stacks(report);
  field.each_element([&](std::size_t, const ReportField& stack) {
    Thread thread;
    stack.each_member([&](std::string_view key, const ReportField& member) {
      if (key == "threadAttributed") thread.triggered = member.truth();
      if (key != "callStackRootFrames") return;
      member.each_element([&](std::size_t at, const ReportField& root) {
        if (at == 0) stacks.read_frame(root, thread);
      });
    });
    report.threads.push_back(std::move(thread));
  });
}

void read_diagnostic(const ReportField& field, CrashReport& report) {
  field.each_member([&report](std::string_view key, const ReportField& member) {
    if (key == "diagnosticMetaData") read_meta_data(member, report);
    if (key == "callStackTree") {
      member.each_member([&report](std::string_view name, const ReportField& stacks) {
        if (name == "callStacks") read_call_stacks(stacks, report);
      });
    }
  });
}

}  // namespace

bool is_metrickit(std::string_view text) {
  const auto first = skip_json_whitespace(text, 0);
  if (first >= text.size() || text[first] != '{') return false;
  return text.find("\"callStackTree\"") != text.npos && text.find("Diagnostics\"") != text.npos;
}

CrashReport parse_metrickit(std::string_view text) {
  CrashReport report;
  report.kind = ReportKind::unreadable;
  IssueList issues(report.issues);
  JsonDocument document(text);
  if (!document.valid()) return report;
  const JsonPath top;
  const ReportField root(document.root(), top, issues);
  std::size_t found = 0;
  for (const auto& [wanted, kind] : kDiagnosticLists) {
    root.each_member([&](std::string_view key, const ReportField& list) {
      if (key != wanted) return;
      list.each_element([&](std::size_t, const ReportField& diagnostic) {
        if (found++ > 0) return;
        report.kind = kind;
        read_diagnostic(diagnostic, report);
      });
    });
  }
  if (found == 0) return report;
  root.each_member([&report](std::string_view key, const ReportField& member) {
    if (key == "timeStampEnd") report.header.timestamp = member.text();
  });
  if (found > 1) {
    issues.add("", fmt::format("{} more diagnostics in the same payload: only the first is read", found - 1));
  }
  issues.add("",
             "a MetricKit payload: no symbols, registers or thread names, and the time of the payload "
             "instead of the crash");
  return report;
}

}  // namespace faultline
