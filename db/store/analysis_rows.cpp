// write_analysis and write_explanation: one report's derived rows.

#include "core/base/hash.h"
#include "db/sqlite/json_text.h"
#include "db/store/report_columns.h"
#include "db/store/store_impl.h"

namespace faultline {
namespace {

template <typename T>
std::optional<std::int64_t> maybe_int64(const std::optional<T>& value) {
  if (!value) return std::nullopt;
  return static_cast<std::int64_t>(*value);
}

Result<void> remove_partners(Connection& connection, std::int64_t report_id) {
  TRY_ASSIGN(auto statement, connection.prepare("DELETE FROM report_partner WHERE report_id = ?"));
  return statement.with(report_id).run();
}

Result<void> remove_derived_rows(Connection& connection, std::int64_t report_id) {
  TRY(remove_partners(connection, report_id));
  for (const std::string_view sql :
       {"DELETE FROM report_analysis WHERE report_id = ?", "DELETE FROM report_thread WHERE report_id = ?",
        "DELETE FROM report_issue WHERE report_id = ?"}) {
    TRY_ASSIGN(auto statement, connection.prepare(sql));
    TRY(statement.with(report_id).run());
  }
  return {};
}

Result<std::optional<std::int64_t>> write_site(StoreImpl& parts, const Analysis& analysis,
                                               SiteWriting writing) {
  if (analysis.site.key.empty()) return std::nullopt;
  TRY_ASSIGN(const std::int64_t id,
             parts.interner.site(analysis.site, analysis.labels, analysis.rules_version, writing));
  return id;
}

Result<void> write_summary(StoreImpl& parts, std::int64_t report_id, std::int64_t raw_id,
                           const Analysis& analysis, std::string_view hash, SiteWriting writing) {
  const CrashReport& report = analysis.report;
  Interner& intern = parts.interner;
  TRY_ASSIGN(const auto site_id, write_site(parts, analysis, writing));
  TRY_ASSIGN(const auto process, intern.attribute("process", process_name_of(report)));
  TRY_ASSIGN(const auto os_version, intern.attribute("os_version", os_version_of(report)));
  TRY_ASSIGN(const auto os_build, intern.attribute("os_build", report.os.build.value_or("")));
  TRY_ASSIGN(const auto model, intern.attribute("model", report.model.value_or("")));
  const std::string_view exception_type = report.exception ? std::string_view(report.exception->type) : "";
  TRY_ASSIGN(const auto exception, intern.attribute("exception", exception_type));
  const auto time = time_of(report);
  TRY_ASSIGN(auto statement, parts.connection.prepare(
                                 "UPDATE report SET raw_id = ?, kind = ?, happened_at = ?, site_id = ?, "
                                 "process_id = ?, pid = ?, os_version_id = ?, os_build_id = ?, model_id = ?, "
                                 "exception_id = ?, rules_version = ?, analysis_hash = ? WHERE id = ?"));
  statement.with(raw_id, report_kind_text(report.kind), time, site_id, process, report.pid, os_version,
                 os_build, model, exception, analysis.rules_version, hash, report_id);
  return statement.run();
}

struct StackIds {
  std::optional<std::int64_t> crashed;
  std::optional<std::int64_t> image_set;
};

Result<StackIds> write_threads(StoreImpl& parts, std::int64_t report_id, const CrashReport& report) {
  StackIds ids;
  std::vector<Interner::KeyedId> images;
  images.reserve(report.images.size());
  for (const Image& image : report.images) {
    TRY_ASSIGN(auto id, parts.interner.image(image));
    images.push_back(std::move(id));
  }
  if (!images.empty()) {
    TRY_ASSIGN(ids.image_set, parts.interner.image_set(images));
  }
  const auto crashed = report.crashed_thread_index();
  TRY_ASSIGN(auto statement,
             parts.connection.prepare(
                 "INSERT INTO report_thread (report_id, thread_index, stack_id, name_id, queue_id) "
                 "VALUES (?, ?, ?, ?, ?)"));
  for (std::size_t i = 0; i < report.threads.size(); ++i) {
    const Thread& thread = report.threads[i];
    TRY_ASSIGN(const std::int64_t stack, parts.interner.stack(thread.frames, images));
    TRY_ASSIGN(const auto name, parts.interner.optional_text(thread.name));
    TRY_ASSIGN(const auto queue, parts.interner.optional_text(thread.queue));
    TRY(statement.with(report_id, static_cast<std::int64_t>(report.thread_number(i)), stack, name, queue)
            .run_and_reset());
    if (crashed == i) ids.crashed = stack;
  }
  return ids;
}

/// The columns of report_analysis that say how a report is explained. Keeps what it bound.
class ExplanationColumns {
 public:
  static constexpr std::string_view kNames =
      "fault_kind, fault_address_hex, fault_access, fault_size_bytes, instruction_id, base_register, "
      "base_value_hex, fault_offset_hex, agrees, sentence, evidence_json, fault_rule_id, site_thread_index, "
      "site_frame_index, site_rule_id, site_notes_id";
  static constexpr std::string_view kParameters = "?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?";

  /// `analysis` must outlive it.
  static Result<ExplanationColumns> of(Interner& intern, const Analysis& analysis) {
    ExplanationColumns columns(analysis.fault, analysis.site);
    TRY_ASSIGN(columns.instruction_, intern.text_or_null(analysis.fault.instruction));
    TRY_ASSIGN(columns.fault_rule_, intern.text_or_null(analysis.fault.rule));
    TRY_ASSIGN(columns.site_rule_, intern.text_or_null(analysis.site.rule));
    TRY_ASSIGN(columns.notes_, intern.text(json_array(analysis.site.notes)));
    return columns;
  }

  /// The first parameters of `statement`.
  void bind_to(Statement& statement) const {
    std::optional<std::string_view> access;
    if (fault_->access) access = access_kind_text(*fault_->access);
    statement.with(fault_kind_text(fault_->kind), address_, access, maybe_int64(fault_->size_bytes),
                   instruction_);
    statement.bind_or_null(fault_->base_register).with(base_value_, fault_offset_, fault_->agrees);
    statement.with(fault_->sentence, evidence_, fault_rule_, maybe_int64(site_->thread_index),
                   maybe_int64(site_->frame_index), site_rule_, notes_);
  }

 private:
  ExplanationColumns(const FaultExplanation& fault, const CrashSite& site)
      : fault_(&fault),
        site_(&site),
        evidence_(json_array(fault.evidence)),
        address_(hex16_or_null(fault.address)),
        base_value_(hex16_or_null(fault.base_value)),
        fault_offset_(hex16_or_null(fault.fault_offset)) {}

  const FaultExplanation* fault_;
  const CrashSite* site_;
  std::string evidence_;
  std::optional<std::string> address_;
  std::optional<std::string> base_value_;
  std::optional<std::string> fault_offset_;
  std::optional<std::int64_t> instruction_;
  std::optional<std::int64_t> fault_rule_;
  std::optional<std::int64_t> site_rule_;
  std::int64_t notes_ = 0;
};

Result<void> write_details(StoreImpl& parts, std::int64_t report_id, const Analysis& analysis,
                           const StackIds& stacks) {
  static const std::string sql =
      "INSERT INTO report_analysis (" + std::string(ExplanationColumns::kNames) +
      ", report_id, cpu_type_id, translated, signal_id, codes_json, subtype, termination_namespace, "
      "termination_code_hex, termination_indicator, crashed_thread_index, crashed_stack_id, registers_json, "
      "image_set_id, issue_count) VALUES (" +
      std::string(ExplanationColumns::kParameters) + ",?,?,?,?,?,?,?,?,?,?,?,?,?,?)";
  const CrashReport& report = analysis.report;
  const ExceptionInfo exception = report.exception.value_or(ExceptionInfo{});
  const Termination termination = report.termination.value_or(Termination{});
  TRY_ASSIGN(const auto explanation, ExplanationColumns::of(parts.interner, analysis));
  TRY_ASSIGN(const auto cpu, parts.interner.optional_text(report.cpu_type));
  TRY_ASSIGN(const auto signal, parts.interner.optional_text(exception.signal));
  const std::string codes = codes_json(exception);
  const auto registers = registers_json(report);
  const auto termination_code = hex16_or_null(termination.code);
  TRY_ASSIGN(auto statement, parts.connection.prepare(sql));
  explanation.bind_to(statement);
  statement.with(report_id, cpu, report.translated, signal, codes, exception.subtype);
  statement.with(termination.name_space, termination_code, termination.indicator);
  statement.with(maybe_int64(report.crashed_thread_number()), stacks.crashed, registers, stacks.image_set,
                 static_cast<std::int64_t>(report.issues.size()));
  return statement.run();
}

Result<void> update_details(StoreImpl& parts, std::int64_t report_id, const Analysis& analysis) {
  static const std::string sql = "UPDATE report_analysis SET (" + std::string(ExplanationColumns::kNames) +
                                 ") = (" + std::string(ExplanationColumns::kParameters) +
                                 ") WHERE report_id = ?";
  TRY_ASSIGN(const auto explanation, ExplanationColumns::of(parts.interner, analysis));
  TRY_ASSIGN(auto statement, parts.connection.prepare(sql));
  explanation.bind_to(statement);
  return statement.with(report_id).run();
}

Result<void> write_partners(StoreImpl& parts, std::int64_t report_id, const Portrait& portrait) {
  TRY_ASSIGN(auto partner,
             parts.connection.prepare("INSERT OR IGNORE INTO report_partner (report_id, function_id) "
                                      "VALUES (?, ?)"));
  for (const std::string& function : portrait.functions) {
    TRY_ASSIGN(const std::int64_t id, parts.interner.text(function));
    TRY(partner.with(report_id, id).run_and_reset());
  }
  return {};
}

Result<void> write_issues(StoreImpl& parts, std::int64_t report_id, const CrashReport& report) {
  TRY_ASSIGN(auto issue,
             parts.connection.prepare("INSERT INTO report_issue (report_id, position, at, message) "
                                      "VALUES (?, ?, ?, ?)"));
  std::int64_t position = 0;
  for (const Issue& one : report.issues) {
    TRY(issue.with(report_id, position++, one.path, one.message).run_and_reset());
  }
  return {};
}

}  // namespace

Result<void> write_analysis(StoreImpl& parts, std::int64_t report_id, std::int64_t raw_id,
                            const Analysis& analysis, std::string_view hash, SiteWriting writing) {
  TRY(remove_derived_rows(parts.connection, report_id));
  TRY(write_summary(parts, report_id, raw_id, analysis, hash, writing));
  TRY_ASSIGN(const StackIds stacks, write_threads(parts, report_id, analysis.report));
  TRY(write_details(parts, report_id, analysis, stacks));
  TRY(write_partners(parts, report_id, analysis.portrait));
  TRY(write_issues(parts, report_id, analysis.report));
  return refresh_repeats_of(parts.connection, report_id);
}

Result<void> write_explanation(StoreImpl& parts, std::int64_t report_id, const Analysis& analysis,
                               std::string_view hash) {
  TRY(remove_partners(parts.connection, report_id));
  TRY_ASSIGN(const auto site_id, write_site(parts, analysis, SiteWriting::anew));
  {
    TRY_ASSIGN(auto statement,
               parts.connection.prepare(
                   "UPDATE report SET site_id = ?, rules_version = ?, analysis_hash = ? WHERE id = ?"));
    TRY(statement.with(site_id, analysis.rules_version, hash, report_id).run());
  }
  TRY(update_details(parts, report_id, analysis));
  return write_partners(parts, report_id, analysis.portrait);
}

Result<void> write_output_site(StoreImpl& parts, std::int64_t trial_id, const OutputSite* found,
                               SiteWriting writing) {
  if (found == nullptr) {
    TRY_ASSIGN(auto remove, parts.connection.prepare("DELETE FROM output_site WHERE trial_id = ?"));
    return remove.with(trial_id).run();
  }
  TRY_ASSIGN(const std::int64_t site_id,
             parts.interner.site(found->site, found->labels, found->rules_version, writing));
  const std::string notes = json_array(found->site.notes);
  TRY_ASSIGN(auto write, parts.connection.prepare(
                             "INSERT OR REPLACE INTO output_site (trial_id, site_id, rule, notes_json, "
                             "rules_version) VALUES (?, ?, ?, ?, ?)"));
  return write.with(trial_id, site_id, found->site.rule, notes, found->rules_version).run();
}

}  // namespace faultline
