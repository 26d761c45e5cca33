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

}  // namespace faultline
