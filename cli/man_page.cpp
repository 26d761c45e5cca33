// The outline of a command as a man page.

#include <algorithm>
#include <string_view>

#include "cli/command_outline.h"
#include "core/text/ascii.h"

namespace faultline {
namespace {

/// Text that roff takes for text: no request at the begin of a line, no escape, and dashes that can be
/// copied.
std::string roff(std::string_view text) {
  std::string out;
  bool begins = true;
  for (const char c : text) {
    if (begins && (c == '.' || c == '\'')) out += "\\&";
    if (c == '\\') {
      out += "\\e";
    } else if (c == '-') {
      out += "\\-";
    } else {
      out += c;
    }
    begins = c == '\n';
  }
  return out;
}

std::string heading(const OptionOutline& option) {
  std::string out;
  for (const auto& name : option.names) out += (out.empty() ? "\\fB" : ", \\fB") + roff(name) + "\\fR";
  if (!option.value.empty() && !option.is_argument) out += " \\fI" + roff(option.value) + "\\fR";
  return out;
}

std::string option_lines(const std::vector<OptionOutline>& options, bool arguments) {
  std::string out;
  for (const auto& option : options) {
    if (option.is_argument != arguments) continue;
    out += ".TP\n" + heading(option) + "\n" + roff(option.help) + "\n";
    if (option.choices.empty()) continue;
    std::string choices;
    for (const auto& choice : option.choices) choices += (choices.empty() ? "" : ", ") + choice;
    if (option.help.find(choices) == std::string::npos &&
        option.help.find(option.choices.back()) == std::string::npos) {
      out += "One of: " + roff(choices) + "\n";
    }
  }
  return out;
}

}  // namespace

std::string man_page(const CommandOutline& command, const std::string& parent, const std::string& version) {
  const auto page = parent.empty() ? command.name : parent + "-" + command.name;
  const auto words = parent.empty() ? command.name : parent + " " + command.name;
  std::string out = ".TH " + to_upper(page) + " 1 \"\" \"faultline " + version + "\" \"Faultline\"\n";
  out += ".SH NAME\n" + roff(page) + " \\- " + roff(command.help) + "\n";
  out += ".SH SYNOPSIS\n\\fB" + roff(words) + "\\fR";
  if (!command.commands.empty()) out += " \\fICOMMAND\\fR";
  out += " [\\fIOPTIONS\\fR]";
  for (const auto& option : command.options) {
    if (!option.is_argument) continue;
    out +=
        option.is_required ? " \\fI" + roff(option.value) + "\\fR" : " [\\fI" + roff(option.value) + "\\fR]";
  }
  out += "\n";
  if (!command.commands.empty()) {
    out += ".SH COMMANDS\n";
    for (const auto& child : command.commands)
      out += ".TP\n\\fB" + roff(child.name) + "\\fR\n" + roff(child.help) + "\n";
  }
  const auto arguments = option_lines(command.options, true);
  if (!arguments.empty()) out += ".SH ARGUMENTS\n" + arguments;
  out += ".SH OPTIONS\n" + option_lines(command.options, false);
  if (!command.footer.empty()) out += ".SH NOTES\n.nf\n" + roff(command.footer) + "\n.fi\n";
  if (parent.empty()) {
    out += ".SH SEE ALSO\n";
    std::string pages;
    for (const auto& child : command.commands) {
      pages += (pages.empty() ? "" : ",\n") + std::string("\\fB") + roff(command.name + "-" + child.name) +
               "\\fR(1)";
    }
    out += pages + "\n";
  } else {
    out += ".SH SEE ALSO\n\\fB" + roff(parent) + "\\fR(1)\n";
  }
  return out;
}

}  // namespace faultline
