#include "collector/plan/nearest_name.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace faultline {
namespace {

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before;
  std::vector<std::size_t> above(b.size() + 1);
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) above[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t changed = a[i - 1] == b[j - 1] ? 0 : 1;
      row[j] = std::min({above[j] + 1, row[j - 1] + 1, above[j - 1] + changed});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        row[j] = std::min(row[j], before[j - 2] + 1);
      }
    }
    before = std::exchange(above, row);
  }
  return above[b.size()];
}

}  // namespace

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
