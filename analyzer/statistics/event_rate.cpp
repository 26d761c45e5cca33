#include "analyzer/statistics/event_rate.h"

#include <algorithm>
#include <limits>
#include <random>

#include "analyzer/statistics/distributions.h"
#include "core/base/check.h"

namespace faultline {
namespace {

constexpr int kEventDeals = 2'000;
// Beyond this many events a deal costs too much, and the expected numbers are large anyway.
constexpr double kMostDealt = 20'000.0;

/// The interval for a number of events that need not be whole.
Interval gamma_interval(double events, double exposure, double level) {
  const double alpha = (1.0 - level) / 2.0;
  return {events > 0.0 ? gamma_quantile(events, alpha) / exposure : 0.0,
          gamma_quantile(events + 1.0, 1.0 - alpha) / exposure};
}

double events_chi_squared(const std::vector<double>& events, const std::vector<WorkedNight>& nights,
                          double rate) {
  double sum = 0.0;
  for (std::size_t i = 0; i < nights.size(); ++i) {
    const double expected = rate * nights[i].work;
    sum += (events[i] - expected) * (events[i] - expected) / expected;
  }
  return sum;
}

/// The share of deals of all events over the nights, by their work, that are as uneven as the one seen.
double dealt_p_value(const std::vector<WorkedNight>& nights, double events, double work, double seen) {
  std::vector<double> ends;
  double end = 0.0;
  for (const WorkedNight& night : nights) ends.push_back(end += night.work);
  std::mt19937_64 random(1);
  int as_uneven = 1;
  for (int deal = 0; deal < kEventDeals; ++deal) {
    std::vector<double> dealt(nights.size(), 0.0);
    for (double i = 0.0; i < events; i += 1.0) {
      const double place = static_cast<double>(random() >> 11) * 0x1p-53 * work;
      const auto night = std::upper_bound(ends.begin(), ends.end() - 1, place) - ends.begin();
      dealt[static_cast<std::size_t>(night)] += 1.0;
    }
    if (events_chi_squared(dealt, nights, events / work) >= seen * (1.0 - 1e-9)) ++as_uneven;
  }
  return static_cast<double>(as_uneven) / (kEventDeals + 1.0);
}

}  // namespace

Interval poisson_rate(std::int64_t events, double exposure, double level) {
  CHECK(events >= 0 && level > 0.0 && level < 1.0);
  if (!(exposure > 0.0)) return {0.0, std::numeric_limits<double>::infinity()};
  return gamma_interval(static_cast<double>(events), exposure, level);
}

EventRate event_rate(const std::vector<WorkedNight>& given, double level) {
  std::vector<WorkedNight> nights;
  std::copy_if(given.begin(), given.end(), std::back_inserter(nights),
               [](const WorkedNight& night) { return night.work > 0.0; });
  std::int64_t all = 0;
  double work = 0.0;
  std::vector<double> events;
  for (const WorkedNight& night : nights) {
    all += night.events;
    work += night.work;
    events.push_back(static_cast<double>(night.events));
  }
  EventRate out;
  out.interval = poisson_rate(all, work, level);
  if (!(work > 0.0)) return out;
  out.rate = static_cast<double>(all) / work;
  if (nights.size() < 2 || all == 0) return out;
  const double freedom = static_cast<double>(nights.size()) - 1.0;
  const double statistic = events_chi_squared(events, nights, out.rate);
  const bool is_sparse = std::any_of(nights.begin(), nights.end(),
                                     [&](const WorkedNight& night) { return night.work * out.rate < 5.0; });
  out.p_value = is_sparse && static_cast<double>(all) <= kMostDealt
                    ? dealt_p_value(nights, static_cast<double>(all), work, statistic)
                    : chi_squared_survival(statistic, freedom);
  out.factor = std::max(1.0, statistic / freedom);
  out.widened = out.p_value < 0.05 && out.factor > 1.0;
  if (!out.widened) return out;
  const double alpha = (1.0 - level) / 2.0;
  const double t = normal_quantile(1.0 - alpha) / student_t_quantile(1.0 - alpha, freedom);
  const double share = t * t / out.factor;
  out.interval = gamma_interval(static_cast<double>(all) * share, work * share, level);
  return out;
}

}  // namespace faultline
