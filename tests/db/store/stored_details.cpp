#include "tests/db/store/stored_details.h"

#include <cstdlib>

#include "db/sqlite/connection.h"
#include "db/sqlite/json_text.h"
#include "db/store/stored_stack.h"

namespace faultline {
namespace {

std::uint64_t hex_value(const std::string& digits) { return std::strtoull(digits.c_str(), nullptr, 16); }

template <typename T>
std::optional<T> maybe_number(const Statement& row, int column) {
  if (row.is_null(column)) return std::nullopt;
  return static_cast<T>(row.integer(column));
}

Result<void> read_fault(Connection& connection, std::int64_t report_id, ReportDetails& details) {
  TRY_ASSIGN(auto row,
             connection.prepare(
                 "SELECT a.fault_kind, a.fault_address_hex, a.fault_access, a.fault_size_bytes, i.value, "
                 "a.base_register, a.base_value_hex, a.fault_offset_hex, a.agrees, a.sentence, "
                 "a.evidence_json, fr.value, cpu.value, a.translated, sig.value, a.codes_json, a.subtype, "
                 "a.registers_json, a.crashed_thread_index FROM report_analysis a LEFT JOIN text i ON i.id = "
                 "a.instruction_id LEFT JOIN text fr ON fr.id = a.fault_rule_id LEFT JOIN text cpu ON cpu.id "
                 "= a.cpu_type_id LEFT JOIN text sig ON sig.id = a.signal_id WHERE a.report_id = ?"));
  row.bind(report_id);
  TRY_ASSIGN(const bool found, row.step());
  if (!found) return {};
  FaultExplanation& fault = details.fault;
  fault.kind = parse_fault_kind(row.text_view(0)).value_or(FaultKind::unknown);
  fault.address = maybe_hex(row, 1);
  fault.access = parse_access_kind(row.text_view(2));
  fault.size_bytes = maybe_number<std::uint32_t>(row, 3);
  fault.instruction = row.text(4);
  fault.base_register = row.text(5);
  fault.base_value = maybe_hex(row, 6);
  fault.fault_offset = maybe_hex(row, 7);
  if (!row.is_null(8)) fault.agrees = row.boolean(8);
  fault.sentence = row.text(9);
  TRY_ASSIGN(fault.evidence, read_json_array(connection, row.text_view(10)));
  fault.rule = row.text(11);
  details.cpu_type = row.maybe_text(12);
  if (!row.is_null(13)) details.translated = row.boolean(13);
  details.signal = row.text(14);
  TRY_ASSIGN(const auto codes, read_json_array(connection, row.text_view(15)));
  for (const std::string& code : codes) details.codes.push_back(hex_value(code));
  details.subtype = row.text(16);
  TRY_ASSIGN(const auto registers, read_json_object(connection, row.text_view(17)));
  for (const auto& [name, value] : registers) details.registers.emplace_back(name, hex_value(value));
  details.crashed_thread = maybe_number<std::size_t>(row, 18);
  return {};
}

Result<void> read_site(Connection& connection, std::int64_t report_id, ReportDetails& details) {
  TRY_ASSIGN(auto row,
             connection.prepare(
                 "SELECT s.key, s.text, s.family, s.family_text, s.image, s.function, s.code_offset_hex, "
                 "s.fault_offset_hex, s.access, s.fault_kind, a.site_thread_index, a.site_frame_index, "
                 "ru.value, n.value FROM report rp JOIN site s ON s.id = rp.site_id JOIN report_analysis a "
                 "ON a.report_id = rp.id LEFT JOIN text ru ON ru.id = a.site_rule_id LEFT JOIN text n "
                 "ON n.id = a.site_notes_id WHERE rp.id = ?"));
  row.bind(report_id);
  TRY_ASSIGN(const bool found, row.step());
  if (!found) return {};
  CrashSite& site = details.site;
  site.key = row.text(0);
  site.text = row.text(1);
  site.family = row.text(2);
  site.family_text = row.text(3);
  site.image = row.text(4);
  site.function = row.text(5);
  site.code_offset = maybe_hex(row, 6);
  site.fault_offset = maybe_hex(row, 7);
  site.access = parse_access_kind(row.text_view(8));
  site.kind = parse_fault_kind(row.text_view(9)).value_or(FaultKind::unknown);
  site.thread_index = maybe_number<std::size_t>(row, 10);
  site.frame_index = maybe_number<std::size_t>(row, 11);
  site.rule = row.text(12);
  TRY_ASSIGN(site.notes, read_json_array(connection, row.text_view(13)));
  return {};
}

Result<void> read_lists(Connection& connection, std::int64_t report_id, ReportDetails& details) {
  std::vector<std::int64_t> stacks;
  {
    TRY_ASSIGN(auto row, connection.prepare(
                             "SELECT stack_id FROM report_thread WHERE report_id = ? ORDER BY thread_index"));
    row.bind(report_id);
    while (true) {
      TRY_ASSIGN(const bool found, row.step());
      if (!found) break;
      stacks.push_back(row.integer(0));
    }
  }
  for (const std::int64_t stack : stacks) {
    TRY_ASSIGN(auto frames, read_stack(connection, stack));
    details.threads.push_back(std::move(frames));
  }
  {
    TRY_ASSIGN(auto row,
               connection.prepare("SELECT x.value FROM report_partner p JOIN text x ON x.id = p.function_id "
                                  "WHERE p.report_id = ? ORDER BY x.value"));
    row.bind(report_id);
    while (true) {
      TRY_ASSIGN(const bool found, row.step());
      if (!found) break;
      details.partners.push_back(row.text(0));
    }
  }
  TRY_ASSIGN(auto row, connection.prepare(
                           "SELECT at, message FROM report_issue WHERE report_id = ? ORDER BY position"));
  row.bind(report_id);
  while (true) {
    TRY_ASSIGN(const bool found, row.step());
    if (!found) return {};
    details.issues.push_back({row.text(0), row.text(1)});
  }
}

}  // namespace

Result<ReportDetails> report_details(Store& store, std::string_view text) {
  Connection& connection = store.connection();
  TRY_ASSIGN(const std::string incident, store.resolve_report(text));
  std::int64_t report_id = 0;
  {
    TRY_ASSIGN(auto statement, connection.prepare("SELECT id FROM report WHERE incident = ?"));
    statement.bind(incident);
    TRY(statement.step());
    report_id = statement.integer(0);
  }
  ReportDetails details;
  TRY_ASSIGN(details.row, report_row(store, incident));
  TRY(read_fault(connection, report_id, details));
  TRY(read_site(connection, report_id, details));
  TRY(read_lists(connection, report_id, details));
  return details;
}

}  // namespace faultline
