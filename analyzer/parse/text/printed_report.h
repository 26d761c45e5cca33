// What the readers of reports share that a runtime prints to stderr: a sanitizer, CPython, Swift.

#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "core/model/crash_report.h"

namespace faultline {

/// How a runtime words what ended the process, and which exception and signal that is.
struct PrintedCause {
  std::string_view words;
  std::string_view exception;
  std::string_view signal;
};

/// That of the first cause with which `words` begin; nullopt where none fits.
std::optional<ExceptionInfo> exception_of_words(std::string_view words, std::span<const PrintedCause> causes);

/// `0x1f2` at the front of `text`, as a run-time address.
std::optional<RuntimeAddress> take_address(std::string_view& text);

/// ` + 16` or `+0x1f2` off the end of `text`: the offset within the function. Left as it is where no number
/// ends it.
void take_code_offset(std::string_view& text, Frame& frame);

/// The last part of a path; all of it where it has no slash.
std::string_view file_name(std::string_view path);

/// `/src/a.cc:12:3` or `/src/a.cc:12`: file and line. False, with the frame left alone, for anything else.
bool read_source_place(std::string_view text, Frame& frame);

/// One text, read line by line into one report.
///
/// A subclass reads the lines, and hands over what it finds. The report stays `unreadable` unless finish()
/// says what it is. Threads: one.
class PrintedReportReader {
 public:
  virtual ~PrintedReportReader() = default;
  CrashReport run(std::string_view text);

 protected:
  PrintedReportReader() = default;

  /// Without white space at both ends. False: what follows is of no interest.
  virtual bool read(std::string_view line) = 0;
  /// All lines were read, or read() said that it has enough.
  virtual void finish() = 0;

  [[nodiscard]] CrashReport& report() { return report_; }
  /// One more line of what the process itself said.
  void add_words(std::string_view line, std::string_view image = {});
  Thread& begin_thread(bool triggered);
  /// Appends to the newest thread; nothing where there is none.
  void add_frame(Frame frame);
  /// It is a report of this kind; `limits` says what such a report never has.
  void accept(ReportKind kind, std::string_view limits);

 private:
  CrashReport report_;
};

}  // namespace faultline
