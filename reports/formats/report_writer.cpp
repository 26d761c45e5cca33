#include "reports/formats/report_writer.h"

#include "reports/formats/csv_writer.h"
#include "reports/formats/json_writer.h"
#include "reports/formats/markdown_writer.h"
#include "reports/formats/text_writer.h"

namespace faultline {

std::unique_ptr<ReportWriter> make_report_writer(TableFormat format, const WriterOptions& options) {
  switch (format) {
    case TableFormat::text:
      return std::make_unique<TextWriter>(options);
    case TableFormat::markdown:
      return std::make_unique<MarkdownWriter>();
    case TableFormat::csv:
      return std::make_unique<CsvWriter>();
    case TableFormat::json:
      return std::make_unique<JsonWriter>();
  }
  return nullptr;
}

std::string write_table(const Table& table, TableFormat format, const WriterOptions& options) {
  return make_report_writer(format, options)->write(table);
}

}  // namespace faultline
