// Bundles over cells of one rate: how many of them name a workaround.

#pragma once

#include <algorithm>
#include <random>
#include <string>

#include "app/bundle/workarounds.h"

namespace faultline {

inline Cell bundle_cell(int threads, int lock) {
  Cell made;
  made.workload = "mps";
  for (const auto& [name, value] : {std::pair{"threads", threads}, std::pair{"lock", lock}}) {
    ParameterValue setting;
    setting.label = std::to_string(value);
    setting.value = setting.label;
    made.parameters.emplace_back(name, setting);
  }
  return made;
}

inline FeedbackCell bundle_cell_of(int threads, int lock, Proportion bad) {
  FeedbackCell made;
  made.cell = bundle_cell(threads, lock);
  made.bad = bad;
  made.of_sites = bad;
  return made;
}

/// The share of `runs` bundles that name a workaround where all cells have one rate, 30 trials each.
inline double false_workarounds(int threads, int locks, bool with_control, int runs) {
  std::mt19937_64 random(7);
  const auto count = [&](double p, int trials) {
    std::int64_t k = 0;
    for (int i = 0; i < trials; ++i) k += static_cast<double>(random() >> 11) * 0x1p-53 < p ? 1 : 0;
    return k;
  };
  int any = 0;
  for (int run = 0; run < runs; ++run) {
    FeedbackEvidence evidence;
    for (int t = 0; t < threads; ++t) {
      for (int l = 0; l < locks; ++l) evidence.cells.push_back(bundle_cell_of(t, l, {count(0.4, 30), 30}));
    }
    WorkaroundBasis basis;
    if (with_control) basis.control_cells = {{"mps", evidence.cells.front().cell.text()}};
    add_workarounds(evidence, basis);
    any += std::any_of(evidence.workarounds.begin(), evidence.workarounds.end(),
                       [](const Comparison& of) { return of.verdict == ComparisonVerdict::lower; })
               ? 1
               : 0;
  }
  return static_cast<double>(any) / runs;
}

}  // namespace faultline
