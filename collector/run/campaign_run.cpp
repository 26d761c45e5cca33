#include "collector/run/campaign_run.h"

#include <fmt/format.h>

#include <algorithm>
#include <system_error>
#include <utility>

#include "collector/plan/campaign_file.h"
#include "collector/run/workload_facts.h"
#include "core/base/check.h"
#include "core/base/text_file.h"

namespace faultline {
namespace {

/// Enough for any night, where a duration alone ends the run.
constexpr std::int64_t kUncountedTrials = 1LL << 40;
constexpr double kGibi = 1024.0 * 1024.0 * 1024.0;

Result<std::vector<Cell>> selected_cells(const Campaign& campaign, const Filter& only) {
  auto cells = make_cells(campaign);
  TRY_ASSIGN(const auto selected, select_cells(only, cells));
  std::vector<Cell> kept;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (selected[i]) kept.push_back(std::move(cells[i]));
  }
  if (kept.empty())
    return fail(ErrorKind::invalid_argument, "--only matches none of the campaign's cells: " + only.text);
  return kept;
}

SchedulePlan schedule_plan(const Campaign& campaign, const RunOptions& options, std::size_t cell_count,
                           std::uint64_t seed) {
  SchedulePlan plan;
  plan.cell_count = cell_count;
  plan.blocks = options.trials.value_or(campaign.trials);
  if (plan.blocks == 0) plan.blocks = kUncountedTrials / static_cast<std::int64_t>(cell_count);
  plan.warm_up = campaign.warm_up;
  plan.seed = seed;
  plan.shard = options.shard;
  return plan;
}

bool is_counted(const Campaign& campaign, const RunOptions& options) {
  return options.trials.value_or(campaign.trials) > 0;
}

std::int64_t planned_blocks(const Campaign& campaign, const RunOptions& options, std::size_t cell_count) {
  if (!is_counted(campaign, options)) return 0;
  return Schedule(schedule_plan(campaign, options, cell_count, 1)).own_blocks() + campaign.warm_up;
}

std::string shard_of(const RunRecord& run) {
  for (const auto& [name, value] : run.facts) {
    if (name == kShardFact) return value;
  }
  return {};
}

/// Cells as a stored record gives them back: by workload and labels.
bool same_cells(const std::vector<Cell>& a, const std::vector<Cell>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const Cell& left, const Cell& right) {
    return left.workload == right.workload && left.text() == right.text();
  });
}

std::vector<std::pair<std::string, std::string>> run_facts(const Campaign& campaign,
                                                           const std::vector<Cell>& cells,
                                                           const RunOptions& options, const RunParts& parts) {
  constexpr std::chrono::seconds kFactLimit{60};
  const PlaceholderFolders folders{options.samples_folder.string(), campaign.folder};
  std::vector<std::pair<std::string, std::string>> facts;
  for (const FactCommand& fact : campaign.facts) {
    std::vector<std::string> argv;
    for (const std::string& argument : fact.command)
      argv.push_back(replace_placeholders(argument, Cell{}, folders).value_or(""));
    auto output = parts.commands.output_of(argv, kFactLimit);
    if (output) {
      facts.emplace_back(fact.name, std::move(*output));
    } else {
      parts.observer.noted(fmt::format("fact {} is not known: {}", fact.name, output.error().text()));
    }
  }
  // What the campaign asks for itself goes before what we find.
  for (auto& [name, value] : workload_facts(campaign, cells, folders, parts.commands)) {
    const bool taken = std::any_of(facts.begin(), facts.end(),
                                   [&own = name](const auto& fact) { return fact.first == own; });
    if (!taken) facts.emplace_back(name, std::move(value));
  }
  return facts;
}

}  // namespace

Result<RunRecord> plan_run(const Campaign& campaign, const RunOptions& options, const RunParts& parts) {
  RunRecord record;
  TRY_ASSIGN(record.cells, selected_cells(campaign, options.only));
  record.uuid = Uuid::random();
  record.campaign_name = campaign.name;
  record.campaign_hash = campaign.hash;
  record.campaign_text = campaign.text;
  record.control = campaign.control;
  record.planned_blocks = planned_blocks(campaign, options, record.cells.size());
  if (campaign.stop) {
    record.stop_rule = stop_rule_text(*campaign.stop);
    if (campaign.stop->allocate_undecided) record.stop_rule += ", allocate = \"undecided\"";
  }
  record.seed = campaign.seed;
  record.host = parts.host.facts();
  record.facts = run_facts(campaign, record.cells, options, parts);
  if (options.shard.of > 1) {
    record.facts.emplace_back(kShardFact, fmt::format("{}/{}", options.shard.number, options.shard.of));
  }
  record.started = parts.clock.wall();
  return record;
}

std::optional<std::string> why_not_resumable(const RunRecord& found, const RunRecord& wanted, WallTime now) {
  constexpr std::chrono::hours kLongest{20};
  if (found.state == RunState::finished || found.state == RunState::stopped) {
    return fmt::format("it has {}", run_state_text(found.state));
  }
  if (found.campaign_hash != wanted.campaign_hash) return "the campaign has changed";
  if (!same_cells(found.cells, wanted.cells)) return "it has other cells (--only)";
  if (shard_of(found) != shard_of(wanted)) return "it runs another part of the blocks (--shard)";
  if (found.host.host_key != wanted.host.host_key) return "it belongs to another host";
  if (found.host.os_build != wanted.host.os_build) return "the operating system has changed since";
  if (found.host.agx_version != wanted.host.agx_version) return "the driver has changed since";
  if (now - found.started > kLongest) return "it began more than 20 hours ago";
  return std::nullopt;
}

Result<RunSummary> run_campaign(const Campaign& campaign, const RunOptions& options, const RunParts& parts,
                                const std::atomic<bool>& stop) {
  CampaignRun run(campaign, options, parts, stop);
  TRY(run.open());
  return run.run();
}

Result<void> CampaignRun::prepare_record() {
  TRY_ASSIGN(cells_, selected_cells(campaign_, options_.only));
  if (options_.resume) {
    record_ = *options_.resume;
    if (!same_cells(record_.cells, cells_)) {
      return fail(ErrorKind::invalid_argument,
                  "run " + record_.uuid.text() + " has other cells than this campaign; start a new one");
    }
    record_.planned_blocks = planned_blocks(campaign_, options_, cells_.size());
    record_.state = RunState::running;
    record_.state_reason.clear();
    record_.ended.reset();
    return {};
  }
  if (options_.plan) {
    record_ = *options_.plan;
    return {};
  }
  TRY_ASSIGN(record_, plan_run(campaign_, options_, parts_));
  return {};
}

void CampaignRun::make_schedule() {
  schedule_ = Schedule(schedule_plan(campaign_, options_, cells_.size(), record_.seed));
  if (options_.duration) duration_ = *options_.duration;
  if (!campaign_.duration) return;
  // The campaign's own counts from the run's first moment, or a night that is resumed would begin anew.
  const auto before = options_.resume ? parts_.clock.wall() - record_.started : std::chrono::microseconds(0);
  const auto rest =
      *campaign_.duration - std::clamp<std::chrono::nanoseconds>(before, {}, *campaign_.duration);
  duration_ = duration_ ? std::min(*duration_, rest) : rest;
}

Result<void> CampaignRun::open() {
  TRY(prepare_record());
  began_ = parts_.clock.monotonic();
  boot_session_ = parts_.host.boot_session().value_or("");
  make_schedule();
  run_folder_ = options_.trials_folder / record_.uuid.text();
  TRY(make_folder(run_folder_ / "reports"));
  TrialSetting setting;
  setting.run = record_.uuid;
  setting.seed = record_.seed;
  setting.run_folder = run_folder_;
  setting.folders = {options_.samples_folder.string(), campaign_.folder};
  setting.boot_session = boot_session_;
  setting.supervisor_reports = options_.reporter == ReporterKind::supervisor;
  TRY_ASSIGN(auto trials, TrialRunner::make(campaign_, std::move(setting), parts_.clock, parts_.processes));
  trials_.emplace(std::move(trials));
  TRY(open_ingest());
  TRY(run_hook("setup", campaign_.hooks.setup, nullptr, nullptr));
  if (options_.resume) {
    TRY(resume());
  } else {
    TRY(parts_.journal.begin(record_));
  }
  if (campaign_.stop) {
    CHECK(parts_.stop_evaluator != nullptr);
    stop_state_.emplace(*campaign_.stop, *parts_.stop_evaluator, cells_.size());
  }
  skipped_ = set_aside_;
  look_at_stop_rule();
  left_ = is_counted(campaign_, options_) ? count_left(schedule_, done_, skipped_) : kUncountedTrials;
  return {};
}

Result<RunSummary> CampaignRun::run() {
  parts_.observer.run_started(record_, options_.resume.has_value(), progress());
  std::optional<Ending> ending = reason_to_end();
  TrialWorkers workers(
      campaign_.jobs,
      [this](const PlannedTrial& planned, const std::atomic<bool>& stop) {
        return run_in_worker(planned, stop);
      },
      stop_);
  while (true) {
    if (!ending) start_trials(workers);
    if (workers.is_idle()) break;
    TRY(take_ended(workers.wait()));
    if (!ending) ending = reason_to_end();
    if (!ending) cool_down();
  }
  if (!ending) ending = Ending{};
  if (ending->state != RunState::interrupted) TRY(wait_for_late_reports());
  clean_up();
  return finish(*ending);
}

void CampaignRun::start_trials(TrialWorkers& workers) {
  while (workers.has_room()) {
    const auto planned = next_trial(schedule_, cursor_, done_, skipped_);
    if (!planned) return;
    cursor_ = planned->index + 1;
    in_flight_.insert(planned->index);
    parts_.observer.trial_started(trials_->plan(*planned, cell_of(*planned)), cell_of(*planned), progress());
    workers.start(*planned);
  }
}

void CampaignRun::cool_down() {
  // In pieces: a signal that came before the sleep does not end it.
  constexpr std::chrono::milliseconds kPiece{250};
  auto left = campaign_.cooldown;
  for (; left.count() > 0 && !stop_.load(); left -= kPiece) parts_.clock.sleep(std::min(left, kPiece));
}

/// After the last trial of a block: which cells are decided, and which of them later blocks leave out.
void CampaignRun::look_at_stop_rule() {
  if (!stop_state_) return;
  for (const StopState::LeftOut& left_out : stop_state_->look(schedule_, tally_, set_aside_)) {
    skipped_.insert(left_out.cell);
    note(fmt::format("cell {} is decided and left out from block {} on: {}", cells_[left_out.cell].text(),
                     left_out.from_block, left_out.reason));
    if (is_counted(campaign_, options_)) left_ = count_left(schedule_, done_, skipped_);
  }
}

std::optional<CampaignRun::Ending> CampaignRun::reason_to_end() {
  look_at_stop_rule();
  if (stop_state_ && (stop_state_->is_met() || left_ == 0))
    return Ending{RunState::finished, stop_state_->summary(cells_, set_aside_)};
  if (left_ == 0) return Ending{};
  if (stop_.load()) return Ending{RunState::interrupted, "asked to stop"};
  const auto elapsed = parts_.clock.monotonic() - began_;
  if (duration_ && elapsed >= *duration_) {
    const auto wanted = options_.duration ? *options_.duration : *campaign_.duration;
    const auto total = is_counted(campaign_, options_)
                           ? fmt::format(" of {}", static_cast<std::int64_t>(done_.size()) + left_)
                           : std::string();
    return Ending{RunState::finished, fmt::format("{} were over after {}{} trials", format_duration(wanted),
                                                  done_.size(), total)};
  }
  const auto free = parts_.host.free_bytes(run_folder_);
  if (free) free_bytes_ = *free;
  if (!free || *free >= campaign_.min_free_bytes) return check_health();
  return Ending{RunState::stopped,
                fmt::format("{:.2f} GiB are free at {}, less than the {:.2f} GiB of min_free_bytes",
                            static_cast<double>(*free) / kGibi, options_.trials_folder.string(),
                            static_cast<double>(campaign_.min_free_bytes) / kGibi)};
}

Result<void> CampaignRun::take_ended(WorkerResult result) {
  in_flight_.erase(result.planned.index);
  for (const std::string& message : result.notes) note(message);
  if (!result.ended) return fail(result.ended.error());
  if (!*result.ended) return {};  // Asked to stop: reason_to_end() says so next.
  EndedTrial& ended = **result.ended;
  for (const std::int64_t pid : ended.evidence.status.unkillable) {
    note(fmt::format("process {} of trial {} would not die", pid, result.planned.index));
  }
  TRY(settle(ended));
  keep_system_log(ended);
  TRY(record(ended));
  ++executed_;
  parts_.observer.trial_ended(ended.trial, cell_of(result.planned), progress());
  return {};
}

Result<void> CampaignRun::record(EndedTrial& ended) {
  const Trial& trial = ended.trial;
  TRY(parts_.journal.trial_ended(trial, ended.reports));
  done_.insert(trial.index);
  // A cell may have been left out while this trial of it ran.
  if (!skipped_.contains(trial.cell_index)) --left_;
  tally_.set(trial);
  expect_reports(trial, ended.evidence.status, std::chrono::nanoseconds(0));
  for (const CollectedReport& report : ended.reports) {
    if (is_death(report.identity)) report_came(trial.index);
  }
  for (const CollectedReport& report : ended.reports) drain(report);
  trials_->prune(ended);
  return {};
}

RunProgress CampaignRun::progress() const {
  RunProgress now;
  tally_.count_into(now);
  if (is_counted(campaign_, options_)) now.trials_planned = now.trials_done + left_;
  now.blocks_planned = record_.planned_blocks;
  now.reports_pending = static_cast<std::int64_t>(expecting_.size());
  now.elapsed = parts_.clock.monotonic() - began_;
  now.free_bytes = free_bytes_;
  if (executed_ > 0 && is_counted(campaign_, options_)) {
    now.time_left = now.elapsed / executed_ * left_;
  }
  if (duration_) {
    const auto rest = std::max(*duration_ - now.elapsed, std::chrono::nanoseconds(0));
    const bool sooner = is_counted(campaign_, options_) && now.time_left && *now.time_left < rest;
    if (!sooner) now.time_left = rest;
  }
  return now;
}

Result<RunSummary> CampaignRun::finish(const Ending& ending) {
  record_.state = ending.state;
  record_.state_reason = ending.reason;
  record_.ended = parts_.clock.wall();
  TRY(parts_.journal.end(record_.uuid, ending.state, ending.reason, *record_.ended));
  RunSummary summary;
  summary.record = record_;
  summary.progress = progress();
  summary.executed = executed_;
  summary.ledger = tally_.ledger();
  summary.ledger.foreign = foreign_;
  summary.ledger.late = late_;
  summary.ledger.latencies = latencies_;
  std::sort(summary.ledger.latencies.begin(), summary.ledger.latencies.end());
  for (const std::size_t cell : set_aside_) summary.set_aside.push_back(cells_[cell].text());
  if (!record_.control.empty()) {
    TRY_ASSIGN(const auto filter, parse_filter(record_.control));
    // Under --only the control's parameters may be gone with its cells; then it did not run.
    const auto selected = select_cells(filter, cells_);
    summary.control = selected ? tally_.control(*selected) : ControlResult{};
  }
  return summary;
}

}  // namespace faultline
