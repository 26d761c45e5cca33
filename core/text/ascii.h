// ASCII letters, digits and whitespace, whatever the locale says.

#pragma once

#include <string>
#include <string_view>

namespace faultline {

inline constexpr std::string_view kWhitespace = " \t\r\n";

constexpr bool is_space(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }
constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
constexpr bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
constexpr bool is_alphanumeric(char c) { return is_digit(c) || is_letter(c); }
constexpr char to_lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }
constexpr char to_upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; }
constexpr bool is_hex_digit(char c) { return is_digit(c) || (to_lower(c) >= 'a' && to_lower(c) <= 'f'); }

/// 0 to 15; -1 for what is no hexadecimal digit.
constexpr int digit_value(char c) {
  if (is_digit(c)) return c - '0';
  return is_hex_digit(c) ? to_lower(c) - 'a' + 10 : -1;
}

/// True for a text that has only digits, and at least one.
bool is_all_digits(std::string_view text);

std::string to_lower(std::string_view text);
std::string to_upper(std::string_view text);

constexpr bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}
bool equal_ignoring_case(std::string_view a, std::string_view b);
bool contains_ignoring_case(std::string_view text, std::string_view part);

/// `text` without the characters of `dropped` at both of its ends; a part of `text`, so it lives as long.
std::string_view trimmed(std::string_view text, std::string_view dropped = kWhitespace);

}  // namespace faultline
