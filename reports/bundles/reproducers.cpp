#include "reports/bundles/reproducers.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <iterator>

namespace faultline {
namespace {

/// How large a reproducer is: the sum of its numeric settings.
double size_of(const Cell& cell) {
  double sum = 0;
  for (const auto& [name, value] : cell.parameters) {
    if (value.type != ParameterType::integer) continue;
    std::int64_t number = 0;
    std::from_chars(value.label.data(), value.label.data() + value.label.size(), number);
    sum += static_cast<double>(number);
  }
  return sum;
}

}  // namespace

std::vector<FeedbackCell> reproducers(const std::vector<FeedbackCell>& cells) {
  std::vector<FeedbackCell> steps;
  std::copy_if(cells.begin(), cells.end(), std::back_inserter(steps),
               [](const FeedbackCell& cell) { return cell.of_sites.counted > 0; });
  std::stable_sort(steps.begin(), steps.end(), [](const FeedbackCell& a, const FeedbackCell& b) {
    const double size_a = size_of(a.cell);
    const double size_b = size_of(b.cell);
    return size_a != size_b ? size_a < size_b : a.of_sites.ratio() > b.of_sites.ratio();
  });
  if (steps.size() > kMostSteps) steps.resize(kMostSteps);
  return steps;
}

}  // namespace faultline
