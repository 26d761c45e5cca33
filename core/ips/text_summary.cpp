#include "core/ips/text_summary.h"

#include <optional>
#include <string>
#include <string_view>

#include "core/ips/ips_summary.h"
#include "core/ips/json_scan.h"
#include "core/text/ascii.h"

namespace faultline {
namespace {

/// `Name [123]`; the name may itself hold brackets.
void read_name_and_pid(std::string_view value, std::optional<std::string>* name,
                       std::optional<std::int64_t>& pid) {
  const auto open = value.rfind('[');
  if (open == std::string_view::npos || value.back() != ']') {
    if (name != nullptr && !value.empty()) *name = std::string(value);
    return;
  }
  pid = json_integer(value.substr(open + 1, value.size() - open - 2));
  if (name != nullptr) *name = std::string(trimmed(value.substr(0, open)));
}

void read_text_line(std::string_view key, std::string_view value, ReportIdentity& identity) {
  if (value.empty()) return;
  if (key == "Incident Identifier" && !identity.incident) identity.incident = to_upper(std::string(value));
  if (key == "Process" && !identity.pid) read_name_and_pid(value, &identity.process_name, identity.pid);
  if (key == "Parent Process" && !identity.parent_pid) read_name_and_pid(value, nullptr, identity.parent_pid);
  if ((key == "Responsible Process" || key == "Responsible") && !identity.responsible_pid)
    read_name_and_pid(value, nullptr, identity.responsible_pid);
  if (key == "Date/Time" && !identity.capture_time) identity.capture_time = parse_report_time(value);
  if (key == "Launch Time" && !identity.launch_time) identity.launch_time = parse_report_time(value);
}

void read_text_identity(std::string_view text, ReportIdentity& identity) {
  constexpr std::size_t kHeaderLines = 60;
  std::size_t start = 0;
  for (std::size_t line_number = 0; start < text.size() && line_number < kHeaderLines; ++line_number) {
    const auto end = text.find('\n', start);
    const auto line = text.substr(start, end == std::string_view::npos ? end : end - start);
    if (const auto colon = line.find(':'); colon != std::string_view::npos) {
      read_text_line(trimmed(line.substr(0, colon)), trimmed(line.substr(colon + 1)), identity);
    }
    start += line.size() + 1;
  }
}

}  // namespace

void summarize_text(const IpsParts& parts, ReportSummary& summary) {
  auto& identity = summary.identity;
  summarize_header(parts.header, summary);
  // Older systems put a text report under the JSON header; without a header it is the whole file.
  const auto text = parts.header.empty() ? parts.before : parts.body;
  read_text_identity(text, identity);
  identity.complete = text.find("Binary Images") != std::string_view::npos ||
                      (!parts.header.empty() && identity.bug_type != "309" && !trimmed(text).empty());
}

}  // namespace faultline
