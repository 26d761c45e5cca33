// Tables as CSV.
//
// RFC 4180: CRLF after each record, a header record, fields quoted where they hold a comma, a quote or a
// line break. UTF-8 without a byte order mark. Compound cells are one field a number (table.h).
//
// Text fields are made safe for two readers:
//  - terminals: control characters stand as `\x1b`, so that a record is always one line;
//  - spreadsheets: text that begins with = + - @ (or a tab) would be run as a formula, so it gets an
//    apostrophe before it. Numbers are never touched. A program that needs the exact text reads JSON.

#pragma once

#include <string>

#include "reports/formats/report_writer.h"

namespace faultline {

class CsvWriter final : public ReportWriter {
 public:
  /// Header and rows only: caption, footnotes and facts have no place in a CSV.
  [[nodiscard]] std::string write(const Table& table) const override;
};

}  // namespace faultline
