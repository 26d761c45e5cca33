#include "reports/bundles/feedback.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>

#include "analyzer/statistics/method_choice.h"
#include "analyzer/statistics/proportion.h"
#include "core/base/clock.h"
#include "core/base/hash.h"
#include "core/model/short_site.h"
#include "core/text/shell_quote.h"
#include "reports/bundles/reproducers.h"
#include "reports/documents/crash_page_sections.h"
#include "reports/documents/document_writers.h"
#include "reports/documents/wrapped_text.h"
#include "reports/formats/number_format.h"
#include "reports/formats/report_writer.h"
#include "reports/tables/comparison_table.h"

namespace faultline {
namespace {

/// A part is a section whose id is its name in the templates.
using Part = DocumentSection;

Part named_part(std::string name, std::vector<Block> blocks = {}) {
  return {{}, std::move(blocks), std::move(name)};
}

void put(FeedbackParts& parts, const Part& part) {
  parts.markdown[part.id] = blocks_as_markdown(part.blocks);
  parts.text[part.id] = plain_blocks(part.blocks);
}

Interval shown_interval(const Proportion& of, bool open) { return choose_interval(of, {open, {}}).interval; }

std::string rate_words(const Proportion& of, bool open) { return format_rate(of, shown_interval(of, open)); }

/// Where nothing was found: the one-sided bound of the same method.
std::string bound_words(const Proportion& of, bool open) {
  const auto chosen = choose_interval(of, {open, {}}, {std::nullopt, IntervalSide::upper, kDefaultLevel});
  return format_upper_bound(of, chosen.interval.high, kDefaultLevel);
}

std::string date_of(const RunRecord& run) { return format_utc(run.started); }

std::string system_words(const RunRecord& run) {
  const auto& host = run.host;
  std::string out = host.os_name.value_or("unknown system");
  if (host.os_version) out += " " + *host.os_version;
  if (host.os_build) out += " (" + *host.os_build + ")";
  if (host.model) out += ", " + *host.model;
  if (host.agx_version) out += ", GPU driver " + *host.agx_version;
  return out;
}

/// A cell without parameters has the text of its workload.
std::string named_cell(const Cell& cell) {
  return cell.parameters.empty() ? cell.workload : cell.workload + ", " + cell.text();
}

Part description(const FeedbackEvidence& evidence) {
  Part part = named_part("description");
  for (const auto& site : evidence.sites) {
    const auto& analysis = site.reports.front();
    std::string words =
        fmt::format("{} at this site: {}. {}.", format_count(site.row.reports, "crash", "crashes"),
                    site.row.text, analysis.fault.sentence);
    if (!site.row.first_seen.empty()) {
      words += fmt::format(" First seen {}, last seen {}.", site.row.first_seen, site.row.last_seen);
    }
    part.blocks.push_back(Block::paragraph(words));
  }
  if (evidence.run) {
    Proportion all;
    for (const auto& cell : evidence.cells) {
      all.counted += cell.of_sites.counted;
      all.trials += cell.of_sites.trials;
    }
    part.blocks.push_back(Block::paragraph(
        fmt::format("Measured by campaign {} on {}, started {}: {} over {}. Rates below are per cell, each "
                    "with its number "
                    "of trials and its 95 % Clopper-Pearson interval.",
                    evidence.run->campaign_name, system_words(*evidence.run), date_of(*evidence.run),
                    format_count(all.trials, "trial", "trials"),
                    format_count(static_cast<std::int64_t>(evidence.cells.size()), "cell", "cells"))));
  } else {
    part.blocks.push_back(Block::paragraph("All reports were imported: no rate was measured."));
  }
  return part;
}

std::string frame_words(const CrashReport& report, const Frame& frame, std::size_t index) {
  const auto* image = report.image_of(frame);
  std::string line = fmt::format("{:<3} {} + {}", index,
                                 image != nullptr ? image->display_name() : frame.image_name.value_or("?"),
                                 hex(frame.image_offset.value));
  line += image != nullptr && image->uuid ? "  <" + image->uuid->text() + ">" : "  <no UUID>";
  if (frame.symbol) line += "  " + *frame.symbol;
  if (frame.symbol && frame.symbol_location) line += fmt::format(" + {}", *frame.symbol_location);
  std::replace(line.begin(), line.end(), '\n', ' ');
  return line + "\n";
}

Part crash_sites(const FeedbackEvidence& evidence) {
  Part part = named_part("crash_sites");
  for (const auto& site : evidence.sites) {
    const auto& analysis = site.reports.front();
    std::vector<std::pair<std::string, std::string>> facts{{"site", site.row.text}, {"key", site.row.key}};
    if (site.row.code_offset)
      facts.emplace_back("code offset in the function", fmt::format("+{}", *site.row.code_offset));
    if (site.row.fault_offset) facts.emplace_back("fault offset from NULL", hex(*site.row.fault_offset));
    if (site.row.access) facts.emplace_back("access", *site.row.access);
    facts.emplace_back("reports", std::to_string(site.row.reports));
    if (!site.row.os_builds.empty())
      facts.emplace_back("OS builds", fmt::format("{}", fmt::join(site.row.os_builds, ", ")));
    facts.emplace_back("representative report", site.incidents.front());
    part.blocks.push_back(Block::facts(std::move(facts)));
    const auto& report = analysis.report;
    const auto index = report.crashed_thread_index();
    if (!index) continue;
    std::string stack;
    const auto& frames = report.threads[*index].frames;
    for (std::size_t i = 0; i < frames.size(); ++i) stack += frame_words(report, frames[i], i);
    part.blocks.push_back(
        Block::paragraph("Crashed thread; image + offset in it, <image UUID>, symbol + code offset:"));
    part.blocks.push_back(Block::code(stack));
  }
  return part;
}

/// The section that a crash page has of it, for every site.
template <typename Section>
Part of_pages(const char* name, const FeedbackEvidence& evidence, Section section) {
  Part part = named_part(name);
  for (const auto& site : evidence.sites) {
    auto blocks = section(site).blocks;
    if (evidence.sites.size() > 1 && !blocks.empty()) part.blocks.push_back(Block::paragraph(site.row.text));
    part.blocks.insert(part.blocks.end(), blocks.begin(), blocks.end());
  }
  if (part.blocks.empty()) part.blocks.push_back(Block::paragraph("Not reported."));
  return part;
}

Part steps(const FeedbackEvidence& evidence, const std::vector<std::string>& files) {
  Part part = named_part("steps");
  const auto steps = reproducers(evidence.cells);
  if (steps.empty()) {
    part.blocks.push_back(Block::paragraph("No trial of this store shows it: the reports were imported."));
    return part;
  }
  const auto best = std::max_element(
      steps.begin(), steps.end(),
      [](const FeedbackCell& a, const FeedbackCell& b) { return a.of_sites.ratio() < b.of_sites.ratio(); });
  std::vector<std::string> sources;
  for (const auto& file : files) {
    if (file.starts_with("workload/")) sources.push_back(file);
  }
  std::vector<std::string> list;
  if (!sources.empty()) list.push_back(fmt::format("The workload's source is {}.", fmt::join(sources, ", ")));
  list.push_back(
      fmt::format("Run the command below, again and again: {} crashed at the sites of this report ({}).",
                  rate_words(best->of_sites, evidence.open), best->cell.text()));
  // The cell was chosen among all for its rate: its lower end is one among as many.
  const double each = 1.0 - (1.0 - kDefaultLevel) / static_cast<double>(evidence.cells.size());
  const auto lower =
      choose_interval(best->of_sites, {evidence.open, {}}, {std::nullopt, IntervalSide::two_sided, each});
  const auto needed = trials_to_see_one(lower.interval.low);
  if (needed)
    list.push_back(
        fmt::format("{} show it at least once with 95 % probability.", format_count(*needed, "run", "runs")));
  list.emplace_back(
      "campaign.toml has every cell; `faultline run campaign.toml` measures all of them again.");
  part.blocks.push_back(Block::list(std::move(list)));
  if (!best->command.empty()) part.blocks.push_back(Block::command(shell_command(best->command)));
  return part;
}

Part reproducers_part(const FeedbackEvidence& evidence) {
  Part part = named_part("ladder");
  Table table;
  table.caption = "Trials that crashed at these sites, of all trials of the cell";
  table.columns = {row_name(text_column("cell")), rate_column("rate", "crashed at these sites"),
                   text_column("command")};
  for (const auto& step : reproducers(evidence.cells)) {
    table.rows.push_back({step.cell.workload + ", " + step.cell.text(),
                          Rate{step.of_sites, shown_interval(step.of_sites, evidence.open)},
                          shell_command(step.command)});
  }
  if (table.rows.empty()) {
    part.blocks.push_back(Block::paragraph("No cell was measured that shows it."));
  } else {
    part.blocks.push_back(Block::table_of(std::move(table)));
  }
  return part;
}

bool is_of_apple(const FeedbackEvidence& evidence) {
  const auto train = evidence.sites.front().reports.front().report.os.train.value_or("");
  return train.starts_with("macOS") || train.starts_with("iPhone") || train.starts_with("iOS") ||
         train.starts_with("iPadOS") || train.starts_with("Mac OS X");
}

/// What a reader of one minute needs: what, how often, since when, how to repeat it, what helps.
Part summary(const FeedbackEvidence& evidence) {
  Part part = named_part("summary");
  std::vector<std::pair<std::string, std::string>> facts;
  const auto& site = evidence.sites.front();
  facts.emplace_back("What", title_hint(evidence));
  facts.emplace_back("Why", site.reports.front().fault.sentence);
  const auto steps = reproducers(evidence.cells);
  if (!steps.empty()) {
    const auto best = std::max_element(
        steps.begin(), steps.end(),
        [](const FeedbackCell& a, const FeedbackCell& b) { return a.of_sites.ratio() < b.of_sites.ratio(); });
    facts.emplace_back(
        "How often", rate_words(best->of_sites, evidence.open) + " of trials with " + named_cell(best->cell));
    if (!best->command.empty()) facts.emplace_back("Repeat it", shell_command(best->command));
  }
  if (!site.row.first_seen.empty())
    facts.emplace_back("Since",
                       site.row.first_seen.substr(0, 10) + ", last seen " + site.row.last_seen.substr(0, 10));
  std::vector<std::string> helps;
  for (const auto& comparison : evidence.workarounds) {
    if (comparison.verdict == ComparisonVerdict::lower) helps.push_back(comparison.a_name);
  }
  if (!evidence.workarounds.empty()) {
    facts.emplace_back(
        "Helps", helps.empty() ? "nothing that was measured" : fmt::format("{}", fmt::join(helps, "; ")));
  }
  part.blocks.push_back(Block::facts(std::move(facts)));
  return part;
}

Part workarounds(const FeedbackEvidence& evidence) {
  Part part = named_part("workarounds");
  if (evidence.workarounds.empty()) {
    part.blocks.push_back(Block::paragraph("None was measured."));
    return part;
  }
  std::vector<std::string> effective;
  std::vector<std::string> ineffective;
  for (std::size_t i = 0; i < evidence.workarounds.size(); ++i) {
    const auto& comparison = evidence.workarounds[i];
    auto& lines = comparison.verdict == ComparisonVerdict::lower ? effective : ineffective;
    lines.push_back(fmt::format("{}: {} had a bad outcome; {} crashed at these sites. {}", comparison.a_name,
                                format_rate(comparison.a, comparison.a_interval),
                                evidence.workaround_rates[i], comparison_sentence(comparison)));
  }
  part.blocks.push_back(
      Block::paragraph("Each is compared with the control, or with the other values of the same setting at "
                       "equal other settings, and corrected over all that were looked at. Bad outcomes are "
                       "crashes, hangs, wrong results and panics: a workaround that only turns one into "
                       "another is none."));
  if (!effective.empty()) {
    part.blocks.push_back(Block::paragraph("Effective:"));
    part.blocks.push_back(Block::list(std::move(effective)));
  }
  if (!ineffective.empty()) {
    part.blocks.push_back(Block::paragraph("Not shown to help:"));
    part.blocks.push_back(Block::list(std::move(ineffective)));
  }
  return part;
}

Part validation(const FeedbackEvidence& evidence) {
  Part part = named_part("validation");
  std::vector<std::string> lines;
  for (const auto& cell : evidence.cells) {
    if (!cell.has_validation_layer || cell.bad.trials == 0) continue;
    lines.push_back(fmt::format("{}: {} crashed at these sites, {} had a bad outcome", named_cell(cell.cell),
                                rate_words(cell.of_sites, evidence.open),
                                rate_words(cell.bad, evidence.open)));
  }
  part.blocks.push_back(lines.empty() ? Block::paragraph("Not tried.") : Block::list(std::move(lines)));
  return part;
}

Part system(const FeedbackEvidence& evidence) {
  Part part = named_part("system");
  std::vector<std::pair<std::string, std::string>> rows;
  const auto& report = evidence.sites.front().reports.front().report;
  const auto add = [&](const char* name, const std::optional<std::string>& value) {
    if (value && !value->empty()) rows.emplace_back(name, *value);
  };
  add("OS of the report",
      report.os.train.value_or("") + (report.os.build ? " (" + *report.os.build + ")" : ""));
  add("model", report.model);
  add("CPU", report.cpu_type);
  if (is_of_apple(evidence))
    rows.emplace_back("System Integrity Protection", report.sip.value_or("not reported"));
  if (evidence.run) {
    const auto& host = evidence.run->host;
    rows.emplace_back("measured on", system_words(*evidence.run));
    add("chip", host.chip);
    if (host.cpu_count) rows.emplace_back("processors", std::to_string(*host.cpu_count));
    if (host.memory_bytes)
      rows.emplace_back("memory", format_bytes(static_cast<std::uint64_t>(*host.memory_bytes)));
    add("kernel", host.kernel);
    for (const auto& [name, value] : evidence.run->facts) rows.emplace_back(name, value);
  }
  part.blocks.push_back(Block::facts(std::move(rows)));
  return part;
}

/// Cells that never crashed at these sites, by workload and trials: what can be said of those is the same.
std::map<std::pair<std::string, std::int64_t>, std::vector<const Cell*>> cells_without_crash(
    const FeedbackEvidence& evidence) {
  std::map<std::pair<std::string, std::int64_t>, std::vector<const Cell*>> alike;
  for (const FeedbackCell& one : evidence.cells) {
    if (one.of_sites.counted == 0 && one.of_sites.trials > 0)
      alike[{one.cell.workload, one.of_sites.trials}].push_back(&one.cell);
  }
  return alike;
}

Part not_observed(const FeedbackEvidence& evidence) {
  auto part = of_pages("not_observed", evidence, [](const FeedbackSite& site) {
    return unknown_section(site.reports.front(),
                           site.pages.empty() ? CrashPageContext{} : site.pages.front());
  });
  std::vector<std::string> lines;
  if (evidence.uncaptured > 0) {
    lines.push_back(fmt::format("where {} crashed: no report was written",
                                format_count(evidence.uncaptured, "trial", "trials")));
  }
  for (const auto& [alike, cells] : cells_without_crash(evidence)) {
    const Proportion none{0, alike.second};
    lines.push_back(fmt::format(
        "a crash at these sites with {}: {}",
        cells.size() == 1 ? named_cell(*cells.front())
                          : fmt::format("{} in {}, each", alike.first,
                                        format_count(static_cast<std::int64_t>(cells.size()), "cell")),
        bound_words(none, evidence.open)));
  }
  if (evidence.run && !evidence.control)
    lines.emplace_back("a control: the campaign names no cell that must crash");
  lines.emplace_back("the cause: a report says where a process crashed, not whose fault it is");
  part.blocks.push_back(Block::list(std::move(lines)));
  return part;
}

Part family(const FeedbackEvidence& evidence) {
  Part part = named_part("family");
  if (evidence.family.empty()) return part;
  std::map<std::vector<std::string>, std::int64_t> spread;
  for (const auto& row : evidence.family) ++spread[{row.site_text, row.model, row.os_version, row.os_build}];
  Table table;
  table.caption = "The same place on other machines and systems";
  table.columns = {row_name(text_column("site")), text_column("model"), text_column("os", "OS"),
                   text_column("os_build", "build"), number_column("reports")};
  for (const auto& [key, reports] : spread) table.rows.push_back({key[0], key[1], key[2], key[3], reports});
  part.blocks.push_back(Block::table_of(std::move(table)));
  return part;
}

/// What may be absent brings its own heading.
void put_titled(FeedbackParts& parts, const std::string& name, const std::string& title) {
  if (parts.text[name].empty()) return;
  parts.markdown[name] = "### " + title + "\n\n" + parts.markdown[name];
  parts.text[name] = title + ":\n" + parts.text[name];
}

void put_prose(FeedbackParts& parts, const FeedbackProse& prose, const std::string& proposed_title) {
  for (const auto& field : prose_fields()) {
    const auto found = prose.values.find(field.name);
    auto value = found == prose.values.end() ? std::string() : found->second;
    if (value.empty() && std::string_view(field.name) == "title") value = proposed_title;
    if (value.empty() && field.required) value = fmt::format("[fill in: {}]", field.hint);
    if (value.empty() && std::string_view(field.name) == "feedback_number") value = "none yet";
    if (value.empty() && std::string_view(field.name) == "expected") {
      value = "The process ends by itself, as it does in the cells that never crash.";
    }
    parts.markdown[field.name] = value;
    parts.text[field.name] = plain_prose(value);
  }
  put_titled(parts, "setup", "Before the steps");
  put_titled(parts, "analysis", "Our reading of it");
  put_titled(parts, "suggested_fix", "Suggested fix");
  put_titled(parts, "links", "Related");
  if (const auto& earlier = prose.values.find("supersedes");
      earlier != prose.values.end() && !earlier->second.empty()) {
    parts.markdown["supersedes"] = "This supersedes an earlier claim: " + earlier->second;
    parts.text["supersedes"] = plain_prose(parts.markdown["supersedes"]);
  }
}

Part checklist(const FeedbackProse& prose) {
  Part part = named_part("checklist");
  std::vector<std::pair<std::string, std::string>> rows;
  for (const char* name : {"sysdiagnose", "log_collect", "latest_beta"}) {
    const auto found = prose.values.find(name);
    rows.emplace_back(name,
                      found == prose.values.end() || found->second.empty() ? "[fill in]" : found->second);
  }
  part.blocks.push_back(Block::facts(std::move(rows)));
  return part;
}

/// What two runs can show, and what they cannot.
std::string change_words(const Comparison& comparison) {
  switch (comparison.change.direction) {
    case ComparisonVerdict::higher:
      return " The rate is higher than the one reported before, and supersedes it: a change beyond "
             "trial-to-trial chance; how much nights vary by themselves is not known from two runs.";
    case ComparisonVerdict::lower:
      return " The rate is lower than the one reported before, and supersedes it: a change beyond "
             "trial-to-trial chance; how much nights vary by themselves is not known from two runs.";
    case ComparisonVerdict::undecided:
      return " Whether the rate changed is undecided: these trials do not tell.";
  }
  return {};
}

/// Cell by cell: whether the clean trials are as many as the former rate demands.
std::string proof_words(const std::vector<FollowUpCell>& cells) {
  std::string out = " By cell:";
  for (const FollowUpCell& cell : cells) {
    out += fmt::format(" {}: {}/{} now, {}/{} before, ", cell.cell, cell.now.counted, cell.now.trials,
                       cell.before.counted, cell.before.trials);
    if (cell.gone.enough) {
      out += "enough to claim that the former rate is gone;";
    } else if (cell.gone.trials_demanded && *cell.gone.trials_demanded > cell.now.trials) {
      out += fmt::format("not enough to claim that the former rate is gone, which takes {};",
                         format_count(*cell.gone.trials_demanded, "trial"));
    } else {
      out += "not enough to claim that the former rate is gone;";
    }
  }
  out.back() = '.';
  return out;
}

}  // namespace

std::string title_hint(const FeedbackEvidence& evidence) {
  const auto& analysis = evidence.sites.front().reports.front();
  const auto& site = evidence.sites.front().row;
  return fmt::format("{} crashes in {}", analysis.report.process_name.value_or("a process"),
                     short_site(site.text, site.image, site.family_text));
}

std::string follow_up_sentence(const FeedbackFollowUp& follow_up) {
  const auto& later = follow_up.comparison.a;
  const auto& earlier = follow_up.comparison.b;
  std::string out;
  if (later.counted > 0) {
    out = fmt::format("Still reproduces on {}: {}. Before, on {}: {}.", system_words(follow_up.later),
                      rate_words(later, follow_up.open), system_words(follow_up.earlier),
                      rate_words(earlier, false));
  } else {
    out = fmt::format("Not seen on {}: {}. Before, on {}: {}.", system_words(follow_up.later),
                      bound_words(later, follow_up.open), system_words(follow_up.earlier),
                      rate_words(earlier, false));
  }
  if (!follow_up.control) {
    out += " The campaign names no control, so nothing shows that this run could have seen it.";
    if (later.counted == 0) return out;
  } else if (follow_up.control->counted == 0) {
    out += fmt::format(" The control did not crash in {}: this run proves nothing.",
                       format_count(follow_up.control->trials, "trial", "trials"));
    return out;
  } else {
    out += fmt::format(" The control crashed in {}.", rate_words(*follow_up.control, follow_up.open));
  }
  out += change_words(follow_up.comparison);
  if (!follow_up.cells.empty()) out += proof_words(follow_up.cells);
  return out;
}

FeedbackParts feedback_parts(const FeedbackEvidence& evidence, const FeedbackProse& prose,
                             const std::vector<std::string>& files) {
  FeedbackParts parts;
  put_prose(parts, prose, title_hint(evidence));
  put(parts, summary(evidence));
  put(parts, description(evidence));
  put(parts, crash_sites(evidence));
  put(parts, of_pages("exception", evidence,
                      [](const FeedbackSite& s) { return exception_section(s.reports.front()); }));
  put(parts, of_pages("registers", evidence,
                      [](const FeedbackSite& s) { return registers_section(s.reports.front(), 2); }));
  put(parts, steps(evidence, files));
  Part rates = named_part("rates");
  for (const Table& table : evidence.rates) rates.blocks.push_back(Block::table_of(table));
  put(parts, rates);
  put(parts, reproducers_part(evidence));
  put(parts, of_pages("actual", evidence, [](const FeedbackSite& site) {
        const auto& sentence = site.reports.front().fault.sentence;
        return DocumentSection{"", {Block::paragraph(fmt::format("The process crashes: {}.", sentence))}};
      }));
  put(parts, workarounds(evidence));
  put(parts, validation(evidence));
  put(parts, system(evidence));
  put(parts,
      of_pages("images", evidence, [](const FeedbackSite& s) { return images_section(s.reports.front()); }));
  put(parts, not_observed(evidence));
  put(parts, family(evidence));
  // Nothing of macOS is asked elsewhere.
  put(parts, is_of_apple(evidence)
                 ? checklist(prose)
                 : named_part("checklist", {Block::paragraph("Nothing more is asked for.")}));
  put(parts, named_part("files", {Block::list(files)}));
  Part follow_up = named_part("follow_up");
  if (evidence.follow_up) {
    follow_up.blocks.push_back(Block::paragraph(follow_up_sentence(*evidence.follow_up)));
    if (!evidence.follow_up->comparison.warnings.empty()) {
      follow_up.blocks.push_back(Block::list(evidence.follow_up->comparison.warnings));
    }
  }
  put(parts, follow_up);
  return parts;
}

}  // namespace faultline
