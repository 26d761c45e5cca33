// Reads single values of a campaign file; each one of a wrong type is one mistake.

#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "collector/plan/campaign_file.h"
#include "collector/plan/toml_document.h"

namespace faultline {

/// Collects the mistakes of one file, and remembers where its members stand. What cannot be read is absent
/// from the answer, and a mistake is there that says what was found and what would be right.
class CampaignValues {
 public:
  void add(std::size_t line, std::string message);
  /// `parent`: the path of the table that holds it, as `campaign`. A name near a known one counts as misread.
  void unknown(const TomlMember& member, std::string_view where, std::span<const std::string_view> known,
               std::string_view parent);
  void wrong_type(const TomlMember& member, std::string_view wanted);

  /// `title`: how a right one is written. Null for anything else; lives as long as `member`.
  const TomlValue* table(const TomlMember& member, std::string_view title);
  std::optional<std::string> text(const TomlMember& member);
  std::optional<std::int64_t> integer(const TomlMember& member, std::int64_t least);
  std::optional<bool> flag(const TomlMember& member);
  std::optional<std::chrono::milliseconds> duration(const TomlMember& member);
  /// Between 0 and 1, neither included.
  std::optional<double> share(const TomlMember& member);
  std::vector<std::string> texts(const TomlMember& member, std::string_view wanted);
  std::vector<int> exit_codes(const TomlMember& member);

  /// Remembers the line of a member, as `workload.0.matrix.threads`.
  void set_line(std::string path, std::size_t line);
  /// Of that member, else of the nearest one that holds it, else 0.
  [[nodiscard]] std::size_t line(std::string_view path) const;
  /// That member is there, but misspelt or of a wrong type: that it is missing is no second mistake.
  [[nodiscard]] bool is_misread(std::string_view path) const;

  [[nodiscard]] const std::vector<CampaignMistake>& mistakes() const { return mistakes_; }

 private:
  std::vector<CampaignMistake> mistakes_;
  std::map<std::string, std::size_t, std::less<>> lines_;
  std::set<std::string, std::less<>> misspelt_;
};

}  // namespace faultline
