#include "collector/reporter/watch/hang_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

namespace faultline {
namespace {

/// A hang seen from outside; what macOS files under it has the stacks of a process that lived on.
constexpr const char* kHangBugType = "310";

std::optional<std::size_t> find_image(const std::vector<Image>& images, RuntimeAddress address) {
  const auto found = std::find_if(images.begin(), images.end(), [address](const Image& image) {
    return address >= image.base && (address - image.base).value < image.size_bytes;
  });
  if (found == images.end()) return std::nullopt;
  return static_cast<std::size_t>(found - images.begin());
}

Frame make_frame(const SampledFrame& from, const std::vector<Image>& images) {
  Frame frame;
  const auto address = from.addresses.front();
  frame.image_index = find_image(images, address);
  if (frame.image_index) {
    frame.image_offset = address - images[*frame.image_index].base;
  } else {
    // The list has code only as far as the sampler knew it: made at run time, or gone since.
    frame.address = address;
  }
  if (!from.symbol.empty()) {
    frame.symbol = from.symbol;
    frame.symbol_location = from.symbol_offset;
  }
  if (from.source_line) {
    frame.source_file = from.source_file;
    frame.source_line = *from.source_line;
  }
  return frame;
}

Thread make_thread(const SampledThread& from, const std::vector<Image>& images) {
  Thread thread;
  thread.id = from.id;
  if (!from.name.empty()) thread.name = from.name;
  if (!from.queue.empty()) thread.queue = from.queue;
  if (const auto* stack = most_seen_stack(from)) {
    for (const auto index : stack->frames) thread.frames.push_back(make_frame(from.frames[index], images));
  }
  return thread;
}

/// `macOS 15.7.4 (24G517)` -> train and build.
OsVersion os_version(const std::string& text) {
  OsVersion os;
  const auto open = text.rfind(" (");
  os.train = text.substr(0, open);
  if (open != text.npos && text.ends_with(')')) os.build = text.substr(open + 2, text.size() - open - 3);
  return os;
}

/// The word that reports have for what `sample` calls the code type.
std::string cpu_type(const std::string& code_type) {
  return code_type.starts_with("ARM64") ? "ARM-64" : code_type;
}

void fill_header(CrashReport& report, const ProcessSample& sample) {
  auto& header = report.header;
  header.incident_id = report.incident;
  header.app_name = sample.process_name;
  header.name = sample.process_name;
  // Whole seconds, as macOS has it in this line.
  header.timestamp = report.capture_time->substr(0, 19) + ".00" + report.capture_time->substr(24);
  if (!sample.os_version.empty()) header.os_version = sample.os_version;
}

void fill_process(CrashReport& report, const ProcessSample& sample) {
  report.process_name = sample.process_name;
  if (!sample.path.empty()) report.process_path = sample.path;
  report.pid = sample.pid;
  report.parent_pid = sample.parent_pid;
  if (!sample.parent_name.empty()) report.parent_name = sample.parent_name;
  if (!sample.code_type.empty()) report.cpu_type = cpu_type(sample.code_type);
  if (!sample.os_version.empty()) report.os = os_version(sample.os_version);
  // Where the user's clock has twelve hours, it stands there in a form that nobody else could read.
  if (parse_report_time(sample.launch_time)) report.launch_time = sample.launch_time;
}

}  // namespace

void describe_hang(CrashReport& report, const HangFacts& hang) {
  const char* kind = hang.stuck ? "stuck" : "slow";
  report.header.bug_type = kHangBugType;
  report.kind = ReportKind::hang;
  report.report_notes.insert(
      report.report_notes.begin(),
      fmt::format("{} after {} ms: {:.1f} ms of CPU time in {} ms; {} of {} threads had moved", kind,
                  hang.timeout.count(), static_cast<double>(hang.cpu_in_window.count()) / 1e6,
                  hang.window.count(), hang.threads_moved, report.threads.size()));
  report.extras.emplace_back("hangKind", kind);
}

CrashReport build_hang_report(const ProcessSample& sample, const HangFacts& hang,
                              const SampleMoment& moment) {
  CrashReport report;
  report.origin = ReportOrigin::captured;
  report.incident = Uuid::random().upper_text();
  report.schema_version = 2;
  report.capture_time = format_report_time(moment.wall, moment.zone_minutes);
  fill_header(report, sample);
  fill_process(report, sample);
  if (moment.start_ticks != 0) report.start_ticks = moment.start_ticks;
  if (!moment.boot_session.empty()) report.boot_session = moment.boot_session;
  report.images = sample.images;
  for (const auto& thread : sample.threads) report.threads.push_back(make_thread(thread, report.images));
  if (sample.lines_not_read > 0) {
    report.report_notes.push_back(
        fmt::format("lines of the sample that could not be read: {}", sample.lines_not_read));
  }
  describe_hang(report, hang);
  return report;
}

}  // namespace faultline
