#include "reports/documents/report_page.h"

#include <nlohmann/json.hpp>

#include "core/base/check.h"
#include "reports/documents/document_json.h"

namespace faultline {
namespace {

constexpr std::string_view kPlace = "@@REPORT@@";

/// No sign of HTML is left in it; inside of JSON these stand in strings alone.
std::string inside_script(const std::string& json) {
  std::string out;
  out.reserve(json.size());
  for (const char c : json) {
    if (c == '<') {
      out += "\\u003c";
    } else if (c == '>') {
      out += "\\u003e";
    } else if (c == '&') {
      out += "\\u0026";
    } else {
      out += c;
    }
  }
  return out;
}

}  // namespace

std::string report_page(const CampaignReport& report) {
  using Json = nlohmann::ordered_json;
  const auto data = document_json(report.document, TableAudience::people);
  std::string page(report_page_template());
  const auto at = page.find(kPlace);
  CHECK(at != std::string::npos);
  return page.replace(at, kPlace.size(),
                      inside_script(data.dump(-1, ' ', false, Json::error_handler_t::replace)));
}

}  // namespace faultline
