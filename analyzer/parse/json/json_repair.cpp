#include "analyzer/parse/json/json_repair.h"

#include <fmt/format.h>

#include <charconv>

#include "core/ips/json_scan.h"
#include "core/text/ascii.h"
#include "core/text/text_escape.h"

namespace faultline {
namespace {

constexpr std::string_view kReplacement = "\xef\xbf\xbd";
constexpr std::string_view kOpenQuotes[] = {"\"", "\xe2\x80\x9c", "\xe2\x80\x9d", "\xe2\x80\x9e",
                                            "\xe2\x80\x9f"};

std::string shown(std::string_view text) {
  constexpr std::size_t kShown = 30;
  return escape_line(text.substr(0, kShown)) + (text.size() > kShown ? "…" : "");
}

/// A JSON number with a fraction or an exponent, of a size that a double can hold.
bool is_fraction(std::string_view token) {
  constexpr std::size_t kLongest = 100;
  if (token.size() > kLongest) return false;
  std::size_t at = token.starts_with('-') ? 1 : 0;
  const auto digits = [&] {
    const auto start = at;
    while (at < token.size() && is_digit(token[at])) ++at;
    return at - start;
  };
  const bool zero_first = at < token.size() && token[at] == '0';
  const auto whole = digits();
  if (whole == 0 || (zero_first && whole > 1)) return false;
  if (at < token.size() && token[at] == '.') {
    ++at;
    if (digits() == 0) return false;
  }
  if (at < token.size() && (token[at] == 'e' || token[at] == 'E')) {
    ++at;
    if (at < token.size() && (token[at] == '+' || token[at] == '-')) ++at;
    const auto exponent = digits();
    if (exponent == 0 || exponent > 2) return false;
  }
  return at == token.size();
}

class Repairer {
 public:
  Repairer(std::string_view text, IssueList& issues) : text_(text), issues_(issues) {
    out_.reserve(text.size() + 64);
  }

  RepairedJson run(const JsonPath& path) {
    if (!value(path, 0)) out_ = "null";
    return {std::move(out_), cut_};
  }

 private:
  [[nodiscard]] bool at_end() const { return at_ >= text_.size(); }
  [[nodiscard]] char here() const { return text_[at_]; }
  void skip_whitespace() {
    while (!at_end() && is_space(here())) ++at_;
  }

  void add_issue(const JsonPath& path, std::string message) {
    // Megabytes of garbage would else cost a pointer for each byte.
    if (issues_.full()) return issues_.skip();
    issues_.add(path.pointer(), std::move(message));
  }

  /// The text ended. Said once, at the innermost place.
  bool cut(const JsonPath& path) {
    if (!cut_) add_issue(path, "the report ends here: what should follow is missing");
    cut_ = true;
    return false;
  }

  /// Length of the quote mark at the current position; 0 if there is none.
  [[nodiscard]] std::size_t quote_length() const {
    for (const auto quote : kOpenQuotes) {
      if (text_.substr(at_).starts_with(quote)) return quote.size();
    }
    return 0;
  }

  /// Writes one value. False, with nothing written, where there is none before the end of the text or
  /// before a closing bracket.
  bool value(const JsonPath& path, std::size_t depth) {
    skip_whitespace();
    if (at_end()) return cut(path);
    const char c = here();
    if (c == '{' || c == '[') return container(path, depth);
    if (quote_length() > 0) return string(path);
    if (c == ']' || c == '}' || c == ',') return false;
    return word(path);
  }

  bool container(const JsonPath& path, std::size_t depth) {
    if (depth + 1 < JsonDocument::kDeepest - 1)
      return here() == '{' ? object(path, depth) : array(path, depth);
    add_issue(path, fmt::format("nested more than {} levels deep: left out", JsonDocument::kDeepest));
    const auto end = skip_json_value(text_, at_);
    at_ = end.value_or(text_.size());
    out_ += "null";
    return true;
  }

  /// Between two values: a comma, which may be missing, doubled, or stand before the end.
  void separator(const JsonPath& path, bool first) {
    skip_whitespace();
    std::size_t commas = 0;
    while (!at_end() && here() == ',') {
      ++at_;
      ++commas;
      skip_whitespace();
    }
    if (at_end() || here() == ']' || here() == '}') return;
    if (commas != (first ? 0U : 1U)) add_issue(path, "commas are missing or doubled here");
  }

  /// True where the container ends. A bracket of the wrong kind ends it, too, and is left to a
  /// container further out if there is one that it fits.
  bool closes(const JsonPath& path, char bracket) {
    if (at_end()) {
      cut(path);
      return true;
    }
    if (here() == bracket) {
      ++at_;
      return true;
    }
    if (here() != ']' && here() != '}') return false;
    add_issue(path, fmt::format("found {} where {} was expected", here(), bracket));
    if ((here() == '}' ? open_objects_ : open_arrays_) == 0) ++at_;
    return true;
  }

  bool array(const JsonPath& path, std::size_t depth) {
    ++at_;
    out_ += '[';
    std::size_t index = 0;
    std::size_t written = 0;
    ++open_arrays_;
    while (true) {
      const JsonPath element{&path, {}, index};
      separator(element, index == 0);
      if (closes(element, ']')) break;
      const auto before = out_.size();
      if (written > 0) out_ += ',';
      if (value(element, depth + 1)) {
        ++written;
      } else {
        out_.resize(before);
        if (at_end()) break;
      }
      ++index;
    }
    --open_arrays_;
    out_ += ']';
    return true;
  }

  bool object(const JsonPath& path, std::size_t depth) {
    ++at_;
    out_ += '{';
    std::size_t written = 0;
    bool first = true;
    ++open_objects_;
    while (true) {
      separator(path, first);
      first = false;
      if (closes(path, '}')) break;
      const auto before = out_.size();
      if (written > 0) out_ += ',';
      if (member(path, depth)) {
        ++written;
      } else {
        out_.resize(before);
        if (at_end()) break;
      }
    }
    --open_objects_;
    out_ += '}';
    return true;
  }

  /// `"key" : value`. False where it is not whole; the position then is behind what was seen of it.
  bool member(const JsonPath& path, std::size_t depth) {
    if (quote_length() == 0) {
      skip_stray(path);
      return false;
    }
    const auto key_start = out_.size();
    if (!string(path)) return false;
    const std::string key = out_.substr(key_start + 1, out_.size() - key_start - 2);
    const JsonPath member_path{&path, key, 0};
    skip_whitespace();
    if (at_end()) return cut(member_path);
    if (here() != ':') {
      add_issue(member_path, "a colon is missing here");
      return false;
    }
    ++at_;
    out_ += ':';
    if (value(member_path, depth + 1)) return true;
    if (!at_end()) add_issue(member_path, "the value is missing");
    return false;
  }

  /// Something in an object that is no key: passed over up to what could be one.
  void skip_stray(const JsonPath& path) {
    const auto start = at_;
    if (here() == '{' || here() == '[') {
      at_ = skip_json_value(text_, at_).value_or(text_.size());
    } else {
      while (!at_end() && quote_length() == 0 && here() != '}' && here() != ']' && here() != ',' &&
             here() != '{' && here() != '[') {
        ++at_;
      }
    }
    add_issue(path, fmt::format("left out what is no member: {}", shown(text_.substr(start, at_ - start))));
  }

  /// A raw line break inside a string is a hard wrap, unless what follows begins like a new member:
  /// then the closing quote is missing.
  [[nodiscard]] bool line_break_ends_string() const {
    const auto next = skip_json_whitespace(text_, at_);
    if (next >= text_.size() || text_[next] == '}' || text_[next] == ']') return true;
    if (text_[next] != '"') return false;
    const auto after = skip_json_whitespace(text_, next + 1);
    return after >= text_.size() || std::string_view(":,]}").find(text_[after]) == std::string_view::npos;
  }

  bool string(const JsonPath& path) {
    const auto start = out_.size();
    const bool typographic = here() != '"';
    if (typographic && !typographic_said_) add_issue(path, "texts stand in typographic quotes");
    typographic_said_ = typographic_said_ || typographic;
    at_ += quote_length();
    out_ += '"';
    while (!at_end()) {
      const char c = here();
      if (c == '"' || (typographic && quote_length() > 0)) {
        at_ += quote_length();
        out_ += '"';
        return true;
      }
      if (c == '\\') {
        escape(path);
      } else if (c == '\n' || c == '\r') {
        if (line_break_ends_string()) {
          if (text_.find_first_not_of(" \t\r\n", at_) == std::string_view::npos) break;
          add_issue(path, "the closing quote is missing");
          out_ += '"';
          return true;
        }
        add_issue(path, "a line break inside a text was taken out");
        skip_whitespace();
      } else {
        character(path);
      }
    }
    at_ = text_.size();
    out_.resize(start);
    return cut(path);
  }

  void character(const JsonPath& path) {
    const auto length = utf8_length(text_.substr(at_));
    if (length == 0) {
      add_issue(path, fmt::format("invalid UTF-8: byte 0x{:02x}", static_cast<unsigned char>(here())));
      out_ += kReplacement;
      ++at_;
      return;
    }
    if (static_cast<unsigned char>(here()) < 0x20) {
      out_ += fmt::format("\\u{:04x}", static_cast<unsigned char>(here()));
      if (here() != '\t') add_issue(path, fmt::format("control character 0x{:02x} in a text", here()));
    } else {
      out_ += text_.substr(at_, length);
    }
    at_ += length;
  }

  [[nodiscard]] std::optional<unsigned> unicode_escape(std::size_t at) const {
    if (at + 6 > text_.size() || text_[at] != '\\' || text_[at + 1] != 'u') return std::nullopt;
    for (std::size_t i = 2; i < 6; ++i) {
      if (!is_hex_digit(text_[at + i])) return std::nullopt;
    }
    unsigned unit = 0;
    std::from_chars(text_.data() + at + 2, text_.data() + at + 6, unit, 16);
    return unit;
  }

  void escape(const JsonPath& path) {
    if (at_ + 1 >= text_.size()) {
      at_ = text_.size();
      return;
    }
    const char c = text_[at_ + 1];
    if (c != 'u' && std::string_view("\"\\/bfnrt").find(c) != std::string_view::npos) {
      out_ += text_.substr(at_, 2);
      at_ += 2;
      return;
    }
    const auto unit = unicode_escape(at_);
    if (!unit) {
      add_issue(path, fmt::format("unknown escape {}", shown(text_.substr(at_, 2))));
      out_ += kReplacement;
      at_ +=
          c == 'u' || static_cast<unsigned char>(c) < 0x20 || static_cast<unsigned char>(c) >= 0x80 ? 1 : 2;
      if (c == 'u') ++at_;
      return;
    }
    const auto low = unicode_escape(at_ + 6);
    const bool pair = *unit >= 0xd800 && *unit < 0xdc00 && low && *low >= 0xdc00 && *low < 0xe000;
    if (!pair && *unit >= 0xd800 && *unit < 0xe000) {
      add_issue(path, "half of a surrogate pair");
      out_ += kReplacement;
      at_ += 6;
      return;
    }
    const std::size_t length = pair ? 12 : 6;
    out_ += text_.substr(at_, length);
    at_ += length;
  }

  /// Numbers, literals, and whatever else stands bare.
  bool word(const JsonPath& path) {
    const auto start = at_;
    while (!at_end() && !is_space(here()) && here() != ',' && here() != ']' && here() != '}' &&
           here() != '"' && here() != ':' && here() != '{' && here() != '[') {
      ++at_;
    }
    if (at_end()) return cut(path);
    if (at_ == start) ++at_;  // A stray colon.
    const auto token = text_.substr(start, at_ - start);
    if (token == "true" || token == "false" || token == "null") {
      out_ += token;
      return true;
    }
    if (number(token, path)) return true;
    add_issue(path, fmt::format("found {} where a value was expected", shown(token)));
    out_ += "null";
    return true;
  }

  bool number(std::string_view token, const JsonPath& path) {
    if (const auto unsigned_integer = parse_natural(token)) {
      out_ += fmt::format("{}", *unsigned_integer);
      if (token[0] == '0' && token.size() > 1)
        add_issue(path, fmt::format("the number is written as {}", shown(token)));
      return true;
    }
    std::int64_t negative = 0;
    const auto* const end = token.data() + token.size();
    if (const auto read = std::from_chars(token.data(), end, negative);
        read.ec == std::errc() && read.ptr == end) {
      out_ += fmt::format("{}", negative);
      return true;
    }
    if (token.find_first_not_of("-0123456789") == std::string_view::npos &&
        token.find_first_of("0123456789") == 0) {
      add_issue(path, fmt::format("{} does not fit into 64 bits", shown(token)));
      out_ += "null";
      return true;
    }
    if (!is_fraction(token)) return false;
    out_ += token;
    return true;
  }

  std::string_view text_;
  IssueList& issues_;
  std::string out_;
  std::size_t at_ = 0;
  std::size_t open_arrays_ = 0;
  std::size_t open_objects_ = 0;
  bool cut_ = false;
  bool typographic_said_ = false;
};

}  // namespace

RepairedJson repair_json(std::string_view text, const JsonPath& path, IssueList& issues) {
  return Repairer(text, issues).run(path);
}

}  // namespace faultline
