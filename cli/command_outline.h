// The command line as plain data, read off the very definitions that parse it: for man pages and completions.

#pragma once

#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace faultline {

struct OptionOutline {
  std::vector<std::string> names;    ///< `-q`, `--quiet`; for an argument its name alone.
  std::string value;                 ///< `FILE`; empty where it takes none.
  std::vector<std::string> choices;  ///< Where only these are allowed.
  std::string help;
  bool is_argument = false;  ///< Without a dash.
  bool is_required = false;
  /// Its value is a file or folder of this machine.
  [[nodiscard]] bool takes_path() const;
};

struct CommandOutline {
  std::string name;
  std::string help;
  std::string footer;  ///< Notes and the example.
  std::vector<OptionOutline> options;
  std::vector<CommandOutline> commands;
};

CommandOutline outline_of(const CLI::App& app);

/// A page of section 1 in the language of man(7), of the program or of one of its commands.
/// `parent` is the program's name where `command` is one of its commands, else empty.
std::string man_page(const CommandOutline& command, const std::string& parent, const std::string& version);

/// A script that completes commands, options, choices and paths.
std::string bash_completion(const CommandOutline& program);
std::string zsh_completion(const CommandOutline& program);
std::string fish_completion(const CommandOutline& program);

}  // namespace faultline
