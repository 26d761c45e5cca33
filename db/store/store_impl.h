// What a Store is made of. For the files of db/ that implement it.

#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "db/sqlite/connection.h"
#include "db/store.h"
#include "db/store/interner.h"
#include "db/store/raw_reports.h"

namespace faultline {

class StoreImpl {
 public:
  StoreImpl(Connection opened, std::filesystem::path file, OpenMode open_mode)
      : connection(std::move(opened)),
        path(std::move(file)),
        mode(open_mode),
        interner(connection),
        raw(connection) {}
  StoreImpl(const StoreImpl&) = delete;
  StoreImpl& operator=(const StoreImpl&) = delete;

  Connection connection;  // First: the others refer to it.
  std::filesystem::path path;
  OpenMode mode;
  Interner interner;
  RawReports raw;
};

/// A transaction on a store; undone, with all that was remembered of it, unless committed.
class WriteScope {
 public:
  static Result<WriteScope> begin(StoreImpl& parts);
  WriteScope(WriteScope&& other) noexcept
      : parts_(std::exchange(other.parts_, nullptr)), transaction_(std::move(other.transaction_)) {}
  WriteScope& operator=(WriteScope&&) = delete;
  WriteScope(const WriteScope&) = delete;
  WriteScope& operator=(const WriteScope&) = delete;
  ~WriteScope();
  Result<void> commit();

 private:
  WriteScope(StoreImpl& parts, Transaction transaction)
      : parts_(&parts), transaction_(std::move(transaction)) {}
  StoreImpl* parts_;  // Null once committed.
  Transaction transaction_;
};

/// Makes another store's tables readable as `other.…`.
Result<void> attach_read_only(Connection& connection, const std::filesystem::path& path);

/// Local id of a run; an error where the store does not have it.
Result<std::int64_t> run_id_of(Connection& connection, const Uuid& run);
/// Local id and cell of a trial; nullopt where it is not recorded.
struct TrialIds {
  std::int64_t trial_id = 0;
  std::int64_t cell_id = 0;
  bool uncaptured = false;
};
Result<std::optional<TrialIds>> find_trial_ids(Connection& connection, std::int64_t run_id,
                                               std::int64_t index);
/// Derives verdict, contamination and capture of a trial anew from its amendments.
Result<void> refresh_trial(Connection& connection, std::int64_t trial_id);
/// Appends an amendment, and the recorded verdict before the first one.
Result<void> append_amendment(StoreImpl& parts, std::int64_t trial_id, const TrialAmendment& amendment);

/// A report on its way into the store: hashed and compressed, before the lock is taken.
struct PreparedReport {
  const NewReport* report = nullptr;
  std::string hash;
  std::string analysis_hash;
  std::optional<PreparedRaw> raw;  ///< Absent where the bytes are known.
};
Result<std::vector<PreparedReport>> prepare_reports(StoreImpl& parts, std::span<const NewReport> reports);
/// Inside a transaction. `late`: the trials that they belong to were recorded before.
Result<std::vector<AddedReport>> insert_reports(StoreImpl& parts, const std::vector<PreparedReport>& reports,
                                                bool late);
/// nullopt where the store has none of exactly this incident.
Result<std::optional<std::int64_t>> report_id_of(Connection& connection, std::string_view incident);
/// Which run and trial a report was given to, and why. The trial need not be there.
Result<void> append_attribution(StoreImpl& parts, std::int64_t report_id,
                                const ReportAttribution& attribution, WallTime at, bool late);
/// A trial that now has a crash report is no longer uncaptured.
Result<void> amend_if_captured(StoreImpl& parts, std::int64_t report_id, WallTime at);
/// How a document was written: the form under which its bytes are kept.
std::string_view form_of(std::string_view bytes, const CrashReport& report);
/// The form of bytes of which nothing is known but that they are there.
inline constexpr std::string_view kUnreadForm = "unreadable";
/// Derives origin and trial of a report anew from its sightings and attributions.
Result<void> refresh_report(Connection& connection, std::int64_t report_id);
/// Derives which reports of its trial are not the first.
Result<void> refresh_repeats_of(Connection& connection, std::int64_t report_id);
/// The preferred form: complete JSON, else cut JSON, else text; of equals the longest.
Result<std::optional<std::int64_t>> speaking_raw(Connection& connection, std::int64_t report_id);
/// Replaces everything that was derived from the report's content. `hash`: analysis_hash() of it.
Result<void> write_analysis(StoreImpl& parts, std::int64_t report_id, std::int64_t raw_id,
                            const Analysis& analysis, std::string_view hash, SiteWriting writing);
/// Replaces how a report is explained, which is all that differs: site, fault, partners. Where it has a site
/// now and had none, or the other way round, refresh_repeats_of() is due.
Result<void> write_explanation(StoreImpl& parts, std::int64_t report_id, const Analysis& analysis,
                               std::string_view hash);
/// gpu_error_of_notes() of a trial's `notes_json`, which may be empty.
Result<std::string> read_gpu_error(Connection& connection, std::string_view notes_json);
/// Replaces the site that a trial's output names; none where `found` is null.
Result<void> write_output_site(StoreImpl& parts, std::int64_t trial_id, const OutputSite* found,
                               SiteWriting writing);

}  // namespace faultline
