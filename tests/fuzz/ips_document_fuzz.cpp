// Any bytes split, and the quick look of the collector against the full parser.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "analyzer/parse/ips/ips_parser.h"
#include "core/base/check.h"
#include "core/ips/ips_document.h"
#include "core/ips/json_scan.h"
#include "core/ips/report_summary.h"

using namespace faultline;

namespace {

/// Where a part lies in the bytes; the parts must not overlap and must keep their order.
std::size_t check_order(std::string_view bytes, std::string_view part, std::size_t from) {
  if (part.empty()) return from;
  CHECK(part.data() >= bytes.data() && part.data() + part.size() <= bytes.data() + bytes.size());
  const auto start = static_cast<std::size_t>(part.data() - bytes.data());
  CHECK(start >= from);
  return start + part.size();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto parts = split_ips(bytes);
  std::size_t end = 0;
  for (const auto part : {parts.before, parts.header, parts.body, parts.after})
    end = check_order(bytes, part, end);
  CHECK(parts.body_is_json || !parts.body_is_complete);

  const auto identity = summarize_report(bytes).identity;
  if (parts.body_is_json && identity.complete) CHECK(parts.body_is_complete);

  // The two readers may differ in what they make of damage, but not of a valid report.
  const auto reading = parse_ips(bytes);
  if (reading.recognised && reading.undamaged && !reading.report.from_text && reading.report.issues.empty()) {
    if (identity.pid && reading.report.pid) CHECK(*identity.pid == *reading.report.pid);
    if (identity.start_ticks && reading.report.start_ticks) {
      CHECK(*identity.start_ticks == *reading.report.start_ticks);
    }
  }
  return 0;
}
