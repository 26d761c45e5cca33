#include "cli/usage_error.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <optional>
#include <string_view>

#include "core/text/nearest_name.h"

namespace faultline {
namespace {

bool is_option(std::string_view word) { return word.size() > 1 && word.front() == '-'; }

std::string hint(std::string_view name, const std::vector<std::string>& known) {
  const std::vector<std::string_view> names(known.begin(), known.end());
  const auto near = nearest_name(name, names);
  return near ? fmt::format("; did you mean {}?", *near) : std::string();
}

const CLI::App* chosen_command(const CLI::App& app, const std::vector<std::string>& words) {
  if (words.empty()) return nullptr;
  const auto named =
      app.get_subcommands([&](const CLI::App* command) { return command->get_name() == words.front(); });
  return named.empty() ? nullptr : named.front();
}

std::string unknown_command(const CLI::App& app, const std::string& word) {
  std::vector<std::string> names;
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; }))
    names.push_back(command->get_name());
  const std::string near = hint(word, names);
  return fmt::format("\"{}\" is no command{}", word, near.empty() ? "; see faultline --help" : near);
}

std::string unknown_option(const CLI::App& command, const std::string& word) {
  const std::string name = word.substr(0, word.find('='));
  std::vector<std::string> names;
  for (const CLI::Option* option : command.get_options()) {
    for (const std::string& known : option->get_lnames()) names.push_back("--" + known);
  }
  const std::string near = hint(name, names);
  return fmt::format("{} has no option {}{}", command.get_name(), name,
                     near.empty() ? fmt::format("; see faultline {} --help", command.get_name()) : near);
}

/// `run --trials 3 python3 t.py`: the words from what was taken for a campaign file on are a command.
std::optional<std::string> forgotten_dashes(const CLI::App& command, const std::vector<std::string>& words) {
  if (command.get_name() != "run") return std::nullopt;
  const CLI::Option* campaign = command.get_option_no_throw("campaign");
  if (campaign == nullptr || campaign->results().empty()) return std::nullopt;
  const auto first = std::find(words.begin(), words.end(), campaign->results().front());
  if (first == words.end() || first->ends_with(".toml")) return std::nullopt;
  return fmt::format("a command to run stands after --: faultline {} -- {}",
                     fmt::join(words.begin(), first, " "), fmt::join(first, words.end(), " "));
}

}  // namespace

std::string usage_error_text(const CLI::App& app, const CLI::ParseError& error,
                             const std::vector<std::string>& words) {
  const CLI::App* command = chosen_command(app, words);
  if (command == nullptr) {
    if (words.empty()) return "a command is missing; see faultline --help";
    if (!is_option(words.front())) return unknown_command(app, words.front());
    return unknown_option(app, words.front());
  }
  const auto extras = command->remaining();
  if (dynamic_cast<const CLI::ExtrasError*>(&error) != nullptr && !extras.empty()) {
    if (auto text = forgotten_dashes(*command, words)) return *text;
    const auto option = std::find_if(extras.begin(), extras.end(), is_option);
    if (option != extras.end()) return unknown_option(*command, *option);
    return fmt::format("{} takes no more words, but \"{}\" came; see faultline {} --help",
                       command->get_name(), extras.front(), command->get_name());
  }
  std::string text = error.what();
  std::replace(text.begin(), text.end(), '\n', ' ');
  return fmt::format("{}: {}; see faultline {} --help", command->get_name(), text, command->get_name());
}

}  // namespace faultline
