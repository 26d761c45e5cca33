#include "app/report/arms.h"

#include <algorithm>
#include <charconv>
#include <system_error>

#include "core/model/filter.h"

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

Result<ArmGroups> arm_groups(Store& store, const Arm& arm, const std::string& common,
                             const std::string& count, const std::vector<std::string>& by) {
  RatesQuery query;
  TRY_ASSIGN(query.where, parse_filter(both(common, arm.where)));
  TRY_ASSIGN(query.count, parse_count(count));
  query.by = by;
  query.by.insert(query.by.end(), {"host", "date", "run"});
  TRY_ASSIGN(const auto result, query_rates(store, query));
  ArmGroups groups;
  for (const auto& row : result.rows) {
    if (row.counts.trials == 0) continue;
    std::string name;
    for (std::size_t i = 0; i < by.size(); ++i)
      name += (i == 0 ? "" : " ") + by[i] + "=" + query_value_text(row.values[i]);
    auto found =
        std::find_if(groups.begin(), groups.end(), [&](const auto& group) { return group.first == name; });
    if (found == groups.end()) found = groups.insert(groups.end(), {name, ArmEvidence{}});
    ArmEvidence& evidence = found->second;
    evidence.anytime = result.unfinished || result.stop_rule;
    const auto host = query_value_text(row.values[by.size()]);
    const auto night = query_value_text(row.values[by.size() + 1]);
    evidence.total += row.counts;
    evidence.strata[host + "\n" + night] += row.counts;
    evidence.hosts.insert(host);
    evidence.nights.insert(night);
    evidence.runs.insert(query_value_text(row.values[by.size() + 2]));
  }
  return groups;
}

Result<ArmEvidence> arm_evidence(Store& store, const Arm& arm, const std::string& common,
                                 const std::string& count) {
  TRY_ASSIGN(auto groups, arm_groups(store, arm, common, count, {}));
  return groups.empty() ? ArmEvidence{} : std::move(groups.front().second);
}

}  // namespace faultline
