// Tables for a terminal.

#pragma once

#include <string>

#include "reports/formats/report_writer.h"

namespace faultline {

/// Columns line up, numbers at their right, the parts of a rate under each other. Where the table is
/// wider than the terminal, long text cells are broken over several lines; where that is not enough, the
/// columns are cut into blocks, each of which begins with those that name the row.
class TextWriter final : public ReportWriter {
 public:
  explicit TextWriter(const WriterOptions& options) : options_(options) {}
  [[nodiscard]] std::string write(const Table& table) const override;

 private:
  WriterOptions options_;
};

}  // namespace faultline
