#include "analyzer/statistics/modes.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>
#include <utility>

#include "analyzer/statistics/metric_summary.h"

namespace faultline {
namespace {

constexpr std::size_t kFewest = 4;

/// The dip of sorted values, by closing in on the modal interval: the greatest convex minorant below it and
/// the least concave majorant above it fit the distribution best where it has one mode.
class Dip {
 public:
  explicit Dip(std::vector<double> sorted) : x_(std::move(sorted)), high_(x_.size() - 1) {
    minorant_ = touches(true);
    majorant_ = touches(false);
  }

  /// In units of 1 / (2 n).
  double find() {
    double dip = 1.0;
    while (true) {
      gcm_ = corners(true);
      lcm_ = corners(false);
      if (widest() < dip) return dip;
      dip = std::max({dip, deviation(gcm_, gcm_at_, true), deviation(lcm_, lcm_at_, false)});
      const std::size_t low = gcm_[gcm_at_];
      const std::size_t high = lcm_[lcm_at_];
      if (low == low_ && high == high_) return dip;
      low_ = low;
      high_ = high;
    }
  }

 private:
  [[nodiscard]] double at(std::size_t i) const { return x_[i]; }
  static double number(std::size_t i) { return static_cast<double>(i); }

  /// For each value the corner of the hull before it (of the minorant) or after it (of the majorant).
  [[nodiscard]] std::vector<std::size_t> touches(bool minorant) const {
    const std::size_t n = x_.size();
    const std::size_t start = minorant ? 0 : n - 1;
    std::vector<std::size_t> to(n);
    to[start] = start;
    for (std::size_t step = 1; step < n; ++step) {
      const std::size_t j = minorant ? step : n - 1 - step;
      to[j] = minorant ? j - 1 : j + 1;
      while (to[j] != start) {
        const std::size_t one = to[j];
        const std::size_t two = to[one];
        const double left = (at(j) - at(one)) * (number(one) - number(two));
        const double right = (at(one) - at(two)) * (number(j) - number(one));
        if (left < right) break;
        to[j] = two;
      }
    }
    return to;
  }

  /// The hull's corners between the ends of the modal interval: from the high end down, or from the low end
  /// up.
  [[nodiscard]] std::vector<std::size_t> corners(bool minorant) const {
    std::vector<std::size_t> out{minorant ? high_ : low_};
    const std::size_t last = minorant ? low_ : high_;
    while (minorant ? out.back() > last : out.back() < last)
      out.push_back((minorant ? minorant_ : majorant_)[out.back()]);
    return out;
  }

  /// The greatest distance between the hulls, and the corners at which it is.
  double widest() {
    gcm_at_ = gcm_.size() - 1;
    lcm_at_ = lcm_.size() - 1;
    if (gcm_.size() == 2 && lcm_.size() == 2) return 1.0;
    double d = 0.0;
    std::size_t ix = gcm_.size() - 2;
    std::size_t iv = 1;
    while (true) {
      const std::size_t g = gcm_[ix];
      const std::size_t l = lcm_[iv];
      if (g > l) {
        const std::size_t next = gcm_[ix + 1];
        const double distance = number(l) - number(next) + 1.0 -
                                (at(l) - at(next)) * (number(g) - number(next)) / (at(g) - at(next));
        ++iv;
        if (distance >= d) {
          d = distance;
          gcm_at_ = ix + 1;
          lcm_at_ = iv - 1;
        }
      } else {
        const std::size_t before = lcm_[iv - 1];
        const double distance = (at(g) - at(before)) * (number(l) - number(before)) / (at(l) - at(before)) -
                                (number(g) - number(before) - 1.0);
        if (distance >= d) {
          d = distance;
          gcm_at_ = ix;
          lcm_at_ = iv;
        }
        if (ix > 0) --ix;
      }
      iv = std::min(iv, lcm_.size() - 1);
      if (gcm_[ix] == lcm_[iv]) return d;
    }
  }

  /// How far the distribution is from a hull, from one of its corners on.
  [[nodiscard]] double deviation(const std::vector<std::size_t>& hull, std::size_t from,
                                 bool minorant) const {
    double most = 0.0;
    for (std::size_t j = from; j + 1 < hull.size(); ++j) {
      const std::size_t begin = minorant ? hull[j + 1] : hull[j];
      const std::size_t end = minorant ? hull[j] : hull[j + 1];
      double here = 1.0;
      if (end - begin > 1 && at(end) != at(begin)) {
        const double slope = (number(end) - number(begin)) / (at(end) - at(begin));
        for (std::size_t i = begin; i <= end; ++i) {
          const double along = (at(i) - at(begin)) * slope;
          const double steps = number(i) - number(begin);
          here = std::max(here, minorant ? steps + 1.0 - along : along - (steps - 1.0));
        }
      }
      most = std::max(most, here);
    }
    return most;
  }

  std::vector<double> x_;
  std::vector<std::size_t> minorant_;
  std::vector<std::size_t> majorant_;
  std::vector<std::size_t> gcm_;
  std::vector<std::size_t> lcm_;
  std::size_t low_ = 0;
  std::size_t high_;
  std::size_t gcm_at_ = 0;
  std::size_t lcm_at_ = 0;
};

/// Where the variance between the two parts is greatest: how many values the lower part has.
std::size_t best_split(const std::vector<double>& sorted) {
  const auto n = static_cast<double>(sorted.size());
  const double sum = std::accumulate(sorted.begin(), sorted.end(), 0.0);
  double below = 0.0;
  double most = -1.0;
  std::size_t best = 1;
  for (std::size_t i = 1; i < sorted.size(); ++i) {
    below += sorted[i - 1];
    if (sorted[i] == sorted[i - 1]) continue;
    const auto k = static_cast<double>(i);
    const double apart = below / k - (sum - below) / (n - k);
    const double between = k * (n - k) * apart * apart;
    if (between > most) {
      most = between;
      best = i;
    }
  }
  return best;
}

/// Ties spread evenly over the least distance between two values: a number that is rounded has no gaps of
/// its own.
std::vector<double> spread(const std::vector<double>& sorted) {
  double least = std::numeric_limits<double>::infinity();
  for (std::size_t i = 1; i < sorted.size(); ++i) {
    if (sorted[i] > sorted[i - 1]) least = std::min(least, sorted[i] - sorted[i - 1]);
  }
  std::vector<double> out = sorted;
  for (std::size_t i = 0; i < sorted.size();) {
    std::size_t end = i;
    while (end < sorted.size() && sorted[end] == sorted[i]) ++end;
    const auto tied = static_cast<double>(end - i);
    for (std::size_t j = i; j < end; ++j) out[j] += least * ((static_cast<double>(j - i) + 0.5) / tied - 0.5);
    i = end;
  }
  return out;
}

}  // namespace

double dip_statistic(std::vector<double> values) {
  if (values.size() < 2) return 0.0;
  std::sort(values.begin(), values.end());
  const auto n = static_cast<double>(values.size());
  if (values.front() == values.back()) return 1.0 / (2.0 * n);
  return Dip(std::move(values)).find() / (2.0 * n);
}

double dip_limit(std::size_t n) {
  // sqrt(n) times the 99 % quantile; it grows slowly, and is interpolated along log n.
  constexpr std::array<std::pair<double, double>, 17> kTable{{{4, 0.4635925},
                                                              {5, 0.4394078},
                                                              {6, 0.4699660},
                                                              {7, 0.4871322},
                                                              {8, 0.4892854},
                                                              {9, 0.4924939},
                                                              {10, 0.5049656},
                                                              {15, 0.5266621},
                                                              {20, 0.5394471},
                                                              {30, 0.5558210},
                                                              {50, 0.5741696},
                                                              {100, 0.5902413},
                                                              {200, 0.6036780},
                                                              {500, 0.6138410},
                                                              {1'000, 0.6200602},
                                                              {10'000, 0.6280347},
                                                              {72'000, 0.6326717}}};
  const double size = std::clamp(static_cast<double>(n), kTable.front().first, kTable.back().first);
  const auto after = std::find_if(kTable.begin() + 1, kTable.end() - 1,
                                  [&](const auto& entry) { return entry.first >= size; });
  const auto before = after - 1;
  const double part = std::log(size / before->first) / std::log(after->first / before->first);
  return (before->second + part * (after->second - before->second)) / std::sqrt(static_cast<double>(n));
}

std::optional<TwoModes> two_modes(std::vector<double> values) {
  if (values.size() < kFewest) return std::nullopt;
  std::sort(values.begin(), values.end());
  if (values.front() == values.back()) return std::nullopt;
  const std::size_t split = best_split(values);
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(split);
  const double share = static_cast<double>(split) / static_cast<double>(values.size());
  const bool two_kinds = values.front() == *(middle - 1) && *middle == values.back();
  const bool is_bimodal = two_kinds ? std::min(share, 1.0 - share) >= 0.1
                                    : dip_statistic(spread(values)) > dip_limit(values.size());
  if (!is_bimodal) return std::nullopt;
  return TwoModes{*median({values.begin(), middle}), *median({middle, values.end()}), share};
}

}  // namespace faultline
