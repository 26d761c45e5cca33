#include "cli/usage_error.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <optional>
#include <string_view>

#include "core/text/nearest_name.h"
#include "core/text/shell_quote.h"

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
  if (named.empty()) return nullptr;
  const auto inner = named.front()->get_subcommands();  // As `add` of `symbols add`.
  return inner.empty() ? named.front() : inner.front();
}

/// `symbols add`.
std::string full_name(const CLI::App& command) {
  const CLI::App* outer = command.get_parent();
  if (outer == nullptr || outer->get_parent() == nullptr) return command.get_name();
  return full_name(*outer) + " " + command.get_name();
}

/// `; see faultline rates --help`.
std::string see_help(const CLI::App& command) {
  const bool is_program = command.get_parent() == nullptr;
  return fmt::format("; see faultline {}--help", is_program ? "" : full_name(command) + " ");
}

std::vector<std::string> names_of_commands(const CLI::App& command) {
  std::vector<std::string> names;
  for (const CLI::App* inner : command.get_subcommands([](const CLI::App*) { return true; }))
    names.push_back(inner->get_name());
  return names;
}

std::string unknown_command(const CLI::App& app, const std::string& word) {
  const std::string near = hint(word, names_of_commands(app));
  return fmt::format("\"{}\" is no command{}", word, near.empty() ? "; see faultline --help" : near);
}

std::string unknown_option(const CLI::App& command, const std::string& word) {
  const std::string name = word.substr(0, word.find('='));
  std::vector<std::string> names;
  for (const CLI::Option* option : command.get_options()) {
    for (const std::string& known : option->get_lnames()) names.push_back("--" + known);
  }
  const std::string near = hint(name, names);
  return fmt::format("{} has no option {}{}", full_name(command), name,
                     near.empty() ? see_help(command) : near);
}

bool is_filter(std::string_view word) { return word.find_first_of("=~<>") != std::string_view::npos; }

/// `run --trials 3 python3 t.py`: the words from what was taken for a campaign file on are a command. Not
/// where an option before them is unknown: then it is that option's value which was taken for a file.
std::optional<std::string> forgotten_dashes(const CLI::App& command, const std::vector<std::string>& words,
                                            const std::string& unknown_option) {
  if (command.get_name() != "run") return std::nullopt;
  const CLI::Option* campaign = command.get_option_no_throw("campaign");
  if (campaign == nullptr || campaign->results().empty()) return std::nullopt;
  const auto first = std::find(words.begin(), words.end(), campaign->results().front());
  if (first == words.end() || first->ends_with(".toml")) return std::nullopt;
  if (!unknown_option.empty() && std::find(words.begin(), first, unknown_option) != first)
    return std::nullopt;
  return fmt::format("a command to run stands after --: faultline {} -- {}",
                     fmt::join(words.begin(), first, " "), fmt::join(first, words.end(), " "));
}

/// `--seed: "x" is not a number`, for `Could not convert: --seed = x`.
std::optional<std::string> unread_number(const CLI::ParseError& error) {
  constexpr std::string_view kTitle = "Could not convert: ";
  const std::string_view text = error.what();
  const std::size_t equal = text.find(" = ");
  if (!text.starts_with(kTitle) || equal == std::string_view::npos) return std::nullopt;
  return fmt::format("{}: \"{}\" is not a number", text.substr(kTitle.size(), equal - kTitle.size()),
                     text.substr(equal + 3));
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
    const auto option = std::find_if(extras.begin(), extras.end(), is_option);
    const auto dashes = forgotten_dashes(*command, words, option == extras.end() ? "" : *option);
    if (dashes) return *dashes;
    if (option != extras.end()) return unknown_option(*command, *option);
    if (is_filter(extras.front()) && command->get_option_no_throw("--where") != nullptr) {
      return fmt::format("a filter stands after --where: faultline {} --where {}", full_name(*command),
                         shell_quoted(extras.front()));
    }
    return fmt::format("{} takes no more words, but \"{}\" came{}", full_name(*command), extras.front(),
                       see_help(*command));
  }
  if (const auto text = unread_number(error)) return fmt::format("{}: {}", full_name(*command), *text);
  const auto inner = names_of_commands(*command);
  if (!inner.empty() && extras.empty())
    return fmt::format("{} needs one of {}", full_name(*command), fmt::join(inner, ", "));
  if (!inner.empty()) {
    return fmt::format("{}: \"{}\" is none of {}{}", full_name(*command), extras.front(),
                       fmt::join(inner, ", "), hint(extras.front(), inner));
  }
  std::string text = error.what();
  std::replace(text.begin(), text.end(), '\n', ' ');
  return fmt::format("{}: {}{}", full_name(*command), text, see_help(*command));
}

}  // namespace faultline
