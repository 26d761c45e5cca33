// The files by which launchd and systemd run a command unattended, as texts. Both kinds are made everywhere.

#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/result.h"

namespace faultline {

struct TimeOfDay {
  int hour = 0;
  int minute = 0;
  friend bool operator==(const TimeOfDay&, const TimeOfDay&) = default;
};
/// `23:00`, `7:30`. nullopt for anything else.
std::optional<TimeOfDay> parse_time_of_day(std::string_view text);

/// One command that the system starts by itself.
struct Job {
  enum class Start {
    daily,     ///< At `at`.
    at_login,  ///< Once per start of the machine (or of the user's session).
    always,    ///< And again whenever it ends.
    once,      ///< As soon as the system is told of it, and never again.
  };
  std::string name;                  ///< `nightly`; see job_name().
  std::string description;           ///< One line.
  std::vector<std::string> command;  ///< Absolute program first.
  std::filesystem::path working_folder;
  std::vector<std::pair<std::string, std::string>> env;
  Start start = Start::daily;
  TimeOfDay at;
};

struct JobFile {
  std::string name;  ///< `faultline.nightly.plist`, `faultline-nightly.timer`
  std::string text;
};

/// A file's stem as a job's name: letters, digits, `-` and `_`; anything else becomes `-`.
std::string job_name(std::string_view stem);

/// So long a job may take to end when it is asked to: a run saves.
inline constexpr std::chrono::seconds kJobExitTimeout{60};

/// One property list, for `~/Library/LaunchAgents`.
std::vector<JobFile> launchd_files(const Job& job);
/// A service, and for a daily job its timer, for `~/.config/systemd/user`.
std::vector<JobFile> systemd_files(const Job& job);

/// How this system is told of them: job_system_{linux,mac}.cpp.
struct JobSystem {
  std::filesystem::path folder;
  std::vector<JobFile> (*files)(const Job& job);
  /// Run in this order after the files were written, or before they are removed.
  std::vector<std::vector<std::string>> (*load)(const std::filesystem::path& folder, const Job& job);
  std::vector<std::vector<std::string>> (*unload)(const std::filesystem::path& folder, const Job& job);
  std::filesystem::path log_folder;
  std::string note;  ///< What the user must know besides.
  std::vector<std::filesystem::path>
      protected_folders{};  ///< What jobs may not open; see check_protected_folders().
  /// Whether a refusal to load a job passes by itself; null: none does. It is tried again for `settle_time`.
  bool (*passes_by_itself)(std::string_view refusal) = nullptr;
  std::chrono::seconds settle_time{0};
  /// What the system's words mean; empty, or null: nothing to add.
  std::string (*explain_refusal)(std::string_view refusal) = nullptr;
};
/// An error where there is no home folder.
Result<JobSystem> this_job_system();

}  // namespace faultline
