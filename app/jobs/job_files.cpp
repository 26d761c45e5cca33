#include "app/jobs/job_files.h"

#include <fmt/format.h>

#include <charconv>

#include "core/text/text_escape.h"

namespace faultline {
namespace {

/// XML has no way to write control characters other than tab and newline; launchd would refuse the file.
std::string xml(std::string_view text) {
  std::string out = escape_markup(text, MarkupPlace::element);
  for (char& c : out) {
    if (static_cast<unsigned char>(c) < 0x20 && c != '\t' && c != '\n') c = '?';
  }
  return out;
}

/// A word of ExecStart= or a NAME=value of Environment=: systemd reads C escapes, `%` and `$` in it.
std::string systemd_word(std::string_view text, bool is_command) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (c == '%') {
      out += "%%";
    } else if (c == '$' && is_command) {
      out += "$$";
    } else if (c == '\n') {
      out += "\\n";
    } else {
      out += c;
    }
  }
  return out + "\"";
}

/// For settings that take the rest of their line as it is.
std::string systemd_line(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '%') out += '%';
    out += c == '\n' ? ' ' : c;
  }
  return out;
}

std::string service_text(const Job& job) {
  std::string out = fmt::format("[Unit]\nDescription={}\n\n[Service]\n", systemd_line(job.description));
  out += job.start == Job::Start::always ? "Type=exec\nRestart=always\nRestartSec=10\n" : "Type=exec\n";
  out += "WorkingDirectory=" + systemd_line(job.working_folder.string()) + "\n";
  for (const auto& [name, value] : job.env)
    out += "Environment=" + systemd_word(name + "=" + value, /*is_command=*/false) + "\n";
  out += "ExecStart=";
  for (std::size_t i = 0; i < job.command.size(); ++i)
    out += (i > 0 ? " " : "") + systemd_word(job.command[i], /*is_command=*/true);
  // As a person's own programs: neither throttled nor reniced. The run saves on SIGTERM.
  out += "\nNice=0\nIOSchedulingClass=best-effort\nKillSignal=SIGTERM\nKillMode=mixed\n";
  out += fmt::format("TimeoutStopSec={}\n", kJobExitTimeout.count());
  // 130 is our word for interrupted after saving, as by the stop of the service.
  out += "SuccessExitStatus=130\n";
  const bool starts_with_session = job.start == Job::Start::at_login || job.start == Job::Start::always;
  if (starts_with_session) out += "\n[Install]\nWantedBy=default.target\n";
  return out;
}

std::string timer_text(const Job& job) {
  return fmt::format(
      "[Unit]\nDescription={}\n\n[Timer]\nOnCalendar=*-*-* {:02}:{:02}:00\nPersistent=false\nAccuracySec=1s\n"
      "\n[Install]\nWantedBy=timers.target\n",
      systemd_line(job.description), job.at.hour, job.at.minute);
}

}  // namespace

std::optional<TimeOfDay> parse_time_of_day(std::string_view text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos || colon == 0 || colon > 2 || text.size() != colon + 3)
    return std::nullopt;
  const auto number = [](std::string_view digits) {
    int value = -1;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    return error == std::errc{} && end == digits.data() + digits.size() ? value : -1;
  };
  const TimeOfDay time{number(text.substr(0, colon)), number(text.substr(colon + 1))};
  if (time.hour < 0 || time.hour > 23 || time.minute < 0 || time.minute > 59) return std::nullopt;
  return time;
}

std::string job_name(std::string_view stem) {
  std::string name;
  for (const char c : stem) {
    const bool plain =
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    name += plain ? c : '-';
  }
  return name.empty() ? "campaign" : name;
}

std::vector<JobFile> launchd_files(const Job& job) {
  std::string out =
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
      "<!DOCTYPE plist PUBLIC \"-//Apple//DTD PLIST 1.0//EN\" "
      "\"http://www.apple.com/DTDs/PropertyList-1.0.dtd\">\n"
      "<plist version=\"1.0\">\n<dict>\n";
  out += fmt::format("  <key>Label</key>\n  <string>faultline.{}</string>\n", xml(job.name));
  out += "  <key>ProgramArguments</key>\n  <array>\n";
  for (const auto& word : job.command) out += fmt::format("    <string>{}</string>\n", xml(word));
  out += "  </array>\n";
  out +=
      fmt::format("  <key>WorkingDirectory</key>\n  <string>{}</string>\n", xml(job.working_folder.string()));
  out += "  <key>EnvironmentVariables</key>\n  <dict>\n";
  for (const auto& [name, value] : job.env)
    out += fmt::format("    <key>{}</key>\n    <string>{}</string>\n", xml(name), xml(value));
  out += "  </dict>\n";
  switch (job.start) {
    case Job::Start::daily:
      out += fmt::format(
          "  <key>StartCalendarInterval</key>\n  <dict>\n    <key>Hour</key>\n    <integer>{}</integer>\n"
          "    <key>Minute</key>\n    <integer>{}</integer>\n  </dict>\n",
          job.at.hour, job.at.minute);
      break;
    case Job::Start::at_login:
    case Job::Start::once:
      out += "  <key>RunAtLoad</key>\n  <true/>\n";
      break;
    case Job::Start::always:
      out += "  <key>KeepAlive</key>\n  <true/>\n";
      break;
  }
  // Background jobs are throttled, which changes the rates of races; the run saves on SIGTERM.
  out += "  <key>ProcessType</key>\n  <string>Interactive</string>\n";
  out += fmt::format("  <key>ExitTimeOut</key>\n  <integer>{}</integer>\n</dict>\n</plist>\n",
                     kJobExitTimeout.count());
  return {{"faultline." + job.name + ".plist", std::move(out)}};
}

std::vector<JobFile> systemd_files(const Job& job) {
  std::vector<JobFile> files{{"faultline-" + job.name + ".service", service_text(job)}};
  if (job.start == Job::Start::daily) files.push_back({"faultline-" + job.name + ".timer", timer_text(job)});
  return files;
}

}  // namespace faultline
