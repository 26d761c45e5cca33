#include "reports/privacy/leak_check.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <system_error>
#include <utility>

#include "core/files/text_file.h"
#include "core/text/ascii.h"
#include "reports/formats/archive_file.h"
#include "reports/formats/unicode.h"
#include "reports/privacy/leak_forms.h"
#include "reports/privacy/text_folding.h"

namespace faultline {
namespace {

constexpr int kDeepestArchive = 3;
// Readings: each turns a whole text into what a reader might see in it.

std::string as_it_is(std::string_view text) { return std::string(text); }

std::string percent_decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size() && digit_value(text[i + 1]) >= 0 &&
        digit_value(text[i + 2]) >= 0) {
      out += static_cast<char>(digit_value(text[i + 1]) * 16 + digit_value(text[i + 2]));
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

/// `\/`, `\_`, `\ `, `\u00e9`, `\xc3`, `\303`.
std::string backslash_decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\' || i + 1 >= text.size()) {
      out += text[i];
      continue;
    }
    const auto digits = [&](std::size_t from, std::size_t count, int base) {
      std::int64_t value = 0;
      for (std::size_t k = from; k < from + count; ++k) {
        const int digit = k < text.size() ? digit_value(text[k]) : -1;
        if (digit < 0 || digit >= base) return std::int64_t{-1};
        value = value * base + digit;
      }
      return value;
    };
    if (const auto point = digits(i + 2, 4, 16); text[i + 1] == 'u' && point >= 0) {
      append_utf8(out, static_cast<std::uint32_t>(point));
      i += 5;
    } else if (const auto byte = digits(i + 2, 2, 16); text[i + 1] == 'x' && byte >= 0) {
      out += static_cast<char>(byte);
      i += 3;
    } else if (const auto octal = digits(i + 1, 3, 8); octal >= 0 && octal < 256) {
      out += static_cast<char>(octal);
      i += 3;
    } else if (text[i + 1] == 'n' || text[i + 1] == 't') {
      out += ' ';
      ++i;
    } else {
      out += text[i + 1];
      ++i;
    }
  }
  return out;
}

std::string entities_decoded(std::string_view text) {
  constexpr std::pair<std::string_view, char> kNamed[] = {{"&amp;", '&'},  {"&lt;", '<'},    {"&gt;", '>'},
                                                          {"&quot;", '"'}, {"&apos;", '\''}, {"&nbsp;", ' '}};
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '&') {
      out += text[i];
      continue;
    }
    const auto* named = std::find_if(std::begin(kNamed), std::end(kNamed), [&](const auto& entity) {
      return text.substr(i, entity.first.size()) == entity.first;
    });
    if (named != std::end(kNamed)) {
      out += named->second;
      i += named->first.size() - 1;
      continue;
    }
    const bool hex = text.substr(i, 3) == "&#x" || text.substr(i, 3) == "&#X";
    const auto begin = i + (hex ? 3 : 2);
    auto end = begin;
    std::uint32_t point = 0;
    while (text.substr(i, 2) == "&#" && end < text.size() && end - begin < 7) {
      const int digit = digit_value(text[end]);
      if (digit < 0 || (!hex && digit > 9)) break;
      point = point * (hex ? 16 : 10) + static_cast<std::uint32_t>(digit);
      ++end;
    }
    if (end > begin && end < text.size() && text[end] == ';' && point < 0x110000) {
      append_utf8(out, point);
      i = end;
    } else {
      out += '&';
    }
  }
  return out;
}

template <bool kBigEndian>
std::string utf16_decoded(std::string_view text) {
  // Text of this form is half zeros, at least where it is Latin.
  const auto zeros = std::count(text.begin(), text.end(), '\0');
  if (static_cast<std::size_t>(zeros) * 4 < text.size()) return {};
  std::string out;
  for (std::size_t i = 0; i + 1 < text.size(); i += 2) {
    const auto a = static_cast<unsigned char>(text[i + (kBigEndian ? 1 : 0)]);
    const auto b = static_cast<unsigned char>(text[i + (kBigEndian ? 0 : 1)]);
    append_utf8(out, static_cast<std::uint32_t>(a | (b << 8)));
  }
  return out;
}

struct Reading {
  const char* name;
  std::string (*read)(std::string_view);
};
/// `t\0o\0k\0e\0n` in the midst of a text.
std::string without_nuls(std::string_view text) {
  std::string out(text);
  std::erase(out, '\0');
  return out.size() == text.size() ? std::string() : out;
}

constexpr Reading kReadings[] = {{"as it is", as_it_is},
                                 {"without NUL bytes", without_nuls},
                                 {"percent-decoded", percent_decoded},
                                 {"without backslashes", backslash_decoded},
                                 {"HTML entities decoded", entities_decoded},
                                 {"as UTF-16", utf16_decoded<false>},
                                 {"as big-endian UTF-16", utf16_decoded<true>}};

/// Letters small and decomposed, whitespace one space.
std::string plain_form(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char first = text[i];
    if (is_space(first) || first == '\v' || first == '\f') {
      if (out.empty() || out.back() != ' ') out += ' ';
      continue;
    }
    const Utf8Character character = first_character(text.substr(i));
    if (character.is_valid) {
      out += folded_character(character.code_point, Marks::keep);
    } else {
      out += text[i];
    }
    i += character.bytes.size() - 1;
  }
  return out;
}

bool stands_in_path(const std::string& text, std::size_t at) {
  constexpr std::string_view kRoots[] = {"/users/", "/home/", "\\users\\"};
  return std::any_of(std::begin(kRoots), std::end(kRoots), [&](std::string_view root) {
    return at >= root.size() && text.compare(at - root.size(), root.size(), root) == 0;
  });
}

bool contains(const std::string& text, const std::string& value, bool only_in_paths) {
  if (value.empty()) return false;
  for (auto at = text.find(value); at != std::string::npos; at = text.find(value, at + 1)) {
    const auto after = at + value.size();
    const bool inside_word = (at > 0 && is_word_byte(text[at - 1]) && is_word_byte(value.front())) ||
                             (after < text.size() && is_word_byte(text[after]) && is_word_byte(value.back()));
    if (inside_word && value.size() < kLongValue) continue;
    if (!only_in_paths || stands_in_path(text, at)) return true;
  }
  return false;
}

struct PlainTarget {
  const LeakTarget* target;
  std::string value;
};

/// The bytes without what is allowed in them; nullopt where the whole file is.
std::optional<std::string> without_allowed(const std::string& name, std::string_view bytes,
                                           const std::vector<LeakAllowance>& allowed) {
  std::string text(bytes);
  for (const auto& allowance : allowed) {
    if (("/" + name).find("/" + allowance.path) == std::string::npos) continue;
    if (allowance.text.empty()) return std::nullopt;
    for (auto at = text.find(allowance.text); at != std::string::npos; at = text.find(allowance.text, at)) {
      text.replace(at, allowance.text.size(), " ");
    }
  }
  return text;
}

struct Search {
  const std::vector<PlainTarget>& targets;
  const std::vector<LeakAllowance>& allowed;
  LeakCheck& result;
};

Result<void> check_bytes(const std::string& name, std::string_view bytes, int depth, const Search& search) {
  const auto text = without_allowed(name, bytes, search.allowed);
  if (!text) return {};
  ++search.result.files;
  search.result.bytes += bytes.size();
  std::set<const LeakTarget*> found;
  std::map<FormHit, const char*> forms;  // With the first reading that showed them.
  for (const auto& reading : kReadings) {
    const auto read = reading.read(name + "\n" + *text);
    for (auto& form : find_private_forms(read)) forms.emplace(std::move(form), reading.name);
    const auto plain = plain_form(read);
    for (const auto& [target, value] : search.targets) {
      if (found.contains(target) || !contains(plain, value, target->only_in_paths)) continue;
      found.insert(target);
      search.result.hits.push_back({name, *target, reading.name});
    }
  }
  for (const auto& [form, reading] : forms) {
    const auto plain = plain_form(form.value);
    const bool told =
        std::any_of(search.targets.begin(), search.targets.end(), [&](const PlainTarget& target) {
          return found.contains(target.target) && (plain.find(target.value) != std::string::npos ||
                                                   target.value.find(plain) != std::string::npos);
        });
    if (!told) search.result.hits.push_back({name, {form.what, form.value, false}, reading});
  }
  if (depth == kDeepestArchive) return {};
  auto members = read_archive(bytes);
  if (!members) return fail(std::move(members.error().add_context("while looking into " + name)));
  for (const auto& member : *members)
    TRY(check_bytes(name + "/" + member.name, member.bytes, depth + 1, search));
  return {};
}

std::vector<PlainTarget> plain_targets(const std::vector<LeakTarget>& targets) {
  std::vector<PlainTarget> plain;
  plain.reserve(targets.size());
  for (const auto& target : targets) plain.push_back({&target, plain_form(target.value)});
  return plain;
}

}  // namespace

std::string shown_value(const LeakTarget& target) {
  constexpr std::size_t kShownSigns = 4;
  constexpr std::string_view kShownWhole[] = {"user name",        "host name",
                                              "e-mail address",   "home folder of a person",
                                              "network address",  "private network address",
                                              "hardware address", "machine identifier"};
  if (std::find(std::begin(kShownWhole), std::end(kShownWhole), target.what) != std::end(kShownWhole)) {
    return target.value;
  }
  return target.value.substr(0, kShownSigns) + "...";
}

Result<void> check_text_for_leaks(const std::string& name, std::string_view bytes,
                                  const std::vector<LeakTarget>& targets, LeakCheck& result,
                                  const std::vector<LeakAllowance>& allowed) {
  const auto plain = plain_targets(targets);
  return check_bytes(name, bytes, 0, {plain, allowed, result});
}

Result<LeakCheck> check_for_leaks(const std::filesystem::path& path, const std::vector<LeakTarget>& targets,
                                  const std::vector<LeakAllowance>& allowed) {
  LeakCheck result;
  std::vector<std::filesystem::path> files;
  std::error_code error;
  if (!std::filesystem::is_directory(path)) {
    files.push_back(path);
  } else {
    for (auto it = std::filesystem::recursive_directory_iterator(path, error);
         !error && it != std::filesystem::recursive_directory_iterator(); it.increment(error)) {
      if (it->is_symlink()) {
        return fail(ErrorKind::unsupported,
                    it->path().string() + " is a symbolic link: it cannot be sent, and is not checked");
      }
      if (it->is_regular_file()) files.push_back(it->path());
    }
    if (error) return fail(ErrorKind::io, path.string() + ": " + error.message());
  }
  std::sort(files.begin(), files.end());
  for (const auto& file : files) {
    const auto name = file == path ? file.filename() : file.lexically_relative(path);
    TRY_ASSIGN(const auto bytes, read_file(file));
    TRY(check_text_for_leaks(name.generic_string(), bytes, targets, result, allowed));
  }
  return result;
}

}  // namespace faultline
