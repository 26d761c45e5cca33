#include "analyzer/parse/text/debugger_stop.h"

#include <string>

#include "analyzer/parse/text/text_lines.h"

namespace faultline {

bool read_debugger_stop(std::string_view content, CrashReport& report) {
  constexpr std::string_view kMark = "stop reason = ";
  const auto at = content.find(kMark);
  if (at == content.npos || report.exception) return false;
  const auto reason = content.substr(at + kMark.size());
  if (!reason.starts_with("EXC_")) return false;
  auto& exception = report.exception.emplace();
  exception.type = std::string(reason.substr(0, reason.find(' ')));
  const auto code_at = reason.find("code=");
  if (code_at == reason.npos) return true;
  auto code = reason.substr(code_at + 5);
  exception.raw_codes.push_back(take_decimal(code).value_or(0));
  const auto address_at = reason.find("address=");
  if (address_at == reason.npos) return true;
  auto address = reason.substr(address_at + 8);
  exception.raw_codes.push_back(take_hex(address).value_or(0));
  return true;
}

}  // namespace faultline
