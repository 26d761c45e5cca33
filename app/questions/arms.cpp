#include "app/questions/arms.h"

#include <algorithm>
#include <charconv>
#include <system_error>

#include "core/model/filter.h"
#include "core/text/leading_number.h"

namespace faultline {
namespace {

constexpr std::size_t kLeastRunPrefix = 8;

bool is_run_name(const std::string& text) {
  if (text == "last") return true;
  return text.size() >= kLeastRunPrefix &&
         text.find_first_not_of("0123456789abcdefABCDEF-") == std::string::npos;
}

std::string both(const std::string& a, const std::string& b) {
  if (a.empty()) return b;
  if (b.empty()) return a;
  return "(" + a + ") and (" + b + ")";
}

}  // namespace

std::optional<Proportion> parse_literal(const std::string& text) {
  Proportion of;
  const auto* const end = text.data() + text.size();
  const auto [slash, first_error] = std::from_chars(text.data(), end, of.counted);
  if (first_error != std::errc() || slash == end || *slash != '/') return std::nullopt;
  const auto [stop, second_error] = std::from_chars(slash + 1, end, of.trials);
  if (second_error != std::errc() || stop != end) return std::nullopt;
  return of;
}

Result<Arm> parse_arm(const std::string& text, Store* store) {
  Arm arm;
  arm.text = text;
  arm.literal = parse_literal(text);
  if (arm.literal) {
    const auto& of = *arm.literal;
    if (of.counted < 0 || of.trials < 1 || of.counted > of.trials) {
      return fail(ErrorKind::invalid_argument,
                  text + " is no count of trials; write k/n with 0 <= k <= n, as 11/20");
    }
    return arm;
  }
  if (store == nullptr) {
    return fail(ErrorKind::invalid_argument,
                "compare two literal counts (11/20 0/20), or two arms of a store, not one of each");
  }
  if (is_run_name(text)) {
    TRY_ASSIGN(const auto run, store->run(text));
    arm.where = where_run(run);
    return arm;
  }
  auto filter = parse_filter(text);
  if (!filter) return fail(filter.error());
  arm.where = text;
  return arm;
}

Result<double> parse_share(const std::string& option, const std::string& text) {
  if (const auto number = leading_number(text)) {
    const auto& [value, rest] = *number;
    if (rest.empty() && value >= 0.0 && value <= 1.0) return value;
    if ((rest == "%" || rest == " %") && value >= 0.0 && value <= 100.0) return value / 100.0;
  }
  return fail(ErrorKind::invalid_argument, option + ": \"" + text + "\" is no share; write 30% or 0.3");
}

Result<FormerRate> parse_former_rate(const std::string& text) {
  FormerRate former;
  if (text.find('/') != std::string::npos) {
    TRY_ASSIGN(const auto arm, parse_arm(text, nullptr));
    former.counts = arm.literal;
    former.rate = arm.literal->ratio();
    return former;
  }
  TRY_ASSIGN(former.rate, parse_share("--was", text));
  return former;
}

Result<ArmGroups> arm_groups(Store& store, const Arm& arm, const std::string& common,
                             const std::string& count, const ArmGrouping& grouping) {
  RatesQuery query;
  TRY_ASSIGN(query.where, parse_filter(both(common, arm.where)));
  TRY_ASSIGN(query.count, parse_count(count));
  const auto& by = grouping.by;
  query.by = by;
  query.by.insert(query.by.end(), grouping.cells.begin(), grouping.cells.end());
  query.by.insert(query.by.end(), grouping.stratify.begin(), grouping.stratify.end());
  const std::size_t place = query.by.size();
  query.by.insert(query.by.end(), {"workload", "cell", "date", "host", "run"});
  TRY_ASSIGN(const auto result, query_rates(store, query));
  ArmGroups groups;
  std::map<std::pair<std::string, std::string>, std::size_t> place_of;
  for (const auto& row : result.rows) {
    if (row.counts.trials == 0) continue;
    const auto text = [&](std::size_t column) { return query_value_text(row.values[column]); };
    const auto named = [&](std::size_t first, const std::vector<std::string>& names) {
      std::string joined;
      for (std::size_t i = 0; i < names.size(); ++i)
        joined += (i == 0 ? "" : " ") + names[i] + "=" + text(first + i);
      return joined;
    };
    const std::pair of{named(0, by), named(by.size(), grouping.cells)};
    const auto [found, is_new] = place_of.try_emplace(of, groups.size());
    if (is_new) groups.push_back({of.first, of.second, {}});
    ArmEvidence& evidence = groups[found->second].evidence;
    evidence.anytime = result.unfinished || result.stop_rule;
    evidence.image_never_seen = result.image_never_seen;
    evidence.total += row.counts;
    evidence.nights.insert(text(place + 2));
    evidence.hosts.insert(text(place + 3));
    evidence.runs.insert(text(place + 4));
    evidence.parts.push_back({text(place), text(place + 1), text(place + 2) + "\n" + text(place + 3),
                              named(by.size() + grouping.cells.size(), grouping.stratify), row.counts});
  }
  return groups;
}

Result<ArmEvidence> arm_evidence(Store& store, const Arm& arm, const std::string& common,
                                 const std::string& count, const std::vector<std::string>& stratify) {
  TRY_ASSIGN(auto groups, arm_groups(store, arm, common, count, {{}, {}, stratify}));
  return groups.empty() ? ArmEvidence{} : std::move(groups.front().evidence);
}

}  // namespace faultline
