// A run's whole report as sections of words, tables and plots: what every format writes.

#pragma once

#include <string>
#include <vector>

#include "core/model/estimate.h"
#include "reports/formats/table.h"

namespace faultline {

/// A table in its two layouts: with what people look at, and with every field.
struct ReportTable {
  std::string id;  ///< Unique in the report, snake_case: a file's name.
  Table people;
  Table programs;
};

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
  enum class Kind { points, steps, bars };
  std::string id;
  Kind kind = Kind::points;
  std::string title;
  std::string x_title;
  std::string y_title;
  bool y_is_share = true;
  std::vector<PlotSeries> series;
};

/// Something to be opened by who wants it: a site with its stack, its portrait and its reports.
struct ReportDetail {
  std::string title;
  std::string words;    ///< What the text is, in one line.
  std::string text;     ///< Several lines, shown as they are; may be empty, as `words`.
  std::string command;  ///< That shows it; may be empty.
  std::vector<ReportTable> tables;
};

struct ReportSection {
  std::string id;
  std::string title;
  std::vector<std::string> words;  ///< Paragraphs.
  std::vector<ReportTable> tables;
  std::vector<Plot> plots;
  std::vector<ReportDetail> details;
};

/// A cell or a check as CI sees it.
struct ReportCase {
  std::string suite;    ///< A workload, or `checks`.
  std::string name;     ///< A cell, or a check.
  std::string failure;  ///< Empty: it passed.
  std::string details;  ///< Where it crashed, with the stack; lines. Empty where nothing did.
  double seconds = 0.0;
};

struct CampaignReport {
  std::string title;
  std::vector<ReportSection> sections;
  std::vector<ReportCase> cases;
  std::vector<std::string> findings;  ///< Of --fail-on.
};

/// GitHub's Markdown, fit for a job summary: details fold.
std::string report_markdown(const CampaignReport& report);
/// The object described by docs/schema/campaign_report.schema.json.
std::string report_json(const CampaignReport& report);
/// JUnit XML as CI systems read it: a suite a workload, a case a cell.
std::string report_junit(const CampaignReport& report);

}  // namespace faultline
