#include "core/model/report_kind.h"

#include <array>

namespace faultline {
namespace {

struct BugType {
  std::string_view number;
  ReportKind kind;
  std::string_view name;
};

// docs/ips_format.md says where each is known from.
constexpr std::array<BugType, 51> kBugTypes{{
    {"309", ReportKind::crash, "crash"},
    {"109", ReportKind::crash, "crash, text body"},
    {"9", ReportKind::crash, "crash, text body"},
    {"308", ReportKind::non_fatal, "fault that the process survived"},
    {"385", ReportKind::non_fatal, "resource limit exceeded"},
    {"185", ReportKind::non_fatal, "resource limit exceeded"},
    {"22", ReportKind::non_fatal, "resource limit exceeded"},
    {"327", ReportKind::non_fatal, "thread count limit exceeded"},
    {"227", ReportKind::non_fatal, "thread count limit exceeded"},
    {"298", ReportKind::jetsam, "jetsam (memory pressure)"},
    {"198", ReportKind::jetsam, "jetsam (memory pressure)"},
    {"98", ReportKind::jetsam, "jetsam (memory pressure)"},
    {"288", ReportKind::stackshot, "stackshot"},
    {"188", ReportKind::stackshot, "stackshot"},
    {"509", ReportKind::stackshot, "stackshot of a terminated process"},
    {"409", ReportKind::stackshot, "system watchdog"},
    {"210", ReportKind::panic, "kernel panic"},
    {"110", ReportKind::panic, "kernel panic"},
    {"10", ReportKind::panic, "kernel panic"},
    {"151", ReportKind::forced_reset, "forced reset"},
    {"115", ReportKind::forced_reset, "reset counter"},
    {"301", ReportKind::forced_reset, "system memory reset"},
    {"284", ReportKind::gpu_event, "GPU event"},
    {"184", ReportKind::gpu_event, "GPU restart"},
    {"21", ReportKind::gpu_event, "GPU restart"},
    {"142", ReportKind::resource, "wake-ups above limit"},
    {"145", ReportKind::resource, "disk writes above limit"},
    {"202", ReportKind::resource, "CPU usage above limit"},
    {"206", ReportKind::resource, "CPU usage above limit, killed"},
    {"222", ReportKind::hang, "hang"},
    {"223", ReportKind::hang, "hang"},
    {"310", ReportKind::hang, "hang"},
    {"228", ReportKind::hang, "hang of a third-party app"},
    {"328", ReportKind::hang, "hang of a third-party app"},
    {"207", ReportKind::hang, "spin during a hang"},
    {"302", ReportKind::hang, "glitchy spin"},
    {"23", ReportKind::hang, "microstackshots"},
    {"44", ReportKind::hang, "microstackshots"},
    {"144", ReportKind::hang, "microstackshots"},
    {"174", ReportKind::hang, "microstackshots"},
    {"220", ReportKind::hang, "microstackshots"},
    {"186", ReportKind::other, "kernel trace"},
    {"187", ReportKind::other, "sandbox violation"},
    {"154", ReportKind::other, "memory graph"},
    {"211", ReportKind::other, "analytics"},
    {"33", ReportKind::other, "analytics"},
    {"312", ReportKind::other, "diagnostic request"},
    {"225", ReportKind::other, "transparency log"},
    {"226", ReportKind::other, "transparency log"},
    {"229", ReportKind::other, "transparency log"},
    {"233", ReportKind::other, "transparency log"},
}};

const BugType* find_bug_type(std::string_view number) {
  for (const auto& row : kBugTypes) {
    if (row.number == number) return &row;
  }
  return nullptr;
}

}  // namespace

ReportKind kind_of_bug_type(std::string_view bug_type) {
  const auto* row = find_bug_type(bug_type);
  return row != nullptr ? row->kind : ReportKind::other;
}

std::string_view bug_type_name(std::string_view bug_type) {
  const auto* row = find_bug_type(bug_type);
  return row != nullptr ? row->name : std::string_view();
}

}  // namespace faultline
