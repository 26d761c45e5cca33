#include "analyzer/fault/facts/gpu_error_of.h"

#include <optional>
#include <vector>

#include "core/model/gpu_error.h"

namespace faultline {
namespace {

std::optional<std::string> first_of(const std::vector<std::string>& lines) {
  for (const auto& line : lines) {
    if (auto found = find_gpu_error(line)) return found;
  }
  return std::nullopt;
}

}  // namespace

std::string gpu_error_of(const CrashReport& report) {
  for (const auto& info : report.app_specific_info) {
    if (auto found = first_of(info.lines)) return *found;
  }
  if (report.exception_reason && report.exception_reason->composed_message) {
    if (auto found = find_gpu_error(*report.exception_reason->composed_message)) return *found;
  }
  if (report.exception && report.exception->message) {
    if (auto found = find_gpu_error(*report.exception->message)) return *found;
  }
  if (report.termination) {
    if (auto found = first_of(report.termination->reasons)) return *found;
    if (auto found = first_of(report.termination->details)) return *found;
  }
  return {};
}

}  // namespace faultline
