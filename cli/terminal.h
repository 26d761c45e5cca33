// The one way out: data to stdout, everything else to stderr.

#pragma once

#include <string_view>

#include "cli/commands.h"
#include "core/base/result.h"

namespace faultline {

/// Columns of the terminal behind stdout; COLUMNS if set; 0 (no limit) if stdout is not a terminal.
int output_width();
bool stdout_is_terminal();
bool stderr_is_terminal();
/// --color, NO_COLOR and whether stdout is a terminal.
bool use_color(const CommandContext& context);

/// Writes to stdout as it is: the caller has escaped what came from reports. What cannot be written is
/// remembered, and the rest dropped; check_stdout() reports it at the end of the command.
void print(std::string_view text);
/// Nobody reads stdout any more (`faultline … | head`): a command without end ends, others go on in silence,
/// since their exit status still counts.
bool stdout_is_closed();
/// Why stdout does not hold all that was printed; a closed pipe is no failure.
Result<void> check_stdout();
/// One line to stderr, unless --quiet. Escapes control characters.
void note(const CommandContext& context, std::string_view text);
/// One line to stderr, `faultline: ` before it, always. Escapes control characters.
void print_error(std::string_view text);

}  // namespace faultline
