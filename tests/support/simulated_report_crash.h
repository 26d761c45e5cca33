// The crash reporter of macOS as docs/ips_format.md and real logs describe it, with all of its vices, and
// with a ledger of its own: what it wrote, for which process, and what it dropped.

#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "core/base/clock.h"
#include "tests/support/collector_ips.h"

namespace faultline {

/// A process that died of a crash signal.
struct SimulatedDeath {
  std::int64_t pid = 0;
  std::int64_t parent_pid = 1;
  std::string process = "python3.14";
  WallTime launched;
  WallTime died;
  /// The same moment on the steady clock, where the wall clock may be set; else the wall clock is trusted.
  std::optional<MonotonicTime> died_steady;
  std::string boot_session = "BOOT-1";
  std::string start_ticks;  ///< Digits; empty: the report has none.
  std::string bug_type = "309";
  std::int64_t trial = -1;    ///< Whose it is; -1: foreign.
  std::int64_t command = -1;  ///< Pid of the trial's command: tells attempts of one trial apart.
};

struct ReportCrashVices {
  std::chrono::nanoseconds longest_delay = std::chrono::seconds(25);
  /// From the hidden name to the final one.
  std::chrono::nanoseconds hidden = std::chrono::milliseconds(12);
  std::chrono::nanoseconds retires_after = std::chrono::milliseconds(700);
  double retiring = 1.0;           ///< Part of the reports that move: all where "Share Mac Analytics" is on.
  std::size_t most_per_name = 25;  ///< In the live folder.
  std::size_t most_in_flight = 5;
  double duplicates = 0.0;  ///< Part of the reports that get a Finder copy, and one with a profile behind it.
  double strangers =
      0.0;  ///< Part of the deaths with two strangers of their pid and name in the same second.
  /// From the death to the launch of the second of them. A number is free only when the death was noticed.
  std::chrono::milliseconds stranger_gap{250};
};

/// Writes each report late, under a hidden name and in two pieces, renames it, moves it to `Retired/`, keeps
/// at most 25 of a name, drops what comes while five are in flight.
///
/// Time is told by the caller, so that a fake clock, or a fast one, drives it. Threads: one at a time.
class SimulatedReportCrash {
 public:
  enum class Fate { in_flight, written, dropped_in_burst, dropped_at_limit, lost_with_the_machine };
  struct Entry {
    SimulatedDeath death;
    std::string incident;
    Fate fate = Fate::in_flight;
    std::chrono::nanoseconds delay{0};
    std::filesystem::path name;
    std::string bytes;
    MonotonicTime written{0};  ///< When it got its final name.
  };

  SimulatedReportCrash(std::filesystem::path folder, ReportCrashVices vices, std::uint64_t seed)
      : folder_(std::move(folder)), vices_(vices), random_(seed) {
    std::filesystem::create_directories(folder_ / "Retired");
  }

  void died(const SimulatedDeath& death, MonotonicTime now) {
    const bool has_strangers = death.trial >= 0 && chance(vices_.strangers);
    if (has_strangers) take(stranger_before(death), now);
    take(death, now);
    if (has_strangers) take(stranger_after(death), now);
  }

  /// The wall clock was set forward by so much at `when`: what is captured later is stamped by the new time.
  void clock_was_set(std::chrono::microseconds by, MonotonicTime when) {
    clock_steps_.emplace_back(when, by);
  }

  /// Does what is due.
  void advance(MonotonicTime now) {
    while (!steps_.empty() && steps_.begin()->first <= now) {
      const auto [due, step] = *steps_.begin();
      steps_.erase(steps_.begin());
      perform(step, due);
    }
  }
  /// When the next thing is due; absent where nothing is left.
  [[nodiscard]] std::optional<MonotonicTime> next_due() const {
    if (steps_.empty()) return std::nullopt;
    return steps_.begin()->first;
  }

  /// The machine goes down: what is in flight is never written. A panic report follows after the boot.
  void machine_went_down() {
    steps_.clear();
    in_flight_ = 0;
    for (Entry& entry : ledger_) {
      if (entry.fate == Fate::in_flight) entry.fate = Fate::lost_with_the_machine;
    }
    // A half-written report stays under its hidden name for ever.
  }
  std::string write_panic(WallTime wall) {
    const std::string incident = numbered_incident(next_number_++);
    std::ofstream(folder_ / ("panic-full-" + date(wall) + ".0002.ips"))
        << "{\"bug_type\":\"210\",\"timestamp\":\"" << format_report_time(wall, 60) << "\",\"incident_id\":\""
        << incident << "\",\"os_version\":\"macOS 15.7.3 (24G419)\"}\n{\n  \"incident\" : \"" << incident
        << "\",\n  \"bug_type\" : \"210\",\n  \"panicString\" : \"panic(cpu 4 caller 0xfffffe0031a2b3c4): "
           "AGXG16X: GPU firmware did not answer @AGXFirmware.cpp:123\\nDebugger message: panic\"\n}\n";
    return incident;
  }

  [[nodiscard]] const std::vector<Entry>& ledger() const { return ledger_; }
  [[nodiscard]] std::int64_t count(Fate fate) const {
    return std::count_if(ledger_.begin(), ledger_.end(),
                         [fate](const Entry& entry) { return entry.fate == fate; });
  }
  [[nodiscard]] const Entry* find(const std::string& incident) const {
    const auto found = std::find_if(ledger_.begin(), ledger_.end(),
                                    [&](const Entry& entry) { return entry.incident == incident; });
    return found == ledger_.end() ? nullptr : &*found;
  }
  [[nodiscard]] const std::filesystem::path& folder() const { return folder_; }

 private:
  enum class Action { begin, reveal, copy, retire };
  struct Step {
    Action action = Action::begin;
    std::size_t entry = 0;
  };

  bool chance(double part) { return std::uniform_real_distribution<double>(0.0, 1.0)(random_) < part; }

  /// It died just before its number was given to ours, and was captured before ours began.
  static SimulatedDeath stranger_before(SimulatedDeath death) {
    death.died = death.launched - std::chrono::milliseconds(150);
    death.launched -= std::chrono::milliseconds(700);
    return as_stranger(std::move(death));
  }
  [[nodiscard]] SimulatedDeath stranger_after(SimulatedDeath death) const {
    death.launched = death.died + vices_.stranger_gap;
    death.died = death.launched + std::chrono::milliseconds(650);
    return as_stranger(std::move(death));
  }
  static SimulatedDeath as_stranger(SimulatedDeath death) {
    death.died_steady.reset();
    death.trial = -1;
    death.command = -1;
    death.parent_pid = 1;
    death.start_ticks.clear();
    return death;
  }

  void take(const SimulatedDeath& death, MonotonicTime now) {
    Entry entry;
    entry.death = death;
    entry.incident = numbered_incident(next_number_++);
    // Strangers died at other times, and are not in the way.
    const bool in_the_way = death.trial >= 0;
    if (in_the_way && in_flight_ >= vices_.most_in_flight) {
      entry.fate = Fate::dropped_in_burst;
      ledger_.push_back(std::move(entry));
      return;
    }
    if (in_the_way) ++in_flight_;
    entry.delay = std::chrono::nanoseconds(
        std::uniform_int_distribution<std::int64_t>(0, vices_.longest_delay.count())(random_));
    ledger_.push_back(entry);
    steps_.emplace(now + entry.delay, Step{Action::begin, ledger_.size() - 1});
  }

  void perform(const Step& step, MonotonicTime due) {
    Entry& entry = ledger_[step.entry];
    switch (step.action) {
      case Action::begin:
        if (entry.death.trial >= 0) --in_flight_;
        return begin(step.entry, due);
      case Action::reveal:
        return reveal(step.entry, due);
      case Action::copy:
        write(folder_ / (entry.name.stem().string() + " 2.ips"), entry.bytes);
        write(folder_ / (entry.name.stem().string() + " copy.ips"),
              entry.bytes + "\nModel: Mac16,5, BootROM 13822.1.2, proc 16:12:4 processors, 128 GB\n");
        return;
      case Action::retire: {
        // Whoever took it was faster.
        std::error_code gone;
        std::filesystem::rename(folder_ / entry.name, folder_ / "Retired" / entry.name, gone);
        return;
      }
    }
  }

  void begin(std::size_t number, MonotonicTime due) {
    Entry& entry = ledger_[number];
    if (live_reports(entry.death.process) >= vices_.most_per_name) {
      entry.fate = Fate::dropped_at_limit;
      return;
    }
    entry.bytes = text_of(entry);
    entry.name = free_name(entry);
    write(hidden(entry), entry.bytes.substr(0, entry.bytes.size() / 2));
    steps_.emplace(due + vices_.hidden, Step{Action::reveal, number});
  }

  void reveal(std::size_t number, MonotonicTime due) {
    Entry& entry = ledger_[number];
    write(hidden(entry), entry.bytes);
    std::filesystem::rename(hidden(entry), folder_ / entry.name);
    entry.fate = Fate::written;
    entry.written = due;
    // What nobody drains would fill the folder up to the limit: strangers always move, and have no
    // duplicates.
    const bool own = entry.death.trial >= 0;
    if (own && chance(vices_.duplicates))
      steps_.emplace(due + vices_.retires_after / 2, Step{Action::copy, number});
    if (!own || chance(vices_.retiring))
      steps_.emplace(due + vices_.retires_after, Step{Action::retire, number});
  }

  [[nodiscard]] std::filesystem::path hidden(const Entry& entry) const {
    return folder_ / ("." + entry.name.string());
  }
  static void write(const std::filesystem::path& path, const std::string& text) {
    std::ofstream(path, std::ios::binary) << text;
  }
  static std::string date(WallTime wall) {
    std::string text = format_report_time(wall, 60).substr(0, 19);  // `2026-01-09 12:29:37`
    text[10] = '-';
    std::erase(text, ':');
    return text;
  }

  /// Named for the second of saving; `.000`, `.0002` where that name is taken.
  [[nodiscard]] std::filesystem::path free_name(const Entry& entry) const {
    const auto saved = entry.death.died + std::chrono::duration_cast<std::chrono::microseconds>(entry.delay);
    const std::string stem = entry.death.process + "-" + date(saved);
    for (int i = 0;; ++i) {
      std::string name = stem;
      if (i == 1) name += ".000";
      if (i > 1) name += "." + std::string(i < 10 ? "000" : i < 100 ? "00" : "0") + std::to_string(i);
      name += ".ips";
      const bool taken = std::filesystem::exists(folder_ / name) ||
                         std::filesystem::exists(folder_ / ("." + name)) ||
                         std::filesystem::exists(folder_ / "Retired" / name);
      if (!taken) return name;
    }
  }
  [[nodiscard]] std::size_t live_reports(const std::string& process) const {
    std::size_t count = 0;
    for (const auto& file : std::filesystem::directory_iterator(folder_)) {
      const std::string name = file.path().filename().string();
      if (file.is_regular_file() && name.starts_with(process + "-")) ++count;
    }
    return count;
  }

  /// When the process was captured, by the clock as it stood then.
  [[nodiscard]] WallTime captured(const SimulatedDeath& death) const {
    // Of 20 real ones: 0.3 ms to 0.31 s after the death.
    const std::chrono::milliseconds after(1 + death.pid % 30);
    WallTime stamp = death.died + after;
    if (!death.died_steady) return stamp;
    for (const auto& [when, by] : clock_steps_) {
      if (when > *death.died_steady && when <= *death.died_steady + after) stamp += by;
    }
    return stamp;
  }

  [[nodiscard]] std::string text_of(const Entry& entry) const {
    const SimulatedDeath& death = entry.death;
    IpsText text;
    text.incident = entry.incident;
    text.bug_type = death.bug_type;
    text.process = death.process;
    text.pid = death.pid;
    text.parent_pid = death.parent_pid;
    text.launched = death.launched;
    text.captured = captured(death);
    text.boot_session = death.boot_session;
    text.start_ticks = death.start_ticks;
    text.more =
        ",\n  \"exception\" : {\"type\":\"EXC_BAD_ACCESS\",\"signal\":\"SIGSEGV\",\"subtype\":"
        "\"KERN_INVALID_ADDRESS at 0x00000000000005c8\",\"rawCodes\":[1,1480]},\n  \"faultingThread\" : 0,\n"
        "  \"threads\" : "
        "[{\"triggered\":true,\"id\":1,\"frames\":[{\"imageOffset\":217808,\"symbol\":\"draw\","
        "\"symbolLocation\":32,\"imageIndex\":0}]}],\n  \"usedImages\" : "
        "[{\"source\":\"P\",\"arch\":\"arm64e\","
        "\"base\":4506386432,\"size\":6815744,\"uuid\":\"0ce453ff-1111-4222-8333-444455556666\",\"name\":"
        "\"AGXMetalG16X\",\"path\":\"\\/System\\/AGXMetalG16X\"}]";
    return text.text();
  }

  std::filesystem::path folder_;
  ReportCrashVices vices_;
  std::mt19937_64 random_;
  std::vector<Entry> ledger_;
  std::multimap<MonotonicTime, Step> steps_;
  std::vector<std::pair<MonotonicTime, std::chrono::microseconds>> clock_steps_;
  std::size_t in_flight_ = 0;
  std::int64_t next_number_ = 1;
};

}  // namespace faultline
