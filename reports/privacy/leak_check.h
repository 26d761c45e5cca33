// The second look at what will be sent: searches finished files for everything that must not be in them.
//
// Knows nothing of how the files were made, and shares no code with the scrubbing but the table of Latin
// letters: it decodes each file in every way that a reader might (percent signs, backslashes, HTML
// entities, UTF-16, archives) and searches each of these texts.

#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"

namespace faultline {

/// Something that must not be found.
struct LeakTarget {
  std::string what;   ///< `user name`, `this host's name`: for the report.
  std::string value;  ///< As a person writes it.
  /// Only as a folder below a folder of users: `/Users/runner`.
  bool only_in_paths = false;
  friend bool operator==(const LeakTarget&, const LeakTarget&) = default;
};

/// The value as it is named to the person at the terminal: of a token only its begin, since logs are kept.
std::string shown_value(const LeakTarget& target);

/// What may be there on purpose: a person's own contact line, the untouched originals.
struct LeakAllowance {
  std::string path;  ///< A file, or a folder with a slash at its end; inside of archives, too.
  std::string text;  ///< Not looked at in that file; empty: the whole file.
};

struct LeakHit {
  std::string file;  ///< Relative to what was searched; `a.zip/inner` inside of an archive.
  LeakTarget target;
  std::string reading;  ///< How the file was read where it showed: `as it is`, `percent-decoded`, …
  friend bool operator==(const LeakHit&, const LeakHit&) = default;
};

struct LeakCheck {
  std::int64_t files = 0;  ///< Members of archives counted, too.
  std::uint64_t bytes = 0;
  std::vector<LeakHit> hits;  ///< One for each file and target.
};

/// Searches one text under its name; appends to `result`. Archives are opened, three deep at most; one that
/// cannot be read is an error: nobody can say what is in it.
Result<void> check_text_for_leaks(const std::string& name, std::string_view bytes,
                                  const std::vector<LeakTarget>& targets, LeakCheck& result,
                                  const std::vector<LeakAllowance>& allowed = {});

/// Searches a file or every file of a folder, names included. Symbolic links are an error: they lead out.
Result<LeakCheck> check_for_leaks(const std::filesystem::path& path, const std::vector<LeakTarget>& targets,
                                  const std::vector<LeakAllowance>& allowed = {});

}  // namespace faultline
