#include "collector/reporter/ptrace/crash_report_builder_linux.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <ctime>

#include "collector/reporter/ptrace/assertion_text.h"

namespace faultline {
namespace {

constexpr const char* kCrashBugType = "309";

std::optional<std::size_t> find_image(const std::vector<Image>& images, std::uint64_t address) {
  for (std::size_t i = 0; i < images.size(); ++i) {
    if (address >= images[i].base.value && address - images[i].base.value < images[i].size_bytes) return i;
  }
  return std::nullopt;
}

/// The pseudo-image for addresses in no image, whose offsets are the addresses themselves.
std::size_t absolute_image(std::vector<Image>& images) {
  if (images.empty() || images.back().source != "A") {
    Image pseudo;
    pseudo.source = "A";
    images.push_back(pseudo);
  }
  return images.size() - 1;
}

Frame make_frame(const StackFrame& from, std::vector<Image>& images) {
  Frame frame;
  frame.image_index = find_image(images, from.pc);
  if (!frame.image_index) frame.image_index = absolute_image(images);
  frame.image_offset = {from.pc - images[*frame.image_index].base.value};
  if (from.place) {
    frame.symbol = from.place->symbol;
    frame.symbol_location = from.pc - from.place->start;
  }
  return frame;
}

std::optional<std::uint64_t> access_address(const ThreadSnapshot& thread) {
  if (!thread.fault || !has_access_address(*thread.fault)) return std::nullopt;
  return thread.fault->address;
}

Thread make_thread(const ThreadSnapshot& from, std::vector<Image>& images) {
  Thread thread;
  thread.id = static_cast<std::uint64_t>(from.tid);
  if (!from.name.empty()) thread.name = from.name;
  for (const auto& frame : from.stack.frames) thread.frames.push_back(make_frame(frame, images));
  if (from.state) {
    thread.state = thread_state(*from.state, access_address(from));
    for (auto& reg : thread.state->registers) {
      const bool is_pc = reg.name == "rip" || reg.name == "pc";
      reg.matches_crash_frame = is_pc && !from.stack.frames.empty() && from.stack.frames[0].pc == reg.value;
    }
  }
  return thread;
}

std::vector<std::uint64_t> stack_pointers(const ProcessSnapshot& snapshot) {
  std::vector<std::uint64_t> found;
  for (const auto& thread : snapshot.threads) {
    if (thread.state) found.push_back(thread.state->sp);
  }
  return found;
}

void fill_header(CrashReport& report, const ProcessSnapshot& snapshot, const ReportMoment& moment) {
  auto& header = report.header;
  header.incident_id = report.incident;
  header.app_name = snapshot.name;
  header.name = snapshot.name;
  // `YYYY-MM-DD HH:MM:SS.ffff ±ZZZZ` with whole seconds, as macOS has it in this line.
  const auto time = format_report_time(moment.wall, moment.zone_minutes);
  header.timestamp = time.substr(0, 19) + ".00" + time.substr(24);
  header.os_version = moment.host.os_train + " (" + moment.host.os_build + ")";
  const auto executable =
      std::find_if(snapshot.images.begin(), snapshot.images.end(),
                   [&](const Image& image) { return image.path && *image.path == snapshot.path; });
  if (executable != snapshot.images.end() && executable->uuid) header.slice_uuid = executable->uuid->text();
}

void fill_times(CrashReport& report, const ProcessSnapshot& snapshot, const ReportMoment& moment) {
  report.capture_time = format_report_time(moment.wall, moment.zone_minutes);
  report.exit_ticks = static_cast<std::uint64_t>(moment.since_boot.count());
  report.uptime_seconds = static_cast<std::uint64_t>(moment.since_boot.count() / 1'000'000'000);
  if (snapshot.start_ticks == 0) return;
  // Nanoseconds since boot, the unit that Intel Macs use here.
  report.start_ticks = snapshot.start_ticks;
  const auto age = moment.since_boot - std::chrono::nanoseconds(*report.start_ticks);
  report.launch_time = format_report_time(
      moment.wall - std::chrono::duration_cast<std::chrono::microseconds>(age), moment.zone_minutes);
}

CrashReport start_report(const ProcessSnapshot& snapshot, const ReportMoment& moment) {
  CrashReport report;
  report.origin = ReportOrigin::captured;
  report.incident = Uuid::random().upper_text();
  report.schema_version = 2;
  fill_header(report, snapshot, moment);
  fill_times(report, snapshot, moment);
  report.process_name = snapshot.name;
  if (!snapshot.path.empty()) report.process_path = snapshot.path;
  report.pid = snapshot.pid;
  report.parent_pid = snapshot.parent_pid;
  if (!snapshot.parent_name.empty()) report.parent_name = snapshot.parent_name;
  report.user_id = snapshot.user_id;
  report.cpu_type = std::string(host_cpu_type());
  report.model = moment.host.model;
  report.os.train = moment.host.os_train;
  report.os.build = moment.host.os_build;
  if (!moment.host.boot_session.empty()) report.boot_session = moment.host.boot_session;
  report.images = snapshot.images;
  for (const auto& thread : snapshot.threads) report.threads.push_back(make_thread(thread, report.images));
  report.report_notes = snapshot.notes;
  return report;
}

/// The program's own words count where it gave up itself; beside a fault they would be of something else.
void add_messages(CrashReport& report, const ProcessSnapshot& snapshot, int signal) {
  if (signal != SIGABRT && signal != SIGTRAP && signal != SIGILL) return;
  if (!snapshot.abort_message.empty()) {
    const auto libc = std::find_if(snapshot.images.begin(), snapshot.images.end(), [](const Image& image) {
      return image.name && image.name->starts_with("libc.so");
    });
    const auto owner = libc != snapshot.images.end() ? libc->display_name() : snapshot.name;
    report.app_specific_info.push_back({owner, {snapshot.abort_message}});
  }
  auto lines = find_assertion_lines(snapshot.error_output_tail);
  std::erase_if(lines, [&](const std::string& line) {
    return !snapshot.abort_message.empty() && snapshot.abort_message.find(line) != std::string::npos;
  });
  if (!lines.empty()) report.app_specific_info.push_back({snapshot.name, std::move(lines)});
}

void add_code(Thread& thread, CrashReport& report, const ProcessSnapshot& snapshot) {
  if (snapshot.at_pc.empty()) return;
  report.instruction_bytes = InstructionBytes{snapshot.before_pc, snapshot.at_pc};
  if (host_cpu() == CpuKind::x86_64) {
    thread.instruction_state = InstructionState{snapshot.stream, snapshot.stream_offset};
  }
}

void add_fault(CrashReport& report, const ProcessSnapshot& snapshot, const ThreadSnapshot& subject) {
  report.exception = describe_exception(*subject.fault, host_cpu());
  if (!has_access_address(*subject.fault)) return;
  const auto address = subject.fault->address;
  const auto pointers = stack_pointers(snapshot);
  report.vm_region_info = describe_region(snapshot.map, address, pointers);
  if (!subject.state) return;
  const std::vector<std::uint64_t> own{subject.state->sp};
  if (is_below_a_stack(snapshot.map, address, own)) {
    report.exception->message = "Thread stack size exceeded due to excessive recursion";
  }
}

bool same_signal(const SignalFacts& a, const SignalFacts& b) {
  return a.signal == b.signal && a.code == b.code && a.address == b.address;
}

}  // namespace

ReportMoment report_moment(HostIdentity host) {
  ReportMoment moment;
  moment.host = std::move(host);
  moment.wall = SystemClock().wall();
  moment.zone_minutes = local_zone_minutes(moment.wall);
  timespec now{};
  ::clock_gettime(CLOCK_BOOTTIME, &now);
  moment.since_boot = std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec);
  return moment;
}

CrashReport build_crash_report(const ProcessSnapshot& snapshot, const DeathFacts& death,
                               const ReportMoment& moment) {
  auto report = start_report(snapshot, moment);
  report.header.bug_type = kCrashBugType;
  report.termination = describe_termination(death.death, snapshot.pid, death.sender);
  for (std::size_t i = 0; i < snapshot.threads.size(); ++i) {
    const auto& thread = snapshot.threads[i];
    if (thread.tid != death.subject) {
      report.threads[i].at_own_fault = thread.fault.has_value() && has_fault_address(*thread.fault);
      continue;
    }
    report.faulting_thread = i;
    report.threads[i].triggered = true;
    report.legacy.has_triggered = true;
    report.legacy.triggered_name = report.threads[i].name;
    add_code(report.threads[i], report, snapshot);
    if (thread.fault) add_fault(report, snapshot, thread);
    // Where a handler died on top of the fault, it was not the kernel that ended the process.
    if (thread.fault && !same_signal(*thread.fault, death.death) && death.death.code <= 0) {
      report.termination->by_process = snapshot.name;
    }
  }
  add_messages(report, snapshot, death.death.signal);
  return report;
}

CrashReport build_hang_report(const ProcessSnapshot& snapshot, const HangFacts& hang,
                              const ReportMoment& moment) {
  auto report = start_report(snapshot, moment);
  describe_hang(report, hang);
  return report;
}

}  // namespace faultline
