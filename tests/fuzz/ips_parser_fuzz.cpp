// Any bytes through the one door of the parsers, and what came out through the writers.

#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string_view>

#include "analyzer/parse/json/json_repair.h"
#include "analyzer/parse/parse_report.h"
#include "core/base/check.h"
#include "core/ips/ips_writer.h"
#include "reports/documents/apple_text.h"

using namespace faultline;

namespace {

/// What our reader takes for JSON is JSON for another one, too.
void check_validity(std::string_view bytes) {
  if (JsonDocument(bytes).valid()) CHECK(nlohmann::json::accept(bytes.begin(), bytes.end()));
}

/// What repair_json() promises: its answer is JSON, and JSON needs no repair.
void check_repair(std::string_view bytes) {
  std::vector<Issue> issues;
  IssueList list(issues);
  const JsonPath top;
  const auto repaired = repair_json(bytes, top, list);
  CHECK(JsonDocument(repaired.text).valid());
  CHECK(issues.size() <= IssueList::kMost + 1);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  check_validity(bytes);
  check_repair(bytes);

  const auto report = parse_report(bytes);
  CHECK(report.kind != ReportKind::unreadable || !report.issues.empty());
  CHECK(report.issues.size() <= IssueList::kMost + 10);
  static_cast<void>(render_apple_text(report));
  if (report.kind != ReportKind::crash || report.from_text) return 0;

  // What was read can be written, and reads again as the same stacks; from then on nothing changes.
  const auto again = parse_report(write_ips(report));
  CHECK(again.kind == report.kind);
  CHECK(again.threads.size() == report.threads.size());
  for (std::size_t i = 0; i < report.threads.size(); ++i) {
    CHECK(again.threads[i].frames == report.threads[i].frames);
    CHECK(again.threads[i].triggered == report.threads[i].triggered);
  }
  CHECK(parse_report(write_ips(again)) == again);
  return 0;
}
