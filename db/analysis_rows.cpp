// write_analysis: one report's derived rows.

#include <cstring>
#include <span>
#include <type_traits>

#include "core/hash.h"
#include "db/json_text.h"
#include "db/store_parts.h"

namespace faultline {
namespace {

std::optional<std::string> maybe_hex16(const std::optional<std::uint64_t>& value) {
  if (!value) return std::nullopt;
  return hex16(*value);
}

template <typename T>
std::optional<std::int64_t> maybe_int64(const std::optional<T>& value) {
  if (!value) return std::nullopt;
  return static_cast<std::int64_t>(*value);
}

std::string_view view(const std::optional<std::string>& value) {
  return value ? std::string_view(*value) : std::string_view();
}

/// `15.7.3` of `macOS 15.7.3`.
std::string_view os_version_of(const CrashReport& report) {
  const std::string_view train = view(report.os.train);
  const auto blank = train.rfind(' ');
  return blank == std::string_view::npos ? train : train.substr(blank + 1);
}

std::string_view process_name_of(const CrashReport& report) {
  for (const auto* name : {&report.process_name, &report.header.app_name, &report.header.name}) {
    if (*name && !(*name)->empty()) return **name;
  }
  return {};
}

std::optional<std::string> time_of(const CrashReport& report) {
  for (const auto* written : {&report.capture_time, &report.header.timestamp}) {
    if (!*written) continue;
    if (const auto time = parse_report_time(**written)) return format_utc_precise(*time);
  }
  return std::nullopt;
}

Result<void> remove_derived_rows(Connection& connection, std::int64_t report_id) {
  for (const std::string_view sql :
       {"DELETE FROM report_analysis WHERE report_id = ?", "DELETE FROM report_thread WHERE report_id = ?",
        "DELETE FROM report_partner WHERE report_id = ?", "DELETE FROM report_issue WHERE report_id = ?"}) {
    TRY_ASSIGN(auto statement, connection.prepare(sql));
    TRY(statement.with(report_id).run());
  }
  return {};
}

Result<void> write_summary(StoreParts& parts, std::int64_t report_id, std::int64_t raw_id,
                           const Analysis& analysis, SiteWriting writing) {
  const CrashReport& report = analysis.report;
  Interner& intern = parts.interner;
  std::optional<std::int64_t> site_id;
  if (!analysis.site.key.empty()) {
    TRY_ASSIGN(site_id, intern.site(analysis.site, analysis.labels, analysis.rules_version, writing));
  }
  TRY_ASSIGN(const auto process, intern.attribute("process", process_name_of(report)));
  TRY_ASSIGN(const auto os_version, intern.attribute("os_version", os_version_of(report)));
  TRY_ASSIGN(const auto os_build, intern.attribute("os_build", view(report.os.build)));
  TRY_ASSIGN(const auto model, intern.attribute("model", view(report.model)));
  const std::string_view exception_type = report.exception ? std::string_view(report.exception->type) : "";
  TRY_ASSIGN(const auto exception, intern.attribute("exception", exception_type));
  const auto time = time_of(report);
  const std::string hash = analysis_hash(analysis);
  TRY_ASSIGN(auto statement, parts.connection.prepare(
                                 "UPDATE report SET raw_id = ?, kind = ?, happened_at = ?, site_id = ?, "
                                 "process_id = ?, pid = ?, os_version_id = ?, os_build_id = ?, model_id = ?, "
                                 "exception_id = ?, rules_version = ?, analysis_hash = ? WHERE id = ?"));
  statement.with(raw_id, report_kind_text(report.kind), time, site_id, process, report.pid, os_version,
                 os_build, model, exception, analysis.rules_version, hash, report_id);
  return statement.run();
}

std::string codes_json(const ExceptionInfo& exception) {
  std::vector<std::string> codes;
  for (const std::uint64_t code : exception.raw_codes) codes.push_back(hex16(code));
  return json_array(codes);
}

std::optional<std::string> registers_json(const CrashReport& report) {
  const auto index = report.crashed_thread_index();
  if (!index || !report.threads[*index].state) return std::nullopt;
  std::vector<std::pair<std::string, std::string>> registers;
  for (const Register& one : report.threads[*index].state->registers)
    registers.emplace_back(one.name, hex16(one.value));
  return json_object(registers);
}

struct StackIds {
  std::optional<std::int64_t> crashed;
  std::optional<std::int64_t> image_set;
};

Result<StackIds> write_threads(StoreParts& parts, std::int64_t report_id, const CrashReport& report) {
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
    TRY(statement.with(report_id, static_cast<std::int64_t>(i), stack, name, queue).run_and_reset());
    if (crashed == i) ids.crashed = stack;
  }
  return ids;
}

Result<void> write_details(StoreParts& parts, std::int64_t report_id, const Analysis& analysis,
                           const StackIds& stacks) {
  const CrashReport& report = analysis.report;
  const FaultExplanation& fault = analysis.fault;
  const CrashSite& site = analysis.site;
  Interner& intern = parts.interner;
  const ExceptionInfo exception = report.exception.value_or(ExceptionInfo{});
  const Termination termination = report.termination.value_or(Termination{});
  TRY_ASSIGN(const auto cpu, intern.optional_text(report.cpu_type));
  TRY_ASSIGN(const auto signal, intern.optional_text(exception.signal));
  TRY_ASSIGN(const auto instruction, intern.text_or_null(fault.instruction));
  TRY_ASSIGN(const auto fault_rule, intern.text_or_null(fault.rule));
  TRY_ASSIGN(const auto site_rule, intern.text_or_null(site.rule));
  TRY_ASSIGN(const auto notes, intern.text(json_array(site.notes)));
  const std::string codes = codes_json(exception);
  const std::string evidence = json_array(fault.evidence);
  const auto registers = registers_json(report);
  const auto termination_code = maybe_hex16(termination.code);
  const auto address = maybe_hex16(fault.address);
  const auto base_value = maybe_hex16(fault.base_value);
  const auto fault_offset = maybe_hex16(fault.fault_offset);
  std::optional<std::string_view> access;
  if (fault.access) access = access_kind_text(*fault.access);
  TRY_ASSIGN(
      auto statement,
      parts.connection.prepare(
          "INSERT INTO report_analysis (report_id, cpu_type_id, translated, signal_id, codes_json, subtype, "
          "termination_namespace, termination_code_hex, termination_indicator, fault_kind, "
          "fault_address_hex, "
          "fault_access, fault_size_bytes, instruction_id, base_register, base_value_hex, fault_offset_hex, "
          "agrees, sentence, evidence_json, fault_rule_id, site_thread_index, site_frame_index, "
          "site_rule_id, "
          "site_notes_id, crashed_thread_index, crashed_stack_id, registers_json, image_set_id, issue_count) "
          "VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)"));
  statement.with(report_id, cpu, report.translated, signal, codes, exception.subtype);
  statement.with(termination.name_space, termination_code, termination.indicator);
  statement.with(fault_kind_text(fault.kind), address, access, maybe_int64(fault.size_bytes), instruction);
  statement.bind_or_null(fault.base_register).with(base_value, fault_offset, fault.agrees);
  statement.with(fault.sentence, evidence, fault_rule, maybe_int64(site.thread_index),
                 maybe_int64(site.frame_index));
  statement.with(site_rule, notes, maybe_int64(report.crashed_thread_number()), stacks.crashed, registers);
  statement.with(stacks.image_set, static_cast<std::int64_t>(report.issues.size()));
  return statement.run();
}

Result<void> write_lists(StoreParts& parts, std::int64_t report_id, const Analysis& analysis) {
  {
    TRY_ASSIGN(auto partner,
               parts.connection.prepare("INSERT OR IGNORE INTO report_partner (report_id, function_id) "
                                        "VALUES (?, ?)"));
    for (const std::string& function : analysis.portrait.functions) {
      TRY_ASSIGN(const std::int64_t id, parts.interner.text(function));
      TRY(partner.with(report_id, id).run_and_reset());
    }
  }
  TRY_ASSIGN(auto issue,
             parts.connection.prepare("INSERT INTO report_issue (report_id, position, at, message) "
                                      "VALUES (?, ?, ?, ?)"));
  std::int64_t position = 0;
  for (const Issue& one : analysis.report.issues) {
    TRY(issue.with(report_id, position++, one.at, one.message).run_and_reset());
  }
  return {};
}

/// Collects values so that different ones cannot make the same text.
class Digest {
 public:
  Digest& add(std::string_view value) {
    add(value.size());
    text_ += value;
    return *this;
  }
  Digest& add(const std::string& value) { return add(std::string_view(value)); }
  template <typename T>
    requires(std::is_integral_v<T> || std::is_enum_v<T>)
  Digest& add(T value) {
    const auto number = static_cast<std::uint64_t>(value);
    char bytes[sizeof number];
    std::memcpy(bytes, &number, sizeof number);
    text_.append(bytes, sizeof number);
    return *this;
  }
  template <typename T>
  Digest& add(const std::optional<T>& value) {
    add(value.has_value());
    return value ? add(*value) : *this;
  }
  Digest& add(const std::vector<std::string>& values) {
    add(values.size());
    for (const std::string& value : values) add(value);
    return *this;
  }
  [[nodiscard]] std::string hash() const { return hash128_hex(text_); }

 private:
  std::string text_;
};

void add_image(Digest& digest, const Image& image) {
  digest.add(image.uuid ? image.uuid->text() : std::string()).add(image.build_id).add(image.name);
  digest.add(image.path).add(image.arch).add(image.source).add(image.size_bytes);
  digest.add(image.bundle_id).add(image.bundle_short_version).add(image.bundle_version);
}

void add_threads(Digest& digest, const CrashReport& report) {
  digest.add(report.threads.size());
  for (const Thread& thread : report.threads) {
    digest.add(thread.name).add(thread.queue).add(thread.frames.size());
    for (const Frame& frame : thread.frames) {
      digest.add(frame.image_index)
          .add(std::optional<std::string>(frame.image_name))
          .add(frame.image_offset.value);
      digest.add(frame.address ? frame.address->value : 0).add(frame.symbol).add(frame.symbol_location);
      digest.add(frame.inlined);
    }
  }
}

void add_explanation(Digest& digest, const Analysis& analysis) {
  const FaultExplanation& fault = analysis.fault;
  digest.add(fault.kind).add(fault.address).add(fault.access).add(fault.size_bytes).add(fault.instruction);
  digest.add(fault.base_register).add(fault.base_value).add(fault.fault_offset).add(fault.agrees);
  digest.add(fault.sentence).add(fault.evidence).add(fault.rule);
  const CrashSite& site = analysis.site;
  // The family is the site's own row.
  digest.add(site.key).add(site.family).add(site.thread_index).add(site.frame_index).add(site.rule);
  digest.add(site.notes).add(analysis.portrait.functions);
}

}  // namespace

std::string analysis_hash(const Analysis& analysis) {
  const CrashReport& report = analysis.report;
  Digest digest;
  digest.add(report.kind).add(process_name_of(report)).add(time_of(report)).add(report.pid);
  digest.add(os_version_of(report)).add(report.os.build).add(report.model).add(report.cpu_type);
  digest.add(report.translated).add(report.crashed_thread_number());
  const ExceptionInfo exception = report.exception.value_or(ExceptionInfo{});
  digest.add(exception.type).add(exception.signal).add(codes_json(exception)).add(exception.subtype);
  const Termination termination = report.termination.value_or(Termination{});
  digest.add(termination.name_space).add(termination.code).add(termination.indicator);
  digest.add(registers_json(report)).add(report.images.size());
  for (const Image& image : report.images) add_image(digest, image);
  add_threads(digest, report);
  add_explanation(digest, analysis);
  digest.add(report.issues.size());
  for (const Issue& issue : report.issues) digest.add(issue.at).add(issue.message);
  return digest.hash();
}

Result<void> write_analysis(StoreParts& parts, std::int64_t report_id, std::int64_t raw_id,
                            const Analysis& analysis, SiteWriting writing) {
  TRY(remove_derived_rows(parts.connection, report_id));
  TRY(write_summary(parts, report_id, raw_id, analysis, writing));
  TRY_ASSIGN(const StackIds stacks, write_threads(parts, report_id, analysis.report));
  TRY(write_details(parts, report_id, analysis, stacks));
  TRY(write_lists(parts, report_id, analysis));
  return refresh_repeats_of(parts.connection, report_id);
}

Result<void> write_output_site(StoreParts& parts, std::int64_t trial_id, const OutputSite* found,
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
