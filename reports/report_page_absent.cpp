// The build without Node has no page.

#include "reports/report_page.h"

namespace faultline {

std::string_view report_page_template() { return {}; }

}  // namespace faultline
