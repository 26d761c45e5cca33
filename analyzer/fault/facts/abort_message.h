// What a process said when it killed itself: assertion, uncaught exception, fatal error, in words.

#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/model/crash_report.h"

namespace faultline {

enum class AbortMessageKind { assertion, uncaught_exception, sanitizer, fatal_error, message };

struct AbortMessage {
  AbortMessageKind kind = AbortMessageKind::message;
  std::string text;      ///< The statement itself, one line: `A command encoder is already encoding …`.
  std::string function;  ///< Who asserted, if said: `-[AGXG16XFamilyCommandBuffer …]`.
  std::string location;  ///< File and line, or line alone, if said; differs from build to build.
  /// `NSInvalidArgumentException`, `c10::Error`; of a sanitizer what it found: `heap-use-after-free`.
  std::string exception_type;
  std::string source;  ///< Where it stood: `libsystem_c.dylib (application-specific information)`.
};

/// Reads one line or a few lines of text; nullopt for what is none of the above.
///
/// Knows Apple's `__assert_rtn` and Metal forms, glibc's, libc++'s hardening, C++ and Objective-C
/// runtime messages, the sanitizers' findings, Swift's and Python's fatal errors, and the allocators'
/// messages.
std::optional<AbortMessage> read_abort_message(std::string_view text);

/// The best text that the report has, in order of trust: exception reason, application-specific
/// information, exception message, termination reasons, a frame whose name is a message.
std::optional<AbortMessage> find_abort_message(const CrashReport& report);

/// Cut to at most `limit` bytes at a word, without addresses and numbers that differ each time.
std::string shortened_text(std::string_view text, std::size_t limit);

}  // namespace faultline
