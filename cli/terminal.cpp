#include "cli/terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <string>

#include "core/files/write_all.h"
#include "core/text/text_escape.h"

namespace faultline {
namespace {

/// The first error of writing to stdout; 0: none so far.
int stdout_error = 0;

}  // namespace

bool stdout_is_terminal() { return ::isatty(STDOUT_FILENO) == 1; }
bool stderr_is_terminal() { return ::isatty(STDERR_FILENO) == 1; }

int output_width() {
  if (const char* columns = std::getenv("COLUMNS"); columns != nullptr) {
    const int width = std::atoi(columns);
    if (width > 0) return width;
  }
  winsize size{};
  if (stdout_is_terminal() && ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0) return size.ws_col;
  return 0;
}

bool use_color(const CommandContext& context) {
  if (context.color == "always") return true;
  if (context.color == "never") return false;
  const char* no_color = std::getenv("NO_COLOR");
  return stdout_is_terminal() && (no_color == nullptr || *no_color == '\0');
}

void print(std::string_view text) {
  if (stdout_error == 0 && !write_all(STDOUT_FILENO, text)) stdout_error = errno;
}

bool stdout_is_closed() { return stdout_error == EPIPE; }

Result<void> check_stdout() {
  if (stdout_error == 0 || stdout_is_closed()) return {};
  return fail(io_error("cannot write to standard output", stdout_error));
}

void note(const CommandContext& context, std::string_view text) {
  if (!context.quiet) (void)write_all(STDERR_FILENO, escape_text(text) + "\n");
}

void print_error(std::string_view text) {
  (void)write_all(STDERR_FILENO, "faultline: " + escape_text(text) + "\n");
}

}  // namespace faultline
