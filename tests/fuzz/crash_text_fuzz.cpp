// Any bytes as a crash text, as a pasted text, and line by line.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "analyzer/parse/ips/fragment_parser.h"
#include "analyzer/parse/text/crash_text_parser.h"
#include "analyzer/parse/text/pasted_text.h"
#include "analyzer/parse/text/text_lines.h"
#include "core/base/check.h"
#include "reports/documents/apple_text.h"

using namespace faultline;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto report = parse_crash_text(bytes);
  CHECK(report.from_text);
  // A text cannot hold more stack lines than lines.
  std::size_t frames = 0;
  for (const auto& thread : report.threads) frames += thread.frames.size();
  CHECK(frames <= size);
  static_cast<void>(render_apple_text(report));

  static_cast<void>(parse_frame_line(bytes));
  static_cast<void>(parse_image_line(bytes));
  std::vector<Register> registers;
  static_cast<void>(parse_register_line(bytes, registers));
  InstructionState instructions;
  static_cast<void>(parse_instruction_row(bytes, instructions));
  CHECK(instructions.bytes.size() <= 16);

  if (const auto cleaned = clean_pasted_text(bytes)) CHECK(!cleaned->removed.empty());
  if (const auto piece = parse_fragment(bytes)) CHECK(piece->origin == ReportOrigin::reconstructed);
  return 0;
}
