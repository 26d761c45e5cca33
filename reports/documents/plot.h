// A plot as its numbers: who writes a document for people to click on draws it.

#pragma once

#include <string>
#include <vector>

#include "core/model/estimate.h"

namespace faultline {

struct PlotPoint {
  double x = 0.0;
  std::string label;  ///< What stands for x: a night, a site. Empty: the number itself.
  double y = 0.0;
  Interval interval;  ///< Of y.
  Proportion of;      ///< Behind y; 0/0 where y is no rate.
};

struct PlotSeries {
  std::string name;
  std::vector<PlotPoint> points;
};

/// What people would rather look at than read. Its numbers stand in a table of the same section.
struct Plot {
  enum class Kind {
    points,
    steps,
    bars,
    grid,  ///< A table of rates: a row each series, a column each label.
  };
  std::string id;
  Kind kind = Kind::points;
  std::string title;
  std::string x_title;
  std::string y_title;
  bool y_is_share = true;
  std::vector<PlotSeries> series;
};

}  // namespace faultline
