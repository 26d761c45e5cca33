#include "cli/command_outline.h"

#include <CLI/CLI.hpp>
#include <algorithm>

namespace faultline {
namespace {

/// `FORMAT:{text,csv}` -> `FORMAT`, and the choices.
void read_value(const std::string& type, OptionOutline& option) {
  option.value = type.substr(0, type.find(':'));
  const auto begin = type.find('{');
  const auto end = type.find('}');
  if (begin == std::string::npos || end == std::string::npos) return;
  if (begin == 0) option.value = "CHOICE";
  std::string choice;
  for (const char c : type.substr(begin + 1, end - begin - 1) + ",") {
    if (c != ',') {
      choice += c;
    } else if (!choice.empty()) {
      option.choices.push_back(choice);
      choice.clear();
    }
  }
}

OptionOutline outline_of_option(const CLI::Option& given) {
  OptionOutline option;
  option.help = given.get_description();
  option.is_required = given.get_required();
  option.is_argument = given.get_positional() && given.get_lnames().empty() && given.get_snames().empty();
  if (option.is_argument) option.names.push_back(given.get_single_name());
  for (const auto& name : given.get_snames()) option.names.push_back("-" + name);
  for (const auto& name : given.get_lnames()) option.names.push_back("--" + name);
  // A flag expects nothing.
  if (given.get_items_expected_max() > 0) read_value(given.get_type_name(), option);
  return option;
}

}  // namespace

bool OptionOutline::takes_path() const {
  for (const char* word : {"FILE", "PATH", "FOLDER", ".db", ".toml", "WHAT"}) {
    if (value.find(word) != std::string::npos) return true;
  }
  return false;
}

CommandOutline outline_of(const CLI::App& app) {
  CommandOutline command;
  command.name = app.get_name();
  command.help = app.get_description();
  command.footer = app.get_footer();
  for (const auto* option : app.get_options()) command.options.push_back(outline_of_option(*option));
  for (const auto* child : app.get_subcommands(nullptr)) command.commands.push_back(outline_of(*child));
  return command;
}

}  // namespace faultline
