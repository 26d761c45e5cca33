// The fit behind logistic.h: a design matrix, counts, and the penalized likelihood.

#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "analyzer/statistics/proportion.h"

namespace faultline {

/// A small symmetric matrix, by rows.
class SquareMatrix {
 public:
  explicit SquareMatrix(std::size_t size) : size_(size), values_(size * size, 0.0) {}
  double& at(std::size_t row, std::size_t column) { return values_[row * size_ + column]; }
  [[nodiscard]] double at(std::size_t row, std::size_t column) const { return values_[row * size_ + column]; }
  [[nodiscard]] std::size_t size() const { return size_; }

 private:
  std::size_t size_;
  std::vector<double> values_;
};

/// Cholesky's factor L of a positive definite matrix; nullopt where it is none, to working precision.
std::optional<SquareMatrix> cholesky(const SquareMatrix& matrix);
/// The x with L L' x = b.
std::vector<double> solve_cholesky(const SquareMatrix& factor, std::vector<double> b);

/// One row of the design and the counts that belong to it.
struct DesignRow {
  std::vector<double> x;
  Proportion of;
};

struct FirthFit {
  std::vector<double> beta;
  double log_likelihood = 0.0;  ///< Penalized: with half the logarithm of the information's determinant.
};

/// Maximizes the penalized likelihood over the coefficients that are not held, by Newton steps that are
/// halved until they climb; `start` holds the others. The penalty is that of all columns, held or not.
/// nullopt where the information is singular or no maximum is reached.
std::optional<FirthFit> fit_firth(const std::vector<DesignRow>& rows, const std::vector<bool>& held,
                                  std::vector<double> start);

}  // namespace faultline
