#include "tests/analyzer/statistics/golden_numbers.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>

namespace faultline {
namespace {

std::vector<double> numbers(const nlohmann::json& list) {
  std::vector<double> out;
  for (const auto& one : list) {
    if (one.is_null()) {
      out.push_back(std::numeric_limits<double>::quiet_NaN());
    } else if (one.is_string()) {
      out.push_back(std::numeric_limits<double>::infinity());
    } else {
      out.push_back(one.get<double>());
    }
  }
  return out;
}

}  // namespace

std::string GoldenRow::text() const {
  std::string words;
  for (const double one : in) words += (words.empty() ? "" : " ") + std::to_string(one);
  return words;
}

std::vector<GoldenRow> golden_rows(const std::string& name) {
  static const nlohmann::json golden = [] {
    nlohmann::json all;
    for (const char* name : {"statistics.json", "statistics_models.json"}) {
      std::ifstream file(std::string(FAULTLINE_SOURCE_DIR "/tests/golden/") + name);
      const auto one = nlohmann::json::parse(file, nullptr, false);
      if (one.is_object()) all.update(one);
    }
    return all;
  }();
  std::vector<GoldenRow> rows;
  if (!golden.contains(name)) {
    ADD_FAILURE() << "no golden values named " << name;
    return rows;
  }
  for (const auto& row : golden[name]) rows.push_back({numbers(row["in"]), numbers(row["out"])});
  EXPECT_FALSE(rows.empty());
  return rows;
}

Proportion proportion_at(const GoldenRow& row, std::size_t first) {
  return {std::llround(row.in[first]), std::llround(row.in[first + 1])};
}

void expect_agreement(double actual, double wanted, double tolerance, const std::string& where) {
  if (std::isinf(wanted) && actual == wanted) return;
  EXPECT_LE(std::fabs(actual - wanted), tolerance * std::max(1.0, std::fabs(wanted)))
      << where << ": " << actual << " is not " << wanted;
}

}  // namespace faultline
