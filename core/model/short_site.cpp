#include "core/model/short_site.h"

#include <algorithm>
#include <optional>

#include "core/model/function_name.h"
#include "core/text/ascii.h"

namespace faultline {
namespace {

// Of an assertion's own words: enough to know it again.
constexpr std::size_t kQuotedLimit = 32;
constexpr std::string_view kCalledBy = " called by ";
constexpr std::string_view kVia = " via ";

/// True where a fault may be said from here: a word of ours, then an end, a space or a number.
bool begins_fault(std::string_view text) {
  const auto begins = [&](std::string_view word) {
    return text.starts_with(word) &&
           (text.size() == word.size() || std::string_view(" :+-").find(text[word.size()]) != text.npos);
  };
  if (begins("null")) return true;
  return std::any_of(kFaultKindTexts.begin(), kFaultKindTexts.end(),
                     [&](const auto& row) { return begins(row.text); });
}

struct SiteParts {
  std::string_view place;   ///< Image and function.
  std::string_view offset;  ///< `+7`, or empty.
  std::string_view via;
  std::string_view fault;
};

/// Takes `+7` off the end of `text`.
std::string_view take_offset(std::string_view& text) {
  std::size_t begin = text.size();
  while (begin > 0 && is_digit(text[begin - 1])) --begin;
  if (begin == text.size() || begin == 0 || text[begin - 1] != '+') return {};
  const std::string_view offset = text.substr(begin - 1);
  text.remove_suffix(offset.size());
  return offset;
}

std::optional<SiteParts> split_site(std::string_view text) {
  for (auto at = text.find(' '); at != text.npos; at = text.find(' ', at + 1)) {
    if (!begins_fault(text.substr(at + 1))) continue;
    SiteParts parts;
    parts.place = text.substr(0, at);
    parts.fault = text.substr(at + 1);
    if (const auto via = parts.place.rfind(kVia); via != text.npos) {
      parts.via = parts.place.substr(via + kVia.size());
      parts.place = parts.place.substr(0, via);
    }
    parts.offset = take_offset(parts.place);
    return parts;
  }
  return std::nullopt;
}

/// `at`, or the begin of the character that it lies in.
std::size_t character_begin(std::string_view text, std::size_t at) {
  constexpr unsigned kContinuationMask = 0xc0;
  constexpr unsigned kContinuation = 0x80;
  while (at > 0 && (static_cast<unsigned char>(text[at]) & kContinuationMask) == kContinuation) --at;
  return at;
}

std::string fault_words(std::string_view fault) {
  if (fault.starts_with("null") && !fault.starts_with("null_")) return "NULL" + std::string(fault.substr(4));
  std::string words(fault);
  const auto quote = words.find('"');
  std::replace(words.begin(), words.begin() + static_cast<std::ptrdiff_t>(std::min(quote, words.size())), '_',
               ' ');
  if (quote == words.npos) return words;
  const auto end = words.rfind('"');
  if (end <= quote + 1 + kQuotedLimit) return words;
  const std::string begin = words.substr(0, character_begin(words, quote + 1 + kQuotedLimit));
  return begin + "…" + words.substr(end);
}

/// `function` of `image function`; empty where nothing stands behind the image.
std::string_view function_in(std::string_view place, std::string_view image) {
  if (!image.empty() && place.starts_with(image) && place.substr(image.size()).starts_with(' '))
    return place.substr(image.size() + 1);
  const auto blank = place.find(' ');
  return blank == place.npos ? std::string_view() : place.substr(blank + 1);
}

/// `0x352d0` of `0CE453FF-…+0x352d0`: a frame that has no name.
std::string_view image_offset_in(std::string_view function) {
  const auto plus = function.rfind("+0x");
  return plus == function.npos || function.find(' ') != function.npos ? std::string_view()
                                                                      : function.substr(plus + 1);
}

std::string_view caller_in(std::string_view text) {
  const auto at = text.find(kCalledBy);
  if (at == text.npos) return {};
  const auto parts = split_site(text);
  const std::string_view place = parts ? parts->place : text;
  return function_in(place.substr(std::min(place.size(), at + kCalledBy.size())), {});
}

std::string place_words(const SiteParts& parts, std::string_view text, std::string_view known_image,
                        std::string_view family_text) {
  const std::string_view function = function_in(parts.place, known_image);
  if (function.empty()) return std::string(parts.place);
  const std::string_view image = parts.place.substr(0, parts.place.size() - function.size() - 1);
  const std::string_view offset = image_offset_in(function);
  const bool unnamed = function.starts_with('?') || !offset.empty();
  if (!unnamed) return short_function(function);
  std::string words(image);
  if (!offset.empty()) words += "+" + std::string(offset);
  std::string_view caller = caller_in(text);
  if (caller.empty()) caller = caller_in(family_text);
  return caller.empty() ? words : short_function(caller) + " → " + words;
}

}  // namespace

std::string short_site(std::string_view text, std::string_view image, std::string_view family_text) {
  const auto parts = split_site(text);
  if (!parts) return std::string(text);
  std::string out = place_words(*parts, text, image, family_text);
  if (!parts->offset.empty()) out += " " + std::string(parts->offset);
  if (!parts->via.empty()) out += std::string(kVia) + short_function(parts->via);
  return out + " · " + fault_words(parts->fault);
}

std::string short_site(const CrashSite& site) { return short_site(site.text, site.image, site.family_text); }

}  // namespace faultline
