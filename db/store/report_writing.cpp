// The rows of a report: its bytes, forms, sightings and attributions, and what follows from them.

#include <fmt/format.h>

#include <algorithm>
#include <initializer_list>

#include "core/base/check.h"
#include "core/base/hash.h"
#include "core/ips/ips_document.h"
#include "core/ips/report_summary.h"
#include "db/filter/filter_sql.h"
#include "db/store/report_columns.h"
#include "db/store/store_impl.h"

namespace faultline {
namespace {

/// The first of `written` that is one, in upper case; else the hash.
std::string incident_of(std::initializer_list<const std::optional<std::string>*> written,
                        const std::string& hash) {
  for (const auto* one : written) {
    if (!*one || !is_incident(**one)) continue;
    std::string incident = **one;
    std::transform(incident.begin(), incident.end(), incident.begin(),
                   [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; });
    return incident;
  }
  return hash;
}

std::string incident_of(const NewReport& report, const std::string& hash) {
  if (report.analysis != nullptr && report.analysis->report.kind != ReportKind::unanalysed) {
    const CrashReport& content = report.analysis->report;
    return incident_of({&content.incident, &content.header.incident_id}, hash);
  }
  const ReportIdentity identity = summarize_report(report.bytes).identity;
  return incident_of({&identity.incident}, hash);
}

struct KnownReport {
  std::int64_t id = 0;
  std::string incident;
};

/// The same crash in a document of another form: same process, number and moment to the system's tenth of a
/// millisecond. A text may lack the incident that the JSON has; two incidents are two crashes.
Result<std::optional<KnownReport>> find_duplicate(Connection& connection, const CrashReport& report,
                                                  std::string_view incident) {
  const auto time = time_of(report);
  const auto process = process_name_of(report);
  if (report.kind != ReportKind::crash || !report.capture_time || !time || !report.pid || process.empty()) {
    return std::nullopt;
  }
  TRY_ASSIGN(auto statement,
             connection.prepare("SELECT rp.id, rp.incident FROM report rp JOIN attribute p ON p.id = "
                                "rp.process_id WHERE rp.happened_at = ? AND rp.pid = ? AND p.value = ? AND "
                                "rp.kind = 'crash' ORDER BY rp.incident"));
  statement.with(*time, *report.pid, process);
  while (true) {
    TRY_ASSIGN(const bool found, statement.step());
    if (!found) return std::nullopt;
    KnownReport known{statement.integer(0), statement.text(1)};
    if (!is_incident(incident) || !is_incident(known.incident)) return known;
  }
}

/// A report that was known by the hash of its bytes now has an identity.
Result<void> take_incident(Connection& connection, const KnownReport& known, const std::string& incident) {
  if (is_incident(known.incident) || !is_incident(incident)) return {};
  TRY_ASSIGN(auto update, connection.prepare("UPDATE report SET incident = ? WHERE id = ?"));
  return update.with(incident, known.id).run();
}

Result<void> append_sighting(Connection& connection, std::int64_t raw_id, const ReportArrival& arrival) {
  const std::string_view origin = report_origin_text(arrival.origin);
  {
    TRY_ASSIGN(auto known, connection.prepare(
                               "SELECT 1 FROM sighting WHERE raw_id = ? AND origin = ? AND source_path = ?"));
    known.with(raw_id, origin, arrival.source_path);
    TRY_ASSIGN(const bool found, known.step());
    if (found) return {};
  }
  const std::string seen = format_utc_precise(arrival.seen);
  TRY_ASSIGN(
      auto insert,
      connection.prepare("INSERT INTO sighting (raw_id, origin, source_path, seen_at) VALUES (?, ?, ?, ?)"));
  return insert.with(raw_id, origin, arrival.source_path, seen).run();
}

Result<AddedReport> insert_report(StoreImpl& parts, const PreparedReport& prepared, bool late) {
  Connection& connection = parts.connection;
  const NewReport& report = *prepared.report;
  AddedReport added;
  std::int64_t report_id = 0;
  TRY_ASSIGN(std::optional<std::int64_t> raw_id, parts.raw.find(prepared.hash));
  if (raw_id) {
    added.news = AddStatus::known;
    TRY_ASSIGN(auto form,
               connection.prepare("SELECT rp.id, rp.incident FROM raw_form f JOIN report rp "
                                  "ON rp.id = f.report_id WHERE f.raw_id = ? ORDER BY rp.incident LIMIT 1"));
    form.bind(*raw_id);
    TRY_ASSIGN(const bool found, form.step());
    if (!found) return fail(ErrorKind::database, "a raw report in the store belongs to no incident");
    report_id = form.integer(0);
    added.incident = form.text(1);
  } else {
    CHECK(prepared.raw.has_value());
    TRY_ASSIGN(raw_id, parts.raw.insert(*prepared.raw));
    added.incident = incident_of(report, prepared.hash);
    TRY_ASSIGN(auto known_id, report_id_of(connection, added.incident));
    if (!known_id && report.analysis != nullptr) {
      TRY_ASSIGN(const auto duplicate, find_duplicate(connection, report.analysis->report, added.incident));
      if (duplicate) {
        TRY(take_incident(connection, *duplicate, added.incident));
        if (!is_incident(added.incident)) added.incident = duplicate->incident;
        known_id = duplicate->id;
      }
    }
    added.news = known_id ? AddStatus::new_form : AddStatus::added;
    if (known_id) {
      report_id = *known_id;
    } else {
      TRY_ASSIGN(auto insert,
                 connection.prepare("INSERT INTO report (incident, raw_id, origin, kind, rules_version) "
                                    "VALUES (?, ?, ?, 'other', '')"));
      TRY(insert.with(added.incident, *raw_id, report_origin_text(report.arrival.origin)).run());
      report_id = connection.last_insert_id();
    }
    TRY_ASSIGN(auto form,
               connection.prepare("INSERT INTO raw_form (report_id, raw_id, form) VALUES (?, ?, ?)"));
    const std::string_view how_written =
        report.analysis != nullptr ? form_of(report.bytes, report.analysis->report) : kUnreadForm;
    TRY(form.with(report_id, *raw_id, how_written).run());
  }
  TRY(append_sighting(connection, *raw_id, report.arrival));
  if (report.arrival.attribution) {
    TRY(append_attribution(parts, report_id, *report.arrival.attribution, report.arrival.seen, late));
  }
  // First whose it is, then what it says: so it is counted once, where it belongs.
  TRY(refresh_report(connection, report_id));
  if (added.news != AddStatus::known && report.analysis != nullptr) {
    TRY_ASSIGN(const auto speaker, speaking_raw(connection, report_id));
    if (speaker == raw_id) {
      TRY(write_analysis(parts, report_id, *raw_id, *report.analysis, prepared.analysis_hash,
                         SiteWriting::met));
    }
  }
  TRY(amend_if_captured(parts, report_id, report.arrival.seen));
  return added;
}

/// Of the crash reports of a trial all but the first are repeats.
Result<void> refresh_repeats(Connection& connection, std::int64_t trial_id) {
  TRY_ASSIGN(auto update,
             connection.prepare(
                 "UPDATE report SET is_repeat = ifnull(kind = 'crash' AND site_id IS NOT NULL AND incident > "
                 "(SELECT min(m.incident) FROM report m WHERE m.trial_id = ?1 AND m.kind = 'crash' AND "
                 "m.site_id IS NOT NULL), 0) WHERE trial_id = ?1"));
  return update.with(trial_id).run();
}

}  // namespace

Result<std::optional<std::int64_t>> report_id_of(Connection& connection, std::string_view incident) {
  TRY_ASSIGN(auto statement, connection.prepare("SELECT id FROM report WHERE incident = ?"));
  statement.bind(incident);
  TRY_ASSIGN(const bool found, statement.step());
  if (!found) return std::nullopt;
  return statement.integer(0);
}

Result<void> append_attribution(StoreImpl& parts, std::int64_t report_id,
                                const ReportAttribution& attribution, WallTime at, bool late) {
  Connection& connection = parts.connection;
  TRY_ASSIGN(const std::int64_t run_id, run_id_of(connection, attribution.run));
  std::optional<TrialIds> trial;
  if (attribution.trial_index) {
    TRY_ASSIGN(trial, find_trial_ids(connection, run_id, *attribution.trial_index));
    if (!trial) {
      return fail(ErrorKind::invalid_argument,
                  fmt::format("run {} has no trial {} that a report could belong to", attribution.run.text(),
                              *attribution.trial_index));
    }
  }
  const std::string at_text = format_utc_precise(at);
  const std::int64_t index = attribution.trial_index.value_or(-1);
  TRY_ASSIGN(auto statement,
             connection.prepare("INSERT OR IGNORE INTO attribution (report_id, run_id, trial_index, at, "
                                "grounds, late, latency_ms) VALUES (?, ?, ?, ?, ?, ?, ?)"));
  std::optional<std::int64_t> latency_ms;
  if (attribution.latency) latency_ms = attribution.latency->count();
  TRY(statement.with(report_id, run_id, index, at_text, attribution.basis, late, latency_ms).run());
  return {};
}

std::string_view form_of(std::string_view bytes, const CrashReport& report) {
  if (report.kind == ReportKind::unreadable || report.kind == ReportKind::unanalysed) return kUnreadForm;
  if (report.from_text) return "text";
  const IpsParts parts = split_ips(bytes);
  return parts.body_is_json && parts.body_is_complete ? "json" : "cut_json";
}

Result<void> amend_if_captured(StoreImpl& parts, std::int64_t report_id, WallTime at) {
  std::int64_t trial_id = 0;
  TrialAmendment amendment;
  amendment.at = at;
  {
    TRY_ASSIGN(auto statement, parts.connection.prepare(
                                   "SELECT t.id, t.outcome, x.value, t.contaminated FROM report rp "
                                   "JOIN trial t ON t.id = rp.trial_id LEFT JOIN text x ON x.id = t.rule_id "
                                   "WHERE rp.id = ? AND rp.kind = 'crash' AND rp.origin != 'reconstructed' "
                                   "AND t.uncaptured = 1"));
    statement.bind(report_id);
    TRY_ASSIGN(const bool found, statement.step());
    if (!found) return {};
    trial_id = statement.integer(0);
    amendment.verdict.outcome = parse_outcome(statement.text_view(1)).value_or(Outcome::crashed);
    amendment.verdict.rule = statement.text(2);
    amendment.contaminated = statement.boolean(3);
  }
  amendment.verdict.notes = {"its report is there"};
  return append_amendment(parts, trial_id, amendment);
}

std::string_view report_news_text(AddStatus news) {
  switch (news) {
    case AddStatus::added:
      return "added";
    case AddStatus::known:
      return "known";
    case AddStatus::new_form:
      return "new_form";
  }
  return {};
}

Result<std::optional<std::int64_t>> speaking_raw(Connection& connection, std::int64_t report_id) {
  TRY_ASSIGN(auto statement,
             connection.prepare(
                 "SELECT f.raw_id FROM raw_form f JOIN raw r ON r.id = f.raw_id WHERE f.report_id = ? "
                 "ORDER BY CASE f.form WHEN 'json' THEN 0 WHEN 'cut_json' THEN 1 WHEN 'text' THEN 2 "
                 "ELSE 3 END, r.size_bytes DESC, r.hash LIMIT 1"));
  statement.bind(report_id);
  TRY_ASSIGN(const bool found, statement.step());
  if (!found) return std::nullopt;
  return statement.integer(0);
}

Result<void> refresh_report(Connection& connection, std::int64_t report_id) {
  std::string origin;
  {
    TRY_ASSIGN(auto statement,
               connection.prepare("SELECT s.origin FROM raw_form f JOIN sighting s ON s.raw_id = f.raw_id "
                                  "WHERE f.report_id = ? ORDER BY CASE s.origin WHEN 'captured' THEN 0 "
                                  "WHEN 'imported' THEN 1 ELSE 2 END LIMIT 1"));
    statement.bind(report_id);
    TRY_ASSIGN(const bool found, statement.step());
    origin = found ? statement.text(0) : std::string(report_origin_text(ReportOrigin::imported));
  }
  std::int64_t trial_before = 0;
  {
    TRY_ASSIGN(auto statement, connection.prepare("SELECT ifnull(trial_id, 0) FROM report WHERE id = ?"));
    statement.bind(report_id);
    TRY(statement.step());
    trial_before = statement.integer(0);
  }
  std::optional<std::int64_t> trial_id;
  {
    TRY_ASSIGN(auto statement,
               connection.prepare("SELECT t.id FROM attribution a JOIN run r ON r.id = a.run_id "
                                  "JOIN trial t ON t.run_id = a.run_id AND t.trial_index = a.trial_index "
                                  "WHERE a.report_id = ? AND a.trial_index >= 0 "
                                  "ORDER BY a.at DESC, r.uuid DESC, a.trial_index DESC LIMIT 1"));
    statement.bind(report_id);
    TRY_ASSIGN(const bool found, statement.step());
    if (found) trial_id = statement.integer(0);
  }
  {
    TRY_ASSIGN(auto update,
               connection.prepare(fmt::format(
                   "UPDATE report SET origin = ?1, trial_id = ?2, (run_id, cell_id, phase_id, outcome, "
                   "in_rates) = (SELECT max(run_id), max(cell_id), max(phase_id), max(outcome), "
                   "ifnull(max({}), 0) FROM trial WHERE id = ?2) WHERE id = ?3",
                   counts_in_rates_sql(""))));
    TRY(update.with(origin, trial_id, report_id).run());
  }
  if (trial_before != 0 && trial_id != trial_before) TRY(refresh_repeats(connection, trial_before));
  return refresh_repeats_of(connection, report_id);
}

Result<void> refresh_repeats_of(Connection& connection, std::int64_t report_id) {
  std::optional<std::int64_t> trial_id;
  {
    TRY_ASSIGN(auto statement, connection.prepare("SELECT trial_id FROM report WHERE id = ?"));
    statement.bind(report_id);
    TRY(statement.step());
    trial_id = statement.maybe_integer(0);
  }
  if (trial_id) return refresh_repeats(connection, *trial_id);
  TRY_ASSIGN(auto update,
             connection.prepare("UPDATE report SET is_repeat = 0 WHERE id = ? AND is_repeat = 1"));
  return update.with(report_id).run();
}

Result<std::vector<PreparedReport>> prepare_reports(StoreImpl& parts, std::span<const NewReport> reports) {
  std::vector<PreparedReport> prepared;
  prepared.reserve(reports.size());
  for (const NewReport& report : reports) {
    PreparedReport one;
    one.report = &report;
    one.hash = hash128_hex(report.bytes);
    if (report.analysis != nullptr) one.analysis_hash = analysis_hash(*report.analysis);
    TRY_ASSIGN(const auto known, parts.raw.find(one.hash));
    if (!known && report.analysis != nullptr) {
      TRY_ASSIGN(one.raw, parts.raw.prepare(report.bytes, one.hash, raw_shape(report.analysis->report)));
    } else if (!known) {
      TRY_ASSIGN(one.raw, parts.raw.prepare_quickly(report.bytes, one.hash));
    }
    prepared.push_back(std::move(one));
  }
  return prepared;
}

Result<std::vector<AddedReport>> insert_reports(StoreImpl& parts, const std::vector<PreparedReport>& reports,
                                                bool late) {
  std::vector<AddedReport> added;
  added.reserve(reports.size());
  for (const PreparedReport& report : reports) {
    auto one = insert_report(parts, report, late);
    if (!one) {
      if (!report.report->arrival.source_path.empty()) {
        one.error().add_context("while storing " + report.report->arrival.source_path);
      }
      return fail(std::move(one.error()));
    }
    added.push_back(std::move(*one));
  }
  return added;
}

}  // namespace faultline
