#include "reports/formats/unicode.h"

#include <utf8proc.h>

#include <array>

namespace faultline {

Utf8Character first_character(std::string_view text) {
  utf8proc_int32_t point = 0;
  const auto* bytes = reinterpret_cast<const utf8proc_uint8_t*>(text.data());
  const auto length = utf8proc_iterate(bytes, static_cast<utf8proc_ssize_t>(text.size()), &point);
  if (length <= 0) return {text.substr(0, 1), static_cast<unsigned char>(text.front()), false};
  return {text.substr(0, static_cast<std::size_t>(length)), static_cast<std::uint32_t>(point), true};
}

void append_utf8(std::string& out, std::uint32_t code_point) {
  std::array<utf8proc_uint8_t, 4> bytes{};
  const auto length = utf8proc_encode_char(static_cast<utf8proc_int32_t>(code_point), bytes.data());
  for (utf8proc_ssize_t i = 0; i < length; ++i) out += static_cast<char>(bytes[static_cast<std::size_t>(i)]);
}

int column_width(std::uint32_t code_point) {
  return utf8proc_charwidth(static_cast<utf8proc_int32_t>(code_point));
}

std::string folded_character(std::uint32_t code_point, Marks marks) {
  const int options =
      UTF8PROC_DECOMPOSE | UTF8PROC_CASEFOLD | (marks == Marks::drop ? UTF8PROC_STRIPMARK : 0);
  std::array<utf8proc_int32_t, 32> points{};  // Unicode's longest decomposition has 18.
  const auto count = utf8proc_decompose_char(static_cast<utf8proc_int32_t>(code_point), points.data(),
                                             points.size(), static_cast<utf8proc_option_t>(options), nullptr);
  std::string out;
  if (count < 0 || static_cast<std::size_t>(count) > points.size()) {
    append_utf8(out, code_point);
    return out;
  }
  for (utf8proc_ssize_t i = 0; i < count; ++i) {
    append_utf8(out, static_cast<std::uint32_t>(points[static_cast<std::size_t>(i)]));
  }
  return out;
}

}  // namespace faultline
