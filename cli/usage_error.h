// What is wrong with a command line, in one line that helps.

#pragma once

#include <string>
#include <vector>

namespace CLI {
class App;
class ParseError;
}  // namespace CLI

namespace faultline {

/// The text for `error`, which `app` met while it parsed `words` (without the program's own name): near
/// names for a mistyped command or option, and the `--` that was forgotten before a command to run.
std::string usage_error_text(const CLI::App& app, const CLI::ParseError& error,
                             const std::vector<std::string>& words);

}  // namespace faultline
