// The store: one SQLite file with every run, trial and report, complete and permanent.

#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/clock.h"
#include "core/base/result.h"
#include "core/model/analysis.h"
#include "core/model/crash_report.h"
#include "core/model/image.h"
#include "core/model/outcome.h"
#include "core/model/trial.h"

namespace faultline {

class Connection;
class StoreImpl;

enum class OpenMode {
  read_write_create,  ///< Makes the file where there is none.
  read_write,
  read_only,  ///< Works beside a writer; makes nothing.
};

/// Which trial a report belongs to. Without a trial: `run` saw it and it is foreign.
struct ReportAttribution {
  Uuid run;
  std::optional<std::int64_t> trial_index;
  std::string basis;                                   ///< Why, in a few words: `pid and start time`.
  std::optional<std::chrono::milliseconds> latency{};  ///< From the trial's end to the report, if measured.
  friend bool operator==(const ReportAttribution&, const ReportAttribution&) = default;
};

/// How a report came to us.
struct ReportArrival {
  ReportOrigin origin = ReportOrigin::imported;
  std::string source_path;  ///< As given; never an identity.
  WallTime seen;
  std::optional<ReportAttribution> attribution;  ///< Absent: no run saw it (an import).
};

/// One report to be stored. `bytes` and `analysis` must live until the call returns.
struct NewReport {
  std::string_view bytes;
  ReportArrival arrival;
  /// For bytes that cannot be parsed: kind `unreadable`. Null: the bytes alone are stored, under the incident
  /// that read_identity() finds, and nothing is derived; Store::add_analysis() follows.
  const Analysis* analysis = nullptr;
};

enum class AddStatus {
  added,     ///< Its incident was not in the store.
  known,     ///< These very bytes were.
  new_form,  ///< Other bytes of a known incident: kept beside.
};
std::string_view report_news_text(AddStatus news);

struct AddedReport {
  std::string incident;  ///< Upper case; where the report has none, hash128 of its bytes (32 hex digits).
  AddStatus news = AddStatus::added;
  friend bool operator==(const AddedReport&, const AddedReport&) = default;
};

/// What became known of a trial after it was recorded: a late report, a panic, a GPU reset.
/// Appended; the newest says what holds.
struct TrialAmendment {
  WallTime at;
  Verdict verdict;
  bool uncaptured = false;
  std::string uncaptured_reason;
  bool contaminated = false;
};

/// Which runs find_runs() gives.
struct RunSelection {
  std::optional<std::string> campaign_hash;
  std::optional<std::string> campaign_name;
  std::optional<std::string> host_key;
  bool only_unfinished = false;  ///< State `running` or `interrupted`.
  std::size_t limit = SIZE_MAX;
};

/// A raw report as stored_reports() gives it.
struct StoredReport {
  std::int64_t place = 0;  ///< In the order of the store, from 1: where the next call goes on.
  std::string incident;
  std::string bytes;
  ReportOrigin origin = ReportOrigin::imported;
  std::string rules_version;  ///< Of the analysis that the store has; empty if none, as the next.
  std::string analysis_hash;
  std::string site_key;  ///< Empty if none.
  std::string site_text;
  std::string damage;          ///< Why `bytes` are lost; empty: they are not.
  std::string gpu_error;       ///< See Store::gpu_error_of().
  bool is_unanalysed = false;  ///< Our own code failed on it: Store::add_analysis() is what makes up for it.
};

/// A report whose bytes alone are stored, as underived_reports() gives it.
struct UnderivedReport {
  std::string bytes;
  std::string gpu_error;  ///< See Store::gpu_error_of().
};

/// Two numbers for all that the store keeps of an analysis, but for rules version and labels: what the report
/// says, then how it is explained. Equal ones make equal rows. Pure; any number of threads at once.
std::string analysis_hash(const Analysis& analysis);
/// True where two such hashes are of the same words of a report, however explained.
bool is_same_report(std::string_view hash, std::string_view other);

/// An analysis that takes the place of the one that the store has.
struct NewAnalysis {
  std::string_view incident;
  const Analysis* analysis = nullptr;  ///< Its report is not looked at where is_same_report() of both hashes.
  std::string_view hash;               ///< analysis_hash() of the whole of it.
  std::string_view stored_hash;        ///< StoredReport::analysis_hash of what it was derived from.
};

/// A death that left no report, as uncaptured_trials() gives it.
struct UncapturedTrial {
  Uuid run;
  std::int64_t index = 0;
  std::string program;      ///< The first word of its command.
  std::string stderr_tail;  ///< All that the store keeps of stderr.
  std::string site_key;     ///< As derived from it before; empty if none, as the next two.
  std::string site_text;
  std::string rules_version;
};

/// What takes the place of the site that a trial's output named before.
struct NewOutputSite {
  Uuid run;
  std::int64_t index = 0;
  std::optional<OutputSite> found;  ///< Absent: it names none.
};

struct MergeSummary {
  std::int64_t runs = 0;  ///< New here, as all the others.
  std::int64_t trials = 0;
  std::int64_t reports = 0;
  std::int64_t raw_forms = 0;
  std::int64_t labels = 0;
  friend bool operator==(const MergeSummary&, const MergeSummary&) = default;
};

/// Trial counts that somebody else measured; shown apart, never mixed with our own trials.
struct ImportedCount {
  std::string source;  ///< Where from: a file's name, a link.
  Cell cell;
  std::int64_t trials = 0;
  std::int64_t crashed = 0;
  friend bool operator==(const ImportedCount&, const ImportedCount&) = default;
};

/// Keeps two runs of one campaign apart. Held until destroyed or until the process dies.
class CampaignLock {
 public:
  CampaignLock(CampaignLock&&) noexcept;
  CampaignLock& operator=(CampaignLock&&) noexcept;
  CampaignLock(const CampaignLock&) = delete;
  CampaignLock& operator=(const CampaignLock&) = delete;
  ~CampaignLock();

 private:
  friend class Store;
  CampaignLock(int fd, std::string path) : fd_(fd), path_(std::move(path)) {}
  int fd_ = -1;  // -1: nothing is held.
  std::string path_;
};

/// The one writer and archiver of what was measured.
///
/// Facts are appended and never changed; what holds now is derived from them. A call that writes is
/// one transaction: after it returned, a power cut loses nothing of it, and after it failed nothing
/// of it is there. The write lock is held for milliseconds; compression happens before. Another
/// writer is waited for (10 s), then the call fails.
///
/// Ownership: owns the database connection; what it returns are plain values.
/// Threads: one Store per thread. Several Stores, in several processes too, may share one file.
class Store {
 public:
  /// Opens the file. Each error is one line that names the file and the remedy: newer version, not
  /// SQLite, another program's database, damaged, no permission, full disk, network file system.
  static Result<Store> open(const std::filesystem::path& path, OpenMode mode);
  /// A private store in memory, for tests and for reading without a file.
  static Result<Store> open_in_memory();

  Store(Store&&) noexcept;
  Store& operator=(Store&&) noexcept;
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;
  ~Store();

  [[nodiscard]] const std::filesystem::path& path() const;
  [[nodiscard]] OpenMode mode() const;

  // Runs.

  /// Stores a run and that it began. Its host and cells are stored with it.
  Result<void> begin_run(const RunRecord& run);
  /// Appends that an unfinished run goes on, with the blocks that are now planned.
  Result<void> resume_run(const Uuid& run, WallTime at, std::int64_t planned_blocks);
  /// Appends how it ended.
  Result<void> end_run(const Uuid& run, RunState state, std::string_view reason, WallTime at);
  /// Newest start first, with their present state.
  Result<std::vector<RunRecord>> find_runs(const RunSelection& selection);
  /// `text` is a UUID, a unique prefix of one, or `last`. Fails where there is none or several.
  Result<RunRecord> run(std::string_view text);

  // Trials.

  /// Appends a trial with its reports, in one transaction. A trial that is there already is refused.
  /// Reports are stored as by add_report(); their arrivals say whose they are.
  /// `output_site`: where it died as its output tells, for a trial that left no report; null: not known.
  Result<std::vector<AddedReport>> record_trial(const Trial& trial, std::span<const NewReport> reports,
                                                const OutputSite* output_site = nullptr);
  Result<void> amend_trial(const Uuid& run, std::int64_t index, const TrialAmendment& amendment);
  /// Indexes of the trials of a run that are recorded, ascending.
  Result<std::vector<std::int64_t>> ended_trials(const Uuid& run);
  /// As it holds now; nullopt where there is none.
  Result<std::optional<Trial>> find_trial(const Uuid& run, std::int64_t index);
  /// Every recorded trial of a run as it holds now, by index.
  Result<std::vector<Trial>> trials_of(const Uuid& run);

  // Reports.

  /// The incident of exactly these bytes, if they are stored: spares parsing what is known.
  Result<std::optional<std::string>> find_known(std::string_view bytes);
  Result<AddedReport> add_report(std::string_view bytes, const ReportArrival& arrival,
                                 const Analysis& analysis);
  /// As add_report, of a trial that was recorded before, with what it makes of that trial: in one
  /// transaction, or a harness that is killed in between would leave a crash that is counted as none.
  Result<AddedReport> add_late_report(const NewReport& report, const TrialAmendment& amendment);
  /// As add_report for each, in one transaction. Meant for some 50 at a time.
  Result<std::vector<AddedReport>> add_reports(std::span<const NewReport> reports);
  /// Appends which trial a stored report belongs to. The newest attribution holds; a trial goes before none.
  Result<void> attribute_report(std::string_view incident, const ReportAttribution& attribution, WallTime at);
  /// Every report that a run saw, its trials' and foreign ones, by incident.
  Result<std::vector<RunReport>> reports_met_by(const Uuid& run);
  /// `text` is an incident, a unique prefix of one, or `last`. Fails where there is none or several.
  Result<std::string> resolve_report(std::string_view text);
  /// The bytes as they came, of the preferred form of the incident. `text` as above.
  Result<std::string> raw_report(std::string_view text);
  /// All raw forms of an incident, the preferred one first.
  Result<std::vector<std::string>> raw_forms(std::string_view text);
  /// How the incident's present form came to us.
  Result<ReportArrival> arrival_of(std::string_view text);

  // Derived rows.

  /// Stores what was derived from bytes that are stored already, and makes of it all that a report makes that
  /// is stored with its analysis. Nothing changes where another form of the incident is preferred.
  Result<void> add_analysis(std::string_view bytes, const Analysis& analysis, WallTime at);
  /// The bytes of every report that a run met and from which nothing is derived, as a harness leaves them
  /// that is killed between the two; reports that nobody can read are among them, those of kind `unanalysed`
  /// and those whose bytes are damaged are not.
  Result<std::vector<UnderivedReport>> underived_reports(const Uuid& run);

  /// The GPU error that the output of the report's trial named (gpu_error_of_notes()); empty where it named
  /// none, and for a report of no trial.
  Result<std::string> gpu_error_of(std::string_view incident);

  /// The next reports after that place (0: from the first), in the order in which they came, so that what is
  /// read and rewritten together stands together: at most `limit` of them, and fewer where their bytes come
  /// to more than `limit_bytes`, but at least one if there is any.
  Result<std::vector<StoredReport>> stored_reports(std::int64_t after, std::size_t limit,
                                                   std::uint64_t limit_bytes);
  /// Throws away what was derived from these reports and stores the analyses instead, in one transaction.
  /// Rows that would come out the same stay, and so do those that somebody else has replaced since
  /// stored_reports() gave them. Meant for some 100 at a time.
  Result<void> replace_analyses(std::span<const NewAnalysis> analyses);

  /// Up to `limit` trials that died and left no report, after that of (run, index), in that order.
  Result<std::vector<UncapturedTrial>> uncaptured_trials(const Uuid& after_run, std::int64_t after_index,
                                                         std::size_t limit);
  /// Throws away what was derived from these trials' outputs and stores this instead, in one transaction.
  Result<void> replace_output_sites(std::span<const NewOutputSite> sites);

  // Labels: a person's words on a site or family, by its 16-digit key.

  Result<void> add_label(std::string_view key, std::string_view word, WallTime at);
  /// Appends that the word no longer holds. No error where it was not there.
  Result<void> remove_label(std::string_view key, std::string_view word, WallTime at);

  /// Stores counts from elsewhere; the same count again changes nothing.
  Result<void> add_imported_counts(std::span<const ImportedCount> counts);

  /// Takes in everything that another store has: a union, the same in any order and any number of
  /// times. Transactions are short, so an interrupted merge is simply repeated.
  Result<MergeSummary> merge_from(const std::filesystem::path& other);
  /// The same of one run: its trials, the reports that it met, and the labels of their sites.
  Result<MergeSummary> merge_run_from(const std::filesystem::path& other, const Uuid& run);

  /// Refuses a second run of the same campaign on this store. Lost with the process.
  Result<CampaignLock> lock_campaign(std::string_view campaign_hash);

  /// SQLite's own checks of the file and of all foreign keys, and ours that the counts fit their
  /// rows. One line a finding; empty is valid.
  Result<std::vector<std::string>> check_integrity();
  /// Makes the file whole in itself, without a log beside it: for a store that is handed on.
  Result<void> seal();
  /// Lets SQLite look at what changed; after a run or an import.
  /// Best effort: does not wait, and does nothing while another writer is at work.
  void optimize();

  /// For db/ alone.
  [[nodiscard]] Connection& connection();

 private:
  explicit Store(std::unique_ptr<StoreImpl> parts);
  std::unique_ptr<StoreImpl> parts_;
};

}  // namespace faultline
