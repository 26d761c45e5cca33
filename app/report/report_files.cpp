#include "app/report/report_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "core/files/text_file.h"
#include "reports/documents/report_page.h"
#include "reports/formats/report_writer.h"

namespace faultline {
namespace {

struct ReportFormat {
  const char* name;
  const char* file;  ///< In --out; empty: files of its own.
  std::string (*write)(const CampaignReport&);
};
constexpr std::array<ReportFormat, 4> kReportFormats{{{"markdown", "report.md", report_markdown},
                                                      {"html", "report.html", report_page},
                                                      {"json", "report.json", report_json},
                                                      {"junit", "report.junit.xml", report_junit}}};

const ReportFormat* find_report_format(const std::string& name) {
  const auto* found = std::find_if(kReportFormats.begin(), kReportFormats.end(),
                                   [&](const ReportFormat& format) { return format.name == name; });
  return found == kReportFormats.end() ? nullptr : found;
}

Result<void> write_tables(const CampaignReport& report, const std::filesystem::path& folder) {
  TRY(make_folder(folder));
  for (const auto& section : report.document.sections) {
    for (const Block* block : blocks_of(section.blocks, Block::Kind::table)) {
      TRY(write_file_atomically(folder / (block->table->id + ".csv"),
                                write_table(block->table->programs, TableFormat::csv)));
    }
  }
  return {};
}

}  // namespace

std::string known_report_formats() { return "markdown, html, csv, json, junit"; }

Result<void> check_report_formats(const std::vector<std::string>& formats, bool has_folder) {
  for (const auto& name : formats) {
    if (find_report_format(name) == nullptr && name != "csv") {
      return fail(ErrorKind::invalid_argument,
                  "--format: there is no " + name + "; there are " + known_report_formats());
    }
    if (name == "html" && !has_report_page()) {
      return fail(ErrorKind::unsupported,
                  "this build has no HTML page: Node was not there when it was made; run script/bootstrap "
                  "and build again");
    }
    if (!has_folder && (name == "csv" || formats.size() > 1)) {
      return fail(ErrorKind::invalid_argument, "--out FOLDER is needed for csv, and for several formats");
    }
  }
  return {};
}

std::string report_text(const CampaignReport& report, const std::string& format) {
  return find_report_format(format)->write(report);
}

Result<std::vector<std::filesystem::path>> write_report_files(const CampaignReport& report,
                                                              const std::vector<std::string>& formats,
                                                              const std::filesystem::path& folder) {
  TRY(make_folder(folder));
  std::vector<std::filesystem::path> written;
  for (const auto& name : formats) {
    if (name == "csv") {
      TRY(write_tables(report, folder / "tables"));
      written.push_back(folder / "tables");
      continue;
    }
    const auto* format = find_report_format(name);
    TRY(write_file_atomically(folder / format->file, format->write(report)));
    written.push_back(folder / format->file);
  }
  return written;
}

}  // namespace faultline
