#include "analyzer/parse/text/pasted_text.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <utility>

#include "core/text/ascii.h"

namespace faultline {
namespace {

std::size_t count_of(std::string_view text, std::string_view part, std::size_t enough) {
  std::size_t count = 0;
  for (auto at = text.find(part); at != std::string_view::npos && count < enough;
       at = text.find(part, at + 1))
    ++count;
  return count;
}

bool is_html(std::string_view text) {
  constexpr std::array<std::string_view, 7> kTags{"<br", "<p>", "</p>", "<pre", "</div>", "&quot;", "&lt;"};
  std::size_t tags = 0;
  for (const auto tag : kTags) tags += count_of(text, tag, 3);
  return tags >= 3;
}

/// Tags that begin or end a line of text.
bool breaks_line(std::string_view tag) {
  constexpr std::array<std::string_view, 12> kBlocks{"br", "p",  "div", "li",    "pre", "h1",
                                                     "h2", "h3", "tr",  "table", "ul",  "blockquote"};
  if (tag.starts_with('/')) tag.remove_prefix(1);
  const auto end =
      std::find_if_not(tag.begin(), tag.end(), [](char c) { return is_letter(c) || (c >= '0' && c <= '9'); });
  const auto name = tag.substr(0, static_cast<std::size_t>(end - tag.begin()));
  return std::find(kBlocks.begin(), kBlocks.end(), name) != kBlocks.end();
}

void append_code_point(std::string& out, unsigned code) {
  const auto put = [&out](unsigned byte) { out += static_cast<char>(static_cast<unsigned char>(byte)); };
  if (code == 0 || code > 0x10ffff || (code >= 0xd800 && code < 0xe000)) code = 0xfffd;
  if (code < 0x80) return put(code);
  if (code < 0x800) {
    put(0xc0 | (code >> 6));
  } else if (code < 0x10000) {
    put(0xe0 | (code >> 12));
    put(0x80 | ((code >> 6) & 0x3f));
  } else {
    put(0xf0 | (code >> 18));
    put(0x80 | ((code >> 12) & 0x3f));
    put(0x80 | ((code >> 6) & 0x3f));
  }
  put(0x80 | (code & 0x3f));
}

/// Writes the entity at the front of `text` (which starts with `&`); gives its length, 0 if it is none.
std::size_t append_entity(std::string& out, std::string_view text) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 8> kNamed{{{"&lt;", "<"},
                                                                                 {"&gt;", ">"},
                                                                                 {"&amp;", "&"},
                                                                                 {"&quot;", "\""},
                                                                                 {"&apos;", "'"},
                                                                                 {"&nbsp;", " "},
                                                                                 {"&ldquo;", "\""},
                                                                                 {"&rdquo;", "\""}}};
  for (const auto& [name, value] : kNamed) {
    if (text.starts_with(name)) {
      out += value;
      return name.size();
    }
  }
  if (!text.starts_with("&#") || text.size() < 4) return 0;
  const bool hex = text[2] == 'x' || text[2] == 'X';
  unsigned code = 0;
  const auto* start = text.data() + (hex ? 3 : 2);
  const auto* limit = text.data() + std::min<std::size_t>(text.size(), 12);
  const auto read = std::from_chars(start, limit, code, hex ? 16 : 10);
  if (read.ec != std::errc() || read.ptr == limit || *read.ptr != ';') return 0;
  append_code_point(out, code);
  return static_cast<std::size_t>(read.ptr - text.data()) + 1;
}

std::string strip_html(std::string_view text) {
  constexpr std::size_t kLongestTag = 4096;
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    if (text[at] == '&') {
      const auto length = append_entity(out, text.substr(at));
      if (length == 0) out += '&';
      at += std::max<std::size_t>(length, 1);
      continue;
    }
    const bool tag = text[at] == '<' && at + 1 < text.size() &&
                     (is_letter(text[at + 1]) || text[at + 1] == '/' || text[at + 1] == '!');
    const auto length = tag ? text.substr(at, kLongestTag).find('>') : std::string_view::npos;
    if (length == std::string_view::npos) {
      out += text[at++];
      continue;
    }
    const auto end = at + length;
    // Forum software writes `<br>` and a line break of its own.
    const bool break_follows = end + 1 < text.size() && text[end + 1] == '\n';
    if (breaks_line(text.substr(at + 1, end - at - 1)) && !break_follows) out += '\n';
    at = end + 1;
  }
  return out;
}

/// Calls `use` with each line, without its line break.
template <typename Use>
void each_line(std::string_view text, Use&& use) {
  while (!text.empty()) {
    const auto end = text.find('\n');
    use(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
}

std::string_view without_leading_whitespace(std::string_view line) {
  const auto first = line.find_first_not_of(" \t\r");
  return first == std::string_view::npos ? std::string_view() : line.substr(first);
}

bool is_quoted(std::string_view text) {
  std::size_t lines = 0;
  std::size_t quoted = 0;
  each_line(text, [&](std::string_view line) {
    line = without_leading_whitespace(line);
    if (line.empty()) return;
    ++lines;
    if (line.front() == '>') ++quoted;
  });
  return quoted >= 3 && quoted * 10 >= lines * 6;
}

std::string strip_quoting(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  each_line(text, [&](std::string_view line) {
    const auto content = without_leading_whitespace(line);
    if (content.starts_with('>')) {
      line = content.substr(1);
      if (line.starts_with(' ')) line.remove_prefix(1);
    }
    out += line;
    out += '\n';
  });
  return out;
}

bool has_fence(std::string_view text) {
  bool found = false;
  each_line(text, [&](std::string_view line) {
    found = found || without_leading_whitespace(line).starts_with("```");
  });
  return found;
}

std::string strip_fences(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  each_line(text, [&](std::string_view line) {
    if (without_leading_whitespace(line).starts_with("```")) return;
    out += line;
    out += '\n';
  });
  return out;
}

/// A line in backticks of its own: `` `0   libacme.dylib   draw + 0x3c` ``.
std::optional<std::string_view> inside_backticks(std::string_view line) {
  while (!line.empty() && (line.back() == '\r' || line.back() == ' ')) line.remove_suffix(1);
  line = without_leading_whitespace(line);
  const bool alone = line.size() > 2 && line.front() == '`' && line.back() == '`' && line[1] != '`';
  return alone ? std::optional(line.substr(1, line.size() - 2)) : std::nullopt;
}

bool has_lines_in_backticks(std::string_view text) {
  std::size_t lines = 0;
  each_line(text, [&](std::string_view line) { lines += inside_backticks(line) ? 1U : 0U; });
  return lines >= 2;
}

std::string strip_backticks(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  each_line(text, [&](std::string_view line) {
    out += inside_backticks(line).value_or(line);
    out += '\n';
  });
  return out;
}

/// Replaces every one of `from` by the text beside it. False where none was found.
template <std::size_t N>
bool replace_all(std::string& text,
                 const std::array<std::pair<std::string_view, std::string_view>, N>& pairs) {
  // All of them begin with one of these bytes.
  if (text.find_first_of("\xc2\xe2\xef") == std::string::npos) return false;
  std::string out;
  out.reserve(text.size());
  bool found = false;
  for (std::size_t at = 0; at < text.size();) {
    const auto rest = std::string_view(text).substr(at);
    const auto match =
        std::find_if(pairs.begin(), pairs.end(), [&](const auto& p) { return rest.starts_with(p.first); });
    if (match == pairs.end()) {
      out += text[at++];
      continue;
    }
    out += match->second;
    at += match->first.size();
    found = true;
  }
  if (found) text = std::move(out);
  return found;
}

constexpr std::array<std::pair<std::string_view, std::string_view>, 6> kUnicodeSpaces{{{"\xc2\xa0", " "},
                                                                                       {"\xe2\x80\x8b", ""},
                                                                                       {"\xe2\x80\x8c", ""},
                                                                                       {"\xe2\x80\x8d", ""},
                                                                                       {"\xe2\x80\xaf", " "},
                                                                                       {"\xef\xbb\xbf", ""}}};
constexpr std::array<std::pair<std::string_view, std::string_view>, 4> kQuotes{
    {{"\xe2\x80\x9c", "\""}, {"\xe2\x80\x9d", "\""}, {"\xe2\x80\x9e", "\""}, {"\xe2\x80\x9f", "\""}}};

bool is_typographic_quote(std::string_view text) {
  return text.size() >= 3 && text.starts_with("\xe2\x80") && text[2] >= '\x9c' && text[2] <= '\x9f';
}

/// True where keys of a report stand in typographic quotes.
bool has_typographic_keys(std::string_view text) {
  constexpr std::array<std::string_view, 4> kKeys{"bug_type", "incident", "threads", "usedImages"};
  for (const auto key : kKeys) {
    for (auto at = text.find(key); at != std::string_view::npos; at = text.find(key, at + 1)) {
      if (at >= 3 && is_typographic_quote(text.substr(at - 3))) return true;
      if (is_typographic_quote(text.substr(at + key.size()))) return true;
    }
  }
  return false;
}

}  // namespace

std::optional<std::string> with_plain_spaces(std::string_view text) {
  const bool any = std::any_of(kUnicodeSpaces.begin(), kUnicodeSpaces.end(), [text](const auto& blank) {
    return text.find(blank.first) != std::string_view::npos;
  });
  if (!any) return std::nullopt;
  std::string plain(text);
  replace_all(plain, kUnicodeSpaces);
  return plain;
}

std::optional<CleanedText> clean_pasted_text(std::string_view text) {
  constexpr int kMostLevels = 5;
  CleanedText cleaned;
  cleaned.text = std::string(text);
  if (is_html(cleaned.text)) {
    cleaned.text = strip_html(cleaned.text);
    cleaned.removed.emplace_back("HTML tags");
  }
  for (int level = 0; level < kMostLevels && is_quoted(cleaned.text); ++level) {
    cleaned.text = strip_quoting(cleaned.text);
    if (level == 0) cleaned.removed.emplace_back("quotation marks before the lines");
  }
  if (has_fence(cleaned.text)) {
    cleaned.text = strip_fences(cleaned.text);
    cleaned.removed.emplace_back("Markdown fences");
  }
  if (has_lines_in_backticks(cleaned.text)) {
    cleaned.text = strip_backticks(cleaned.text);
    cleaned.removed.emplace_back("backticks around the lines");
  }
  if (replace_all(cleaned.text, kUnicodeSpaces)) cleaned.removed.emplace_back("unusual blanks");
  if (has_typographic_keys(cleaned.text) && replace_all(cleaned.text, kQuotes)) {
    cleaned.removed.emplace_back("typographic quotes");
  }
  if (cleaned.removed.empty()) return std::nullopt;
  return cleaned;
}

}  // namespace faultline
