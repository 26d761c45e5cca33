// What went wrong in the world outside: a kind, a message, and where it was met.

#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace faultline {

/// Who or what failed. Chosen so that the caller can decide, not to be read.
enum class ErrorKind {
  io,                ///< A file, folder or device.
  parse,             ///< Text that does not follow its format.
  invalid_argument,  ///< A person's wish that cannot be met as written.
  unsupported,       ///< Well-formed, but not something that this build or host can do.
  process,           ///< A child process, ptrace, signals.
  database,          ///< SQLite.
  symbols,           ///< Symbol files.
  timeout,           ///< Something did not come in time.
  interrupted,       ///< A person or the system asked us to stop.
};

/// An expected failure, passed by value.
///
/// Messages start in lower case, have no full stop, name the place, say what was found and what was
/// wanted, and the remedy where there is one. Contexts are added on the way up and print first:
/// `while reading a.ips: no such file`.
class Error {
 public:
  Error(ErrorKind kind, std::string message) : kind_(kind), message_(std::move(message)) {}

  [[nodiscard]] ErrorKind kind() const { return kind_; }
  [[nodiscard]] const std::string& message() const { return message_; }

  /// Adds where it was met, outermost last. Returns itself for chaining.
  Error& add_context(std::string context);

  /// The whole text: contexts from the outermost in, then the message.
  [[nodiscard]] std::string text() const;

 private:
  ErrorKind kind_;
  std::string message_;
  std::vector<std::string> contexts_;  // Innermost first.
};

/// `message: strerror(errno_value)`, kind io.
Error io_error(std::string_view message, int errno_value);

}  // namespace faultline
