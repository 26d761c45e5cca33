// Any bytes as a report of one source, FAULTLINE_SOURCE by its name in the registry.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "analyzer/parse/report_sources.h"
#include "core/base/check.h"
#include "reports/documents/apple_text.h"

using namespace faultline;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto sources = report_sources();
  const auto source = std::find_if(sources.begin(), sources.end(),
                                   [](const ReportSource& one) { return one.name == FAULTLINE_SOURCE; });
  CHECK(source != sources.end());
  static_cast<void>(source->recognise(bytes));
  const auto report = source->parse(bytes);
  // A frame takes more than a byte, in every form.
  std::size_t frames = 0;
  for (const auto& thread : report.threads) {
    frames += thread.frames.size();
    for (const auto& frame : thread.frames)
      CHECK(!frame.image_index || *frame.image_index < report.images.size());
  }
  CHECK(frames <= size);
  // What was read is said to be incomplete: none of these sources has all that a crash report has.
  if (report.kind == ReportKind::crash && source->name != "text") CHECK(!report.issues.empty());
  static_cast<void>(render_apple_text(report));
  return 0;
}
