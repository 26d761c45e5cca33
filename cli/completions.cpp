// The outline of the command line as completion scripts.

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/command_outline.h"
#include "core/text/shell_quote.h"

namespace faultline {
namespace {

std::vector<std::string> all_names(const CommandOutline& command) {
  std::vector<std::string> names;
  for (const auto& option : command.options) {
    if (!option.is_argument) names.insert(names.end(), option.names.begin(), option.names.end());
  }
  return names;
}

/// Inside of a zsh specification.
std::string zsh_help(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '[' || c == ']' || c == ':' || c == '\\') out += '\\';
    out += c;
  }
  return out;
}

std::string zsh_value(const OptionOutline& option) {
  if (!option.choices.empty())
    return fmt::format(":{}:({})", zsh_help(option.value), fmt::join(option.choices, " "));
  if (option.takes_path()) return ":" + zsh_help(option.value) + ":_files";
  return option.value.empty() ? "" : ":" + zsh_help(option.value) + ": ";
}

}  // namespace

std::string bash_completion(const CommandOutline& program) {
  std::string names;
  for (const auto& command : program.commands) names += (names.empty() ? "" : " ") + command.name;
  std::string out = fmt::format(
      "# bash completion of {0}; source it, or install it as {0} into bash-completion's folder\n"
      "_{0}() {{\n"
      "  local word=${{COMP_WORDS[COMP_CWORD]}} before=${{COMP_WORDS[COMP_CWORD-1]}} "
      "command=${{COMP_WORDS[1]}}\n"
      "  COMPREPLY=()\n"
      "  if [ \"$COMP_CWORD\" -eq 1 ]; then\n"
      "    COMPREPLY=($(compgen -W \"{1} {2}\" -- \"$word\")); return\n"
      "  fi\n"
      "  case \"$command $before\" in\n",
      program.name, names, fmt::join(all_names(program), " "));
  for (const auto& command : program.commands) {
    for (const auto& option : command.options) {
      if (option.is_argument || option.value.empty()) continue;
      std::string patterns;
      for (const auto& name : option.names) {
        patterns += (patterns.empty() ? "" : "|") + fmt::format("\"{} {}\"", command.name, name);
      }
      const auto choose = !option.choices.empty() ? fmt::format("-W \"{}\"", fmt::join(option.choices, " "))
                          : option.takes_path()   ? std::string("-f")
                                                  : std::string("-W \"\"");
      out += fmt::format("    {}) COMPREPLY=($(compgen {} -- \"$word\")); return ;;\n", patterns, choose);
    }
  }
  out += "  esac\n  local options=\n  case \"$command\" in\n";
  for (const auto& command : program.commands) {
    out += fmt::format("    {}) options=\"{}\" ;;\n", command.name, fmt::join(all_names(command), " "));
  }
  return out + fmt::format(
                   "  esac\n"
                   "  case \"$word\" in\n"
                   "    -*) COMPREPLY=($(compgen -W \"$options\" -- \"$word\")) ;;\n"
                   "    *) COMPREPLY=($(compgen -f -- \"$word\")) ;;\n"
                   "  esac\n"
                   "}}\n"
                   "complete -o filenames -F _{0} {0}\n",
                   program.name);
}

std::string zsh_completion(const CommandOutline& program) {
  std::string out = fmt::format(
      "#compdef {0}\n# zsh completion of {0}; install it as _{0} into a folder of $fpath\n_{0}() {{\n"
      "  if (( CURRENT == 2 )); then\n    local -a commands=(\n",
      program.name);
  for (const auto& command : program.commands) {
    out += "      " + single_quoted(command.name + ":" + zsh_help(command.help)) + "\n";
  }
  out +=
      "    )\n    _describe command commands\n    return\n  fi\n  local command=$words[2]\n"
      "  words=(\"${(@)words[2,-1]}\"); (( CURRENT-- ))\n  case $command in\n";
  for (const auto& command : program.commands) {
    out += fmt::format("    {})\n      _arguments \\\n", command.name);
    for (const auto& option : command.options) {
      if (option.is_argument) continue;
      for (const auto& name : option.names) {
        out += "        " +
               single_quoted(fmt::format("*{}[{}]{}", name, zsh_help(option.help), zsh_value(option))) +
               " \\\n";
      }
    }
    out += "        '*:: :_files' ;;\n";
  }
  return out + fmt::format("  esac\n}}\n_{0} \"$@\"\n", program.name);
}

std::string fish_completion(const CommandOutline& program) {
  std::string out = fmt::format(
      "# fish completion of {0}; install it as {0}.fish into fish's completions folder\n", program.name);
  for (const auto& command : program.commands) {
    out += fmt::format("complete -c {} -n __fish_use_subcommand -f -a {} -d {}\n", program.name, command.name,
                       single_quoted(command.help));
  }
  for (const auto& command : program.commands) {
    for (const auto& option : command.options) {
      if (option.is_argument) continue;
      std::string line =
          fmt::format("complete -c {} -n '__fish_seen_subcommand_from {}'", program.name, command.name);
      for (const auto& name : option.names) {
        line += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
      }
      if (!option.choices.empty()) {
        line += fmt::format(" -x -a '{}'", fmt::join(option.choices, " "));
      } else if (!option.value.empty()) {
        line += option.takes_path() ? " -r -F" : " -x";
      }
      out += line + " -d " + single_quoted(option.help) + "\n";
    }
  }
  return out;
}

}  // namespace faultline
