// The build without Node has no page.

#include "reports/documents/report_page.h"

namespace faultline {

std::string_view report_page_template() { return {}; }

}  // namespace faultline
