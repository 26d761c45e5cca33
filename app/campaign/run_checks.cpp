#include "app/campaign/run_checks.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>

#include "app/campaign/negative_control.h"
#include "app/campaign/run_changes.h"
#include "core/model/filter.h"
#include "core/model/short_site.h"
#include "core/text/ascii.h"
#include "core/text/nearest_name.h"
#include "db/queries.h"

namespace faultline {
namespace {

using Findings = std::vector<std::string>;

Result<void> check_crash(Store& /*store*/, const RunSummary& summary, Findings& findings) {
  const auto crashed = summary.progress.outcomes[Outcome::crashed];
  if (crashed > 0) findings.push_back(fmt::format("crash: {} trials crashed", crashed));
  return {};
}

Result<void> check_bad(Store& /*store*/, const RunSummary& summary, Findings& findings) {
  std::int64_t bad = 0;
  for (const auto& row : kOutcomes) {
    if (is_bad(row.value)) bad += summary.progress.outcomes[row.value];
  }
  if (bad > 0) findings.push_back(fmt::format("bad: {} trials crashed, hung, panicked or were wrong", bad));
  return {};
}

Result<void> check_uncaptured(Store& /*store*/, const RunSummary& summary, Findings& findings) {
  if (summary.reconciliation.uncaptured > 0) {
    findings.push_back(
        fmt::format("uncaptured: {} crashes left no report", summary.reconciliation.uncaptured));
  }
  return {};
}

Result<void> check_control(Store& store, const RunSummary& summary, Findings& findings) {
  TRY_ASSIGN(const auto negative, negative_control(store, summary.record));
  if (negative && negative->bad.counted > 0)
    findings.push_back("control: " + negative_control_words(*negative));
  if (!summary.control) {
    findings.emplace_back("control: the campaign names none");
  } else if (!summary.control->reproduced()) {
    findings.push_back(fmt::format("control: {} did not crash in {} trials", summary.record.control,
                                   summary.control->trials));
  }
  return {};
}

/// `25A354`, `6.1.0-13` as what orders them: numbers as numbers, letters as letters, signs between them
/// aside.
std::vector<std::pair<std::int64_t, std::string>> parts_of_build(const std::string& build) {
  std::vector<std::pair<std::int64_t, std::string>> parts;
  for (std::size_t i = 0; i < build.size();) {
    if (is_digit(build[i])) {
      std::int64_t number = 0;
      for (; i < build.size() && is_digit(build[i]) && number < 1'000'000'000; ++i)
        number = number * 10 + (build[i] - '0');
      parts.emplace_back(number, "");
    } else if (is_letter(build[i])) {
      std::string letters;
      for (; i < build.size() && is_letter(build[i]); ++i) letters += build[i];
      parts.emplace_back(0, letters);
    } else {
      ++i;
    }
  }
  return parts;
}

/// The label that a family breaks by dying on `build`; empty if none.
std::string broken_promise(const SiteRow& family, const std::string& build) {
  constexpr std::string_view kFixedIn = "fixed-in=";
  for (const auto& label : family.labels) {
    if (!label.starts_with(kFixedIn) || build.empty()) continue;
    if (parts_of_build(build) >= parts_of_build(label.substr(kFixedIn.size()))) return label;
  }
  return {};
}

bool is_known(const SiteRow& family) {
  return std::find(family.labels.begin(), family.labels.end(), "known") != family.labels.end();
}

/// A family all of whose reports, and crashes without one, are of this run; or one that came back after its
/// fix.
Result<void> check_new_site(Store& store, const RunSummary& summary, Findings& findings) {
  SitesQuery query;
  query.fold_families = true;
  TRY_ASSIGN(const auto all, query_sites(store, query));
  TRY_ASSIGN(query.where, parse_filter(where_run(summary.record)));
  TRY_ASSIGN(const auto of_run, query_sites(store, query));
  for (const auto& row : of_run) {
    const auto promise = broken_promise(row, summary.record.host.os_build.value_or(""));
    if (!promise.empty()) {
      findings.push_back(fmt::format("new-site: {} {} is back in {} reports, though labelled {}", row.key,
                                     short_site(row.text, row.image, row.family_text), row.reports, promise));
      continue;
    }
    if (is_known(row)) continue;
    const auto known =
        std::find_if(all.begin(), all.end(), [&](const SiteRow& other) { return other.key == row.key; });
    if (known != all.end() && known->reports == row.reports && known->uncaptured == row.uncaptured) {
      findings.push_back(fmt::format(
          "new-site: {} {} in {} reports{}", row.key, short_site(row.text, row.image, row.family_text),
          row.reports,
          row.uncaptured == 0 ? "" : fmt::format(" and by the output of {} trials", row.uncaptured)));
    }
  }
  return {};
}

Result<void> check_worse(Store& store, const RunSummary& summary, Findings& findings) {
  TRY_ASSIGN(const auto before, run_before(store, summary.record));
  if (!before) return {};
  TRY_ASSIGN(const auto changes, changes_between_runs(store, summary.record, *before));
  for (const Comparison& of : changes) {
    if (of.change.direction != ComparisonVerdict::higher) continue;
    findings.push_back(fmt::format(
        "worse: {}: {}/{} bad trials, {}/{} in the previous run ({}, p = {:.4f}{}); how much nights vary by "
        "themselves is not known from two",
        of.group, of.a.counted, of.a.trials, of.b.counted, of.b.trials, test_kind_name(of.change.decided_by),
        of.change.adjusted_p, of.claims > 1 ? fmt::format(", Holm over {} cells", of.claims) : ""));
  }
  return {};
}

struct Check {
  const char* name;
  Result<void> (*run)(Store&, const RunSummary&, Findings&);
};
constexpr std::array<Check, 6> kChecks{{{"crash", check_crash},
                                        {"bad", check_bad},
                                        {"uncaptured", check_uncaptured},
                                        {"control", check_control},
                                        {"new-site", check_new_site},
                                        {"worse", check_worse}}};

const Check* find_check(const std::string& name) {
  const auto* found =
      std::find_if(kChecks.begin(), kChecks.end(), [&](const Check& check) { return check.name == name; });
  return found == kChecks.end() ? nullptr : found;
}

/// `did you mean worse?`; where none is near, all names.
std::string checks_instead(const std::string& name) {
  std::vector<std::string_view> names;
  for (const Check& check : kChecks) names.emplace_back(check.name);
  if (const auto near = nearest_name(name, names)) return fmt::format("did you mean {}?", *near);
  return "there are " + known_check_names();
}

}  // namespace

std::string known_check_names() {
  std::string names;
  for (const auto& check : kChecks) names += (names.empty() ? "" : ", ") + std::string(check.name);
  return names;
}

Result<void> check_names_are_known(const std::vector<std::string>& names) {
  for (const auto& name : names) {
    if (find_check(name) == nullptr) {
      return fail(ErrorKind::invalid_argument,
                  "--fail-on: there is no check \"" + name + "\"; " + checks_instead(name));
    }
  }
  return {};
}

Result<std::vector<std::string>> check_run(Store& store, const RunSummary& summary,
                                           const std::vector<std::string>& names) {
  Findings findings;
  for (const auto& name : names) TRY(find_check(name)->run(store, summary, findings));
  return findings;
}

}  // namespace faultline
