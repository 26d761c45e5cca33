#include "analyzer/site/frame_rules.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "analyzer/site/embedded_lists.h"
#include "core/base/hash.h"
#include "core/model/fault_explanation.h"

namespace faultline {
namespace {

// Splits at spaces; double quotes hold a word together and may stand after a colon.
Result<std::vector<std::string>> split_words(std::string_view line) {
  std::vector<std::string> words;
  std::string word;
  bool quoted = false;
  bool any = false;
  for (const char c : line) {
    if (c == '"') {
      quoted = !quoted;
      any = true;
    } else if (!quoted && (c == ' ' || c == '\t' || c == '\r')) {
      if (any) words.push_back(std::exchange(word, {}));
      any = false;
    } else {
      word += c;
      any = true;
    }
  }
  if (quoted) return fail(ErrorKind::parse, "a double quote is not closed");
  if (any) words.push_back(word);
  return words;
}

// Takes `name:value`; false for a word that is no matcher.
Result<bool> read_matcher(const std::string& word, SiteRule& rule) {
  const auto colon = word.find(':');
  if (colon == std::string::npos) return false;
  const std::string name = word.substr(0, colon);
  const std::string value = word.substr(colon + 1);
  const std::pair<std::string_view, std::string*> fields[] = {
      {"image", &rule.image},     {"function", &rule.function}, {"exception", &rule.exception},
      {"kind", &rule.fault_kind}, {"family", &rule.family},     {"site", &rule.site}};
  for (const auto& [known, target] : fields) {
    if (known != name) continue;
    if (value.empty()) return fail(ErrorKind::parse, fmt::format("nothing stands after `{}:`", name));
    *target = value;
    return true;
  }
  return fail(
      ErrorKind::parse,
      fmt::format("unknown matcher `{}`; known are image, function, exception, kind, family, site", name));
}

Result<SiteRule> read_rule(std::string_view line) {
  SiteRule rule;
  TRY_ASSIGN(const std::vector<std::string> words, split_words(line));
  std::size_t at = 0;
  for (; at < words.size(); ++at) {
    TRY_ASSIGN(const bool matched, read_matcher(words[at], rule));
    if (!matched) break;
  }
  if (at == 0) return fail(ErrorKind::parse, "a rule begins with a matcher such as function:my_assert*");
  if (at == words.size()) {
    return fail(ErrorKind::parse, "no action; known are skip, look-through, stop, label WORD");
  }
  const std::string& action = words[at];
  if (action == "label") {
    rule.kind = SiteRule::Kind::label;
    if (at + 2 != words.size())
      return fail(ErrorKind::parse, "`label` takes one word, or several in double quotes");
    rule.label = words[at + 1];
    if (!rule.fault_kind.empty() && rule.fault_kind.find('*') == std::string::npos &&
        !parse_fault_kind(rule.fault_kind)) {
      return fail(ErrorKind::parse, fmt::format("`{}` is no kind of fault; null_dereference, assertion and "
                                                "the others that `faultline show --format json` names are",
                                                rule.fault_kind));
    }
    return rule;
  }
  if (action == "skip") rule.action = FrameAction::skip;
  if (action == "look-through") rule.action = FrameAction::look_through;
  if (action == "stop") rule.action = FrameAction::stop;
  if (rule.action == FrameAction::none) {
    return fail(ErrorKind::parse,
                fmt::format("unknown action `{}`; known are skip, look-through, stop, label WORD", action));
  }
  if (at + 1 != words.size()) {
    return fail(ErrorKind::parse, fmt::format("nothing may stand after `{}`", action));
  }
  if (!rule.fault_kind.empty() || !rule.family.empty() || !rule.site.empty()) {
    return fail(ErrorKind::parse,
                "kind, family and site are known only once the site is: they go with `label`");
  }
  return rule;
}

}  // namespace

const FrameLists& frame_lists() {
  static const FrameLists lists{
      PatternList(embedded::kSkipList),        PatternList(embedded::kLookThroughList),
      PatternList(embedded::kStopList),        PatternList(embedded::kBeginBelowList),
      PatternList(embedded::kTrampolinesList), PatternList(embedded::kWaitsList),
      PatternList(embedded::kPhasesList)};
  return lists;
}

Result<SiteRules> read_site_rules(std::string_view text, std::string_view name) {
  SiteRules out;
  std::string complaints;
  std::size_t number = 0;
  std::string_view rest = text;
  while (!rest.empty()) {
    const auto end = std::min(rest.find('\n'), rest.size());
    std::string_view line = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    ++number;
    while (!line.empty() && (line.front() == ' ' || line.front() == '\t')) line.remove_prefix(1);
    if (line.empty() || line.front() == '#' || line == "\r") continue;
    auto rule = read_rule(line);
    if (!rule) {
      complaints +=
          fmt::format("{}{}:{}: {}", complaints.empty() ? "" : "\n", name, number, rule.error().message());
      continue;
    }
    rule->line = number;
    out.rules.push_back(std::move(*rule));
  }
  if (!complaints.empty()) return fail(ErrorKind::invalid_argument, complaints);
  if (!out.rules.empty()) out.hash = hash64_hex(text);
  return out;
}

FrameVerdict judge_frame(const SiteRules& rules, std::string_view image, std::string_view function,
                         std::string_view exception_type) {
  for (const SiteRule& rule : rules.rules) {
    if (rule.kind != SiteRule::Kind::frame) continue;
    if (!matches_or_empty(rule.image, image) || !matches_or_empty(rule.function, function)) continue;
    if (!matches_or_empty(rule.exception, exception_type)) continue;
    return {rule.action, fmt::format("rules file line {}", rule.line)};
  }
  const FrameLists& lists = frame_lists();
  if (const auto at = lists.skip.find(image, function)) {
    return {FrameAction::skip, "skip.txt: " + lists.skip.line(*at).function};
  }
  if (const auto at = lists.stop.find(image, function)) {
    return {FrameAction::stop, "stop.txt: " + lists.stop.line(*at).function};
  }
  if (const auto at = lists.look_through.find(image, function)) {
    return {FrameAction::look_through, "look_through.txt: " + lists.look_through.line(*at).function};
  }
  return {};
}

}  // namespace faultline
