// Tables as JSON: the facts of the table, then `"rows"`, an array of objects with typed values.

#pragma once

#include <string>
#include <string_view>

#include "reports/formats/report_writer.h"

namespace faultline {

/// Keys are those of machine_keys(). Null is null, infinite and undefined numbers too; unsigned offsets
/// are exact integers. Rows stand one a line.
class JsonWriter final : public ReportWriter {
 public:
  [[nodiscard]] std::string write(const Table& table) const override;
};

/// JSON text that a terminal cannot be led astray by: control characters above 0x7e and marks that turn
/// the direction of text become \uXXXX, which means the same. For any JSON that holds text of reports.
std::string terminal_safe_json(std::string_view json);

}  // namespace faultline
