// One crash explained on one page: what `show` writes.

#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/model/analysis.h"
#include "core/model/disassembly.h"
#include "reports/documents/site_baseline.h"

namespace faultline {

/// What is known about a crash beside its report. All of it may be missing.
struct CrashPageContext {
  std::string workload_phase;  ///< The last phase that the workload printed; empty if none.
  std::vector<std::pair<std::string, std::string>> trial;  ///< Run, cell, outcome: shown as given.
  std::string trial_name;                                  ///< `9311dcce/797`; empty where it is of no trial.
  std::vector<std::string> command;                        ///< Of the trial, as executed; empty if none.
  std::string shown_as;  ///< What `show` takes for this report: a file, an incident; empty for stdin.
  std::vector<std::string> labels;         ///< A person's words on the site.
  std::int64_t site_crashes = 0;           ///< Stored crashes of this site, this one included.
  std::vector<Difference> differences;     ///< From SiteBaseline.
  std::optional<Disassembly> disassembly;  ///< Around the pc, where it was asked for.
  std::string no_disassembly;              ///< Why there is none, though it was asked for.
};

/// Text for a terminal, escaped, without colour; lines are as long as their content.
std::string crash_page_text(const Analysis& analysis, const CrashPageContext& context = {});

/// The same page as Markdown.
std::string crash_page_markdown(const Analysis& analysis, const CrashPageContext& context = {});

/// The same page as an HTML document of its own.
std::string crash_page_html(const Analysis& analysis, const CrashPageContext& context = {});

}  // namespace faultline
