// Lines of what a tool of the system printed: what the readings of macOS share.

#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "collector/host/host_check.h"
#include "core/text/ascii.h"

namespace faultline {

inline bool holds(const std::optional<std::string>& text, std::string_view part) {
  return text && contains(*text, part);
}

/// The first line, without its indentation.
inline std::string first_line_of(std::string_view text) {
  text = text.substr(0, text.find('\n'));
  const std::size_t first = text.find_first_not_of(" \t");
  return first == std::string_view::npos ? std::string() : std::string(text.substr(first));
}

/// The line that holds `part`, without its indentation; empty where none does.
inline std::string line_holding(std::string_view text, std::string_view part) {
  const std::size_t at = text.find(part);
  if (at == std::string_view::npos) return {};
  const std::size_t before = text.rfind('\n', at);
  return first_line_of(text.substr(before == std::string_view::npos ? 0 : before + 1));
}

/// A finding where the tool did not answer.
inline HostCheck unanswered(std::string name) {
  return {std::move(name), CheckState::unknown, "the system did not say", {}};
}

}  // namespace faultline
