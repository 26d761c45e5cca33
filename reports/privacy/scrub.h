// Takes what is private out of reports and texts before they leave the house, and remembers what it took.
//
// Works on the typed model: only what scrub() names goes on, so that a member that is added to CrashReport
// stays at home until somebody decides about it. Kept is what a vendor needs: incident, UUIDs,
// versions, offsets, registers, codes, times. What is masked, and why, is in docs/privacy.md.

#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/model/crash_report.h"
#include "reports/privacy/private_text.h"

namespace faultline {

/// One private value, and what stands in its place everywhere.
struct Secret {
  SecretKind kind = SecretKind::user_name;
  std::string value;  ///< As first met, percent signs and backslashes decoded.
  std::string mask;   ///< `USER`, `USER-2`, `HOST`, `EMAIL-3`, …
  /// A generic account name (`runner`): private in a path, a word elsewhere.
  bool only_in_paths = false;
  friend bool operator==(const Secret&, const Secret&) = default;
};

/// Learns private values from everything that will be sent, then masks them everywhere.
///
/// Two passes, so that a name which one document shows in a path is masked in all the others as a
/// mere word: learn() all, then scrub() all. The same value has the same mask, whatever its spelling
/// (case, percent-encoding, composed or decomposed letters); masks count up in the order of learning.
/// Learning nothing and masking all the same is fine: scrub() learns, too.
///
/// Ownership: keeps copies. Threads: none.
class Scrubber {
 public:
  /// A value that is known to be private without being found: this host's name, the account's name.
  void add(SecretKind kind, std::string_view value);
  void learn(const CrashReport& report);
  void learn_text(std::string_view text);

  CrashReport scrub(const CrashReport& report);
  /// Free text: stderr, a campaign, a source file, prose.
  std::string scrub_text(std::string_view text);
  /// A command, word by word; the word behind an option that sounds secret is masked whole.
  std::vector<std::string> scrub_command(const std::vector<std::string>& words);
  /// A file's name or path: what a person or a host is called does not hide in it.
  std::string scrub_path(std::string_view path);

  /// Everything learned, in order.
  [[nodiscard]] const std::vector<Secret>& secrets() const { return secrets_; }

 private:
  enum class TextForm { prose, whole_path, label };
  std::vector<PrivatePart> parts_of(std::string_view text, TextForm form) const;
  void learn_parts(std::string_view text, TextForm form);
  std::string masked(std::string_view text, TextForm form);
  void visit(const CrashReport& report);
  friend class ReportScrub;

  std::vector<Secret> secrets_;
  std::vector<std::string> folded_;                                  // Of the same secret, for searching.
  std::map<std::pair<SecretKind, std::string>, std::size_t> known_;  // Kind and folded value -> index.
  std::map<SecretKind, int> masks_;
};

}  // namespace faultline
