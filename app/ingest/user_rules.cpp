#include "app/ingest/user_rules.h"

#include <cstdlib>
#include <string>

#include "core/files/text_file.h"

namespace faultline {
namespace {

constexpr std::uint64_t kLargestFileBytes = 4U << 20;

struct NamedFile {
  std::filesystem::path path;
  std::string named_by;
};

NamedFile find_rules_file(const std::filesystem::path& named, const std::filesystem::path& of_campaign) {
  if (!named.empty()) return {named, "--rules"};
  if (!of_campaign.empty()) return {of_campaign, "`rules` of the campaign"};
  const char* variable = std::getenv("FAULTLINE_RULES");
  if (variable != nullptr && *variable != '\0') return {variable, "FAULTLINE_RULES"};
  return {};
}

}  // namespace

std::filesystem::path rules_of_campaign(const Campaign& campaign) {
  if (campaign.rules.empty()) return {};
  return std::filesystem::path(campaign.folder) / campaign.rules;
}

Result<SiteRules> read_user_rules(const std::filesystem::path& named,
                                  const std::filesystem::path& of_campaign) {
  const auto file = find_rules_file(named, of_campaign);
  if (file.path.empty()) return SiteRules{};
  const auto text = read_file(file.path, kLargestFileBytes);
  if (!text) {
    return fail(ErrorKind::invalid_argument,
                "the rules file that " + file.named_by + " names cannot be used: " + text.error().text());
  }
  return read_site_rules(*text, file.path.string());
}

}  // namespace faultline
