#include "reports/documents/crash_page.h"

#include <fmt/format.h>

#include "core/base/clock.h"
#include "reports/documents/crash_page_sections.h"
#include "reports/documents/document_writers.h"

namespace faultline {
namespace {

std::string page_title(const Analysis& analysis) {
  const CrashReport& report = analysis.report;
  std::string title = report.process_name.value_or(report.header.app_name.value_or("unknown process"));
  if (report.pid) title += fmt::format(" [{}]", *report.pid);
  title += fmt::format(", {}", report_kind_text(report.kind));
  if (report.capture_time) {
    if (const auto time = parse_report_time(*report.capture_time)) title += ", " + format_utc(*time);
  }
  return title;
}

Document page_document(const Analysis& analysis, const CrashPageContext& context) {
  Document page;
  page.title = page_title(analysis);
  page.sections = {
      fault_section(analysis),           site_section(analysis, context), stack_section(analysis),
      instructions_section(context),     others_section(analysis),        event_section(analysis),
      exception_section(analysis),       registers_section(analysis),     memory_section(analysis),
      system_section(analysis, context), images_section(analysis),        unknown_section(analysis, context)};
  std::erase_if(page.sections, [](const DocumentSection& section) { return section.blocks.empty(); });
  return page;
}

}  // namespace

std::string crash_page_text(const Analysis& analysis, const CrashPageContext& context) {
  return document_text(page_document(analysis, context));
}

std::string crash_page_markdown(const Analysis& analysis, const CrashPageContext& context) {
  return document_markdown(page_document(analysis, context));
}

std::string crash_page_html(const Analysis& analysis, const CrashPageContext& context) {
  return document_html(page_document(analysis, context));
}

}  // namespace faultline
