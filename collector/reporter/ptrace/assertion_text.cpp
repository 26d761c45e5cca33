#include "collector/reporter/ptrace/assertion_text.h"

#include <algorithm>
#include <array>

namespace faultline {
namespace {

constexpr std::size_t kMaxLines = 4;
constexpr std::size_t kMaxLineBytes = 4096;

// Who writes each: Metal and other frameworks; glibc and Apple's libc; libstdc++ and libc++; glibc's
// fortified functions and heap; CPython; Rust.
constexpr std::array<std::string_view, 14> kMarks{
    "failed assertion",    "Assertion `", "Assertion failed", "ssertion failed:",
    "terminate called",    "libc++abi:",  "  what():  ",      "*** stack smashing detected",
    "*** buffer overflow", "free(): ",    "malloc(): ",       "double free or corruption",
    "Fatal Python error:", "panicked at "};

bool is_assertion(std::string_view line) {
  return std::any_of(kMarks.begin(), kMarks.end(),
                     [&](std::string_view mark) { return line.find(mark) != std::string_view::npos; });
}

}  // namespace

std::vector<std::string> find_assertion_lines(std::string_view error_output) {
  std::vector<std::string> found;
  while (!error_output.empty() && found.size() < kMaxLines) {
    const auto newline = error_output.rfind('\n');
    const auto line = newline == std::string_view::npos ? error_output : error_output.substr(newline + 1);
    if (is_assertion(line)) found.emplace_back(line.substr(0, kMaxLineBytes));
    error_output = newline == std::string_view::npos ? std::string_view() : error_output.substr(0, newline);
  }
  std::reverse(found.begin(), found.end());
  return found;
}

}  // namespace faultline
