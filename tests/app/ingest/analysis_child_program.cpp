// An analysis child that meets a mistake of ours where a test asks for one: words in the report say which.

#include <unistd.h>

#include <csignal>

#include "analyzer/derive.h"
#include "app/ingest/analysis_child.h"

namespace {

bool holds(std::string_view bytes, std::string_view word) {
  return bytes.find(word) != std::string_view::npos;
}

}  // namespace

int main() {
  const faultline::SiteRules rules;
  return faultline::analysis_child_main([&rules](std::string_view bytes, std::string_view) {
    if (holds(bytes, "mistake: crash"))
      ::raise(SIGKILL);  // No other signal ends a program under a sanitizer.
    if (holds(bytes, "mistake: exit")) ::_exit(7);
    if (holds(bytes, "mistake: no end")) {
      while (true) ::pause();
    }
    return faultline::derive(bytes, faultline::ReportOrigin::captured, rules);
  });
}
