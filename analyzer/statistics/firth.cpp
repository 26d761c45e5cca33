#include "analyzer/statistics/firth.h"

#include <algorithm>
#include <cmath>

namespace faultline {
namespace {

constexpr int kMostNewtonSteps = 200;
constexpr int kMostHalvings = 40;
constexpr double kMostStep = 5.0;  // A coefficient moves no further at once.
constexpr double kFlat = 1e-11;    // Largest step at which the maximum is there.

/// Everything about the likelihood at one point.
struct Point {
  double log_likelihood = 0.0;
  std::vector<double> score;
  SquareMatrix information{0};
};

double log_one_plus_exp(double x) { return x > 0.0 ? x + std::log1p(std::exp(-x)) : std::log1p(std::exp(x)); }

double dot(const std::vector<double>& a, const std::vector<double>& b) {
  double sum = 0.0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}

std::optional<Point> evaluate_at(const std::vector<DesignRow>& rows, const std::vector<double>& beta) {
  const std::size_t size = beta.size();
  Point point;
  point.information = SquareMatrix(size);
  std::vector<double> shares;
  for (const DesignRow& row : rows) {
    const double eta = dot(row.x, beta);
    const double p = 1.0 / (1.0 + std::exp(-eta));
    const auto n = static_cast<double>(row.of.trials);
    shares.push_back(p);
    point.log_likelihood += static_cast<double>(row.of.counted) * eta - n * log_one_plus_exp(eta);
    const double weight = n * p * (1.0 - p);
    for (std::size_t i = 0; i < size; ++i) {
      if (row.x[i] == 0.0) continue;
      for (std::size_t j = 0; j <= i; ++j) point.information.at(i, j) += weight * row.x[i] * row.x[j];
    }
  }
  for (std::size_t i = 0; i < size; ++i) {
    for (std::size_t j = i + 1; j < size; ++j) point.information.at(i, j) = point.information.at(j, i);
  }
  const auto factor = cholesky(point.information);
  if (!factor) return std::nullopt;
  // Half the logarithm of the determinant.
  for (std::size_t i = 0; i < size; ++i) point.log_likelihood += std::log(factor->at(i, i));
  point.score.assign(size, 0.0);
  for (std::size_t r = 0; r < rows.size(); ++r) {
    const DesignRow& row = rows[r];
    const auto n = static_cast<double>(row.of.trials);
    const double p = shares[r];
    const double leverage = n * p * (1.0 - p) * dot(row.x, solve_cholesky(*factor, row.x));
    const double residual = static_cast<double>(row.of.counted) - n * p + leverage * (0.5 - p);
    for (std::size_t i = 0; i < size; ++i) point.score[i] += residual * row.x[i];
  }
  return point;
}

/// The Newton step of the coefficients that are free, cut where it is too long.
std::optional<std::vector<double>> step_at(const Point& point, const std::vector<std::size_t>& free) {
  SquareMatrix information(free.size());
  std::vector<double> score(free.size());
  for (std::size_t i = 0; i < free.size(); ++i) {
    score[i] = point.score[free[i]];
    for (std::size_t j = 0; j < free.size(); ++j)
      information.at(i, j) = point.information.at(free[i], free[j]);
  }
  const auto factor = cholesky(information);
  if (!factor) return std::nullopt;
  std::vector<double> step = solve_cholesky(*factor, std::move(score));
  double longest = 0.0;
  for (const double one : step) longest = std::max(longest, std::fabs(one));
  if (longest > kMostStep) {
    for (double& one : step) one *= kMostStep / longest;
  }
  return step;
}

}  // namespace

std::optional<SquareMatrix> cholesky(const SquareMatrix& matrix) {
  SquareMatrix factor(matrix.size());
  for (std::size_t i = 0; i < matrix.size(); ++i) {
    for (std::size_t j = 0; j <= i; ++j) {
      double sum = matrix.at(i, j);
      for (std::size_t k = 0; k < j; ++k) sum -= factor.at(i, k) * factor.at(j, k);
      if (i == j) {
        if (!(sum > 1e-13 * matrix.at(i, i))) return std::nullopt;
        factor.at(i, i) = std::sqrt(sum);
      } else {
        factor.at(i, j) = sum / factor.at(j, j);
      }
    }
  }
  return factor;
}

std::vector<double> solve_cholesky(const SquareMatrix& factor, std::vector<double> b) {
  const std::size_t size = factor.size();
  for (std::size_t i = 0; i < size; ++i) {
    for (std::size_t k = 0; k < i; ++k) b[i] -= factor.at(i, k) * b[k];
    b[i] /= factor.at(i, i);
  }
  for (std::size_t i = size; i-- > 0;) {
    for (std::size_t k = i + 1; k < size; ++k) b[i] -= factor.at(k, i) * b[k];
    b[i] /= factor.at(i, i);
  }
  return b;
}

std::optional<FirthFit> fit_firth(const std::vector<DesignRow>& rows, const std::vector<bool>& held,
                                  std::vector<double> start) {
  std::vector<std::size_t> free;
  for (std::size_t i = 0; i < held.size(); ++i) {
    if (!held[i]) free.push_back(i);
  }
  auto point = evaluate_at(rows, start);
  for (int steps = 0; steps < kMostNewtonSteps; ++steps) {
    if (!point) return std::nullopt;
    if (free.empty()) return FirthFit{std::move(start), point->log_likelihood};
    const auto step = step_at(*point, free);
    if (!step) return std::nullopt;
    double part = 1.0;
    double longest = 0.0;
    for (const double one : *step) longest = std::max(longest, std::fabs(one));
    if (longest < kFlat) return FirthFit{std::move(start), point->log_likelihood};
    for (int halvings = 0; halvings < kMostHalvings; ++halvings, part /= 2.0) {
      std::vector<double> next = start;
      for (std::size_t i = 0; i < free.size(); ++i) next[free[i]] += part * (*step)[i];
      auto there = evaluate_at(rows, next);
      // Near the maximum the likelihood no longer tells steps apart.
      if (there && there->log_likelihood >= point->log_likelihood - 1e-10) {
        start = std::move(next);
        point = std::move(there);
        break;
      }
      if (halvings + 1 == kMostHalvings) return std::nullopt;
    }
  }
  return std::nullopt;
}

}  // namespace faultline
