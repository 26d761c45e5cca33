#include <CLI/CLI.hpp>
#include <cstdlib>

#include "cli/commands.h"

namespace faultline {

std::filesystem::path CommandContext::db_path() const {
  if (!db_option.empty()) return db_option;
  if (const char* variable = std::getenv("FAULTLINE_DB"); variable != nullptr && *variable != '\0')
    return variable;
  return "faultline.db";
}

void add_shared_options(CLI::App& command, CommandContext& context, const std::string& formats) {
  command.add_option("--db", context.db_option, "Store; else FAULTLINE_DB, else faultline.db in this folder")
      ->type_name("FILE");
  if (!formats.empty()) {
    std::vector<std::string> names;
    std::string name;
    for (const char c : formats + ",") {
      if (c == ',') {
        names.push_back(name);
        name.clear();
      } else {
        name += c;
      }
    }
    command.add_option("--format", context.format, "Form of the output: " + formats)
        ->check(CLI::IsMember(names))
        ->type_name("FORMAT");
  }
  command.add_option("--color", context.color, "auto, always or never (NO_COLOR is honoured)")
      ->check(CLI::IsMember({"auto", "always", "never"}))
      ->type_name("WHEN");
  command.add_flag("-q,--quiet", context.quiet, "Only data and errors");
  command.add_flag("-v,--verbose", context.verbosity, "Say more; twice: still more");
}

}  // namespace faultline
