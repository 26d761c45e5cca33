// A night in which everything goes wrong at once, with the real program: the harness is killed over and over,
// the disk is full once, the clock is set twice, the machine goes down, and the crash reporter has all of its
// vices. In the end the store and the reporter's own record are consistent.
//
// FAULTLINE_CHAOS_TRIALS says how long the night is, in trials; without it, it is a short one.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/mount.h>

#include <charconv>
#include <iostream>
#include <set>
#include <sstream>
#include <thread>

#include "tests/support/run_program.h"
#include "tests/support/scoped_temp_folder.h"
#include "tests/support/simulated_report_crash.h"

namespace faultline {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using Clock = std::chrono::steady_clock;
using Fate = SimulatedReportCrash::Fate;

/// Everything that takes seconds on a Mac takes a hundredth of that.
ReportCrashVices all_vices() {
  ReportCrashVices vices;
  vices.longest_delay = milliseconds(250);
  vices.hidden = milliseconds(1);
  vices.retires_after = milliseconds(7);
  vices.retiring = 0.8;
  vices.duplicates = 0.1;
  vices.strangers = 0.1;
  vices.stranger_gap = milliseconds(3000);
  return vices;
}

std::int64_t wanted_trials() {
  const char* text = std::getenv("FAULTLINE_CHAOS_TRIALS");
  return text == nullptr ? 130 : std::max(50L, std::strtol(text, nullptr, 10));
}

/// A sanitizer's own library would have to come before the one that sets the clock.
#ifdef FAULTLINE_SANITIZED
constexpr bool kCanSetClock = false;
#else
constexpr bool kCanSetClock = true;
#endif

/// A small file system of memory over a folder.
class ScopedSmallDisk {
 public:
  explicit ScopedSmallDisk(std::filesystem::path folder) : folder_(std::move(folder)) {
    std::filesystem::create_directories(folder_);
    mounted_ = ::mount("tmpfs", folder_.c_str(), "tmpfs", 0, "size=192m") == 0;
  }
  ScopedSmallDisk(const ScopedSmallDisk&) = delete;
  ScopedSmallDisk& operator=(const ScopedSmallDisk&) = delete;
  ~ScopedSmallDisk() {
    if (mounted_) ::umount2(folder_.c_str(), MNT_DETACH);
  }
  [[nodiscard]] bool mounted() const { return mounted_; }
  void fill() const {
    std::ofstream file(folder_ / "filler", std::ios::binary);
    for (std::string block(1 << 20, 'x'); !block.empty(); block.resize(block.size() / 2)) {
      while (file.write(block.data(), static_cast<std::streamsize>(block.size())).flush()) {
      }
      file.clear();
    }
  }
  void empty() const { std::filesystem::remove(folder_ / "filler"); }

 private:
  std::filesystem::path folder_;
  bool mounted_ = false;
};

/// The rows that a query gives, without its head.
std::vector<std::vector<std::string>> rows_of(const std::string& csv) {
  std::vector<std::vector<std::string>> rows;
  std::istringstream lines(csv);
  std::string line;
  std::getline(lines, line);
  while (std::getline(lines, line)) {
    if (!line.empty() && line.back() == '\r') line.pop_back();
    std::vector<std::string> row{""};
    for (const char c : line) {
      if (c == ',') {
        row.emplace_back();
      } else {
        row.back() += c;
      }
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

class ChaosNight {
 public:
  ChaosNight()
      : disk_(folder_ / "disk"), report_crash_(folder_ / "DiagnosticReports", all_vices(), 20251221) {
    std::filesystem::create_directories(folder_ / "bin");
    std::filesystem::create_directories(folder_ / "Python.app/Contents/MacOS");
    for (const char* name : {"bin/prog", "bin/python3.14", "Python.app/Contents/MacOS/Python"}) {
      std::filesystem::copy_file(FAULTLINE_CHAOS_VICTIM, folder_ / name);
    }
    write("bin/uv", "#!/bin/sh\nshift\n\"$@\"\nexit $?\n");
    std::filesystem::permissions(folder_ / "bin/uv", std::filesystem::perms::owner_all);
    write("deaths.log", "");
    write("boot", boot_ + "\n");
    write_campaign();
    set_clock(seconds(0));
    // Beside a supervisor that is linked dynamically, so that its clock can be set, too.
    const std::filesystem::path programs = FAULTLINE_CHAOS_PROGRAMS;
    std::error_code there;
    std::filesystem::create_hard_link(faultline_program(), programs / "faultline.new", there);
    std::filesystem::rename(programs / "faultline.new", programs / "faultline");
    program_ = programs / "faultline";
    can_reboot_ = run_program({"/usr/bin/unshare", "--mount", "/bin/sh", "-c",
                               "mount --bind \"$0\" /proc/sys/kernel/random/boot_id", folder_ / "boot"})
                      .exit_status == 0;
  }
  ~ChaosNight() {
    if (harness_ <= 0) return;
    ::kill(harness_, SIGKILL);
    ::waitpid(harness_, nullptr, 0);
  }
  ChaosNight(const ChaosNight&) = delete;
  ChaosNight& operator=(const ChaosNight&) = delete;

  [[nodiscard]] bool has_small_disk() const { return disk_.mounted(); }
  [[nodiscard]] bool can_reboot() const { return can_reboot_; }

  void run() {
    start();
    while (true) {
      if (Clock::now() > began_ + seconds(60) + milliseconds(400) * trials()) {
        FAIL() << "the night does not end; " << started_.size() << " trials began; "
               << read_whole(folder_ / "err");
      }
      pump();
      if (has_ended()) {
        if (harness_status_ == 0) return;
        ASSERT_TRUE(disk_is_full_) << harness_status_ << ": " << read_whole(folder_ / "err");
        disk_.empty();
        disk_is_full_ = false;
        ++full_disks_;
        start();
      }
      ASSERT_NO_FATAL_FAILURE(take_next_turn());
      std::this_thread::sleep_for(milliseconds(1));
    }
  }

  void compare() {
    std::map<std::string, std::pair<std::int64_t, std::string>> trials_now;  // pid, outcome
    std::map<std::string, bool> uncaptured;
    for (const auto& row : ask("SELECT trial_index, pid, outcome, uncaptured FROM trial")) {
      trials_now[row[0]] = {std::strtoll(row[1].c_str(), nullptr, 10), row[2]};
      uncaptured[row[0]] = row[3] == "1";
    }
    std::map<std::string, std::set<std::string>> owners;
    for (const auto& row : ask("SELECT rp.incident, a.trial_index FROM attribution a JOIN report rp ON "
                               "rp.id = a.report_id")) {
      owners[row[0]].insert(row[1]);
    }
    std::map<std::string, std::string> cells;
    for (const auto& row : ask("SELECT trial_index, cell FROM trials")) cells[row[0]] = row[1];
    std::set<std::string> reported;
    for (const auto& [incident, indexes] : owners) reported.insert(indexes.begin(), indexes.end());
    std::map<std::string, std::int64_t> own_reports;
    for (const auto& entry : report_crash_.ledger()) {
      if (entry.fate != Fate::written) continue;
      const auto index = std::to_string(entry.death.trial);
      const auto trial = trials_now.find(index);
      const bool own = trial != trials_now.end() && trial->second.first == entry.death.command;
      const auto found = owners.find(entry.incident);
      if (own) ++own_reports[index];
      // Strangers, and attempts that counted for nothing, may be reported when nobody looks any more.
      if (found == owners.end()) {
        // Nobody knew that there was something to wait for.
        const bool after_the_end = hides_deaths(cells[index]) && entry.written > ended_ - seconds(2);
        if (!own || after_the_end) continue;
        ++lost_;
        std::cout << "lost: " << entry.incident << " of trial " << index << "\n";
        continue;
      }
      double_ += static_cast<std::int64_t>(found->second.size()) - 1;
      if (*found->second.begin() != (own ? index : "-1")) {
        ++misattributed_;
        std::cout << "misattributed: " << entry.incident << " of pid " << entry.death.pid << ", trial "
                  << index << ", is charged to " << *found->second.begin() << "\n"
                  << entry.bytes.substr(0, entry.bytes.find("\"exception\"")) << "\n"
                  << run_program({program_, "query", "--db", store(), "--format", "csv",
                                  "SELECT * FROM trial WHERE trial_index = " + index})
                         .out;
      }
    }
    EXPECT_EQ(misattributed_, 0);
    EXPECT_EQ(lost_, 0);
    EXPECT_EQ(double_, 0);

    EXPECT_EQ(static_cast<std::int64_t>(trials_now.size()), trials());
    std::int64_t deaths = 0;
    std::int64_t without = 0;
    std::int64_t panicked = 0;
    for (const auto& [index, trial] : trials_now) {
      if (trial.second == "panicked") ++panicked;
      if (trial.second != "crashed") continue;
      ++deaths;
      without += uncaptured[index] ? 1 : 0;
      EXPECT_EQ(uncaptured[index], own_reports[index] == 0) << "trial " << index;
    }
    EXPECT_EQ(panicked, power_cuts_);
    expect_outcomes(cells, reported);
    expect_stored_ledger(deaths, without);
    EXPECT_EQ(ask("PRAGMA integrity_check")[0][0], "ok");
    EXPECT_EQ(ask("SELECT count(*) FROM run")[0][0], "1");
    if (power_cuts_ > 0) {
      EXPECT_THAT(owners[panic_report_], testing::ElementsAre(std::to_string(cut_trial_)));
    }
    tell(deaths, without);
  }

  [[nodiscard]] static std::int64_t trials() { return (wanted_trials() + kCells - 1) / kCells * kCells; }
  [[nodiscard]] std::int64_t kills() const { return kills_; }
  [[nodiscard]] std::int64_t full_disks() const { return full_disks_; }
  [[nodiscard]] std::int64_t power_cuts() const { return power_cuts_; }
  [[nodiscard]] std::int64_t clock_steps() const { return clock_steps_; }

 private:
  static constexpr std::int64_t kCells = 13;

  void write(const std::string& name, const std::string& text) const {
    std::ofstream(folder_ / (name + ".new"), std::ios::binary) << text;
    std::filesystem::rename(folder_ / (name + ".new"), folder_ / name);
  }
  void write_campaign() const {
    write("night.toml",
          "[campaign]\nname = \"chaos\"\ntrials = " + std::to_string(trials() / kCells) +
              "\nseed = 7\ntimeout = \"20s\"\nsettle = \"none\"\nreport_deadline = \"6s\"\n"
              "min_free_bytes = 0\n"
              "[[workload]]\nname = \"plain\"\ncommand = [\"{campaign}/bin/prog\", \"{way}\"]\n"
              "matrix = { way = [\"passes\", \"fails\", \"killed\", \"crash\", \"child\", \"orphan\", "
              "\"duplicates\", \"burst\", \"python\"] }\n"
              "[[workload]]\nname = \"shell\"\n"
              "command = [\"sh\", \"-c\", \"{campaign}/bin/prog crash; exit $?\"]\n"
              "[[workload]]\nname = \"timeout\"\n"
              "command = [\"timeout\", \"30\", \"{campaign}/bin/prog\", \"crash\"]\n"
              "[[workload]]\nname = \"uv\"\n"
              "command = [\"{campaign}/bin/uv\", \"run\", \"{campaign}/bin/python3.14\", \"crash\"]\n"
              "[[workload]]\nname = \"hang\"\ncommand = [\"{campaign}/bin/prog\", \"hang\"]\n"
              "timeout = \"100ms\"\n");
  }

  [[nodiscard]] std::filesystem::path store() const { return folder_ / "disk/night.db"; }
  std::vector<std::vector<std::string>> ask(const std::string& sql) const {
    return rows_of(run_program({program_, "query", "--db", store(), "--format", "csv", sql}).out);
  }

  void start() {
    std::vector<std::string> command;
    if (can_reboot_) {
      command = {"/usr/bin/unshare",
                 "--mount",
                 "/bin/sh",
                 "-c",
                 "mount --bind \"$0\" /proc/sys/kernel/random/boot_id && exec \"$@\"",
                 folder_ / "boot"};
    }
    command.insert(command.end(), {"/usr/bin/env", "CHAOS_FOLDER=" + folder_.path().string()});
    if (kCanSetClock) {
      command.insert(command.end(), {std::string("LD_PRELOAD=") + FAULTLINE_STEPPED_CLOCK,
                                     "FAULTLINE_CLOCK_FILE=" + (folder_ / "clock").string()});
    }
    command.insert(command.end(), {program_, "run", folder_ / "night.toml", "--no-canary", "--db", store(),
                                   "--reporter", "folder", "--report-folder", report_crash_.folder()});
    harness_ = start_program(command, folder_ / "out", folder_ / "err");
    ASSERT_GT(harness_, 0);
    ++executions_;
  }

  bool has_ended() {
    int status = 0;
    if (::waitpid(harness_, &status, WNOHANG) != harness_) return false;
    harness_ = -1;
    ended_ = now();
    harness_status_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    return true;
  }
  void kill_harness() {
    ::kill(harness_, SIGKILL);
    ::waitpid(harness_, nullptr, 0);
    harness_ = -1;
  }

  static MonotonicTime now() { return Clock::now().time_since_epoch(); }

  /// Reads what victims have said, and lets the reporter work.
  void pump() {
    std::ifstream log(folder_ / "deaths.log");
    log.seekg(static_cast<std::streamoff>(log_read_));
    std::string line;
    while (std::getline(log, line) && !log.eof()) {
      log_read_ += line.size() + 1;
      std::istringstream words(line);
      std::string what;
      words >> what;
      if (what == "D") {
        take_death(words);
      } else {
        std::int64_t trial = 0;
        words >> trial;
        started_.insert(trial);
        if (what != "C") continue;
        cut_trial_ = trial;
        words >> cut_command_ >> cut_pid_;
      }
    }
    report_crash_.advance(now());
  }
  void take_death(std::istringstream& words) {
    SimulatedDeath death;
    std::int64_t launched_us = 0;
    std::int64_t died_us = 0;
    std::int64_t died_steady_ns = 0;
    words >> death.pid >> death.parent_pid >> death.command >> death.trial >> death.boot_session >>
        launched_us >> died_us >> died_steady_ns >> death.start_ticks >> death.process;
    death.launched = WallTime(std::chrono::microseconds(launched_us));
    death.died = WallTime(std::chrono::microseconds(died_us));
    death.died_steady = MonotonicTime(died_steady_ns);
    if (death.start_ticks == "-") death.start_ticks.clear();
    report_crash_.died(death, now());
  }

  void take_next_turn() {
    const auto begun = static_cast<std::int64_t>(started_.size());
    if (disk_is_full_ || waits_for_cut_) {
      if (cut_pid_ > 0) cut_power();
      return;
    }
    if (clock_steps_ < 2 && kCanSetClock && begun >= trials() * (clock_steps_ == 0 ? 3 : 6) / 10) {
      set_clock(clock_steps_ == 0 ? seconds(5400) : seconds(-3600));
      ++clock_steps_;
    } else if (full_disks_ == 0 && has_small_disk() && begun >= trials() * 45 / 100) {
      disk_is_full_ = true;
      disk_.fill();
    } else if (power_cuts_ == 0 && can_reboot_ && begun >= trials() * 75 / 100) {
      waits_for_cut_ = true;
      write("cut", "");
    } else if (begun >= next_kill_ && begun < trials()) {
      kill_harness();
      ++kills_;
      next_kill_ = begun + 35 + static_cast<std::int64_t>(report_crash_.ledger().size()) % 31;
      start();
    }
  }

  void set_clock(seconds ahead) {
    write("clock", std::to_string(ahead.count()) + "\n");
    report_crash_.clock_was_set(ahead - clock_ahead_, now());
    clock_ahead_ = ahead;
  }

  /// Everything stops at once, and nothing has time to say so.
  void cut_power() {
    ::kill(harness_, SIGSTOP);
    for (const auto& run : std::filesystem::directory_iterator(store().string() + ".trials")) {
      const auto record = read_whole(run.path() / std::to_string(cut_trial_) / "started.json");
      const auto key = record.find("\"supervisor_pid\": ");
      if (key == std::string::npos) continue;
      ::kill(static_cast<pid_t>(std::strtol(record.c_str() + key + 18, nullptr, 10)), SIGKILL);
    }
    ::kill(static_cast<pid_t>(-cut_command_), SIGKILL);
    ::kill(static_cast<pid_t>(cut_pid_), SIGKILL);
    kill_harness();
    report_crash_.machine_went_down();
    boot_.back() = boot_.back() == '1' ? '2' : '1';
    write("boot", boot_ + "\n");
    const auto wall =
        std::chrono::time_point_cast<std::chrono::microseconds>(std::chrono::system_clock::now());
    panic_report_ = report_crash_.write_panic(wall + clock_ahead_);
    ++power_cuts_;
    waits_for_cut_ = false;
    cut_pid_ = 0;
    start();
  }

  /// A parent that waits for its child hides that child's death: only a report can tell of it.
  static bool hides_deaths(const std::string& cell) { return cell == "way=child" || cell == "way=burst"; }

  void expect_outcomes(const std::map<std::string, std::string>& cells,
                       const std::set<std::string>& reported) const {
    const std::map<std::string, std::string> expected{{"way=passes", "passed"},
                                                      {"way=fails", "exit_error"},
                                                      {"way=killed", "exit_error"},
                                                      {"hang", "hung"}};
    for (const auto& row : ask("SELECT trial_index, outcome FROM trial WHERE outcome != 'panicked'")) {
      const std::string& cell = cells.at(row[0]);
      const auto found = expected.find(cell);
      std::string wanted = found == expected.end() ? "crashed" : found->second;
      if (hides_deaths(cell) && !reported.contains(row[0])) wanted = "passed";
      EXPECT_EQ(row[1], wanted) << "trial " << row[0] << ", " << cell;
    }
  }

  void expect_stored_ledger(std::int64_t deaths, std::int64_t without) const {
    const auto out = read_whole(folder_ / "out");
    EXPECT_THAT(out, testing::HasSubstr(" crashes, " + std::to_string(deaths - without) + " with a report, " +
                                        std::to_string(without) + " uncaptured"));
    const auto stored = ask("SELECT sum(outcome = 'crashed'), sum(uncaptured) FROM trial");
    EXPECT_EQ(stored[0][0], std::to_string(deaths));
    EXPECT_EQ(stored[0][1], std::to_string(without));
  }

  void tell(std::int64_t deaths, std::int64_t without) const {
    std::cout << trials() << " trials in " << executions_ << " executions, "
              << std::chrono::duration_cast<seconds>(Clock::now() - began_).count() << " s: " << kills_
              << " kills, " << full_disks_ << " full disks, " << clock_steps_ << " clock steps, "
              << power_cuts_
              << " power cuts with a panic report\nReporter: " << report_crash_.count(Fate::written)
              << " written, " << report_crash_.count(Fate::dropped_in_burst) << " dropped in bursts, "
              << report_crash_.count(Fate::dropped_at_limit) << " at the limit, "
              << report_crash_.count(Fate::lost_with_the_machine)
              << " lost with the machine\nStore: " << deaths << " deaths, " << deaths - without
              << " with a report, " << without << " uncaptured; " << misattributed_ << " misattributed, "
              << lost_ << " lost, " << double_ << " double\n"
              << run_program({program_, "query", "--db", store(), "ledger"}).out;
    const auto out = read_whole(folder_ / "out");
    if (const auto line = out.find("Crash/report reconciliation:"); line != std::string::npos)
      std::cout << out.substr(line);
  }

  ScopedTempFolder folder_;
  ScopedSmallDisk disk_;
  SimulatedReportCrash report_crash_;
  std::filesystem::path program_;
  bool can_reboot_ = false;
  std::string boot_ = "0b5e55ed-0000-4000-8000-000000000001";
  Clock::time_point began_ = Clock::now();
  pid_t harness_ = -1;
  int harness_status_ = 0;
  MonotonicTime ended_{0};
  std::size_t log_read_ = 0;
  std::set<std::int64_t> started_;
  std::int64_t next_kill_ = 25;
  seconds clock_ahead_{0};
  bool disk_is_full_ = false;
  bool waits_for_cut_ = false;
  std::int64_t cut_trial_ = 0;
  std::int64_t cut_command_ = 0;
  std::int64_t cut_pid_ = 0;
  std::string panic_report_;
  std::int64_t executions_ = 0;
  std::int64_t kills_ = 0;
  std::int64_t full_disks_ = 0;
  std::int64_t clock_steps_ = 0;
  std::int64_t power_cuts_ = 0;
  std::int64_t misattributed_ = 0;
  std::int64_t lost_ = 0;
  std::int64_t double_ = 0;
};

TEST(ChaosTest, NothingIsMisattributedLostOrCountedTwice) {
  ChaosNight night;
  // What this machine does not allow is left out, and said; all else is run.
  if (!night.has_small_disk()) std::cout << "without a full disk: no small disk can be mounted here\n";
  if (!night.can_reboot()) std::cout << "without a power cut: the boot's identity cannot be replaced here\n";
  if (!kCanSetClock) std::cout << "without clock steps: this program is sanitized\n";

  ASSERT_NO_FATAL_FAILURE(night.run());
  night.compare();

  EXPECT_GE(night.kills(), 1);
  EXPECT_EQ(night.full_disks(), night.has_small_disk() ? 1 : 0);
  EXPECT_EQ(night.clock_steps(), kCanSetClock ? 2 : 0);
  EXPECT_EQ(night.power_cuts(), night.can_reboot() ? 1 : 0);
}

}  // namespace
}  // namespace faultline
