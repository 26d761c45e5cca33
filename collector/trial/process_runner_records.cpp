#include <fmt/format.h>

#include <charconv>
#include <nlohmann/json.hpp>

#include "collector/trial/process_runner.h"
#include "core/text/text_escape.h"

namespace faultline {
namespace {

using Json = nlohmann::ordered_json;

std::string dump(const Json& value) {
  return value.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

Result<Json> parse_object(std::string_view text, std::string_view what) {
  auto value = Json::parse(text, nullptr, false);
  if (!value.is_object()) {
    return fail(ErrorKind::parse,
                fmt::format("the {} is not a JSON object; it has {} bytes", what, text.size()));
  }
  return value;
}

/// Members that are missing or of another type leave the default: the other program may be older.
template <typename T>
void get_integer(const Json& object, const char* key, T& target) {
  const auto found = object.find(key);
  if (found != object.end() && found->is_number_integer()) target = found->template get<T>();
}
template <typename T>
void get_integer(const Json& object, const char* key, std::optional<T>& target) {
  const auto found = object.find(key);
  if (found != object.end() && found->is_number_integer()) target = found->template get<T>();
}
void get_bool(const Json& object, const char* key, bool& target) {
  const auto found = object.find(key);
  if (found != object.end() && found->is_boolean()) target = found->get<bool>();
}

/// Arguments and paths are bytes, JSON is UTF-8: what is not valid goes as hex digits.
Json bytes_json(const std::string& bytes) {
  if (valid_utf8(bytes) == bytes) return bytes;
  std::string digits;
  for (const char c : bytes) digits += fmt::format("{:02x}", static_cast<unsigned char>(c));
  return {{"hex", digits}};
}

std::optional<std::string> bytes_of(const Json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (!value.is_object()) return std::nullopt;
  const auto hex = value.find("hex");
  if (hex == value.end() || !hex->is_string()) return std::nullopt;
  const auto digits = hex->get<std::string>();
  std::string bytes;
  for (std::size_t i = 0; i + 1 < digits.size(); i += 2) {
    unsigned byte = 0;
    const auto* first = digits.data() + i;
    if (std::from_chars(first, first + 2, byte, 16).ptr != first + 2) return std::nullopt;
    bytes += static_cast<char>(byte);
  }
  return bytes;
}

void get_text(const Json& object, const char* key, std::string& target) {
  const auto found = object.find(key);
  if (found == object.end()) return;
  if (auto bytes = bytes_of(*found)) target = std::move(*bytes);
}
void get_path(const Json& object, const char* key, std::filesystem::path& target) {
  std::string text;
  get_text(object, key, text);
  target = text;
}
void get_milliseconds(const Json& object, const char* key, std::chrono::milliseconds& target) {
  auto count = target.count();
  get_integer(object, key, count);
  target = std::chrono::milliseconds(count);
}
void get_time(const Json& object, const char* key, WallTime& target) {
  std::string text;
  get_text(object, key, text);
  if (const auto time = parse_utc(text)) target = *time;
}
const Json* find_array(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_array() ? &*found : nullptr;
}
void read_clock(const Json& object, TrialStatus& status) {
  std::int64_t steady_ns = 0;
  get_integer(object, "started_steady_ns", steady_ns);
  status.started_steady = MonotonicTime(steady_ns);
  std::optional<std::int64_t> held_ns;
  get_integer(object, "held_ns", held_ns);
  if (held_ns) status.held = std::chrono::nanoseconds(*held_ns);
  const auto* list = find_array(object, "clock");
  if (list == nullptr) return;
  for (const auto& row : *list) {
    if (!row.is_object()) continue;
    std::int64_t from_ns = 0;
    std::int64_t until_ns = 0;
    std::int64_t ahead_us = 0;
    get_integer(row, "from_ns", from_ns);
    get_integer(row, "until_ns", until_ns);
    get_integer(row, "ahead_us", ahead_us);
    status.clock.push_back({std::chrono::nanoseconds(from_ns), std::chrono::nanoseconds(until_ns),
                            std::chrono::microseconds(ahead_us)});
  }
}
template <typename T>
void put(Json& object, const char* key, const std::optional<T>& value) {
  if (value) object[key] = *value;
}

void read_argv_and_env(const Json& object, TrialSpec& spec) {
  if (const auto* list = find_array(object, "argv")) {
    for (const auto& argument : *list) {
      if (auto bytes = bytes_of(argument)) spec.argv.push_back(std::move(*bytes));
    }
  }
  if (const auto* list = find_array(object, "env")) {
    for (const auto& row : *list) {
      if (!row.is_object()) continue;
      EnvSetting setting;
      get_text(row, "name", setting.name);
      if (const auto value = row.find("value"); value != row.end()) setting.value = bytes_of(*value);
      spec.env.push_back(std::move(setting));
    }
  }
}

void read_pids(const Json& object, const char* key, std::vector<std::int64_t>& pids) {
  const auto* list = find_array(object, key);
  if (list == nullptr) return;
  for (const auto& pid : *list) {
    if (pid.is_number_integer()) pids.push_back(pid.get<std::int64_t>());
  }
}

void read_reports_and_deaths(const Json& object, TrialStatus& status) {
  if (const auto* list = find_array(object, "reports")) {
    for (const auto& row : *list) {
      WrittenReport report;
      get_path(row, "path", report.path);
      get_text(row, "incident", report.incident);
      get_integer(row, "pid", report.pid);
      status.reports.push_back(std::move(report));
    }
  }
  if (const auto* list = find_array(object, "crash_deaths")) {
    for (const auto& row : *list) {
      CrashDeath death;
      get_integer(row, "pid", death.pid);
      get_integer(row, "signal", death.signal);
      get_bool(row, "sent_by_harness", death.sent_by_harness);
      status.crash_deaths.push_back(death);
    }
  }
  read_pids(object, "descendants", status.descendants);
  read_pids(object, "unkillable", status.unkillable);
}

}  // namespace

std::string write_trial_spec(const TrialSpec& spec) {
  Json out = Json::object();
  out["argv"] = Json::array();
  for (const auto& argument : spec.argv) out["argv"].push_back(bytes_json(argument));
  out["env"] = Json::array();
  for (const auto& setting : spec.env) {
    Json row = Json::object();
    row["name"] = bytes_json(setting.name);
    row["value"] = setting.value ? bytes_json(*setting.value) : Json(nullptr);
    out["env"].push_back(std::move(row));
  }
  out["working_folder"] = bytes_json(spec.working_folder.string());
  out["trial_folder"] = bytes_json(spec.trial_folder.string());
  out["report_folder"] = bytes_json(spec.report_folder.string());
  out["timeout_ms"] = spec.timeout.count();
  out["grace_ms"] = spec.grace.count();
  out["capture"] = spec.capture == CaptureMode::on;
  out["follow_children"] = spec.follow_children;
  out["output_limit_bytes"] = spec.output_limit_bytes;
  out["boot_session"] = spec.boot_session;
  if (!spec.expect_image.empty()) out["expect_image"] = spec.expect_image;
  return dump(out);
}

Result<TrialSpec> read_trial_spec(std::string_view json) {
  TRY_ASSIGN(const auto object, parse_object(json, "trial's specification"));
  TrialSpec spec;
  read_argv_and_env(object, spec);
  get_path(object, "working_folder", spec.working_folder);
  get_path(object, "trial_folder", spec.trial_folder);
  get_path(object, "report_folder", spec.report_folder);
  get_milliseconds(object, "timeout_ms", spec.timeout);
  get_milliseconds(object, "grace_ms", spec.grace);
  bool capture = true;
  get_bool(object, "capture", capture);
  spec.capture = capture ? CaptureMode::on : CaptureMode::off;
  get_bool(object, "follow_children", spec.follow_children);
  get_integer(object, "output_limit_bytes", spec.output_limit_bytes);
  get_text(object, "boot_session", spec.boot_session);
  get_text(object, "expect_image", spec.expect_image);
  if (spec.argv.empty()) return fail(ErrorKind::parse, "the trial's specification names no command");
  if (spec.trial_folder.empty())
    return fail(ErrorKind::parse, "the trial's specification names no trial_folder");
  return spec;
}

std::string write_trial_status(const TrialStatus& status) {
  Json out = Json::object();
  out["started"] = status.started;
  if (!status.start_error.empty()) out["start_error"] = status.start_error;
  out["pid"] = status.pid;
  out["start_ticks"] = status.start_ticks;
  out["started_at"] = format_utc_precise(status.started_at);
  out["started_steady_ns"] = status.started_steady.count();
  if (status.held) out["held_ns"] = status.held->count();
  if (!status.clock.empty()) out["clock"] = Json::array();
  for (const ClockSegment& segment : status.clock) {
    out["clock"].push_back({{"from_ns", segment.from.count()},
                            {"until_ns", segment.until.count()},
                            {"ahead_us", segment.ahead.count()}});
  }
  out["duration_ns"] = status.duration.count();
  put(out, "exit_code", status.exit_code);
  put(out, "term_signal", status.term_signal);
  out["timed_out"] = status.timed_out;
  out["interrupted"] = status.interrupted;
  out["stuck"] = status.stuck;
  out["capture_refused"] = status.capture_refused;
  if (!status.capture_note.empty()) out["capture_note"] = status.capture_note;
  out["reports"] = Json::array();
  for (const auto& report : status.reports) {
    out["reports"].push_back(
        {{"path", bytes_json(report.path.string())}, {"incident", report.incident}, {"pid", report.pid}});
  }
  out["crash_deaths"] = Json::array();
  for (const auto& death : status.crash_deaths) {
    out["crash_deaths"].push_back(
        {{"pid", death.pid}, {"signal", death.signal}, {"sent_by_harness", death.sent_by_harness}});
  }
  if (!status.descendants.empty()) out["descendants"] = status.descendants;
  out["unkillable"] = status.unkillable;
  out["stray_count"] = status.stray_count;
  put(out, "user_cpu_ms", status.resources.user_cpu_ms);
  put(out, "system_cpu_ms", status.resources.system_cpu_ms);
  put(out, "peak_memory_bytes", status.resources.peak_memory_bytes);
  put(out, "image_seen", status.image_seen);
  return dump(out);
}

Result<TrialStatus> read_trial_status(std::string_view json) {
  TRY_ASSIGN(const auto object, parse_object(json, "trial's status record"));
  if (!object.contains("started")) return fail(ErrorKind::parse, "the trial's status record lacks `started`");
  TrialStatus status;
  get_bool(object, "started", status.started);
  get_text(object, "start_error", status.start_error);
  get_integer(object, "pid", status.pid);
  get_integer(object, "start_ticks", status.start_ticks);
  get_time(object, "started_at", status.started_at);
  read_clock(object, status);
  std::int64_t duration_ns = 0;
  get_integer(object, "duration_ns", duration_ns);
  status.duration = std::chrono::nanoseconds(duration_ns);
  get_integer(object, "exit_code", status.exit_code);
  get_integer(object, "term_signal", status.term_signal);
  get_bool(object, "timed_out", status.timed_out);
  get_bool(object, "interrupted", status.interrupted);
  get_bool(object, "stuck", status.stuck);
  get_bool(object, "capture_refused", status.capture_refused);
  get_text(object, "capture_note", status.capture_note);
  read_reports_and_deaths(object, status);
  get_integer(object, "stray_count", status.stray_count);
  get_integer(object, "user_cpu_ms", status.resources.user_cpu_ms);
  get_integer(object, "system_cpu_ms", status.resources.system_cpu_ms);
  get_integer(object, "peak_memory_bytes", status.resources.peak_memory_bytes);
  if (object.contains("image_seen")) get_bool(object, "image_seen", status.image_seen.emplace());
  return status;
}

std::string write_start_record(const StartRecord& record) {
  Json out = Json::object();
  out["pid"] = record.pid;
  out["start_ticks"] = record.start_ticks;
  out["started_at"] = format_utc_precise(record.started_at);
  out["boot_session"] = record.boot_session;
  out["supervisor_pid"] = record.supervisor_pid;
  return dump(out);
}

Result<StartRecord> read_start_record(std::string_view json) {
  TRY_ASSIGN(const auto object, parse_object(json, "trial's start record"));
  StartRecord record;
  get_integer(object, "pid", record.pid);
  get_integer(object, "start_ticks", record.start_ticks);
  get_time(object, "started_at", record.started_at);
  get_text(object, "boot_session", record.boot_session);
  get_integer(object, "supervisor_pid", record.supervisor_pid);
  if (record.pid <= 0) return fail(ErrorKind::parse, "the trial's start record names no process");
  return record;
}

}  // namespace faultline
