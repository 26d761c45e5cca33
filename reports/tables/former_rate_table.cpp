#include "reports/tables/former_rate_table.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <nlohmann/json.hpp>
#include <vector>

#include "analyzer/statistics/method_choice.h"
#include "core/text/text_escape.h"
#include "reports/formats/number_format.h"

namespace faultline {
namespace {

using Json = nlohmann::ordered_json;

std::string former_text(const FormerRate& former) {
  return former.counts ? fmt::format("{}/{}", former.counts->counted, former.counts->trials)
                       : format_percent(former.rate);
}

std::string test_words(const FormerRateTest& test, const GoneClaim& claim) {
  const std::string p = format_p_value(claim.p_value);
  return fmt::format("{}, one-sided {} %, p {}{}", claim.method == "fisher" ? "Fisher" : "exact binomial",
                     format_level(test.level), p.starts_with('<') ? "" : "= ", p);
}

std::vector<std::string> warnings_of(const FormerRateTest& test) {
  std::vector<std::string> warnings;
  if (test.now.trials == 0) warnings.emplace_back("there are no trials");
  if (test.control_crashed == false)
    warnings.emplace_back("the control did not crash: a low rate proves nothing");
  if (!test.image_never_seen.empty()) {
    warnings.push_back(
        fmt::format("no trial of {} was seen to load the image that it must have (expect_image): this proves "
                    "nothing",
                    fmt::join(test.image_never_seen, ", ")));
  }
  if (test.open) {
    warnings.emplace_back(
        "not finished, or stopped by a rule: the test is made for one look at a finished run");
  }
  if (test.nights > 0 && test.nights < static_cast<std::int64_t>(kLeastNights)) {
    warnings.push_back(
        fmt::format("the trials are of {}: how much nights vary by themselves is not known from so few",
                    format_count(test.nights, "night")));
  }
  return warnings;
}

bool is_enough(const FormerRateTest& test, const GoneClaim& claim) {
  return claim.enough && test.control_crashed != false && !test.open;
}

Interval now_interval(const FormerRateTest& test) {
  return choose_interval(test.now, {test.open, {}}, {std::nullopt, IntervalSide::two_sided, test.level})
      .interval;
}

std::string as_json(const FormerRateTest& test, const GoneClaim& claim) {
  const Interval interval = now_interval(test);
  Json json = {{"a",
                {{"trials", test.now.trials},
                 {"counted", test.now.counted},
                 {"rate", test.now.trials == 0 ? Json(nullptr) : Json(test.now.ratio())},
                 {"low", interval.low},
                 {"high", interval.high}}},
               {"count", test.counted},
               {"was",
                {{"text", former_text(test.former)},
                 {"rate", test.former.rate},
                 {"method", claim.method},
                 {"p_value", claim.p_value},
                 {"trials_demanded", claim.trials_demanded ? Json(*claim.trials_demanded) : Json(nullptr)},
                 {"enough", is_enough(test, claim)}}},
               {"level", test.level},
               {"warnings", warnings_of(test)},
               {"sentence", former_rate_sentence(test)}};
  return terminal_safe_json(json.dump(1, ' ', false, Json::error_handler_t::replace)) + "\n";
}

}  // namespace

std::string former_rate_sentence(const FormerRateTest& test) {
  const GoneClaim claim = former_rate_gone(test.now, test.former, test.level);
  const std::string counts = fmt::format("{}/{}", test.now.counted, test.now.trials);
  const std::string now = test.name == counts ? counts : fmt::format("{} ({})", test.name, counts);
  const std::string was = former_text(test.former);
  const std::string tested = test_words(test, claim);
  if (is_enough(test, claim)) {
    return fmt::format("{}: {} is enough to claim that {} is gone; {}", test.counted, now, was, tested);
  }
  std::string sentence =
      fmt::format("{}: {} is not enough to claim that {} is gone; {}", test.counted, now, was, tested);
  if (!claim.trials_demanded) return sentence + "; no number of such trials would be";
  if (*claim.trials_demanded > test.now.trials) {
    sentence += fmt::format("; it takes {} with no more than {}, {} more",
                            format_count(*claim.trials_demanded, "trial"), test.now.counted,
                            format_integer(*claim.trials_demanded - test.now.trials));
  }
  return sentence;
}

std::string write_former_rate(const FormerRateTest& test, TableFormat format, const WriterOptions& writer) {
  const GoneClaim claim = former_rate_gone(test.now, test.former, test.level);
  if (format == TableFormat::json) return as_json(test, claim);
  Table table;
  if (format != TableFormat::csv) table.caption = former_rate_sentence(test) + ".";
  table.columns = {row_name(text_column("count", "what")),
                   rate_column("now"),
                   text_column("was"),
                   number_column("trials_demanded", "trials demanded"),
                   text_column("enough"),
                   number_column("p_value", "p", Unit::p_value)};
  TableCell demanded;
  if (claim.trials_demanded) demanded.value = *claim.trials_demanded;
  table.rows.push_back({test.counted, Rate{test.now, now_interval(test)}, former_text(test.former),
                        std::move(demanded), is_enough(test, claim), claim.p_value});
  for (const std::string& warning : warnings_of(test)) table.footnotes.push_back("Warning: " + warning + ".");
  return write_table(table, format, writer);
}

}  // namespace faultline
