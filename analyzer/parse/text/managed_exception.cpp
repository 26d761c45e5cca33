#include "analyzer/parse/text/managed_exception.h"

#include <string>
#include <utility>

#include "analyzer/parse/text/text_lines.h"

namespace faultline {
namespace {

constexpr std::string_view kUnhandled = "Unhandled exception. ";

/// `Brassfold.Ledger.Book.Close(Int32 year) in /src/Book.cs:line 88`
Frame managed_frame(std::string_view text) {
  Frame frame;
  constexpr std::string_view kLine = ":line ";
  const auto in = text.rfind(") in ");
  const auto line = text.rfind(kLine);
  if (in != std::string_view::npos && line != std::string_view::npos && line > in) {
    auto number = text.substr(line + kLine.size());
    frame.source_file = std::string(text.substr(in + 5, line - in - 5));
    frame.source_line = take_decimal(number);
    text = text.substr(0, in + 1);
  }
  frame.symbol = std::string(trim(text));
  return frame;
}

}  // namespace

bool ManagedExceptionReader::read(std::string_view content, CrashReport& report) {
  if (content.starts_with(kUnhandled) && !report.exception_reason) {
    const auto words = content.substr(kUnhandled.size());
    const auto colon = words.find(": ");
    auto& reason = report.exception_reason.emplace();
    reason.type = "managed";
    reason.name = std::string(words.substr(0, colon));
    if (colon != std::string_view::npos) reason.composed_message = std::string(words.substr(colon + 2));
    in_it_ = true;
    return true;
  }
  if (!in_it_ || !content.starts_with("at ") || content.find('(') == std::string_view::npos) {
    in_it_ = false;
    return false;
  }
  report.last_exception_backtrace.push_back(managed_frame(content.substr(3)));
  any_ = true;
  return true;
}

void ManagedExceptionReader::finish(CrashReport& report) const {
  if (!any_ || !report.process_name) return;
  for (auto& frame : report.last_exception_backtrace) frame.image_name = *report.process_name;
}

}  // namespace faultline
