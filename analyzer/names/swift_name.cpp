#include "analyzer/names/swift_name.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>
#include <vector>

#include "core/text/ascii.h"

namespace faultline {
namespace {

constexpr std::size_t kMostWords = 26;
constexpr std::size_t kLongestDeclaration = 4096;

bool is_swift_upper(char c) { return c >= 'A' && c <= 'Z'; }

constexpr std::array<std::pair<char, std::string_view>, 12> kStandardTypes{{{'S', "String"},
                                                                            {'a', "Array"},
                                                                            {'b', "Bool"},
                                                                            {'d', "Double"},
                                                                            {'f', "Float"},
                                                                            {'h', "Set"},
                                                                            {'i', "Int"},
                                                                            {'u', "UInt"},
                                                                            {'D', "Dictionary"},
                                                                            {'q', "Optional"},
                                                                            {'s', "Substring"},
                                                                            {'p', "UnsafeMutablePointer"}}};

class DeclarationReader {
 public:
  explicit DeclarationReader(std::string_view text) : text_(text) {}

  std::string run() {
    if (!read_context()) return {};
    while (read_part()) {
    }
    if (names_.empty() || path_.empty()) return {};
    std::string out;
    for (const auto& part : path_) out += part + ".";
    out += names_.front();
    if (labels_known_ && names_.size() > 1) {
      out += "(";
      for (std::size_t i = 1; i < names_.size(); ++i) out += names_[i] + ":";
      out += ")";
    }
    return out.size() > kLongestDeclaration ? std::string() : closure() + out;
  }

 private:
  [[nodiscard]] char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }

  /// A module, or a type that has a letter of its own.
  bool read_context() {
    if (peek() == 's') {
      ++at_;
      path_.emplace_back("Swift");
      return true;
    }
    if (peek() == 'S' && at_ + 1 < text_.size()) {
      const char letter = text_[at_ + 1];
      at_ += 2;
      if (letter == 'o') {  // Imported from C: the module says nothing.
        auto type = identifier();
        if (!type || (peek() != 'C' && peek() != 'V' && peek() != 'O')) return false;
        ++at_;
        path_.push_back(std::move(*type));
        return true;
      }
      for (const auto& [known, name] : kStandardTypes) {
        if (known != letter) continue;
        path_.emplace_back(name);
        return true;
      }
      return false;
    }
    auto module = identifier();
    if (!module) return false;
    path_.push_back(std::move(*module));
    return true;
  }

  /// False where the declaration's name and labels end.
  bool read_part() {
    const char c = peek();
    if (is_digit(c)) {
      auto name = identifier();
      if (!name) return false;
      // Of a private declaration, the file's hash.
      const bool is_discriminator = name->size() == 33 && name->front() == '_';
      if (!is_discriminator) names_.push_back(std::move(*name));
      return true;
    }
    if (c == '_' && !names_.empty()) {
      names_.emplace_back("_");
      ++at_;
      return true;
    }
    if (c == 'L' && text_.substr(at_).starts_with("LL")) {
      at_ += 2;
      return true;
    }
    const bool is_type = c == 'V' || c == 'C' || c == 'O' || c == 'P';
    if (!is_type && c != 'E') return false;
    if (names_.size() != 1) {
      labels_known_ = false;  // The first of the parameters' types.
      return false;
    }
    ++at_;
    if (is_type) path_.push_back(std::move(names_.front()));
    names_.clear();  // Of an extension: the module that holds it.
    return true;
  }

  std::optional<std::string> identifier() {
    if (!is_digit(peek())) return std::nullopt;
    bool substitutes = peek() == '0';
    if (substitutes) ++at_;
    if (substitutes && peek() == '0') return std::nullopt;  // Punycode.
    std::string out;
    do {
      while (substitutes && is_letter(peek())) {
        const char c = text_[at_++];
        substitutes = !is_swift_upper(c);
        const auto index = static_cast<std::size_t>(substitutes ? c - 'a' : c - 'A');
        if (index >= words_.size()) return std::nullopt;
        out += words_[index];
      }
      if (peek() == '0') {
        ++at_;
        break;
      }
      const auto part = literal();
      if (!part) return std::nullopt;
      out += *part;
    } while (substitutes);
    return out.empty() ? std::nullopt : std::optional(std::move(out));
  }

  /// `4prog`, whose words later identifiers may refer to.
  std::optional<std::string_view> literal() {
    std::size_t length = 0;
    while (is_digit(peek()) && length <= text_.size()) {
      length = length * 10 + static_cast<std::size_t>(text_[at_++] - '0');
    }
    if (length == 0 || length > text_.size() - at_) return std::nullopt;
    const auto part = text_.substr(at_, length);
    at_ += length;
    std::optional<std::size_t> start;
    for (std::size_t i = 0; i <= part.size(); ++i) {
      const char c = i < part.size() ? part[i] : '\0';
      const bool ends = c == '_' || c == '\0' || (i > 0 && !is_swift_upper(part[i - 1]) && is_swift_upper(c));
      if (start && ends) {
        if (i - *start >= 2 && words_.size() < kMostWords) words_.push_back(part.substr(*start, i - *start));
        start.reset();
      }
      if (!start && c != '_' && c != '\0' && !is_digit(c)) start = i;
    }
    return part;
  }

  /// `…fU_` is the first closure of the declaration, `…fU0_` the second.
  [[nodiscard]] std::string closure() const {
    const auto mark = text_.rfind("fU");
    if (mark == text_.npos || mark < at_) return {};
    auto digits = text_.substr(mark + 2);
    digits = digits.substr(0, digits.find('_'));
    if (digits.size() > 4 || !std::all_of(digits.begin(), digits.end(), is_digit)) return {};
    std::size_t number = 1;
    if (!digits.empty()) {
      number = 2;
      for (std::size_t value = 0, i = 0; i < digits.size(); ++i) {
        value = value * 10 + static_cast<std::size_t>(digits[i] - '0');
        number = value + 2;
      }
    }
    return "closure #" + std::to_string(number) + " in ";
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::vector<std::string_view> words_;
  std::vector<std::string> path_;
  std::vector<std::string> names_;  ///< The declaration's own, then its labels.
  bool labels_known_ = true;
};

}  // namespace

std::string swift_declaration(std::string_view name) {
  if (name.starts_with('_')) name.remove_prefix(1);
  if (!name.starts_with("$s") && !name.starts_with("$S")) return {};
  return DeclarationReader(name.substr(2)).run();
}

}  // namespace faultline
