#include "collector/run/idle_watch.h"

#include <fmt/format.h>

#include <chrono>
#include <string_view>

namespace faultline {
namespace {

// A program that cannot be started, or cannot find its parts, says so sooner.
constexpr std::chrono::seconds kLongStart{10};

bool is_blank(std::string_view text) { return text.find_first_not_of(" \t\r\n") == std::string_view::npos; }

/// Whatever an interpreter without its script, or a program without its library, does not do.
bool shows_work(const Trial& trial) {
  const Outcome outcome = trial.verdict.outcome;
  if (outcome != Outcome::exit_error && outcome != Outcome::setup_failed) return true;
  if (!trial.phase.empty() || !trial.metrics.empty() || !trial.incidents.empty()) return true;
  if (outcome == Outcome::setup_failed) return false;
  // A failing test that says what failed on its standard output, or nothing at all, is a result; so is a
  // process that something killed.
  return trial.term_signal.has_value() || !is_blank(trial.output_head) || is_blank(trial.stderr_tail) ||
         trial.duration >= kLongStart;
}

std::string status_of(const Trial& trial) {
  if (trial.exit_code) return fmt::format("exited with {}", *trial.exit_code);
  return "failed to start" +
         (trial.verdict.notes.empty() ? std::string() : ": " + trial.verdict.notes.front());
}

std::string last_line_of(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r\n";
  const std::size_t end = text.find_last_not_of(kBlank);
  if (end == std::string_view::npos) return {};
  text = text.substr(0, end + 1);
  const std::size_t newline = text.find_last_of("\r\n");
  return std::string(newline == std::string_view::npos ? text : text.substr(newline + 1));
}

}  // namespace

void IdleWatch::add(const Trial& trial) {
  if (something_ran_) return;
  const std::string status = status_of(trial);
  const std::string line = last_line_of(trial.stderr_tail);
  something_ran_ = shows_work(trial) || (seen_ > 0 && (status != status_ || line != last_line_));
  status_ = status;
  last_line_ = line;
  ++seen_;
}

std::optional<std::string> IdleWatch::reason() const {
  if (something_ran_ || seen_ < wanted_) return std::nullopt;
  return fmt::format("every one of {} trials {}{}", seen_, status_,
                     last_line_.empty() ? "" : " and printed last: " + last_line_);
}

}  // namespace faultline
