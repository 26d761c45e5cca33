#include "app/report/shown_report.h"

#include <fmt/format.h>

#include <charconv>
#include <system_error>
#include <utility>

#include "analyzer/derive.h"
#include "analyzer/parse/split_reports.h"
#include "analyzer/symbolize/symbolize_report.h"
#include "app/ingest/ingest.h"
#include "app/ingest/report_sources.h"
#include "app/ingest/symbol_search.h"
#include "core/files/text_file.h"
#include "db/queries.h"

namespace faultline {

bool names_a_file(const std::string& what) {
  std::error_code ignored;
  return what == "-" || std::filesystem::exists(what, ignored) || what.find('.') != std::string::npos ||
         (what.find('/') != std::string::npos && !parse_trial_name(what));
}

std::optional<TrialName> parse_trial_name(const std::string& what) {
  const auto slash = what.find('/');
  if (slash == std::string::npos || slash == 0) return std::nullopt;
  TrialName name{what.substr(0, slash), 0};
  if (name.run.find_first_not_of("0123456789abcdefABCDEF-") != std::string::npos && name.run != "last") {
    return std::nullopt;
  }
  const auto* end = what.data() + what.size();
  const auto [stop, error] = std::from_chars(what.data() + slash + 1, end, name.index);
  if (error != std::errc() || stop != end) return std::nullopt;
  return name;
}

Result<ReportBytes> report_of_file(const std::string& path) {
  TRY_ASSIGN(auto file, choose_report_file(path));
  TRY_ASSIGN(auto bytes, file.path == "-" ? read_stdin() : read_file(file.path, kKeepLimitBytes));
  ReportBytes report;
  report.bytes = std::move(bytes);
  report.left_out = std::move(file.left_out);
  return report;
}

Result<ReportBytes> report_of_store(Store& store, const std::string& what) {
  TRY_ASSIGN(const auto incident, store.resolve_report(what));
  ReportBytes report;
  report.incident = incident;
  TRY_ASSIGN(report.bytes, store.raw_report(incident));
  TRY_ASSIGN(const auto arrival, store.arrival_of(incident));
  report.origin = arrival.origin;
  TRY_ASSIGN(const auto row, report_row(store, incident));
  report.stored_site = row.site_key;
  report.stored_rules = row.rules_version;
  TRY_ASSIGN(report.gpu_error, store.gpu_error_of(incident));
  return report;
}

ShownReport derive_shown(const ReportBytes& report, const SiteRules& rules, FrameNames names,
                         const std::vector<std::string>& symbol_paths) {
  Symbolizer symbolizer(without_new_cache(symbolize_options(symbol_paths)));
  ShownReport shown;
  for (const auto piece : split_reports(report.bytes)) {
    shown.analyses.push_back(derive(piece, report.origin, rules, &symbolizer, report.gpu_error, names));
  }
  // What it finds by itself is of other builds wherever a report comes from elsewhere.
  shown.symbol_problems = symbol_problems(symbolizer, symbol_paths, /*all=*/!symbol_paths.empty());
  return shown;
}

std::optional<std::string> difference_from_store(const ReportBytes& report, const ShownReport& shown) {
  if (shown.analyses.size() != 1) return std::nullopt;
  const Analysis& analysis = shown.analyses.front();
  if (report.stored_site.empty() || report.stored_site == analysis.site.key) return std::nullopt;
  return fmt::format(
      "The store has this report at site {} (rules {}), here it is {} (rules {}): show it with the "
      "same --rules and --symbols, or derive the store again with faultline reanalyze",
      report.stored_site, report.stored_rules, analysis.site.key, analysis.rules_version);
}

Result<Disassembly> disassemble_at_pc(const CrashReport& report,
                                      const std::vector<std::string>& symbol_paths) {
  const auto thread = report.crashed_thread_index();
  if (!thread || report.threads[*thread].frames.empty()) {
    return fail(ErrorKind::symbols, "the report has no frame of a crashed thread");
  }
  SymbolFinder finder(symbol_places(symbolize_options(symbol_paths)));
  return disassemble_around(report, *thread, 0, finder);
}

Result<ShownTrial> find_shown_trial(Store& store, const std::filesystem::path& db, const TrialName& name,
                                    const SiteRules& rules) {
  TRY_ASSIGN(auto run, store.run(name.run));
  TRY_ASSIGN(auto trial, store.find_trial(run.uuid, name.index));
  if (!trial) {
    return fail(ErrorKind::invalid_argument, fmt::format("run {} has no trial {}; see faultline list trials",
                                                         run.uuid.text(), name.index));
  }
  const auto folder =
      std::filesystem::path(db.string() + ".trials") / run.uuid.text() / std::to_string(name.index);
  auto site = derive_output_site(*trial, rules);
  return ShownTrial{std::move(run), std::move(*trial), folder, std::move(site)};
}

}  // namespace faultline
