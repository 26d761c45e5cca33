// Any bytes through the one door of the parsers, and what came out through the writers.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "analyzer/parse/json_repair.h"
#include "analyzer/parse/parse_report.h"
#include "core/check.h"
#include "core/ips_writer.h"
#include "reports/apple_text.h"

using namespace faultline;

namespace {

/// What repair_json() promises: its answer is JSON, and JSON needs no repair.
void check_repair(std::string_view bytes) {
  std::vector<Issue> issues;
  IssueList list(issues);
  const JsonPlace top;
  const auto repaired = repair_json(bytes, top, list);
  JsonDocument document;
  CHECK(document.parse(repaired.text));
  CHECK(issues.size() <= IssueList::kMost + 1);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  check_repair(bytes);

  const auto report = parse_report(bytes);
  CHECK(report.kind != ReportKind::unreadable || !report.issues.empty());
  CHECK(report.issues.size() <= IssueList::kMost + 10);
  static_cast<void>(render_apple_text(report));
  if (report.kind != ReportKind::crash || report.from_text) return 0;

  // What was read can be written, and reads again as the same stacks.
  const auto again = parse_report(write_ips(report));
  CHECK(again.threads.size() == report.threads.size());
  for (std::size_t i = 0; i < report.threads.size(); ++i) {
    CHECK(again.threads[i].frames.size() == report.threads[i].frames.size());
    CHECK(again.threads[i].triggered == report.threads[i].triggered);
  }
  return 0;
}
