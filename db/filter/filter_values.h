// A person's filter against what the store holds: values that occur nowhere are mistakes.

#pragma once

#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/model/filter.h"

namespace faultline {

class Store;

/// Fails, with near values and those that there are, where `filter` asks for a word that the language does
/// not have (outcome, kind, access, …), or for a value that no run or trial of the store ever had
/// (parameters, facts, workload, host, os_build, …). What crashed (site, function, image, label, …) is never
/// a mistake: see unseen_evidence(). Fields that are not known here are left to whoever compiles the filter.
Result<void> check_filter_values(Store& store, const Filter& filter);

/// Conditions on what crashed that no report of the store meets, as a person would write them:
/// `site~setState`.
Result<std::vector<std::string>> unseen_evidence(Store& store, const Filter& filter);

}  // namespace faultline
