// `faultline manual` and `faultline completion`: made from what parses the command line.

#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <system_error>

#include "cli/command_outline.h"
#include "cli/commands.h"
#include "cli/option_checks.h"
#include "cli/terminal.h"
#include "cli/version.h"
#include "core/files/text_file.h"

namespace faultline {
namespace {

struct ManualFlags {
  std::string command;
  std::string out;
};

Result<ExitStatus> manual(const CLI::App& app, const ManualFlags& flags) {
  const auto program = outline_of(app);
  if (flags.out.empty()) {
    if (flags.command.empty()) {
      print(man_page(program, "", std::string(kVersion)));
      return ExitStatus::done;
    }
    const auto found =
        std::find_if(program.commands.begin(), program.commands.end(),
                     [&](const CommandOutline& command) { return command.name == flags.command; });
    if (found == program.commands.end()) {
      return fail(ErrorKind::invalid_argument,
                  "there is no command " + flags.command + "; see faultline --help");
    }
    print(man_page(*found, program.name, std::string(kVersion)));
    return ExitStatus::done;
  }
  const std::filesystem::path folder(flags.out);
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) return fail(ErrorKind::io, "cannot make " + folder.string() + ": " + error.message());
  TRY(write_file_atomically(folder / (program.name + ".1"), man_page(program, "", std::string(kVersion))));
  for (const auto& command : program.commands) {
    TRY(write_file_atomically(folder / (program.name + "-" + command.name + ".1"),
                              man_page(command, program.name, std::string(kVersion))));
  }
  return ExitStatus::done;
}

Result<ExitStatus> completion(const CLI::App& app, const std::string& shell) {
  const auto program = outline_of(app);
  print(shell == "bash"  ? bash_completion(program)
        : shell == "zsh" ? zsh_completion(program)
                         : fish_completion(program));
  return ExitStatus::done;
}

}  // namespace

void add_manual_command(CLI::App& app, CommandContext& context) {
  auto* command = app.add_subcommand("manual", "Man pages, of the program or of one command");
  auto flags = std::make_shared<ManualFlags>();
  command->add_option("command", flags->command, "Of this command; else of the program")
      ->type_name("COMMAND");
  command->add_option("--out", flags->out, "Write all pages into this folder")->type_name("FOLDER");
  command->footer("Example: faultline manual run | man -l -");
  command->callback(
      [&context, &app, flags] { context.action = [&app, flags] { return manual(app, *flags); }; });
}

void add_completion_command(CLI::App& app, CommandContext& context) {
  auto* command = app.add_subcommand("completion", "Completion script for a shell");
  auto shell = std::make_shared<std::string>();
  command->add_option("shell", *shell, "bash, zsh or fish")
      ->required()
      ->check(one_of({"bash", "zsh", "fish"}))
      ->type_name("SHELL");
  command->footer("Example: source <(faultline completion bash)");
  command->callback(
      [&context, &app, shell] { context.action = [&app, shell] { return completion(app, *shell); }; });
}

}  // namespace faultline
