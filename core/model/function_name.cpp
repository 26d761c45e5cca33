#include "core/model/function_name.h"

#include <algorithm>
#include <array>
#include <cstddef>

#include "core/text/ascii.h"

namespace faultline {
namespace {

bool is_name_sign(char c) { return is_alphanumeric(c) || c == '_' || c == '$'; }

// Number of characters of the operator's name that must not be taken for brackets.
std::size_t operator_length(std::string_view text, std::size_t at) {
  if (!text.substr(at).starts_with("operator")) return 0;
  if (at > 0 && is_name_sign(text[at - 1])) return 0;
  std::size_t end = at + 8;
  constexpr std::array<std::string_view, 10> kNames{"<=>", "<<=", ">>=", "->*", "<<",
                                                    ">>",  "<=",  ">=",  "->",  "()"};
  for (const std::string_view name : kNames) {
    if (text.substr(end).starts_with(name)) return 8 + name.size();
  }
  if (end < text.size() && (text[end] == '<' || text[end] == '>')) return 9;
  while (end < text.size() && is_name_sign(text[end])) return 0;
  return 8;
}

}  // namespace

bool is_objc_method(std::string_view name) {
  return name.size() > 2 && (name[0] == '-' || name[0] == '+') && name[1] == '[';
}

std::string without_arguments(std::string_view text, std::string_view for_templates) {
  std::string out;
  std::size_t at = 0;
  while (at < text.size()) {
    if (const std::size_t length = operator_length(text, at); length > 0) {
      out += text.substr(at, length);
      at += length;
      continue;
    }
    constexpr std::string_view kAnonymous = "(anonymous namespace)";
    if (text.substr(at).starts_with(kAnonymous)) {
      out += kAnonymous;
      at += kAnonymous.size();
      continue;
    }
    const char c = text[at];
    const bool after_name =
        !out.empty() && (is_name_sign(out.back()) || out.back() == ')' || out.back() == '*' ||
                         out.back() == '>' || out.back() == '\'' || out.back() == '=');
    const bool opens = (c == '<' && after_name) || (c == '(' && !out.empty());
    if (!opens) {
      out += c;
      ++at;
      continue;
    }
    if (c == '<') out += for_templates;
    // To the partner, whatever brackets lie between; arrows are no brackets.
    int depth = 0;
    std::size_t end = at;
    for (; end < text.size(); ++end) {
      const char d = text[end];
      if (d == '<' || d == '(') ++depth;
      if ((d == '>' && text[end - 1] != '-') || d == ')') --depth;
      if (depth == 0) break;
    }
    at = std::min(end + 1, text.size());
  }
  for (const std::string_view tail : {" const", " volatile", " &&", " &"}) {
    if (out.ends_with(tail)) out.resize(out.size() - tail.size());
  }
  for (const std::string_view head :
       {"void ", "bool ", "int ", "auto ", "decltype ", "unsigned int ", "long "}) {
    if (out.starts_with(head)) out.erase(0, head.size());
  }
  return out;
}

std::string short_function(std::string_view name) {
  if (!is_objc_method(name)) return without_arguments(name, "<…>");
  const auto first = name.find(':');
  const auto last = name.rfind(':');
  const bool has_tail = last != first && last + 2 == name.size() && name.back() == ']';
  return has_tail ? std::string(name.substr(0, first + 1)) + "…]" : std::string(name);
}

}  // namespace faultline
