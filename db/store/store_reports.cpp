// Store: reports added, found, read back and derived anew.

#include <fmt/format.h>

#include <algorithm>

#include "core/base/check.h"
#include "core/base/hash.h"
#include "core/model/gpu_error.h"
#include "core/text/ascii.h"
#include "db/sqlite/json_text.h"
#include "db/store/store_impl.h"

namespace faultline {
namespace {

struct PresentRows {
  std::int64_t report_id = 0;
  std::string hash;
  bool has_site = false;
};

Result<PresentRows> present_rows(Connection& connection, std::string_view incident) {
  TRY_ASSIGN(
      auto statement,
      connection.prepare("SELECT id, analysis_hash, site_id IS NOT NULL FROM report WHERE incident = ?"));
  statement.bind(incident);
  TRY_ASSIGN(const bool found, statement.step());
  if (!found) return fail(ErrorKind::invalid_argument, fmt::format("no report {} in the store", incident));
  return PresentRows{statement.integer(0), statement.text(1), statement.boolean(2)};
}

/// Of rows that stay: the version of the rules, and the site's labels.
Result<void> write_rules_version(StoreImpl& parts, std::int64_t report_id, const Analysis& analysis) {
  if (!analysis.site.key.empty()) {
    TRY(parts.interner.site(analysis.site, analysis.labels, analysis.rules_version, SiteWriting::anew));
  }
  TRY_ASSIGN(auto update, parts.connection.prepare("UPDATE report SET rules_version = ? WHERE id = ?"));
  return update.with(analysis.rules_version, report_id).run();
}

Result<void> replace_analysis(StoreImpl& parts, const NewAnalysis& one) {
  TRY_ASSIGN(const PresentRows stored, present_rows(parts.connection, one.incident));
  if (stored.hash != one.stored_hash) return {};
  if (stored.hash == one.hash) return write_rules_version(parts, stored.report_id, *one.analysis);
  if (is_same_report(stored.hash, one.hash)) {
    TRY(write_explanation(parts, stored.report_id, *one.analysis, one.hash));
    // Which report of a trial is its first depends on whether they have sites, not on which.
    if (stored.has_site == !one.analysis->site.key.empty()) return {};
    return refresh_repeats_of(parts.connection, stored.report_id);
  }
  TRY_ASSIGN(const auto raw_id, speaking_raw(parts.connection, stored.report_id));
  if (!raw_id) return fail(ErrorKind::database, fmt::format("report {} has lost its bytes", one.incident));
  return write_analysis(parts, stored.report_id, *raw_id, *one.analysis, one.hash, SiteWriting::anew);
}

}  // namespace

Result<std::optional<std::string>> Store::find_known(std::string_view bytes) {
  TRY_ASSIGN(auto statement,
             parts_->connection.prepare(
                 "SELECT rp.incident FROM raw r JOIN raw_form f ON f.raw_id = r.id JOIN report rp "
                 "ON rp.id = f.report_id WHERE r.hash = ? ORDER BY rp.incident LIMIT 1"));
  const std::string hash = hash128_hex(bytes);
  statement.bind(hash);
  TRY_ASSIGN(const bool found, statement.step());
  if (!found) return std::nullopt;
  return statement.text(0);
}

Result<AddedReport> Store::add_report(std::string_view bytes, const ReportArrival& arrival,
                                      const Analysis& analysis) {
  const NewReport report{bytes, arrival, &analysis};
  TRY_ASSIGN(auto added, add_reports({&report, 1}));
  return std::move(added.front());
}

Result<AddedReport> Store::add_late_report(const NewReport& report, const TrialAmendment& amendment) {
  const auto& attribution = report.arrival.attribution;
  CHECK(attribution && attribution->trial_index);
  TRY_ASSIGN(const auto prepared, prepare_reports(*parts_, {&report, 1}));
  TRY_ASSIGN(auto scope, WriteScope::begin(*parts_));
  TRY_ASSIGN(auto added, insert_reports(*parts_, prepared, true));
  TRY_ASSIGN(const std::int64_t run_id, run_id_of(parts_->connection, attribution->run));
  TRY_ASSIGN(const auto ids, find_trial_ids(parts_->connection, run_id, *attribution->trial_index));
  // Found by the attribution already, or that had failed.
  CHECK(ids.has_value());
  TRY(append_amendment(*parts_, ids->trial_id, amendment));
  TRY(scope.commit());
  return std::move(added.front());
}

Result<std::vector<AddedReport>> Store::add_reports(std::span<const NewReport> reports) {
  TRY_ASSIGN(const auto prepared, prepare_reports(*parts_, reports));
  TRY_ASSIGN(auto scope, WriteScope::begin(*parts_));
  TRY_ASSIGN(auto added, insert_reports(*parts_, prepared, true));
  TRY(scope.commit());
  return added;
}

Result<void> Store::attribute_report(std::string_view incident, const ReportAttribution& attribution,
                                     WallTime at) {
  TRY_ASSIGN(auto scope, WriteScope::begin(*parts_));
  TRY_ASSIGN(const auto report_id, report_id_of(parts_->connection, incident));
  if (!report_id)
    return fail(ErrorKind::invalid_argument, fmt::format("no report {} in the store", incident));
  TRY(append_attribution(*parts_, *report_id, attribution, at, true));
  TRY(refresh_report(parts_->connection, *report_id));
  TRY(amend_if_captured(*parts_, *report_id, at));
  return scope.commit();
}

Result<std::vector<RunReport>> Store::reports_met_by(const Uuid& run) {
  TRY_ASSIGN(const std::int64_t run_id, run_id_of(parts_->connection, run));
  TRY_ASSIGN(auto statement,
             parts_->connection.prepare(
                 "SELECT rp.incident, max(a.trial_index), rp.pid, max(a.late AND a.trial_index >= 0), "
                 "min(a.latency_ms) FROM attribution a JOIN report rp ON rp.id = a.report_id "
                 "WHERE a.run_id = ? GROUP BY rp.id ORDER BY rp.incident"));
  statement.bind(run_id);
  std::vector<RunReport> reports;
  while (true) {
    TRY_ASSIGN(const bool row, statement.step());
    if (!row) return reports;
    RunReport report;
    report.incident = statement.text(0);
    if (statement.integer(1) >= 0) report.trial_index = statement.integer(1);
    report.pid = statement.maybe_integer(2);
    report.late = statement.boolean(3);
    if (!statement.is_null(4)) report.latency = std::chrono::milliseconds(statement.integer(4));
    reports.push_back(std::move(report));
  }
}

Result<std::string> Store::resolve_report(std::string_view text) {
  if (text == "last") {
    TRY_ASSIGN(auto statement,
               parts_->connection.prepare("SELECT incident FROM report ORDER BY happened_at IS NULL, "
                                          "happened_at DESC, incident LIMIT 1"));
    TRY_ASSIGN(const bool found, statement.step());
    if (!found)
      return fail(ErrorKind::invalid_argument, fmt::format("{} holds no report yet", path().string()));
    return statement.text(0);
  }
  // Incidents are upper case, hashes lower case: a prefix in any case is meant.
  TRY_ASSIGN(auto statement,
             parts_->connection.prepare("SELECT incident FROM report WHERE incident >= ?1 AND "
                                        "incident < ?1 || char(0x10ffff) UNION ALL "
                                        "SELECT incident FROM report WHERE ?2 != ?1 AND incident >= ?2 "
                                        "AND incident < ?2 || char(0x10ffff) LIMIT 3"));
  const std::string upper = to_upper(text);
  const std::string lower = to_lower(text);
  statement.with(upper, lower);
  std::vector<std::string> found;
  while (true) {
    TRY_ASSIGN(const bool row, statement.step());
    if (!row) break;
    found.push_back(statement.text(0));
    if (found.back() == upper || found.back() == lower) return found.back();
  }
  if (text.empty() || found.empty()) {
    return fail(ErrorKind::invalid_argument,
                fmt::format("no report {} in {}; `faultline list reports` shows what is there", text,
                            path().string()));
  }
  if (found.size() > 1) {
    return fail(ErrorKind::invalid_argument,
                fmt::format("{} is the beginning of several reports ({}, {}…); give more digits", text,
                            found[0], found[1]));
  }
  return found.front();
}

Result<std::string> read_gpu_error(Connection& connection, std::string_view notes_json) {
  if (notes_json.find(kGpuErrorNote) == std::string_view::npos) return std::string();
  TRY_ASSIGN(const auto notes, read_json_array(connection, notes_json));
  return gpu_error_of_notes(notes);
}

Result<std::string> Store::raw_report(std::string_view text) {
  TRY_ASSIGN(const std::string incident, resolve_report(text));
  TRY_ASSIGN(auto statement, parts_->connection.prepare("SELECT raw_id FROM report WHERE incident = ?"));
  statement.bind(incident);
  TRY(statement.step());
  return parts_->raw.load(statement.integer(0));
}

Result<std::string> Store::gpu_error_of(std::string_view incident) {
  TRY_ASSIGN(
      auto statement,
      parts_->connection.prepare(
          "SELECT t.notes_json FROM report rp JOIN trial t ON t.id = rp.trial_id WHERE rp.incident = ?"));
  statement.bind(incident);
  TRY_ASSIGN(const bool found, statement.step());
  return found ? read_gpu_error(parts_->connection, statement.text_view(0))
               : Result<std::string>(std::string());
}

Result<std::vector<std::string>> Store::raw_forms(std::string_view text) {
  TRY_ASSIGN(const std::string incident, resolve_report(text));
  std::vector<std::int64_t> ids;
  {
    TRY_ASSIGN(auto statement,
               parts_->connection.prepare(
                   "SELECT f.raw_id FROM report rp JOIN raw_form f ON f.report_id = rp.id JOIN raw r "
                   "ON r.id = f.raw_id WHERE rp.incident = ? ORDER BY f.raw_id != rp.raw_id, r.hash"));
    statement.bind(incident);
    while (true) {
      TRY_ASSIGN(const bool row, statement.step());
      if (!row) break;
      ids.push_back(statement.integer(0));
    }
  }
  std::vector<std::string> forms;
  for (const std::int64_t id : ids) {
    TRY_ASSIGN(auto bytes, parts_->raw.load(id));
    forms.push_back(std::move(bytes));
  }
  return forms;
}

Result<ReportArrival> Store::arrival_of(std::string_view text) {
  TRY_ASSIGN(const std::string incident, resolve_report(text));
  ReportArrival arrival;
  std::int64_t report_id = 0;
  {
    TRY_ASSIGN(auto statement,
               parts_->connection.prepare(
                   "SELECT rp.id, s.origin, s.source_path, s.seen_at FROM report rp JOIN sighting s "
                   "ON s.raw_id = rp.raw_id WHERE rp.incident = ? ORDER BY s.origin != rp.origin, "
                   "s.seen_at, s.source_path LIMIT 1"));
    statement.bind(incident);
    TRY(statement.step());
    report_id = statement.integer(0);
    arrival.origin = parse_report_origin(statement.text_view(1)).value_or(ReportOrigin::imported);
    arrival.source_path = statement.text(2);
    arrival.seen = parse_utc(statement.text_view(3)).value_or(WallTime{});
  }
  TRY_ASSIGN(auto statement,
             parts_->connection.prepare(
                 "SELECT r.uuid, a.trial_index, a.grounds, (SELECT min(b.latency_ms) FROM attribution b "
                 "WHERE b.report_id = a.report_id AND b.run_id = a.run_id) FROM attribution a JOIN run r "
                 "ON r.id = a.run_id WHERE a.report_id = ? ORDER BY a.trial_index < 0, a.at DESC, "
                 "r.uuid DESC, a.trial_index DESC LIMIT 1"));
  statement.bind(report_id);
  TRY_ASSIGN(const bool found, statement.step());
  if (!found) return arrival;
  ReportAttribution attribution;
  attribution.run = Uuid::parse(statement.text_view(0)).value_or(Uuid{});
  if (statement.integer(1) >= 0) attribution.trial_index = statement.integer(1);
  attribution.basis = statement.text(2);
  if (!statement.is_null(3)) attribution.latency = std::chrono::milliseconds(statement.integer(3));
  arrival.attribution = std::move(attribution);
  return arrival;
}

Result<std::vector<StoredReport>> Store::stored_reports(std::int64_t after, std::size_t limit,
                                                        std::uint64_t limit_bytes) {
  std::vector<StoredReport> reports;
  std::vector<std::int64_t> raw_ids;
  {
    TRY_ASSIGN(
        auto statement,
        parts_->connection.prepare(
            "SELECT rp.incident, rp.raw_id, rp.origin, rp.rules_version, rp.analysis_hash, s.key, s.text, "
            "w.size_bytes, rp.id, rp.kind = 'unanalysed', t.notes_json FROM report rp JOIN raw w ON w.id = "
            "rp.raw_id LEFT JOIN site s ON s.id = rp.site_id LEFT JOIN trial t ON t.id = rp.trial_id "
            "WHERE rp.id > ? ORDER BY rp.id LIMIT ?"));
    statement.with(after, static_cast<std::int64_t>(limit));
    std::uint64_t bytes = 0;
    while (true) {
      TRY_ASSIGN(const bool found, statement.step());
      if (!found) break;
      // A damaged row may say anything.
      bytes += static_cast<std::uint64_t>(std::clamp<std::int64_t>(statement.integer(7), 0, 1LL << 40));
      if (bytes > limit_bytes && !reports.empty()) break;
      StoredReport& report = reports.emplace_back();
      report.incident = statement.text(0);
      raw_ids.push_back(statement.integer(1));
      report.origin = parse_report_origin(statement.text_view(2)).value_or(ReportOrigin::imported);
      report.rules_version = statement.text(3);
      report.analysis_hash = statement.text(4);
      report.site_key = statement.text(5);
      report.site_text = statement.text(6);
      report.place = statement.integer(8);
      report.is_unanalysed = statement.boolean(9);
      TRY_ASSIGN(report.gpu_error, read_gpu_error(parts_->connection, statement.text_view(10)));
    }
  }
  for (std::size_t i = 0; i < reports.size(); ++i) {
    auto bytes = parts_->raw.load(raw_ids[i]);
    if (bytes) {
      reports[i].bytes = std::move(*bytes);
    } else if (bytes.error().kind() == ErrorKind::database) {
      reports[i].damage = bytes.error().text();
    } else {
      bytes.error().add_context("while reading report " + reports[i].incident);
      return fail(std::move(bytes.error()));
    }
  }
  return reports;
}

Result<void> Store::replace_analyses(std::span<const NewAnalysis> analyses) {
  TRY_ASSIGN(auto scope, WriteScope::begin(*parts_));
  for (const NewAnalysis& one : analyses) TRY(replace_analysis(*parts_, one));
  return scope.commit();
}

}  // namespace faultline
