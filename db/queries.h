// What the store can be asked: row types and the functions that fill them. Nothing here writes.

#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "core/base/clock.h"
#include "core/base/result.h"
#include "core/model/campaign.h"
#include "core/model/crash_site.h"
#include "core/model/estimate.h"
#include "core/model/fault_explanation.h"
#include "core/model/filter.h"
#include "core/model/issue.h"
#include "core/model/outcome.h"
#include "core/model/trial.h"

namespace faultline {

class Store;

/// A value of a grouping column or of a free query: null, boolean, integer, real, or text.
using QueryValue = std::variant<std::monostate, bool, std::int64_t, double, std::string>;
/// For tables: empty for null, `true`/`false`, the shortest form that reads back for numbers.
std::string query_value_text(const QueryValue& value);

// Rates.

/// Numbers of trials. `trials` is the denominator of every rate.
struct TrialCounts {
  std::int64_t trials = 0;        ///< Those that counts_in_rates() means.
  std::int64_t counted = 0;       ///< Those of `trials` that --count means.
  OutcomeCounts outcomes;         ///< Of neither warm-up nor contaminated trials.
  std::int64_t warm_up = 0;       ///< Not in `trials`.
  std::int64_t contaminated = 0;  ///< Not in `trials`.
  std::int64_t uncaptured = 0;    ///< Those that crashed and left no report.

  /// Of every outcome, in rates or not.
  [[nodiscard]] std::int64_t ended() const { return outcomes.sum() + warm_up + contaminated; }
  TrialCounts& operator+=(const TrialCounts& other);
  friend bool operator==(const TrialCounts&, const TrialCounts&) = default;
};

/// Of a selection with more trials the order is not read: many trials are of many nights, and these widen an
/// interval by themselves.
inline constexpr std::int64_t kMostOrderedTrials = 20'000;

struct RatesQuery {
  std::optional<Filter> where;       ///< Which trials (n).
  Filter count;                      ///< Which of them (k); as parse_count() makes it. Without root: crashed.
  std::vector<std::string> by;       ///< Parameters, facts, `workload cell run date host os_build …`.
  std::optional<std::string> pivot;  ///< One more grouping column, the last.
};

struct RatesRow {
  std::vector<QueryValue> values;  ///< One per column.
  TrialCounts counts;
  /// `counted` of `trials` in each night (local date of the run's start) of each host, in order of nights.
  std::vector<Proportion> nights{};
  /// The trials of each cell of each run in the order in which they ran: whether each was counted. Empty
  /// where the selection has more than kMostOrderedTrials, or what is counted cannot be told trial by trial.
  std::vector<std::vector<bool>> sequences{};
  friend bool operator==(const RatesRow&, const RatesRow&) = default;
};

struct RatesResult {
  std::vector<std::string> columns;  ///< `by`, then `pivot`.
  std::vector<RatesRow> rows;        ///< Numbers ascending; words in the order of the campaign's matrix.
  TrialCounts total;
  std::vector<Proportion> nights{};  ///< Of all rows together.
  bool unfinished = false;           ///< A run among them has not ended.
  bool counts_reports = false;  ///< The count asks for a field of reports: their site, image, function, ….
  bool stop_rule = false;       ///< A run among them has a stop rule: only anytime-valid intervals hold.
  /// Cells among them of which no trial was seen to run with the image that it should have loaded.
  std::vector<std::string> image_never_seen;
};

/// `crashed`, `bad`, any outcome, `uncaptured`, or a filter such as `site~setCompute`.
Result<Filter> parse_count(std::string_view text);
/// An unknown column is an error that names near ones.
Result<RatesResult> query_rates(Store& store, const RatesQuery& query);

/// The site that most of a group's crashes were at.
struct CommonestSiteRow {
  std::vector<QueryValue> values;  ///< Of the `by` columns.
  std::string key;
  std::string text;
  std::string function;
  std::string fault_kind;
  std::int64_t reports = 0;  ///< At this site.
  std::int64_t of = 0;       ///< At any site; both of trials in rates alone.
};
/// In the order of rates; groups without any report are not there.
Result<std::vector<CommonestSiteRow>> query_commonest_sites(Store& store, const std::optional<Filter>& where,
                                                            const std::vector<std::string>& by);

/// Counts from elsewhere, for a table of their own.
struct ImportedCountRow {
  std::string source;
  std::string workload;
  std::vector<std::pair<std::string, QueryValue>> parameters;
  std::int64_t trials = 0;
  std::int64_t crashed = 0;
};
Result<std::vector<ImportedCountRow>> query_imported_counts(Store& store);

// Numbers of trials: what they printed, how long they took.

/// Values of the numbers that trials printed, one row a value; the denominator's trials only.
struct MetricRow {
  std::vector<QueryValue> values;  ///< Of the `by` columns.
  Outcome outcome = Outcome::passed;
  std::string run;
  std::int64_t trial_index = 0;
  double value = 0.0;
};
struct MetricsQuery {
  std::string metric;
  std::optional<Filter> where;
  std::vector<std::string> by;
};
/// In the order of the groups, then of the runs and their trials.
Result<std::vector<MetricRow>> query_metrics(Store& store, const MetricsQuery& query);
/// Ascending.
Result<std::vector<std::string>> metric_names(Store& store);

/// How a trial ended, and how far it had come.
struct TrialEnd {
  Outcome outcome = Outcome::passed;
  std::string phase;  ///< The last one that it printed; empty if none.
  std::int64_t duration_ns = 0;
  std::optional<double> work;  ///< The greatest value of the metric that it printed; absent if none.
  friend bool operator==(const TrialEnd&, const TrialEnd&) = default;
};
struct LifetimesQuery {
  std::optional<std::string> metric;  ///< Work to be read; absent: `work` stays absent.
  std::optional<Filter> where;
  std::vector<std::string> by;
};
struct LifetimesRow {
  std::vector<QueryValue> values;  ///< Of the `by` columns.
  std::vector<TrialEnd> ends;      ///< The denominator's trials.
};
/// In the order of rates.
Result<std::vector<LifetimesRow>> query_lifetimes(Store& store, const LifetimesQuery& query);

// Sites.

struct SiteRow {
  std::string key;
  std::string text;
  std::string family;
  std::string family_text;
  std::string image;  ///< Empty if unknown, as `function`.
  std::string function;
  std::optional<std::uint64_t> code_offset;
  std::string fault_kind;
  std::optional<std::uint64_t> fault_offset;
  std::optional<std::string> access;
  std::int64_t reports = 0;
  std::int64_t trials = 0;      ///< Distinct ones that left such a report, and those without one of which the
                                ///< output says that they crashed here.
  std::int64_t uncaptured = 0;  ///< Of these, the latter.
  std::string first_seen;       ///< UTC, ends in `Z`; empty where no report says a time.
  std::string last_seen;
  std::int64_t cells = 0;  ///< Distinct cells, by their text.
  std::vector<std::string> os_builds;
  std::vector<std::string> labels;
  friend bool operator==(const SiteRow&, const SiteRow&) = default;
};

struct SitesQuery {
  std::optional<Filter> where;  ///< Fields of trials and of what is counted.
  bool fold_families = false;  ///< One row a family; key and text are those of the family, and what its sites
                               ///< differ in is empty.
  std::optional<WallTime> since;
  std::optional<std::size_t> limit;
};

/// Most reports first, then most deaths without one, then by key.
Result<std::vector<SiteRow>> query_sites(Store& store, const SitesQuery& query);

/// SITE of the command line: a key or a unique prefix of at least 4 digits (of a site or a family), a
/// label, or `site~text`. Gives the keys of the sites that are meant, ascending; fails where there are none.
Result<std::vector<std::string>> resolve_site(Store& store, std::string_view text);

/// As many digits, eight or more, as tell every site's key from every other's, and every family's.
Result<std::size_t> site_key_digits(Store& store);

/// A frame of a stored stack.
struct StackFrameRow {
  std::string image;  ///< Empty if unknown.
  std::optional<std::string> image_uuid;
  std::uint64_t image_offset = 0;
  std::string symbol;  ///< As the reporter named it; empty if it did not.
  std::optional<std::uint64_t> symbol_offset;
  bool inlined = false;
  friend bool operator==(const StackFrameRow&, const StackFrameRow&) = default;
};

/// What other threads were in when a site was hit.
struct PartnerRow {
  std::string function;           ///< `image function`, as a family name.
  std::int64_t reports = 0;       ///< Of the sites asked for, with it on another thread.
  std::int64_t of = 0;            ///< All reports of the sites asked for.
  std::int64_t elsewhere = 0;     ///< Crash reports of other sites with it.
  std::int64_t elsewhere_of = 0;  ///< All crash reports of other sites.
  friend bool operator==(const PartnerRow&, const PartnerRow&) = default;
};
/// Crash reports that have a site: of the sites asked for, and of all.
struct ReportTotals {
  std::int64_t of = 0;
  std::int64_t all = 0;
};
Result<ReportTotals> query_report_totals(Store& store, const std::vector<std::string>& site_keys);
/// Most reports first. `totals` are those of the same sites, of a store that has not changed since.
Result<std::vector<PartnerRow>> query_partners(Store& store, const std::vector<std::string>& site_keys,
                                               const ReportTotals& totals, std::size_t limit);

enum class StackChoice { crashed, others };
struct StackRow {
  std::int64_t reports = 0;  ///< That have this stack.
  std::int64_t of = 0;       ///< Reports of the sites asked for.
  std::vector<StackFrameRow> frames;
  std::string incident;  ///< Of one report that has it.
};
/// Whole stacks, of the crashed thread or of the others, the commonest first.
Result<std::vector<StackRow>> query_stacks(Store& store, const std::vector<std::string>& site_keys,
                                           StackChoice choice, std::size_t limit);

// Lists, the newest first.

struct ListQuery {
  std::optional<WallTime> since;
  std::optional<std::size_t> last;
  std::optional<Filter> where;
};

struct ReportRow {
  std::string incident;
  std::string kind;
  std::string origin;
  std::string time;  ///< UTC; empty if the report does not say.
  std::string process;
  std::optional<std::int64_t> pid;
  std::string os_version;
  std::string os_build;
  std::string model;
  std::string exception;  ///< `EXC_BAD_ACCESS`; empty if none.
  std::string fault_kind;
  std::string sentence;
  std::string site_key;
  std::string site_text;
  std::string family;
  std::string run;  ///< Empty where it belongs to no trial.
  std::optional<std::int64_t> trial_index;
  std::string cell;
  std::string basis;
  std::string rules_version;
  std::int64_t raw_forms = 0;
  std::int64_t raw_bytes = 0;
  std::int64_t issues = 0;
};
Result<std::vector<ReportRow>> list_reports(Store& store, const ListQuery& query);
/// The row of exactly this incident.
Result<ReportRow> report_row(Store& store, const std::string& incident);
/// Rows of the sites' reports, the newest first.
Result<std::vector<ReportRow>> reports_of_sites(Store& store, const std::vector<std::string>& site_keys);
/// The newest `limit` reports of one site that a run's trials left.
Result<std::vector<ReportRow>> newest_reports_of_site(Store& store, const std::string& site_key,
                                                      const Uuid& run, std::size_t limit);

/// The UUIDs of all images that stored reports name, ascending.
Result<std::vector<Uuid>> query_image_uuids(Store& store);

struct TrialRow {
  std::string run;
  std::int64_t index = 0;
  std::int64_t block = 0;
  std::string workload;
  std::string cell;
  std::string started;
  std::int64_t duration_ms = 0;
  std::string outcome;
  std::string rule;
  std::optional<int> exit_code;
  std::string term_signal;
  bool timed_out = false;
  bool warm_up = false;
  bool contaminated = false;
  bool uncaptured = false;
  std::string phase;
  std::vector<std::string> incidents;
};
Result<std::vector<TrialRow>> list_trials(Store& store, const ListQuery& query);

struct RunRow {
  std::string run;
  std::string campaign;
  std::string campaign_hash;
  std::string host;
  std::string os_version;
  std::string os_build;
  std::string agx_version;
  std::string started;
  std::string ended;  ///< Empty while it runs.
  std::string date;   ///< Local date of the start: the night's name.
  std::string state;
  std::string state_reason;
  std::string control;
  std::int64_t cells = 0;
  std::int64_t planned_trials = 0;
  std::int64_t ended_trials = 0;
  TrialCounts counts;  ///< `counted` is `crashed`.
};
Result<std::vector<RunRow>> list_runs(Store& store, const ListQuery& query);

struct HostRow {
  std::string host_key;
  std::string host_name;  ///< The newest run's facts, as all that follow.
  std::string os_name;
  std::string os_version;
  std::string os_build;
  std::string model;
  std::string chip;
  std::string agx_version;
  std::int64_t runs = 0;
  std::int64_t trials = 0;
  std::string first_seen;
  std::string last_seen;
};
Result<std::vector<HostRow>> list_hosts(Store& store, const ListQuery& query);

/// Every death of a run against every report: what the counts rest on.
struct ReconciliationRow {
  std::string run;
  std::int64_t deaths = 0;       ///< Trials that crashed.
  std::int64_t matched = 0;      ///< Of those: with a report.
  std::int64_t uncaptured = 0;   ///< Of those: without. matched + uncaptured = deaths.
  std::int64_t reports = 0;      ///< Attributed to the run's trials.
  std::int64_t foreign = 0;      ///< Seen by the run, of no trial.
  std::int64_t late = 0;         ///< Attributed after their trial was recorded.
  std::int64_t not_crashes = 0;  ///< Attributed reports of another kind.
  std::map<std::string, std::int64_t> uncaptured_reasons;
};
Result<ReconciliationRow> query_reconciliation(Store& store, const Uuid& run);

// Free queries.

struct QueryTable {
  std::vector<std::string> columns;
  std::vector<std::vector<QueryValue>> rows;
  bool cut = false;  ///< More rows than the limit.
};

struct SqlLimits {
  std::chrono::milliseconds time{30'000};
  std::size_t rows = 100'000;
  std::uint64_t answer_bytes = 256ULL << 20;  ///< Of all values of the answer together.
  std::uint64_t memory_bytes = 768ULL
                               << 20;  ///< What SQLite may take for sorting and joining, its cache included.
};

/// One statement that reads. Writing, attaching, pragmas that set, loading extensions are refused by
/// SQLite's authorizer, whatever the text looks like.
Result<QueryTable> query_sql(Store& store, std::string_view sql, const SqlLimits& limits = {});

struct SavedQuery {
  std::string name;
  std::string description;
  std::string sql;
};
const std::vector<SavedQuery>& saved_queries();
/// nullptr where there is none of that name.
const SavedQuery* find_saved_query(std::string_view name);

/// What the store answered, and the statement that gives it again.
struct NamedAnswer {
  std::string sql;
  QueryTable table;
};
/// The newest 50 reports of a run's trials that are no crashes.
Result<NamedAnswer> query_other_reports(Store& store, const Uuid& run);

}  // namespace faultline
