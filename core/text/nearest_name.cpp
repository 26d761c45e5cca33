#include "core/text/nearest_name.h"

#include <algorithm>

#include "core/text/edit_distance.h"

namespace faultline {
std::optional<std::string_view> nearest_name(std::string_view name, std::span<const std::string_view> known) {
  std::optional<std::string_view> nearest;
  std::size_t smallest = 0;
  for (const std::string_view candidate : known) {
    const std::size_t distance = edit_distance(name, candidate);
    const std::size_t most = (std::max(name.size(), candidate.size()) + 2) / 3;
    if (distance > most || (nearest && distance >= smallest)) continue;
    nearest = candidate;
    smallest = distance;
  }
  return nearest;
}

std::string name_hint(std::string_view name, std::span<const std::string_view> known) {
  if (const auto near = nearest_name(name, known)) return "; did you mean \"" + std::string(*near) + "\"?";
  std::string hint;
  for (const std::string_view candidate : known) {
    hint += hint.empty() ? "; known are " : ", ";
    hint += candidate;
  }
  return hint;
}

}  // namespace faultline
