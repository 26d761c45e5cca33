#include "cli/live_line.h"

#include <unistd.h>

#include "cli/terminal.h"
#include "core/text/text_escape.h"

namespace faultline {
namespace {

constexpr std::chrono::milliseconds kLiveInterval{100};
constexpr std::chrono::seconds kPlainInterval{15};

void write_error(std::string_view text) {
  // Progress is a courtesy: what cannot be shown is not missed.
  [[maybe_unused]] const auto written = ::write(STDERR_FILENO, text.data(), text.size());
}

}  // namespace

LiveLine::LiveLine(const CommandContext& context, const Clock& clock)
    : context_(context),
      clock_(clock),
      live_(stderr_is_terminal() && !context.quiet),
      last_shown_(clock.monotonic()) {}

bool LiveLine::due() {
  const auto now = clock_.monotonic();
  const auto interval =
      live_ ? std::chrono::nanoseconds(kLiveInterval) : std::chrono::nanoseconds(kPlainInterval);
  if (now - last_shown_ < interval) return false;
  last_shown_ = now;
  return true;
}

void LiveLine::show(std::string_view line) {
  if (context_.quiet) return;
  if (!live_) {
    note(context_, line);
    return;
  }
  write_error("\r\x1b[K" + escape_line(line));
  shown_ = true;
}

void LiveLine::show_live(std::string_view line) {
  if (live_) show(line);
}

void LiveLine::clear() {
  if (!shown_) return;
  write_error("\r\x1b[K");
  shown_ = false;
}

}  // namespace faultline
