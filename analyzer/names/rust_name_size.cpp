#include "analyzer/names/rust_name_size.h"

#include <algorithm>
#include <cstddef>
#include <map>
#include <utility>

#include "core/text/ascii.h"

namespace faultline {
namespace {

/// What is written for a sign of its own at most: ` as `, `dyn `, `for<'a, …>` counts its names,
/// `{closure#…}`.
constexpr std::uint64_t kAddedText = 24;

bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }

/// Walks the grammar of https://doc.rust-lang.org/rustc/symbol-mangling/v0.html and adds up lengths.
class Walk {
 public:
  Walk(std::string_view text, std::uint64_t limit) : text_(text), limit_(limit) {}

  std::optional<std::uint64_t> size() {
    while (at_ < text_.size() && is_digit(text_[at_])) ++at_;  // The encoding's version.
    std::uint64_t total = path();
    if (at_ < text_.size() && is_upper(text_[at_])) path();  // The instantiating crate is not shown.
    if (self_containing_) return limit_ + 1;
    if (failed_) return std::nullopt;
    return total;
  }

 private:
  enum class Part { path, type, constant };

  char next() {
    if (failed_ || at_ >= text_.size()) {
      failed_ = true;
      return '\0';
    }
    return text_[at_++];
  }
  bool take(char wanted) {
    if (failed_ || at_ >= text_.size() || text_[at_] != wanted) return false;
    ++at_;
    return true;
  }
  std::uint64_t capped(std::uint64_t size) const { return std::min(size, limit_ + 1); }

  std::uint64_t base62() {
    if (take('_')) return 0;
    std::uint64_t value = 0;
    while (!failed_) {
      const char c = next();
      if (c == '_') return value + 1;
      const int digit = is_digit(c) ? c - '0' : is_lower(c) ? c - 'a' + 10 : is_upper(c) ? c - 'A' + 36 : -1;
      if (digit < 0 || value > (UINT64_MAX - 61) / 62) failed_ = true;
      value = value * 62 + static_cast<std::uint64_t>(digit);
    }
    return 0;
  }

  std::uint64_t identifier() {
    if (take('s')) base62();
    take('u');
    std::uint64_t length = 0;
    if (at_ >= text_.size() || !is_digit(text_[at_])) failed_ = true;
    while (!failed_ && at_ < text_.size() && is_digit(text_[at_]) && length <= text_.size()) {
      length = length * 10 + static_cast<std::uint64_t>(text_[at_++] - '0');
    }
    take('_');
    if (failed_ || length > text_.size() - at_) {
      failed_ = true;
      return 0;
    }
    at_ += length;
    return 4 * length + kAddedText;  // Punycode: each letter may become four bytes.
  }

  std::uint64_t back_reference(Part part) {
    const std::size_t own = at_ - 1;
    const std::uint64_t target = base62();
    if (failed_ || target >= own) {
      failed_ = true;
      return 0;
    }
    const auto [known, fresh] = known_.try_emplace({part, target}, std::nullopt);
    if (!fresh) {
      if (!known->second) failed_ = self_containing_ = true;
      return known->second.value_or(0);
    }
    const std::size_t back = std::exchange(at_, static_cast<std::size_t>(target));
    const std::uint64_t size = part == Part::path ? path() : part == Part::type ? type() : constant();
    at_ = back;
    known->second = size;  // References into a map hold.
    return size;
  }

  std::uint64_t path() {
    switch (next()) {
      case 'C':
        return identifier();
      case 'M':
        implementation();
        return capped(kAddedText + type());
      case 'X': {
        implementation();
        const auto self = type();
        return capped(kAddedText + self + path());
      }
      case 'Y': {
        const auto self = type();
        return capped(kAddedText + self + path());
      }
      case 'N': {
        next();
        const auto outer = path();
        return capped(kAddedText + outer + identifier());
      }
      case 'I': {
        auto size = path();
        while (!failed_ && !take('E')) size = capped(size + kAddedText + generic_argument());
        return size;
      }
      case 'B':
        return back_reference(Part::path);
      default:
        failed_ = true;
        return 0;
    }
  }

  void implementation() {
    if (take('s')) base62();
    path();  // Where it stands; not shown.
  }

  std::uint64_t generic_argument() {
    if (take('L')) return lifetime();
    if (take('K')) return constant();
    return type();
  }
  std::uint64_t lifetime() {
    base62();
    return kAddedText;
  }

  /// `for<'a, 'b>`: as many lifetimes as a number says.
  std::uint64_t binder() {
    if (!take('G')) return 0;
    const auto count = base62() + 1;
    return count > limit_ ? limit_ + 1 : capped(count * kAddedText);
  }

  std::uint64_t types_to_end() {
    std::uint64_t size = 0;
    while (!failed_ && !take('E')) size = capped(size + kAddedText + type());
    return size;
  }

  std::uint64_t type() {
    const char c = next();
    if (is_lower(c)) return kAddedText;
    switch (c) {
      case 'A': {
        const auto element = type();
        return capped(kAddedText + element + constant());
      }
      case 'S':
      case 'P':
      case 'O':
        return capped(kAddedText + type());
      case 'R':
      case 'Q':
        if (take('L')) lifetime();
        return capped(2 * kAddedText + type());
      case 'T':
        return capped(kAddedText + types_to_end());
      case 'F': {
        auto size = kAddedText + binder();
        take('U');
        if (take('K') && !take('C')) size += identifier();
        size += types_to_end();
        return capped(size + type());
      }
      case 'D': {
        auto size = kAddedText + binder();
        while (!failed_ && !take('E')) size = capped(size + bound());
        if (!take('L')) failed_ = true;
        return capped(size + lifetime());
      }
      case 'B':
        return back_reference(Part::type);
      default:
        --at_;
        return failed_ ? 0 : path();
    }
  }

  std::uint64_t bound() {
    auto size = kAddedText + path();
    while (!failed_ && take('p')) {
      size = capped(size + identifier());
      size = capped(size + kAddedText + type());
    }
    return size;
  }

  std::uint64_t constant() {
    if (take('p')) return kAddedText;
    if (take('B')) return back_reference(Part::constant);
    next();  // The type: a basic one.
    const std::size_t begin = at_;
    take('n');
    while (!failed_ && !take('_')) next();
    return kAddedText + at_ - begin;
  }

  std::string_view text_;
  std::uint64_t limit_;
  std::size_t at_ = 0;
  bool failed_ = false;
  bool self_containing_ = false;
  std::map<std::pair<Part, std::uint64_t>, std::optional<std::uint64_t>> known_;
};

}  // namespace

std::optional<std::uint64_t> rust_name_size(std::string_view name, std::uint64_t limit) {
  if (!name.starts_with("_R")) return std::nullopt;
  return Walk(name.substr(2), limit).size();
}

}  // namespace faultline
