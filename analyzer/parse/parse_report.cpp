#include "analyzer/parse/parse_report.h"

#include "analyzer/parse/ips_parser.h"

namespace faultline {

CrashReport parse_report(std::string_view bytes) { return parse_ips(bytes); }

}  // namespace faultline
