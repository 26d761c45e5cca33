#include "reports/formats/report_writer.h"

#include <algorithm>
#include <array>

#include "core/base/check.h"

namespace faultline {

using MakeWriter = std::unique_ptr<ReportWriter> (*)(const WriterOptions&);
// Each stands in the file of its writer, which needs no header.
std::unique_ptr<ReportWriter> make_text_writer(const WriterOptions& options);
std::unique_ptr<ReportWriter> make_markdown_writer(const WriterOptions& options);
std::unique_ptr<ReportWriter> make_csv_writer(const WriterOptions& options);
std::unique_ptr<ReportWriter> make_json_writer(const WriterOptions& options);

namespace {

struct FormatEntry {
  TableFormat format;
  TableAudience audience;
  MakeWriter make;
};

/// A new format is a line here and the file of its writer.
constexpr std::array kFormats{
    FormatEntry{TableFormat("text"), TableAudience::people, make_text_writer},
    FormatEntry{TableFormat("markdown"), TableAudience::people, make_markdown_writer},
    FormatEntry{TableFormat("csv"), TableAudience::programs, make_csv_writer},
    FormatEntry{TableFormat("json"), TableAudience::programs, make_json_writer},
};

const FormatEntry* find_entry(std::string_view name) {
  const auto* found = std::find_if(kFormats.begin(), kFormats.end(),
                                   [&](const FormatEntry& entry) { return entry.format.name() == name; });
  return found == kFormats.end() ? nullptr : found;
}

const FormatEntry& entry_of(TableFormat format) {
  const auto* entry = find_entry(format.name());
  CHECK(entry != nullptr);
  return *entry;
}

}  // namespace

const std::vector<TableFormat>& table_formats() {
  static const std::vector<TableFormat> all = [] {
    std::vector<TableFormat> formats;
    for (const auto& entry : kFormats) formats.push_back(entry.format);
    return formats;
  }();
  return all;
}

std::optional<TableFormat> parse_table_format(std::string_view text) {
  const auto* entry = find_entry(text);
  return entry == nullptr ? std::nullopt : std::optional(entry->format);
}

TableAudience audience_of(TableFormat format) { return entry_of(format).audience; }

std::unique_ptr<ReportWriter> make_report_writer(TableFormat format, const WriterOptions& options) {
  return entry_of(format).make(options);
}

std::string write_table(const Table& table, TableFormat format, const WriterOptions& options) {
  return make_report_writer(format, options)->write(table);
}

}  // namespace faultline
