#include "analyzer/statistics/logistic.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "analyzer/statistics/distributions.h"
#include "analyzer/statistics/firth.h"
#include "analyzer/statistics/trend.h"

namespace faultline {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
// e^30 is beyond any odds that trials can show.
constexpr double kFarthest = 30.0;

using Values = std::vector<std::string>;

Error cannot(const std::string& message) { return {ErrorKind::invalid_argument, "model: " + message}; }

/// The distinct values of each factor, the reference first.
std::vector<Values> levels_of(std::size_t factors, const std::vector<ModelGroup>& groups) {
  std::vector<Values> levels(factors);
  for (const ModelGroup& group : groups) {
    for (std::size_t i = 0; i < factors; ++i) {
      if (std::find(levels[i].begin(), levels[i].end(), group.values[i]) == levels[i].end())
        levels[i].push_back(group.values[i]);
    }
  }
  return levels;
}

Values values_in(const ModelGroup& group, const ModelTerm& term) {
  Values values;
  for (const std::size_t factor : term) values.push_back(group.values[factor]);
  return values;
}

/// One column for each combination of values of the term that the groups have, and in which no factor has
/// its reference.
std::vector<ModelCoefficient> columns_of(const std::vector<ModelGroup>& groups,
                                         const std::vector<Values>& levels,
                                         const std::vector<ModelTerm>& terms) {
  std::vector<ModelCoefficient> columns;
  for (std::size_t t = 0; t < terms.size(); ++t) {
    for (const ModelGroup& group : groups) {
      const Values values = values_in(group, terms[t]);
      bool has_reference = false;
      for (std::size_t i = 0; i < values.size(); ++i)
        has_reference = has_reference || values[i] == levels[terms[t][i]].front();
      const bool is_known = std::any_of(columns.begin(), columns.end(), [&](const ModelCoefficient& column) {
        return column.term == t && column.values == values;
      });
      if (!has_reference && !is_known) columns.push_back({t, values, 0.0, {}, 1.0});
    }
  }
  return columns;
}

std::vector<DesignRow> design_of(const std::vector<ModelGroup>& groups, const std::vector<ModelTerm>& terms,
                                 const std::vector<ModelCoefficient>& columns) {
  std::vector<DesignRow> rows;
  for (const ModelGroup& group : groups) {
    DesignRow row{{1.0}, group.of};
    for (const ModelCoefficient& column : columns)
      row.x.push_back(values_in(group, terms[column.term]) == column.values ? 1.0 : 0.0);
    rows.push_back(std::move(row));
  }
  return rows;
}

/// The profile of the penalized likelihood along one coefficient.
class Profile {
 public:
  Profile(const std::vector<DesignRow>& rows, const FirthFit& best, std::size_t column)
      : rows_(rows), best_(best), column_(column), held_(best.beta.size(), false) {
    held_[column] = true;
  }

  /// Twice what the likelihood falls by where the coefficient is `value`; nothing where there is no fit.
  [[nodiscard]] std::optional<double> fall_at(double value) {
    std::vector<double> start = last_.empty() ? best_.beta : last_;
    start[column_] = value;
    auto fit = fit_firth(rows_, held_, start);
    if (!fit) {
      start = best_.beta;
      start[column_] = value;
      fit = fit_firth(rows_, held_, std::move(start));
    }
    if (!fit) return std::nullopt;
    last_ = fit->beta;
    return 2.0 * (best_.log_likelihood - fit->log_likelihood);
  }

  /// Where the fall is `limit`, above or below the best value; infinite where it is not within reach.
  double end(double limit, bool above) {
    last_.clear();
    const double sign = above ? 1.0 : -1.0;
    double inside = best_.beta[column_];
    double width = 0.5;
    double outside = inside;
    while (true) {
      outside = inside + sign * width;
      if (std::fabs(outside - best_.beta[column_]) > kFarthest) return sign * kInfinity;
      const auto fall = fall_at(outside);
      if (!fall) return sign * kInfinity;
      if (*fall >= limit) break;
      inside = outside;
      width *= 2.0;
    }
    return root(limit, inside, outside);
  }

 private:
  /// The Illinois form of regula falsi, on the square root of the fall, which is nearly straight.
  double root(double limit, double inside, double outside) {
    const auto excess = [&](double value) {
      return std::sqrt(std::max(0.0, fall_at(value).value_or(0.0))) - std::sqrt(limit);
    };
    double low = excess(inside);
    double high = excess(outside);
    for (int i = 0; i < 60 && std::fabs(outside - inside) > 1e-12 * (1.0 + std::fabs(outside)); ++i) {
      const double middle = outside - high * (outside - inside) / (high - low);
      const double here = excess(middle);
      if (std::fabs(here) < 1e-12) return middle;
      if (here * high < 0.0) {
        inside = outside;
        low = high;
      } else {
        low /= 2.0;
      }
      outside = middle;
      high = here;
    }
    return outside;
  }

  const std::vector<DesignRow>& rows_;
  const FirthFit& best_;
  std::size_t column_;
  std::vector<bool> held_;
  std::vector<double> last_;
};

/// Whether every factor of `term` is in `other`, which has more.
bool is_part_of(const ModelTerm& term, const ModelTerm& other) {
  return other.size() > term.size() && std::all_of(term.begin(), term.end(), [&](std::size_t factor) {
           return std::find(other.begin(), other.end(), factor) != other.end();
         });
}

/// The p-value of a likelihood ratio with so many degrees of freedom.
double ratio_p(double statistic, double freedom, const ModelDispersion& dispersion) {
  if (!(dispersion.freedom > 0.0)) return chi_squared_survival(statistic, freedom);
  return fisher_f_survival(statistic / dispersion.factor / freedom, freedom, dispersion.freedom);
}

/// How far the likelihood falls at an interval's ends.
double ratio_limit(double level, const ModelDispersion& dispersion) {
  const double share = 0.5 + level / 2.0;
  const double quantile =
      dispersion.freedom > 0.0 ? student_t_quantile(share, dispersion.freedom) : normal_quantile(share);
  return quantile * quantile * dispersion.factor;
}

std::optional<ModelTermTest> test_term(const std::vector<DesignRow>& rows, const FirthFit& best,
                                       const std::vector<ModelCoefficient>& columns, std::size_t term,
                                       const ModelDispersion& dispersion) {
  std::vector<bool> held(best.beta.size(), false);
  std::vector<double> start = best.beta;
  ModelTermTest test;
  test.term = term;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (columns[i].term != term) continue;
    held[i + 1] = true;
    start[i + 1] = 0.0;
    test.freedom += 1.0;
  }
  const auto fit = fit_firth(rows, held, std::move(start));
  if (!fit) return std::nullopt;
  test.statistic = std::max(0.0, 2.0 * (best.log_likelihood - fit->log_likelihood));
  test.p_value = ratio_p(test.statistic, test.freedom, dispersion);
  return test;
}

std::vector<ModelGroup> with_trials(const std::vector<ModelGroup>& groups) {
  std::vector<ModelGroup> kept;
  std::copy_if(groups.begin(), groups.end(), std::back_inserter(kept),
               [](const ModelGroup& group) { return group.of.trials > 0; });
  return kept;
}

}  // namespace

ModelDispersion model_dispersion(const std::vector<std::vector<Proportion>>& nights) {
  double statistic = 0.0;
  double freedom = 0.0;
  for (const auto& of_group : nights) {
    const Dispersion group = overdispersion(of_group);
    if (group.groups < 2 || group.statistic == 0.0) continue;
    statistic += group.statistic;
    freedom += static_cast<double>(group.groups) - 1.0;
  }
  if (!(freedom > 0.0) || statistic <= freedom || chi_squared_survival(statistic, freedom) >= 0.05) return {};
  return {statistic / freedom, freedom};
}

Result<LogisticModel> fit_logistic(const std::vector<std::string>& factors,
                                   const std::vector<ModelGroup>& given, const std::vector<ModelTerm>& terms,
                                   const ModelDispersion& dispersion, double level) {
  const std::vector<ModelGroup> groups = with_trials(given);
  if (groups.empty()) return fail(cannot("no trials"));
  const auto levels = levels_of(factors.size(), groups);
  for (std::size_t i = 0; i < factors.size(); ++i) {
    if (levels[i].size() < 2)
      return fail(cannot(fmt::format("{} has one value only, {}", factors[i], levels[i].front())));
  }
  LogisticModel model;
  model.coefficients = columns_of(groups, levels, terms);
  auto& columns = model.coefficients;
  if (columns.size() > kMostCoefficients) {
    return fail(
        cannot(fmt::format("{} coefficients, at most {} can be fitted; leave out a factor, or trials "
                           "by --where",
                           columns.size(), kMostCoefficients)));
  }
  const auto rows = design_of(groups, terms, columns);
  const std::vector<double> zero(columns.size() + 1, 0.0);
  const auto best = fit_firth(rows, std::vector<bool>(zero.size(), false), zero);
  if (!best) {
    return fail(
        cannot("these trials cannot tell the coefficients apart; leave out a factor that another one "
               "implies, or an interaction"));
  }
  model.intercept = best->beta[0];
  const double limit = ratio_limit(level, dispersion);
  for (std::size_t i = 0; i < columns.size(); ++i) {
    Profile profile(rows, *best, i + 1);
    columns[i].log_odds = best->beta[i + 1];
    columns[i].interval = {profile.end(limit, false), profile.end(limit, true)};
    columns[i].p_value = ratio_p(std::max(0.0, profile.fall_at(0.0).value_or(0.0)), 1.0, dispersion);
  }
  for (std::size_t t = 0; t < terms.size(); ++t) {
    const bool is_below = std::any_of(terms.begin(), terms.end(),
                                      [&](const ModelTerm& other) { return is_part_of(terms[t], other); });
    if (is_below) continue;
    const auto test = test_term(rows, *best, columns, t, dispersion);
    if (test && test->freedom > 0.0) model.tests.push_back(*test);
  }
  return model;
}

}  // namespace faultline
