// Store: reports whose bytes are stored first, and what is derived from them afterwards.

#include <fmt/format.h>

#include "core/base/hash.h"
#include "db/store/store_impl.h"

namespace faultline {
namespace {

struct StoredForm {
  std::int64_t raw_id = 0;
  std::int64_t report_id = 0;
  bool has_shape = false;
};

Result<StoredForm> find_form(Connection& connection, const std::string& hash) {
  TRY_ASSIGN(auto statement,
             connection.prepare("SELECT r.id, f.report_id, r.shape != '' FROM raw r JOIN raw_form f "
                                "ON f.raw_id = r.id JOIN report rp ON rp.id = f.report_id WHERE r.hash = ? "
                                "ORDER BY rp.incident LIMIT 1"));
  statement.bind(hash);
  TRY_ASSIGN(const bool found, statement.step());
  if (!found)
    return fail(ErrorKind::invalid_argument, fmt::format("no report with the bytes {} is stored", hash));
  return StoredForm{statement.integer(0), statement.integer(1), statement.boolean(2)};
}

}  // namespace

Result<void> Store::add_analysis(std::string_view bytes, const Analysis& analysis, WallTime at) {
  const std::string hash = hash128_hex(bytes);
  const std::string derived_hash = analysis_hash(analysis);
  TRY_ASSIGN(const StoredForm form, find_form(parts_->connection, hash));
  std::optional<PreparedRaw> raw;
  if (!form.has_shape) {
    TRY_ASSIGN(raw, parts_->raw.prepare(bytes, hash, raw_shape(analysis.report)));
  }
  TRY_ASSIGN(auto scope, WriteScope::begin(*parts_));
  if (raw) TRY(parts_->raw.reshape(form.raw_id, *raw));
  {
    TRY_ASSIGN(auto update,
               parts_->connection.prepare("UPDATE raw_form SET form = ? WHERE report_id = ? AND raw_id = ?"));
    TRY(update.with(form_of(bytes, analysis.report), form.report_id, form.raw_id).run());
  }
  TRY_ASSIGN(const auto speaker, speaking_raw(parts_->connection, form.report_id));
  if (speaker == form.raw_id) {
    TRY(write_analysis(*parts_, form.report_id, form.raw_id, analysis, derived_hash, SiteWriting::met));
  }
  TRY(amend_if_captured(*parts_, form.report_id, at));
  return scope.commit();
}

Result<std::vector<UnderivedReport>> Store::underived_reports(const Uuid& run) {
  TRY_ASSIGN(const std::int64_t run_id, run_id_of(parts_->connection, run));
  std::vector<std::pair<std::int64_t, std::string>> errors_by_id;
  {
    TRY_ASSIGN(
        auto statement,
        parts_->connection.prepare(
            "SELECT r.id, max(t.notes_json) FROM attribution a JOIN raw_form f ON f.report_id = "
            "a.report_id JOIN raw r ON r.id = f.raw_id JOIN report rp ON rp.id = f.report_id LEFT JOIN "
            "trial t ON t.run_id = a.run_id AND t.trial_index = a.trial_index WHERE a.run_id = ? AND "
            "f.form = ? AND r.shape = '' AND rp.kind != 'unanalysed' GROUP BY r.id ORDER BY r.id"));
    statement.with(run_id, kUnreadForm);
    while (true) {
      TRY_ASSIGN(const bool row, statement.step());
      if (!row) break;
      TRY_ASSIGN(auto gpu_error, read_gpu_error(parts_->connection, statement.text_view(1)));
      errors_by_id.emplace_back(statement.integer(0), std::move(gpu_error));
    }
  }
  std::vector<UnderivedReport> reports;
  for (auto& [id, gpu_error] : errors_by_id) {
    auto bytes = parts_->raw.load(id);
    if (!bytes && bytes.error().kind() == ErrorKind::database) continue;  // `db check` names it.
    if (!bytes) return fail(std::move(bytes.error()));
    reports.push_back({std::move(*bytes), std::move(gpu_error)});
  }
  return reports;
}

}  // namespace faultline
