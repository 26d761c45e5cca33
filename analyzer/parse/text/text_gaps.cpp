#include "analyzer/parse/text/text_gaps.h"

#include <fmt/format.h>

#include <algorithm>

namespace faultline {
namespace {

/// Whether the text says of itself that somebody made it up from memory.
bool admits_reconstruction(std::string_view text) {
  for (const std::string_view word : {"reconstruction", "reconstructed", "Reconstruction", "Reconstructed"}) {
    if (text.find(word) != std::string_view::npos) return true;
  }
  return false;
}

bool is_whole(const CrashReport& report) {
  const bool process = report.process_name || report.pid;
  return report.incident || (process && report.capture_time && report.exception && !report.threads.empty());
}

/// What a report always says and this text does not: `process, time`.
std::string missing_facts(const CrashReport& report) {
  std::string missing;
  const auto add = [&missing](bool is_missing, std::string_view what) {
    if (is_missing) missing += (missing.empty() ? "" : ", ") + std::string(what);
  };
  add(!report.process_name && !report.pid, "process");
  add(!report.capture_time, "time");
  add(!report.os.train && !report.os.build, "system version");
  add(!report.exception && !report.termination, "exception");
  return missing;
}

bool has_frames(const Thread& thread) { return !thread.frames.empty(); }

}  // namespace

bool is_reconstruction(std::string_view text, const CrashReport& report) {
  return admits_reconstruction(text) || (report.kind == ReportKind::crash && !is_whole(report));
}

void note_gaps(std::string_view text, CrashReport& report) {
  if (report.kind != ReportKind::crash) return;
  const auto end = fmt::format("line {}", std::count(text.begin(), text.end(), '\n') + 1);
  const auto add = [&](std::string message) { report.issues.push_back({end, std::move(message)}); };
  if (const auto missing = missing_facts(report); !missing.empty()) {
    add("missing from the text: " + missing);
  }
  const bool any = std::any_of(report.threads.begin(), report.threads.end(), has_frames);
  if (!any) {
    add(report.faulting_thread
            ? fmt::format("the stacks, registers and images are missing, that of the crashed thread, {}, "
                          "included: the text was cut or shortened",
                          *report.faulting_thread)
            : "the stacks, registers and images are missing: the text was cut or shortened");
    return;
  }
  if (report.images.empty()) add("the list of images is missing: the text was cut or shortened");
  std::size_t unlisted = 0;
  for (const auto& thread : report.threads) {
    unlisted += static_cast<std::size_t>(
        std::count_if(thread.frames.begin(), thread.frames.end(),
                      [](const Frame& frame) { return frame.image_name && *frame.image_name != "???"; }));
  }
  if (unlisted > 0 && !report.images.empty()) {
    add(fmt::format("frames in images that the list lacks: {}", unlisted));
  }
  if (report.faulting_thread && !report.crashed_thread_index()) {
    add(fmt::format("the stack of the crashed thread, {}, is not in the text: it was cut or shortened",
                    *report.faulting_thread));
  }
}

}  // namespace faultline
