#include "core/text/leading_number.h"

#include <cstdlib>
#include <string>

namespace faultline {

std::optional<LeadingNumber> leading_number(std::string_view text) {
  const std::string digits(text.substr(0, text.find_first_not_of("0123456789.eE+-")));
  if (digits.empty() || digits.front() == '+') return std::nullopt;
  char* end = nullptr;
  const double value = std::strtod(digits.c_str(), &end);
  const auto length = static_cast<std::size_t>(end - digits.c_str());
  if (length == 0) return std::nullopt;
  return LeadingNumber{value, text.substr(length)};
}

}  // namespace faultline
