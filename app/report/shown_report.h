// One report as it is shown: from a file or the store, with what was derived from it and its surroundings.

#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "analyzer/derive.h"
#include "analyzer/site/frame_rules.h"
#include "analyzer/symbolize/disassembly.h"
#include "core/base/result.h"
#include "core/model/analysis.h"
#include "core/model/trial.h"
#include "db/store.h"
#include "reports/documents/crash_page.h"

namespace faultline {

/// True for `-`, for what is there, and for what can only be a path.
bool names_a_file(const std::string& what);

struct TrialName {
  std::string run;
  std::int64_t index = 0;
};
/// `RUN/INDEX`, RUN being a prefix of a run's UUID or `last`.
std::optional<TrialName> parse_trial_name(const std::string& what);

struct ReportBytes {
  std::string bytes;
  ReportOrigin origin = ReportOrigin::imported;
  std::string incident;      ///< Of a stored report; empty for a file.
  std::string stored_site;   ///< Its key in the store; empty for a file, and where it has none.
  std::string stored_rules;  ///< The version of the rules that made it.
  std::string gpu_error;     ///< That the output of its trial named; empty if none.
  std::string left_out;      ///< A sentence where the path holds more reports; empty if not.
};

/// A file, an .xccrashpoint bundle (see choose_report_file()), or standard input for `-`.
Result<ReportBytes> report_of_file(const std::string& path);
/// An incident, its unique prefix, or `last`.
Result<ReportBytes> report_of_store(Store& store, const std::string& what);

struct ShownReport {
  std::vector<Analysis> analyses;            ///< One of each report in the document, at least one.
  std::vector<std::string> symbol_problems;  ///< A line for each symbol file that could not be used.
};
/// Symbols are taken from the archive, these paths, and the images' own files. Makes nothing that stays: a
/// cache that is not there yet is a temporary one.
ShownReport derive_shown(const ReportBytes& report, const SiteRules& rules, FrameNames names,
                         const std::vector<std::string>& symbol_paths);

/// Other rules or symbols than those that stored it: a sentence about it; nullopt where the sites are equal,
/// and for a document of several reports.
std::optional<std::string> difference_from_store(const ReportBytes& report, const ShownReport& shown);

/// The instructions around the pc of the crashed thread, from the archive, the given paths, the images' own
/// paths, or the report. Makes nothing.
Result<Disassembly> disassemble_at_pc(const CrashReport& report,
                                      const std::vector<std::string>& symbol_paths);

/// A trial of the store, with its run, where its files lie, and the site that its output names.
struct ShownTrial {
  RunRecord run;
  Trial trial;
  std::filesystem::path folder;
  std::optional<OutputSite> output_site;
};
/// `db` is the store's path, beside which the trials' folders lie.
Result<ShownTrial> find_shown_trial(Store& store, const std::filesystem::path& db, const TrialName& name,
                                    const SiteRules& rules);

}  // namespace faultline
