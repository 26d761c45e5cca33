// The texts of analyzer/site/lists, put into the program by the build.

#pragma once

#include <string_view>

namespace faultline::embedded {

extern const std::string_view kSkipList;
extern const std::string_view kLookThroughList;
extern const std::string_view kStopList;
extern const std::string_view kBeginBelowList;
extern const std::string_view kTrampolinesList;
extern const std::string_view kWaitsList;
extern const std::string_view kPhasesList;

}  // namespace faultline::embedded
