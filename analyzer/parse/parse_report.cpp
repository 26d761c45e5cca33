#include "analyzer/parse/parse_report.h"

#include <fmt/format.h>

#include <array>
#include <optional>
#include <string>
#include <utility>

#include "analyzer/parse/ips/fragment_parser.h"
#include "analyzer/parse/ips/ips_parser.h"
#include "analyzer/parse/report_sources.h"
#include "analyzer/parse/split_reports.h"
#include "analyzer/parse/text/pasted_text.h"

namespace faultline {
namespace {

struct Magic {
  std::string_view bytes;
  std::string_view name;
};

constexpr std::array<Magic, 12> kMagics{
    {{"\x1f\x8b", "a gzip archive: unpack it first"},
     {"PK\x03\x04", "a zip archive: unpack it first"},
     {"\x28\xb5\x2f\xfd", "a zstd archive: unpack it first"},
     {"BZh", "a bzip2 archive: unpack it first"},
     {"\xfd"
      "7zXZ",
      "an xz archive: unpack it first"},
     {"\x7f"
      "ELF",
      "an ELF program"},
     {"\xcf\xfa\xed\xfe", "a Mach-O program: `symbols add` takes those"},
     {"\xca\xfe\xba\xbe", "a Mach-O program: `symbols add` takes those"},
     {"bplist", "a binary property list"},
     {"SQLite format 3", "an SQLite file: give a Faultline store with --db"},
     {"\xff\xfe", "UTF-16 text: save it as UTF-8"},
     {"\xfe\xff", "UTF-16 text: save it as UTF-8"}}};

/// What the bytes look like and what to do about it. They were not a report.
std::string describe(std::string_view bytes) {
  if (bytes.find_first_not_of(" \t\r\n") == std::string_view::npos) {
    return bytes.empty() ? "the file is empty: was it copied while it was being written?"
                         : "the file holds nothing but blanks: was it copied while it was being written?";
  }
  for (const auto& magic : kMagics) {
    if (bytes.starts_with(magic.bytes)) return fmt::format("this is {}", magic.name);
  }
  constexpr std::size_t kLooked = 4096;
  const auto start = bytes.substr(0, kLooked);
  if (start.find('\0') != std::string_view::npos) {
    return "this is binary data, not a crash report: give an .ips or .crash file";
  }
  if (start.find("<html") != std::string_view::npos || start.find("<!DOCTYPE") != std::string_view::npos) {
    return "this is a web page without a crash report in it: copy the report's own text into a file";
  }
  const auto first = start.find_first_not_of(" \t\r\n");
  if (start[first] == '{' || start[first] == '[') {
    return "this is JSON, but not a crash report: the keys of one are missing";
  }
  return "this is text, but nothing in it looks like a crash report: give an .ips or .crash file";
}

CrashReport unreadable(std::string_view bytes) {
  CrashReport report;
  report.kind = ReportKind::unreadable;
  report.issues.push_back({"", describe(bytes)});
  return report;
}

struct Attempt {
  CrashReport report;
  bool recognised = false;
  bool undamaged = false;
};

/// How much a reading tells: to choose between two of the same bytes.
std::size_t score(const CrashReport& report) {
  std::size_t frames = 0;
  for (const auto& thread : report.threads) frames += thread.frames.size();
  // What damage makes of an image has no identity, or nothing at all.
  std::size_t images = 0;
  for (const auto& image : report.images) {
    images += (image.uuid ? 1U : 0U) + (image.name || image.size_bytes > 0 ? 1U : 0U);
  }
  // One more frame is worth less than knowing whose they are.
  const std::size_t whose =
      (report.exception ? 1U : 0U) + (report.incident ? 1U : 0U) + (report.process_name ? 1U : 0U);
  return frames * 8 + images + whose * 1000 + (report.pid ? 1U : 0U);
}

/// Where both tell the same, JSON is the better reading, and then the one with less to add_issue of.
bool is_better(const CrashReport& report, const CrashReport& other) {
  const auto a = score(report);
  const auto b = score(other);
  if (a != b) return a > b;
  if (report.from_text != other.from_text) return other.from_text;
  return report.issues.size() < other.issues.size();
}

Attempt attempt(std::string_view bytes) {
  auto reading = parse_ips(bytes);
  Attempt result{std::move(reading.report), reading.recognised, reading.undamaged};
  if (result.recognised) return result;
  result.undamaged = false;
  for (const auto& source : report_sources()) {
    if (!source.recognise(bytes)) continue;
    result.report = source.parse(bytes);
    result.recognised = result.report.kind != ReportKind::unreadable;
    if (result.recognised) break;
  }
  return result;
}

void note_others(std::size_t count, CrashReport& report) {
  if (count == 0) return;
  report.issues.push_back({"the end", fmt::format("{} more report{} in the same document: read as if "
                                                  "the first stood alone",
                                                  count, count == 1 ? " is" : "s are")});
}

/// The same again with what pasting did undone, if that tells more.
void try_cleaned(std::string_view bytes, Attempt& best) {
  const auto cleaned = clean_pasted_text(bytes);
  if (!cleaned) return;
  const auto pieces = split_reports(cleaned->text);
  auto second = attempt(pieces.front());
  if (!second.recognised) return;
  if (best.recognised && !is_better(second.report, best.report)) return;
  for (const auto& what : cleaned->removed) {
    second.report.issues.insert(second.report.issues.begin(), {"", fmt::format("{} were taken off", what)});
  }
  note_others(pieces.size() - 1, second.report);
  best = std::move(second);
}

template <typename Value>
void take_missing(std::optional<Value>& have, std::optional<Value>& more) {
  if (!have) have = std::move(more);
}

/// The stack as lines and the rest as JSON: people paste both.
void add_to_stack(CrashReport& stack, CrashReport& pieces) {
  take_missing(stack.exception, pieces.exception);
  take_missing(stack.termination, pieces.termination);
  take_missing(stack.process_name, pieces.process_name);
  take_missing(stack.pid, pieces.pid);
  take_missing(stack.os.train, pieces.os.train);
  take_missing(stack.os.build, pieces.os.build);
  take_missing(stack.faulting_thread, pieces.faulting_thread);
  if (stack.app_specific_info.empty()) stack.app_specific_info = std::move(pieces.app_specific_info);
  stack.kind = pieces.kind;
  // A single stack without a head, beside an exception, is that of the crash.
  if (!stack.faulting_thread && stack.threads.size() == 1) stack.threads[0].triggered = true;
  stack.origin = ReportOrigin::reconstructed;
}

/// Pieces of JSON may hold lines that a text report has, too: what tells more wins.
void try_fragment(std::string_view bytes, Attempt& best) {
  auto fragment = parse_fragment(bytes);
  if (!fragment) return;
  const bool has_stack = best.recognised && !best.report.threads.empty();
  if (has_stack && fragment->threads.empty()) return add_to_stack(best.report, *fragment);
  if (best.recognised && score(*fragment) <= score(best.report)) return;
  best.report = std::move(*fragment);
  best.recognised = true;
}

/// Nobody can tell from it what happened.
bool lacks_cause(const CrashReport& report) {
  return report.kind == ReportKind::crash && !report.exception && !report.termination;
}

}  // namespace

CrashReport parse_report(std::string_view bytes) {
  const auto pieces = split_reports(bytes);
  if (pieces.size() == 1) return parse_one_report(bytes);
  auto report = parse_one_report(pieces.front());
  note_others(pieces.size() - 1, report);
  return report;
}

CrashReport parse_one_report(std::string_view bytes) {
  constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
  if (bytes.starts_with(kByteOrderMark)) bytes.remove_prefix(kByteOrderMark.size());
  constexpr std::size_t kLooked = 4096;
  const bool binary = bytes.substr(0, kLooked).find('\0') != std::string_view::npos;
  if (binary || bytes.find_first_not_of(" \t\r\n") == std::string_view::npos) return unreadable(bytes);

  auto best = attempt(bytes);
  if (best.undamaged) return std::move(best.report);
  try_cleaned(bytes, best);
  if (!best.recognised || score(best.report) == 0 || lacks_cause(best.report)) try_fragment(bytes, best);
  return best.recognised ? std::move(best.report) : unreadable(bytes);
}

}  // namespace faultline
