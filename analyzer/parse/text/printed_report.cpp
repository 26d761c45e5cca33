#include "analyzer/parse/text/printed_report.h"

#include <string>
#include <utility>

#include "analyzer/parse/text/text_lines.h"

namespace faultline {

std::optional<ExceptionInfo> exception_of_words(std::string_view words,
                                                std::span<const PrintedCause> causes) {
  for (const auto& [start, exception, signal] : causes) {
    if (!words.starts_with(start)) continue;
    ExceptionInfo out;
    out.type = std::string(exception);
    out.signal = std::string(signal);
    return out;
  }
  return std::nullopt;
}

std::optional<RuntimeAddress> take_address(std::string_view& text) {
  const auto value = take_hex(text);
  return value ? std::optional(RuntimeAddress{*value}) : std::nullopt;
}

void take_code_offset(std::string_view& text, Frame& frame) {
  const auto plus = text.rfind('+');
  if (plus == std::string_view::npos || plus == 0) return;
  auto number = trim(text.substr(plus + 1));
  const auto offset = number.starts_with("0x") ? take_hex(number) : take_decimal(number);
  if (!offset || !number.empty()) return;
  frame.symbol_location = offset;
  text = trim(text.substr(0, plus));
}

std::string_view file_name(std::string_view path) { return path.substr(path.rfind('/') + 1); }

bool read_source_place(std::string_view text, Frame& frame) {
  std::optional<std::uint64_t> line;
  for (int part = 0; part < 2; ++part) {  // Line and column, or the line alone.
    const auto colon = text.rfind(':');
    if (colon == std::string_view::npos) break;
    auto digits = text.substr(colon + 1);
    const auto number = take_decimal(digits);
    if (!number || !digits.empty()) break;
    line = number;
    text = text.substr(0, colon);
  }
  if (!line || text.empty()) return false;
  frame.source_file = std::string(text);
  frame.source_line = line;
  return true;
}

CrashReport PrintedReportReader::run(std::string_view text) {
  report_ = CrashReport();
  report_.kind = ReportKind::unreadable;
  report_.from_text = true;
  while (!text.empty()) {
    const auto end = text.find('\n');
    if (!read(trim(text.substr(0, end)))) break;
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  finish();
  return std::move(report_);
}

void PrintedReportReader::add_words(std::string_view line, std::string_view image) {
  auto& infos = report_.app_specific_info;
  if (infos.empty()) infos.push_back({std::string(image), {}});
  infos.front().lines.emplace_back(line);
}

Thread& PrintedReportReader::begin_thread(bool triggered) {
  auto& thread = report_.threads.emplace_back();
  thread.triggered = triggered;
  return thread;
}

void PrintedReportReader::add_frame(Frame frame) {
  if (!report_.threads.empty()) report_.threads.back().frames.push_back(std::move(frame));
}

void PrintedReportReader::accept(ReportKind kind, std::string_view limits) {
  report_.kind = kind;
  report_.issues.push_back({"", std::string(limits)});
}

}  // namespace faultline
