// One document, several reports: people send `cat a.ips b.ips`, and pages with two crashes on them.

#pragma once

#include <string_view>
#include <vector>

namespace faultline {

/// The document cut where another report begins: .ips files behind each other, text reports of other
/// processes, panics, samples. The pieces lie side by side and make up the whole; prose between two reports
/// belongs to the first. One piece for a document with one report, or none. A report that is there as text
/// and as JSON (as Console shows it) is one.
///
/// Linear; looks at whole lines only. The views live as long as `bytes`.
std::vector<std::string_view> split_reports(std::string_view bytes);

}  // namespace faultline
