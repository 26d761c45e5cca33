#include "app/questions/like_cells.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>
#include <utility>

#include "core/model/filter.h"
#include "db/filter/filter_sql.h"

namespace faultline {
namespace {

constexpr std::size_t kMostNamed = 6;

Result<void> add_fields_of(const Arm& arm, std::set<std::string>& fields) {
  TRY_ASSIGN(const auto filter, parse_filter(arm.where));
  fields.merge(fields_of(filter));
  return {};
}

/// The workload and every parameter of either store, but for what an arm names: that is what is compared.
Result<std::vector<std::string>> shared_columns(const ArmSource& a, const ArmSource& b) {
  std::set<std::string> named;
  TRY(add_fields_of(a.arm, named));
  TRY(add_fields_of(b.arm, named));
  TRY_ASSIGN(const auto of_a, filter_fields(a.store.connection()));
  TRY_ASSIGN(const auto of_b, filter_fields(b.store.connection()));
  std::vector<std::string> columns;
  // `cell` names all parameters at once: an arm that names it leaves nothing to be told apart by.
  if (named.contains("cell")) return columns;
  if (!named.contains("workload")) columns.emplace_back("workload");
  for (const std::string& name : of_a.parameters) {
    const bool shared =
        std::find(of_b.parameters.begin(), of_b.parameters.end(), name) != of_b.parameters.end();
    if (shared && !named.contains(name)) columns.push_back(name);
  }
  return columns;
}

void add_evidence(ArmEvidence& sum, const ArmEvidence& one) {
  sum.total += one.total;
  sum.parts.insert(sum.parts.end(), one.parts.begin(), one.parts.end());
  sum.runs.insert(one.runs.begin(), one.runs.end());
  sum.hosts.insert(one.hosts.begin(), one.hosts.end());
  sum.nights.insert(one.nights.begin(), one.nights.end());
  sum.image_never_seen = one.image_never_seen;
  sum.anytime = sum.anytime || one.anytime;
}

const ArmEvidence* find_group(const ArmGroups& groups, const std::string& name) {
  const auto found =
      std::find_if(groups.begin(), groups.end(), [&](const auto& group) { return group.first == name; });
  return found == groups.end() ? nullptr : &found->second;
}

/// Says which of `own` the other side lacks.
void warn_of_lone(const ArmGroups& own, const ArmGroups& other, const std::string& name,
                  std::vector<std::string>& warnings) {
  std::vector<std::string> lone;
  for (const auto& [group, evidence] : own) {
    if (find_group(other, group) == nullptr) lone.push_back(group);
  }
  if (lone.empty()) return;
  const std::size_t count = lone.size();
  if (count > kMostNamed) lone.resize(kMostNamed);
  warnings.push_back(fmt::format("only {} has {}{}; left out", name, fmt::join(lone, ", "),
                                 count > kMostNamed ? fmt::format(" and {} more", count - kMostNamed) : ""));
}

}  // namespace

Result<LikeArms> like_arms(const ArmSource& a, const ArmSource& b, const std::string& common,
                           const std::string& count, const std::vector<std::string>& stratify) {
  TRY_ASSIGN(const auto columns, shared_columns(a, b));
  TRY_ASSIGN(const auto of_a, arm_groups(a.store, a.arm, common, count, {columns, stratify}));
  TRY_ASSIGN(const auto of_b, arm_groups(b.store, b.arm, common, count, {columns, stratify}));
  LikeArms like;
  for (const auto& [name, evidence] : of_a) {
    const ArmEvidence* other = find_group(of_b, name);
    if (other == nullptr) continue;
    add_evidence(like.a, evidence);
    add_evidence(like.b, *other);
    like.cells.push_back({name, evidence, *other});
  }
  if (like.cells.empty()) {
    return fail(ErrorKind::invalid_argument,
                fmt::format("no verdict: {} and {} have no cell in common; compare them with --by and what "
                            "they share",
                            a.arm.text, b.arm.text));
  }
  warn_of_lone(of_a, of_b, a.arm.text, like.warnings);
  warn_of_lone(of_b, of_a, b.arm.text, like.warnings);
  return like;
}

}  // namespace faultline
