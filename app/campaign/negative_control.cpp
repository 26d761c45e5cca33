#include "app/campaign/negative_control.h"

#include <fmt/format.h>

#include "collector/plan/campaign_file.h"
#include "core/model/filter.h"
#include "db/queries.h"

namespace faultline {

Result<std::optional<NegativeControl>> negative_control(Store& store, const RunRecord& run) {
  std::optional<NegativeControl> none;
  const std::string filter = parse_campaign(run.campaign_text, {}).campaign.control_negative;
  if (filter.empty()) return none;
  RatesQuery query;
  TRY_ASSIGN(query.where, parse_filter(fmt::format("{} and ({})", where_run(run), filter)));
  TRY_ASSIGN(query.count, parse_count("bad"));
  TRY_ASSIGN(const auto result, query_rates(store, query));
  return std::optional(NegativeControl{filter, {result.total.counted, result.total.trials}});
}

std::string negative_control_words(const NegativeControl& control) {
  if (control.bad.trials == 0)
    return fmt::format("Negative control ({}): no trial of it ran.", control.filter);
  if (control.bad.counted == 0) {
    return fmt::format("Negative control ({}): none of {} trials had a bad outcome.", control.filter,
                       control.bad.trials);
  }
  return fmt::format(
      "Negative control ({}): {} of {} trials had a bad outcome: what goes wrong there is not what the other "
      "cells are run for, and may go wrong in them, too.",
      control.filter, control.bad.counted, control.bad.trials);
}

}  // namespace faultline
