#include "app/ingest/symbolized_file.h"

#include <fmt/format.h>

#include <utility>

#include "analyzer/derive.h"
#include "analyzer/parse/parse_report.h"
#include "app/ingest/ingest.h"
#include "app/ingest/report_sources.h"
#include "app/ingest/symbol_search.h"
#include "core/files/text_file.h"

namespace faultline {

Result<SymbolizedFile> symbolize_file(const std::string& path, const std::vector<std::string>& symbol_paths) {
  TRY_ASSIGN(const auto chosen, choose_report_file(path));
  TRY_ASSIGN(const auto bytes, chosen.path == "-" ? read_stdin() : read_file(chosen.path, kParseLimitBytes));
  auto report = parse_report(bytes);
  if (report.kind == ReportKind::unreadable) {
    return fail(ErrorKind::parse,
                path + ": " + (report.issues.empty() ? "no crash report" : report.issues[0].message));
  }
  SymbolizedFile file;
  file.read_issues = report.issues;
  file.left_out = chosen.left_out;
  file.symbolized = symbolize_report(std::move(report), symbolize_options(symbol_paths));
  return file;
}

std::vector<std::string> symbol_file_lines(const SymbolizedReport& symbolized) {
  std::vector<std::string> lines;
  for (std::size_t i = 0; i < symbolized.images.size(); ++i) {
    const auto& image = symbolized.images[i];
    if (!image.place) continue;
    lines.push_back(fmt::format("{}: {} frames named from {} ({})",
                                symbolized.report.images[i].display_name(), image.frames_named,
                                image.file.string(), symbol_place_text(*image.place)));
  }
  return lines;
}

}  // namespace faultline
