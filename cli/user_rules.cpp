#include "cli/user_rules.h"

#include <CLI/CLI.hpp>

#include "app/ingest/user_rules.h"

namespace faultline {

void add_rules_option(CLI::App& command, CommandContext& context) {
  command
      .add_option("--rules", context.rules_option,
                  "Your own frame rules and labels; else FAULTLINE_RULES (docs/site_rules.md)")
      ->type_name("FILE");
}

Result<SiteRules> load_user_rules(const CommandContext& context, const std::filesystem::path& of_campaign) {
  return read_user_rules(context.rules_option, of_campaign);
}

}  // namespace faultline
