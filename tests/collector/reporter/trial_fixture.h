// A trial in a folder of its own, run by the real supervisor program, and its reports read back.

#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "collector/trial/process_runner.h"
#include "tests/support/require.h"
#include "tests/support/scoped_temp_folder.h"

namespace faultline {

inline std::string read_all(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

/// The two documents of a report file.
struct ReportFile {
  nlohmann::json header;
  nlohmann::json body;

  [[nodiscard]] const nlohmann::json& faulting_thread() const {
    return body.at("threads").at(body.at("faultingThread").get<std::size_t>());
  }
  /// Names along the faulting thread's stack; `?` where there is none.
  [[nodiscard]] std::vector<std::string> symbols() const {
    std::vector<std::string> names;
    for (const auto& frame : faulting_thread().at("frames")) names.push_back(frame.value("symbol", "?"));
    return names;
  }
};

inline ReportFile read_report(const std::filesystem::path& path) {
  const auto text = read_all(path);
  const auto newline = text.find('\n');
  return {nlohmann::json::parse(text.substr(0, newline)), nlohmann::json::parse(text.substr(newline + 1))};
}

class TrialTest : public ::testing::Test {
 protected:
  TrialTest() {
    spec.trial_folder = folder / "trial";
    spec.report_folder = folder / "reports";
    spec.timeout = std::chrono::seconds(60);
    std::filesystem::create_directories(spec.trial_folder);
    std::filesystem::create_directories(spec.report_folder);
    // As a run does; also how the tests find what a trial might have left behind.
    spec.env.push_back({"FAULTLINE_TRIAL_DIR", spec.trial_folder.string()});
  }

  static std::vector<std::string> child(const std::string& how, const std::string& number = "") {
    std::vector<std::string> argv{FAULTLINE_CRASH_CHILD, how};
    if (!number.empty()) argv.push_back(number);
    return argv;
  }
  static std::vector<std::string> shell(const std::string& script) { return {"/bin/sh", "-c", script}; }

  Result<TrialStatus> try_run(std::vector<std::string> argv) {
    spec.argv = std::move(argv);
    return ProcessRunnerPosix(FAULTLINE_REPORT_PROGRAM).run(spec, stop);
  }
  TrialStatus run(std::vector<std::string> argv) {
    auto status = try_run(std::move(argv));
    EXPECT_TRUE(status) << status.error().text();
    return status ? *status : TrialStatus();
  }
  [[nodiscard]] std::string output() const { return read_all(spec.trial_folder / "stdout"); }
  [[nodiscard]] std::string error_output() const { return read_all(spec.trial_folder / "stderr"); }

  /// Whether the supervisor itself can capture here: not on macOS, where ReportCrash does, nor without
  /// ptrace.
  bool can_capture() {
#ifdef __linux__
    const auto status = run(child("exit", "0"));
    return !status.capture_refused;
#else
    return false;
#endif
  }

  ScopedTempFolder folder;
  TrialSpec spec;
  std::atomic<bool> stop{false};
};

}  // namespace faultline
