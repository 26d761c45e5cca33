#include "analyzer/parse/json/report_field.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>

namespace faultline {
namespace {

std::string escape_pointer(std::string_view key) {
  std::string out;
  for (const char c : key) {
    if (c == '~') {
      out += "~0";
    } else if (c == '/') {
      out += "~1";
    } else {
      out += c;
    }
  }
  return out;
}

/// Long texts say enough by their beginning.
std::string quote(std::string_view text) {
  constexpr std::size_t kShown = 40;
  if (text.size() <= kShown) return fmt::format("\"{}\"", text);
  return fmt::format("\"{}…\"", text.substr(0, kShown));
}

}  // namespace

void IssueList::add(std::string path, std::string message) {
  if (full()) return skip();
  issues_.push_back({std::move(path), std::move(message)});
}

void IssueList::skip() {
  ++left_out_;
  if (left_out_ == 1) issues_.push_back({"", ""});
  issues_.back().message = fmt::format("{} more issues were left out", left_out_);
}

void IssueList::clear() {
  issues_.clear();
  left_out_ = 0;
}

std::string JsonPath::pointer() const {
  const std::string above = parent != nullptr ? parent->pointer() : std::string();
  if (parent == nullptr) return above;
  return key.data() == nullptr ? fmt::format("{}/{}", above, index)
                               : fmt::format("{}/{}", above, escape_pointer(key));
}

void ReportField::add_issue(std::string message) const {
  if (issues_.full()) return issues_.skip();
  issues_.add(path_.pointer(), std::move(message));
}

bool ReportField::expect(JsonType type) const {
  const auto found = value_.type();
  if (found == type) return true;
  if (found != JsonType::null) {
    add_issue(fmt::format("found {}, expected {}", json_type_text(found), json_type_text(type)));
  }
  return false;
}

std::optional<std::string> ReportField::text() const {
  if (auto text = value_.text()) return text;
  const auto number = text_or_number();
  if (number) add_issue("found a number, expected a text");
  return number;
}

std::optional<std::string> ReportField::text_or_number() const {
  if (auto text = value_.text()) return text;
  switch (value_.type()) {
    case JsonType::unsigned_integer:
    case JsonType::negative:
    case JsonType::real:
      return value_.compact();
    default:
      break;
  }
  static_cast<void>(expect(JsonType::text));
  return std::nullopt;
}

std::optional<std::uint64_t> ReportField::unsigned_integer() const {
  if (const auto number = value_.unsigned_integer()) return number;
  if (value_.type() == JsonType::negative) {
    const auto number = *value_.integer();
    add_issue(fmt::format("found {}, expected a number that is not negative", number));
    return static_cast<std::uint64_t>(number);
  }
  if (value_.type() == JsonType::real) {
    const double number = *value_.real();
    add_issue(fmt::format("found the fraction {}, expected a whole number", number));
    // 2^64 as a double is exact; anything below it converts.
    if (number < 0 || number >= 18446744073709551616.0 || std::floor(number) != number) return std::nullopt;
    return static_cast<std::uint64_t>(number);
  }
  if (const auto text = value_.text()) {
    const auto number = parse_natural(*text);
    add_issue(fmt::format("found the text {}, expected a number", quote(*text)));
    return number;
  }
  static_cast<void>(expect(JsonType::unsigned_integer));
  return std::nullopt;
}

std::optional<std::int64_t> ReportField::integer() const {
  if (value_.type() == JsonType::negative) return value_.integer();
  const auto number = unsigned_integer();
  if (number && *number > static_cast<std::uint64_t>(INT64_MAX)) {
    add_issue(fmt::format("{} is too large", *number));
    return std::nullopt;
  }
  if (!number) return std::nullopt;
  return static_cast<std::int64_t>(*number);
}

bool ReportField::truth() const {
  if (const auto value = value_.boolean()) return *value;
  if (const auto number = value_.unsigned_integer()) return *number != 0;
  if (const auto text = value_.text()) {
    add_issue(fmt::format("found the text {}, expected a truth value", quote(*text)));
    return *text == "true" || *text == "1" || *text == "YES" || *text == "yes";
  }
  static_cast<void>(expect(JsonType::boolean));
  return false;
}

std::optional<RuntimeAddress> ReportField::address() const {
  const auto value = unsigned_integer();
  if (!value) return std::nullopt;
  return RuntimeAddress{*value};
}

std::optional<Uuid> ReportField::uuid() const {
  if (const auto plain = value_.plain_text()) {
    if (const auto uuid = Uuid::parse(*plain); uuid && !uuid->is_zero()) return uuid;
  }
  const auto text = value_.text();
  if (!text) {
    static_cast<void>(expect(JsonType::text));
    return std::nullopt;
  }
  const auto uuid = Uuid::parse(*text);
  if (!uuid && !text->empty()) add_issue(fmt::format("{} is no UUID", quote(*text)));
  if (!uuid || uuid->is_zero()) return std::nullopt;
  return uuid;
}

std::vector<std::string> ReportField::texts() const {
  std::vector<std::string> out;
  if (auto single = value_.text()) {
    add_issue("found a text, expected an array of texts");
    out.push_back(std::move(*single));
    return out;
  }
  each_element([&out](std::size_t, const ReportField& element) {
    if (auto text = element.text()) out.push_back(std::move(*text));
  });
  return out;
}

std::optional<std::uint64_t> parse_natural(std::string_view text) {
  int base = 10;
  if (text.size() > 2 && text[0] == '0' && (text[1] == 'x' || text[1] == 'X')) {
    base = 16;
    text.remove_prefix(2);
  }
  std::uint64_t value = 0;
  const auto result = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (result.ec != std::errc() || result.ptr != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace faultline
