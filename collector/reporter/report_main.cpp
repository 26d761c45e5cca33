#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "collector/reporter/report_version.h"
#include "collector/reporter/supervisor.h"
#include "core/files/text_file.h"
#include "core/files/write_all.h"
#include "core/text/text_escape.h"

namespace {

using faultline::CaptureMode;
using faultline::Result;

constexpr int kFailed = 1;
constexpr int kWrongUsage = 2;
constexpr int kOwnMistake = 70;
constexpr int kCannotExecute = 126;
constexpr int kNotFound = 127;
constexpr int kSignalBase = 128;

constexpr const char* kHelp =
    R"(faultline-report: run a command and write a crash report of every process of it that dies

usage: faultline-report [--out FOLDER] [--no-children] -- COMMAND [ARGUMENT...]
       faultline-report --trial-fd N
       faultline-report --help | --version

  --out FOLDER     where the reports go (default: the current folder)
  --no-children    look at the command's own process alone, so that a debugger can run inside
  --trial-fd N     run one trial as `faultline run` does: the stream socket N says what, up to a NUL byte;
                   when it is closed at the other end the trial is ended

The command runs at full speed under ptrace and keeps the terminal. Each report is one .ips file in the
JSON format of macOS, named after the process and the time. Whatever the command leaves running is ended.
On macOS the system itself writes the reports, into ~/Library/Logs/DiagnosticReports.

example: faultline-report --out reports -- ./agx_sim --threads 8 --ops 400
         faultline show reports/agx_sim-2026-01-09-122937.ips

exit status: that of the command; 128+n where signal n ended it; 126 or 127 where it could not be executed
or found; 1 where faultline-report itself failed; 2 for wrong usage; 70 for a mistake of its own.
With --trial-fd: 0 when the status record was written, however the command ended.
)";

struct Arguments {
  bool help = false;
  bool version = false;
  std::string out = ".";
  bool follow_children = true;
  int trial_fd = -1;
  std::vector<std::string> command;
};

Result<Arguments> read_arguments(int argc, char** argv) {
  Arguments arguments;
  const std::vector<std::string> words(argv + 1, argv + argc);
  const auto wrong = [](const std::string& text) {
    return faultline::fail(faultline::ErrorKind::invalid_argument, text);
  };
  for (std::size_t i = 0; i < words.size(); ++i) {
    const auto& word = words[i];
    const bool takes_value = word == "--out" || word == "--trial-fd";
    if (takes_value && i + 1 == words.size()) return wrong(word + " needs a value");
    if (word == "--") {
      arguments.command.assign(words.begin() + static_cast<std::ptrdiff_t>(i) + 1, words.end());
      break;
    }
    if (word == "--help" || word == "-h") {
      arguments.help = true;
    } else if (word == "--version") {
      arguments.version = true;
    } else if (word == "--no-children") {
      arguments.follow_children = false;
    } else if (word == "--out") {
      arguments.out = words[++i];
    } else if (word == "--trial-fd") {
      const auto& text = words[++i];
      const auto* end = text.data() + text.size();
      if (std::from_chars(text.data(), end, arguments.trial_fd).ptr != end || arguments.trial_fd < 0) {
        return wrong("--trial-fd needs the number of a descriptor, not `" + text + "`");
      }
    } else {
      return wrong("unknown argument `" + word + "`; the command stands behind `--`");
    }
  }
  if (!arguments.help && !arguments.version && arguments.trial_fd < 0 && arguments.command.empty()) {
    return wrong("no command; write it behind `--`");
  }
  return arguments;
}

void complain(const std::string& text) {
  faultline::write_all(STDERR_FILENO, "faultline-report: " + faultline::escape_line(text) + "\n");
}

/// What comes before the NUL byte; nothing where the other end is closed instead.
std::optional<std::string> read_to_nul(int fd) {
  std::string text;
  std::array<char, 4096> buffer{};
  while (true) {
    const ssize_t got = ::read(fd, buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return std::nullopt;
    text.append(buffer.data(), static_cast<std::size_t>(got));
    if (text.back() != '\0') continue;
    text.pop_back();
    return text;
  }
}

/// One trial of a campaign. What goes wrong is told to the harness, which waits at the other end.
int run_trial(int trial_fd) {
  const auto failed = [trial_fd](const faultline::Error& error) {
    if (!faultline::write_all(trial_fd, error.text())) complain(error.text());
    return kFailed;
  };
  const auto text = read_to_nul(trial_fd);
  if (!text) return 0;  // The harness ended before it had a trial for us.
  const auto spec = faultline::read_trial_spec(*text);
  if (!spec) return failed(spec.error());
  faultline::SupervisorOptions options;
  options.control_fd = trial_fd;
  const auto status = faultline::supervise(*spec, options);
  return status ? 0 : failed(status.error());
}

/// The program on its own, around a command on a terminal.
int run_command(const Arguments& arguments) {
  faultline::TrialSpec spec;
  spec.argv = arguments.command;
  spec.report_folder = arguments.out;
  spec.follow_children = arguments.follow_children;
  spec.timeout = std::chrono::milliseconds(0);
  std::error_code error;
  std::filesystem::create_directories(arguments.out, error);
  if (!std::filesystem::is_directory(arguments.out)) {
    complain("cannot write reports into " + arguments.out + ": " +
             (error ? error.message() : "not a folder"));
    return kFailed;
  }
  faultline::SupervisorOptions options;
  options.inherit_streams = true;
  options.write_records = false;
  const auto status = faultline::supervise(spec, options);
  if (!status) {
    complain(status.error().text());
    return kFailed;
  }
  if (!status->capture_note.empty()) complain(status->capture_note);
  for (const auto& report : status->reports) complain("wrote " + report.path.string());
  if (!status->started) {
    complain(status->start_error);
    return status->start_error.find("No such file") != std::string::npos ? kNotFound : kCannotExecute;
  }
  if (status->term_signal) return kSignalBase + *status->term_signal;
  return status->exit_code.value_or(kOwnMistake);
}

int run(int argc, char** argv) {
  const auto arguments = read_arguments(argc, argv);
  if (!arguments) {
    complain(arguments.error().text() + " (--help says more)");
    return kWrongUsage;
  }
  if (arguments->help || arguments->version) {
    faultline::write_all(
        STDOUT_FILENO, arguments->help ? std::string(kHelp)
                                       : std::string("faultline-report ") + faultline::kReportVersion + "\n");
    return 0;
  }
  return arguments->trial_fd < 0 ? run_command(*arguments) : run_trial(arguments->trial_fd);
}

}  // namespace

int main(int argc, char** argv) {
  // A report that may not grow is an error of write(), not the end of the supervisor.
  std::signal(SIGXFSZ, SIG_IGN);
  try {
    return run(argc, argv);
  } catch (const std::exception& error) {
    complain(std::string("unexpected: ") + error.what());
  } catch (...) {
    complain("unexpected");
  }
  return kOwnMistake;
}
