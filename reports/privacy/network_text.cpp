#include "reports/privacy/network_text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include "reports/privacy/scan.h"

namespace faultline {
namespace {

using namespace scan;
using Parts = std::vector<PrivatePart>;

/// The pieces of `text` between `separator`.
std::vector<std::string_view> pieces(std::string_view text, char separator) {
  std::vector<std::string_view> out;
  while (true) {
    const auto at = text.find(separator);
    out.push_back(text.substr(0, at));
    if (at == std::string_view::npos) return out;
    text.remove_prefix(at + 1);
  }
}

bool all_hex(std::string_view text, std::size_t least, std::size_t most) {
  return text.size() >= least && text.size() <= most && std::all_of(text.begin(), text.end(), is_hex_digit);
}

bool has_letter(std::string_view text) { return std::any_of(text.begin(), text.end(), is_letter); }

bool is_private_ipv4(std::string_view word) {
  const auto parts = pieces(word, '.');
  if (parts.size() != 4) return false;
  std::array<int, 4> numbers{};
  for (std::size_t i = 0; i < 4; ++i) {
    const auto* end = parts[i].data() + parts[i].size();
    if (parts[i].empty() || parts[i].size() > 3 ||
        std::from_chars(parts[i].data(), end, numbers.at(i)).ptr != end || numbers.at(i) > 255) {
      return false;
    }
  }
  const int second = numbers[1];
  return numbers[0] == 10 || (numbers[0] == 192 && second == 168) || (numbers[0] == 169 && second == 254) ||
         (numbers[0] == 172 && second >= 16 && second <= 31) ||
         (numbers[0] == 100 && second >= 64 && second <= 127);
}

/// Eight groups, or fewer around one `::`. `a::b` may be a scope: it has to look like an address, too.
bool is_ipv6(std::string_view word) {
  const auto gap = word.find("::");
  if (gap != std::string_view::npos && word.find("::", gap + 1) != std::string_view::npos) return false;
  const auto groups = pieces(word, ':');
  std::size_t filled = 0;
  for (const auto group : groups) {
    if (group.empty()) continue;
    if (!all_hex(group, 1, 4)) return false;
    ++filled;
  }
  if (gap == std::string_view::npos) return groups.size() == 8 && filled == 8;
  if (filled > 7 || filled < 2) return false;
  const auto first = groups.front();
  return filled >= 4 || (first.size() == 4 && std::any_of(first.begin(), first.end(), is_digit));
}

bool is_hardware_address(std::string_view word) {
  for (const char separator : {':', '-'}) {
    const auto groups = pieces(word, separator);
    if (groups.size() != 6) continue;
    const bool padded = std::all_of(groups.begin(), groups.end(), [](auto g) { return all_hex(g, 2, 2); });
    const bool short_form =
        std::all_of(groups.begin(), groups.end(), [](auto g) { return all_hex(g, 1, 2); });
    // Six numbers may be a date and a time.
    if ((padded && separator == ':') || ((padded || separator == ':') && short_form && has_letter(word))) {
      return true;
    }
  }
  const auto groups = pieces(word, '.');
  return groups.size() == 3 && has_letter(word) && std::any_of(word.begin(), word.end(), is_digit) &&
         std::all_of(groups.begin(), groups.end(), [](auto g) { return all_hex(g, 4, 4); });
}

/// Gives each run of hexadecimal digits and `signs` that stands alone.
template <typename Visit>
void for_each_run(std::string_view text, std::string_view signs, Visit visit) {
  const auto belongs = [&](char c) { return is_hex_digit(c) || signs.find(c) != std::string_view::npos; };
  for (std::size_t at = 0; at < text.size();) {
    if (!belongs(text[at])) {
      ++at;
      continue;
    }
    auto end = at;
    while (end < text.size() && belongs(text[end])) ++end;
    const bool alone =
        starts_word(text, at) && (end == text.size() || !(is_alphanumeric(text[end]) || text[end] == '_'));
    if (alone && (at == 0 || text[at - 1] != '_')) visit(at, end);
    at = end;
  }
}

}  // namespace

void find_network_addresses(std::string_view text, Parts& found) {
  const auto add_if = [&](std::size_t begin, std::size_t end, bool (*is_address)(std::string_view),
                          std::string_view signs) {
    // Signs around it are the sentence's, but for the `::` that an address may begin with.
    while (end > begin && signs.find(text[end - 1]) != std::string_view::npos && text[end - 1] != ':') --end;
    while (end > begin + 1 && text[end - 1] == ':' && text[end - 2] != ':') --end;
    while (end > begin && text[begin] != ':' && signs.find(text[begin]) != std::string_view::npos) ++begin;
    if (begin + 1 < end && text[begin] == ':' && text[begin + 1] != ':') ++begin;
    if (is_address(text.substr(begin, end - begin))) {
      found.push_back({begin, end, SecretKind::network_address});
    }
  };
  for_each_run(text, ".", [&](auto begin, auto end) { add_if(begin, end, is_private_ipv4, "."); });
  for_each_run(text, ".", [&](auto begin, auto end) { add_if(begin, end, is_hardware_address, "."); });
  for_each_run(text, ":", [&](auto begin, auto end) { add_if(begin, end, is_ipv6, ":"); });
  for_each_run(text, ":", [&](auto begin, auto end) { add_if(begin, end, is_hardware_address, ":"); });
  for_each_run(text, "-", [&](auto begin, auto end) { add_if(begin, end, is_hardware_address, "-"); });
}

}  // namespace faultline
