// What a bundle for a vendor says: evidence -> the parts that its templates put in order.

#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "analyzer/statistics/comparison.h"
#include "analyzer/statistics/fix_proof.h"
#include "core/model/analysis.h"
#include "core/model/estimate.h"
#include "core/model/trial.h"
#include "db/queries.h"
#include "reports/bundles/feedback_prose.h"
#include "reports/documents/crash_page.h"
#include "reports/formats/table.h"

namespace faultline {

/// One site of the bundle. Its analyses are of scrubbed reports.
struct FeedbackSite {
  SiteRow row;
  std::vector<Analysis> reports;        ///< The representative first; never empty.
  std::vector<std::string> incidents;   ///< Of the same reports.
  std::vector<CrashPageContext> pages;  ///< What the store says of their trials, scrubbed.
};

/// One cell of the run that the bundle rests on.
struct FeedbackCell {
  Cell cell;
  Proportion of_sites;  ///< Trials that crashed at the bundle's sites.
  Proportion bad;
  std::vector<std::string> command;   ///< As executed; empty where nobody asked for it.
  bool has_validation_layer = false;  ///< It ran with one of Metal's checking layers on.
};

/// The same sites elsewhere, for the same feedback number: another store, or a later run of the campaign.
/// A cell that showed the bundle's families before.
struct FollowUpCell {
  std::string cell;
  Proportion now;
  Proportion before;
  GoneClaim gone;  ///< `enough` is corrected over the cells.
};

struct FeedbackFollowUp {
  RunRecord earlier;
  RunRecord later;
  /// Of the rate of the bundle's families: later against earlier; two runs show a change, no verdict.
  Comparison comparison;
  std::vector<FollowUpCell> cells{};
  bool open = false;                  ///< The later run is unfinished or has a stop rule.
  std::optional<Proportion> control;  ///< Of the later run; absent where its campaign names none.
};

struct FeedbackEvidence {
  std::vector<FeedbackSite> sites;
  std::optional<RunRecord> run;  ///< The newest that met the sites; absent where all reports were imported.
  std::vector<FeedbackCell> cells;
  std::optional<Proportion> control;
  /// Of bad outcomes: settings against the control, or against their like at equal other settings; what
  /// helps first.
  std::vector<Comparison> workarounds;
  std::vector<std::string> workaround_rates;  ///< For each of these: the sites' own rate in that arm.
  std::vector<Table> rates;                   ///< Of the run, one a workload.
  std::vector<ReportRow>
      family;  ///< With --family: every report of the families, for its spread over machines.
  std::optional<FeedbackFollowUp> follow_up;
  bool open = false;            ///< The run is unfinished or has a stop rule: intervals are anytime-valid.
  std::int64_t uncaptured = 0;  ///< Deaths of the run without a report.
};

/// For templates: each part by its name, as Markdown and as plain text without tables.
struct FeedbackParts {
  std::map<std::string, std::string> markdown;
  std::map<std::string, std::string> text;
};

/// `files` are the names of what else is in the bundle, to be listed. An open placeholder reads `[open: …]`.
FeedbackParts feedback_parts(const FeedbackEvidence& evidence, const FeedbackProse& prose,
                             const std::vector<std::string>& files);

/// `model dies at AGXMetalG16X -[…]+32: x8 is NULL` for the comment beside an empty title.
std::string title_hint(const FeedbackEvidence& evidence);

/// Where nothing was found: at most this share, one-sided, and what the control says of it. In words.
std::string follow_up_sentence(const FeedbackFollowUp& follow_up);

}  // namespace faultline
