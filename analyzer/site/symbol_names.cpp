#include "analyzer/site/symbol_names.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstddef>
#include <utility>

#include "analyzer/names/demangle.h"
#include "core/model/function_name.h"
#include "core/text/ascii.h"

namespace faultline {
namespace {

bool is_hash_digit(char c) { return is_digit(c) || (c >= 'a' && c <= 'f'); }
bool is_word(char c) { return is_alphanumeric(c) || c == '_' || c == '$'; }

std::string one_line(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool blank = is_space(c);
    if (blank && (out.empty() || out.back() == ' ')) continue;
    out += blank ? ' ' : c;
  }
  while (!out.empty() && out.back() == ' ') out.pop_back();
  return out;
}

void replace_all(std::string& text, std::string_view from, std::string_view to) {
  for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
}

// `.cold`, `.cold.1`, `.isra.0`, `.llvm.123…`, ` [clone .constprop.0]`: pieces that one compiler made.
bool drop_compiler_suffix(std::string& text) {
  if (text.ends_with(']')) {
    const auto open = text.rfind(" [clone ");
    if (open != std::string::npos) {
      text.resize(open);
      return true;
    }
  }
  // From the end: most names have none, and are long.
  std::size_t end = text.size();
  while (end > 0 && (is_digit(text[end - 1]) || text[end - 1] == '.')) --end;
  const std::string_view head = std::string_view(text).substr(0, end);
  for (const std::string_view part :
       {".cold", ".isra", ".constprop", ".part", ".llvm", ".lto_priv", ".localalias"}) {
    if (!head.ends_with(part) || head.size() == part.size()) continue;
    text.resize(head.size() - part.size());
    return true;
  }
  return false;
}

// `::h0123456789abcdef` at the end of legacy Rust names, with the escapes of the same scheme.
void normalise_rust(std::string& text) {
  constexpr std::size_t kHashLength = 19;
  const std::size_t hash = text.size() - std::min(text.size(), kHashLength);
  const std::string_view tail = std::string_view(text).substr(hash);
  const bool all_hex = tail.size() == kHashLength && tail.starts_with("::h") &&
                       std::all_of(tail.begin() + 3, tail.end(), is_hash_digit);
  if (all_hex) text.resize(hash);
  if (!all_hex && text.find("$LT$") == std::string::npos && text.find("$u7b$") == std::string::npos) return;
  constexpr std::array<std::pair<std::string_view, std::string_view>, 14> kEscapes{{
      {"$LT$", "<"},
      {"$GT$", ">"},
      {"$LP$", "("},
      {"$RP$", ")"},
      {"$RF$", "&"},
      {"$BP$", "*"},
      {"$SP$", "@"},
      {"$C$", ","},
      {"$u20$", " "},
      {"$u27$", "'"},
      {"$u5b$", "["},
      {"$u5d$", "]"},
      {"$u7b$", "{"},
      {"$u7d$", "}"},
  }};
  for (const auto& [from, to] : kEscapes) replace_all(text, from, to);
  replace_all(text, "..", "::");
  replace_all(text, "::_<", "::<");
  replace_all(text, "::_{", "::{");
  if (text.starts_with("_<")) text.erase(0, 1);
}

// `'lambda0'`, `{lambda(int)#2}`, `$_12`, `_block_invoke_3`, `_block_invoke.13`: counted by the compiler.
void drop_counters(std::string& text) {
  for (auto at = text.find("'lambda"); at != std::string::npos; at = text.find("'lambda", at + 1)) {
    std::size_t end = at + 7;
    while (end < text.size() && is_digit(text[end])) ++end;
    text.erase(at + 7, end - at - 7);
  }
  if (text.find("{lambda") != std::string::npos) {
    for (auto at = text.find('#'); at != std::string::npos; at = text.find('#', at)) {
      std::size_t end = at + 1;
      while (end < text.size() && is_digit(text[end])) ++end;
      if (end == at + 1 || end >= text.size() || text[end] != '}') {
        ++at;
        continue;
      }
      text.erase(at, end - at);
    }
  }
  for (auto at = text.find("$_"); at != std::string::npos; at = text.find("$_", at + 2)) {
    std::size_t end = at + 2;
    while (end < text.size() && is_digit(text[end])) ++end;
    text.erase(at + 2, end - at - 2);
  }
  for (auto at = text.find("_block_invoke"); at != std::string::npos;
       at = text.find("_block_invoke", at + 13)) {
    std::size_t end = at + 13;
    while (end + 1 < text.size() && (text[end] == '_' || text[end] == '.') && is_digit(text[end + 1])) {
      ++end;
      while (end < text.size() && is_digit(text[end])) ++end;
    }
    text.erase(at + 13, end - at - 13);
  }
}

void drop_abi_tags(std::string& text) {
  for (auto at = text.find("[abi:"); at != std::string::npos; at = text.find("[abi:", at)) {
    const auto end = text.find(']', at);
    if (end == std::string::npos) return;
    text.erase(at, end - at + 1);
  }
}

// iOS texts put the offset into the name: `-[NSObject+ 183052 (NSObject) doesNot…:]`.
void drop_offset_in_class(std::string& text) {
  const auto plus = text.find("+ ", 1);
  if (plus == std::string::npos || text.size() < 4 || text[1] != '[') return;
  std::size_t end = plus + 2;
  while (end < text.size() && is_digit(text[end])) ++end;
  if (end == plus + 2 || !std::string_view(text).substr(end).starts_with(" (")) return;
  text.erase(plus, end + 1 - plus);
}

// `-[Class method:]:1091`: a source line that somebody wrote behind the name.
void drop_line_after_method(std::string& text) {
  if (text.size() < 4 || (text[0] != '-' && text[0] != '+') || text[1] != '[') return;
  const auto close = text.rfind("]:");
  if (close == std::string::npos || close + 2 >= text.size()) return;
  for (std::size_t i = close + 2; i < text.size(); ++i) {
    if (!is_digit(text[i])) return;
  }
  text.resize(close + 1);
}

// Replaces the number (and one capital letter) of each `<stem><number><letter>?<tail>` by `*`.
void fold_number(std::string& text, std::string_view stem, std::string_view tail) {
  for (auto at = text.find(stem); at != std::string::npos; at = text.find(stem, at + 1)) {
    // `HAL200` alone, not the end of a longer word.
    if (tail.empty() && at > 0 && is_word(text[at - 1])) continue;
    const std::size_t begin = at + stem.size();
    std::size_t end = begin;
    while (end < text.size() && is_digit(text[end])) ++end;
    if (end == begin) continue;
    if (end < text.size() && text[end] >= 'A' && text[end] <= 'Z' &&
        !std::string_view(text).substr(end).starts_with(tail)) {
      ++end;
    }
    if (std::string_view(text).substr(end).starts_with(tail)) text.replace(begin, end - begin, "*");
  }
}

}  // namespace

std::string normalised_function(std::string_view symbol) {
  std::string text = demangled(one_line(symbol));
  while (drop_compiler_suffix(text)) {
  }
  normalise_rust(text);
  while (drop_compiler_suffix(text)) {
  }
  replace_all(text, "std::__1::", "std::");
  replace_all(text, "std::__cxx11::", "std::");
  drop_abi_tags(text);
  drop_counters(text);
  drop_line_after_method(text);
  drop_offset_in_class(text);
  return text;
}

bool is_usable_name(std::string_view symbol) {
  return !symbol.empty() && symbol != "???" && !symbol.starts_with("<redacted>") &&
         !symbol.starts_with("<deduplicated_symbol>") && !symbol.starts_with("0x") && symbol != "<unknown>";
}

std::string family_function(std::string_view normalised) {
  std::string text = is_objc_method(normalised) ? std::string(normalised) : without_arguments(normalised);
  fold_number(text, "AGXG", "Family");
  fold_number(text, "HAL", "");
  fold_number(text, "AGX::G", "::");
  return text;
}

bool is_gpu_driver_image(std::string_view image) { return image.starts_with("AGXMetal"); }

std::string family_image(std::string_view image) {
  return is_gpu_driver_image(image) ? "AGXMetal*" : std::string(image);
}

}  // namespace faultline
