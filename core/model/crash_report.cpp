#include "core/model/crash_report.h"

#include <array>

#include "core/base/enum_text.h"

namespace faultline {
namespace {

constexpr std::array<EnumText<ReportKind>, 13> kReportKinds{{
    {ReportKind::crash, "crash"},
    {ReportKind::non_fatal, "non_fatal"},
    {ReportKind::hang, "hang"},
    {ReportKind::jetsam, "jetsam"},
    {ReportKind::stackshot, "stackshot"},
    {ReportKind::panic, "panic"},
    {ReportKind::gpu_event, "gpu_event"},
    {ReportKind::profile, "profile"},
    {ReportKind::resource, "resource"},
    {ReportKind::forced_reset, "forced_reset"},
    {ReportKind::other, "other"},
    {ReportKind::unreadable, "unreadable"},
    {ReportKind::unanalysed, "unanalysed"},
}};
static_assert(is_complete(kReportKinds, ReportKind::unanalysed));

constexpr std::array<EnumText<ReportOrigin>, 3> kReportOrigins{{
    {ReportOrigin::captured, "captured"},
    {ReportOrigin::imported, "imported"},
    {ReportOrigin::reconstructed, "reconstructed"},
}};
static_assert(is_complete(kReportOrigins, ReportOrigin::reconstructed));

}  // namespace

std::string_view report_kind_text(ReportKind kind) { return enum_text(kReportKinds, kind); }
std::string_view report_origin_text(ReportOrigin origin) { return enum_text(kReportOrigins, origin); }
std::optional<ReportOrigin> parse_report_origin(std::string_view text) {
  return parse_enum(kReportOrigins, text);
}

bool is_incident(std::string_view text) {
  // A hash of 32 digits, under which a report without one is known, has no dashes.
  if (text.find('-') == std::string_view::npos || !Uuid::parse(text)) return false;
  const std::string alike{text.front(), '-'};
  return text.find_first_not_of(alike) != std::string_view::npos;
}

const Register* ThreadState::find(std::string_view name) const {
  for (const auto& reg : registers) {
    if (reg.name == name) return &reg;
  }
  return nullptr;
}

std::size_t CrashReport::thread_number(std::size_t index) const {
  return threads[index].number.value_or(index);
}

std::optional<std::size_t> CrashReport::crashed_thread_index() const {
  // Under Rosetta faultingThread can be off by one: the mark on the thread itself is trusted first.
  for (std::size_t i = 0; i < threads.size(); ++i) {
    if (threads[i].triggered) return i;
  }
  for (std::size_t i = 0; faulting_thread && i < threads.size(); ++i) {
    if (thread_number(i) == *faulting_thread) return i;
  }
  return std::nullopt;
}

std::optional<std::size_t> CrashReport::crashed_thread_number() const {
  const auto index = crashed_thread_index();
  if (index && threads[*index].number) return threads[*index].number;
  if (faulting_thread && (*faulting_thread >= threads.size() || !index)) return faulting_thread;
  return index;
}

std::optional<RuntimeAddress> CrashReport::address_of(const Frame& frame) const {
  if (const Image* image = image_of(frame)) return image->base + frame.image_offset;
  return frame.address;
}

const Image* CrashReport::image_of(const Frame& frame) const {
  if (!frame.image_index || *frame.image_index >= images.size()) return nullptr;
  return &images[*frame.image_index];
}

}  // namespace faultline
