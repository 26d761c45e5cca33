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

/// The workload and every parameter of either store, but for what an arm names: that is what is compared; and
/// but for what makes groups.
Result<std::vector<std::string>> shared_columns(const ArmSource& a, const ArmSource& b,
                                                const std::vector<std::string>& by) {
  std::set<std::string> named(by.begin(), by.end());
  TRY(add_fields_of(a.arm, named));
  TRY(add_fields_of(b.arm, named));
  TRY_ASSIGN(const auto of_a, filter_fields(a.store.connection()));
  TRY_ASSIGN(const auto of_b, filter_fields(b.store.connection()));
  std::vector<std::string> columns;
  // `cell` names all parameters at once: an arm that names it leaves no other parameter to compare by.
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

const ArmEvidence* find_like(const ArmGroups& groups, const ArmGroup& like) {
  const auto found = std::find_if(groups.begin(), groups.end(), [&](const ArmGroup& group) {
    return group.name == like.name && group.cell == like.cell;
  });
  return found == groups.end() ? nullptr : &found->evidence;
}

/// The group of that name, made where it is not there.
LikeArms& group_named(std::vector<LikeArms>& groups, const std::string& name) {
  for (LikeArms& group : groups) {
    if (group.group == name) return group;
  }
  groups.push_back({name, {}, {}, {}, {}});
  return groups.back();
}

/// Says which of `own` the other side lacks.
void warn_of_lone(const ArmGroups& own, const ArmGroups& other, const std::string& name,
                  std::vector<std::string>& warnings) {
  std::vector<std::string> lone;
  for (const ArmGroup& group : own) {
    if (find_like(other, group) != nullptr) continue;
    lone.push_back(group.name + (group.name.empty() || group.cell.empty() ? "" : " ") + group.cell);
  }
  if (lone.empty()) return;
  const std::size_t count = lone.size();
  if (count > kMostNamed) lone.resize(kMostNamed);
  warnings.push_back(fmt::format("only {} has {}{}; left out", name, fmt::join(lone, ", "),
                                 count > kMostNamed ? fmt::format(" and {} more", count - kMostNamed) : ""));
}

}  // namespace

Result<std::vector<LikeArms>> like_arms(const ArmSource& a, const ArmSource& b, const std::string& common,
                                        const std::string& count, const std::vector<std::string>& by,
                                        const std::vector<std::string>& stratify) {
  TRY_ASSIGN(const auto columns, shared_columns(a, b, by));
  const ArmGrouping grouping{by, columns, stratify};
  TRY_ASSIGN(const auto of_a, arm_groups(a.store, a.arm, common, count, grouping));
  TRY_ASSIGN(const auto of_b, arm_groups(b.store, b.arm, common, count, grouping));
  std::vector<LikeArms> groups;
  for (const ArmGroup& own : of_a) {
    const ArmEvidence* other = find_like(of_b, own);
    if (other == nullptr) continue;
    LikeArms& like = group_named(groups, own.name);
    add_evidence(like.a, own.evidence);
    add_evidence(like.b, *other);
    like.cells.push_back({own.cell, own.evidence, *other});
  }
  if (groups.empty()) {
    return fail(
        ErrorKind::invalid_argument,
        fmt::format(
            "no verdict: A ({}) and B ({}) have no cell{} in common; compare sides that differ only in "
            "what they name",
            a.arm.text, b.arm.text, by.empty() ? "" : fmt::format(" of {}", fmt::join(by, ","))));
  }
  // What is left out concerns all that is compared: it is said once.
  warn_of_lone(of_a, of_b, a.arm.text, groups.front().warnings);
  warn_of_lone(of_b, of_a, b.arm.text, groups.front().warnings);
  return groups;
}

}  // namespace faultline
