#include "analyzer/site/pattern_list.h"

#include <algorithm>

#include "core/text/ascii.h"

namespace faultline {
namespace {

NamePattern read_line(std::string_view line) {
  NamePattern out;
  if (const auto arrow = line.find(" -> "); arrow != std::string_view::npos) {
    out.words = trimmed(line.substr(arrow + 4));
    line = trimmed(line.substr(0, arrow));
  }
  // `operator!` and the like have no letter before the mark.
  const auto mark = line.find('!');
  if (mark != std::string_view::npos && mark > 0 &&
      line.substr(0, mark).find("operator") == std::string_view::npos) {
    out.image = line.substr(0, mark);
    line = line.substr(mark + 1);
  }
  out.function = line;
  return out;
}

}  // namespace

bool matches_pattern(std::string_view pattern, std::string_view text) {
  std::size_t p = 0;
  std::size_t t = 0;
  std::size_t star = std::string_view::npos;
  std::size_t resume = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      resume = t;
    } else if (p < pattern.size() && pattern[p] == text[t]) {
      ++p;
      ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++resume;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

bool matches_or_empty(std::string_view pattern, std::string_view text) {
  return pattern.empty() || matches_pattern(pattern, text);
}

PatternList::PatternList(std::string_view text) {
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    const std::string_view line = trimmed(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.empty() || line.front() == '#') continue;
    lines_.push_back(read_line(line));
    index(lines_.size() - 1);
  }
}

void PatternList::index(std::size_t position) {
  const std::string& function = lines_[position].function;
  if (function.find('*') == std::string::npos) {
    exact_[function].push_back(position);
  } else if (function.front() == '*') {
    any_first_letter_.push_back(position);
  } else {
    by_first_letter_[static_cast<unsigned char>(function.front())].push_back(position);
  }
}

std::optional<std::size_t> PatternList::find(std::string_view image, std::string_view function) const {
  if (function.empty()) return std::nullopt;
  std::optional<std::size_t> best;
  const auto consider = [&](const std::vector<std::size_t>& positions) {
    for (const std::size_t position : positions) {
      if (best && position >= *best) return;
      const NamePattern& line = lines_[position];
      if (!line.image.empty() && !matches_pattern(line.image, image)) continue;
      if (matches_pattern(line.function, function)) best = position;
    }
  };
  if (const auto found = exact_.find(std::string(function)); found != exact_.end()) consider(found->second);
  consider(by_first_letter_[static_cast<unsigned char>(function.front())]);
  consider(any_first_letter_);
  return best;
}

}  // namespace faultline
