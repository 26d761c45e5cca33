// The shape of one rule and the groups in which they are kept. Groups run in the order given here.

#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "analyzer/fault/facts/abort_message.h"
#include "analyzer/fault/facts/fault_facts.h"
#include "core/model/fault_explanation.h"

namespace faultline {

struct RuleInput {
  const FaultFacts& facts;
  const std::optional<AbortMessage>& text;
};

/// True if the rule decided: kind, sentence and evidence are then filled in.
using RuleFunction = bool (*)(const RuleInput& input, FaultExplanation& out);

struct FaultRule {
  std::string_view name;  ///< Short and stable: stored with each report.
  RuleFunction decide;
};

/// Documents that are no crash: hangs, panics, jetsam and their like.
std::span<const FaultRule> document_rules();
/// Ends by decision of the system: launch failure, signature, watchdog, guard, resource.
std::span<const FaultRule> system_rules();
/// Ends by decision of the process, with words: uncaught exception, assertion.
std::span<const FaultRule> self_termination_rules();
/// Bad accesses.
std::span<const FaultRule> access_rules();
/// Instructions that trap, and what is left: abort, kill, unknown.
std::span<const FaultRule> trap_rules();

}  // namespace faultline
