#include "core/model/image.h"

#include <cctype>
#include <random>

namespace faultline {
namespace {

/// Value of each hex digit, -1 for every other byte: a report has hundreds of UUIDs.
constexpr std::array<std::int8_t, 256> make_hex_values() {
  std::array<std::int8_t, 256> values{};
  for (auto& value : values) value = -1;
  for (std::size_t i = 0; i < 10; ++i) values['0' + i] = static_cast<std::int8_t>(i);
  for (std::size_t i = 0; i < 6; ++i) values['a' + i] = values['A' + i] = static_cast<std::int8_t>(10 + i);
  return values;
}
constexpr auto kHexValues = make_hex_values();

std::string format_uuid(const std::array<std::uint8_t, 16>& bytes, const char* digits) {
  std::string out;
  out.reserve(36);
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) out += '-';
    out += digits[bytes[i] >> 4];
    out += digits[bytes[i] & 15];
  }
  return out;
}

}  // namespace

std::optional<Uuid> Uuid::parse(std::string_view text) {
  std::array<std::uint8_t, 16> bytes{};
  std::size_t digits = 0;
  for (const char c : text) {
    if (c == '-') continue;
    const int value = kHexValues[static_cast<unsigned char>(c)];
    if (value < 0 || digits == 32) return std::nullopt;
    bytes[digits / 2] = static_cast<std::uint8_t>((bytes[digits / 2] << 4) | value);
    ++digits;
  }
  if (digits != 32) return std::nullopt;
  return Uuid(bytes);
}

Uuid Uuid::random() {
  std::random_device source;
  std::array<std::uint8_t, 16> bytes{};
  for (std::size_t i = 0; i < bytes.size(); i += 4) {
    const auto word = source();
    for (std::size_t k = 0; k < 4; ++k) bytes[i + k] = static_cast<std::uint8_t>(word >> (8 * k));
  }
  bytes[6] = static_cast<std::uint8_t>((bytes[6] & 0x0f) | 0x40);
  bytes[8] = static_cast<std::uint8_t>((bytes[8] & 0x3f) | 0x80);
  return Uuid(bytes);
}

std::string Uuid::text() const { return format_uuid(bytes_, "0123456789abcdef"); }
std::string Uuid::upper_text() const { return format_uuid(bytes_, "0123456789ABCDEF"); }

std::string Image::display_name() const {
  if (name && !name->empty()) return *name;
  if (path && !path->empty()) {
    const auto slash = path->rfind('/');
    const auto last = slash == std::string::npos ? *path : path->substr(slash + 1);
    if (!last.empty()) return last;
  }
  return "???";
}

}  // namespace faultline
