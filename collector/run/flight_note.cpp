#include "collector/run/flight_note.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <nlohmann/json.hpp>

#include "core/text_file.h"

namespace faultline {
namespace {

constexpr std::size_t kNoteBytes = 512;  // A sector: written whole or not at all.

std::filesystem::path note_path(const std::filesystem::path& run_folder) {
  return run_folder / "in_flight.json";
}

}  // namespace

Result<FlightRecorder> FlightRecorder::open(const std::filesystem::path& run_folder) {
  auto path = note_path(run_folder);
  ScopedFd fd(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_DSYNC, 0644));
  if (!fd.valid()) return fail(io_error("cannot open " + path.string(), errno));
  return FlightRecorder(std::move(fd), std::move(path));
}

Result<void> FlightRecorder::take_off(const FlightNote& note) {
  const nlohmann::json object = {{"trial", note.trial_index},
                                 {"cell", note.cell_index},
                                 {"boot_session", note.boot_session},
                                 {"started", format_utc_precise(note.started)}};
  return write(object.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
}

Result<void> FlightRecorder::land() { return write("{}"); }

Result<void> FlightRecorder::write(std::string text) {
  if (text.size() + 1 > kNoteBytes)
    return fail(ErrorKind::io, "the boot session's name is too long for " + path_.string());
  text.resize(kNoteBytes - 1, ' ');
  text += '\n';
  while (true) {
    const ssize_t written = ::pwrite(fd_.get(), text.data(), text.size(), 0);
    if (written == static_cast<ssize_t>(text.size())) return {};
    if (written < 0 && errno == EINTR) continue;
    return fail(io_error("cannot write " + path_.string(), written < 0 ? errno : ENOSPC));
  }
}

std::optional<FlightNote> read_flight_note(const std::filesystem::path& run_folder) {
  const auto text = read_file(note_path(run_folder), kNoteBytes);
  if (!text) return std::nullopt;
  const auto object = nlohmann::json::parse(*text, nullptr, /*allow_exceptions=*/false);
  if (!object.is_object()) return std::nullopt;
  const auto trial = object.find("trial");
  const auto cell = object.find("cell");
  const auto boot_session = object.find("boot_session");
  const auto started = object.find("started");
  const bool complete = trial != object.end() && trial->is_number_unsigned() && cell != object.end() &&
                        cell->is_number_unsigned() && boot_session != object.end() &&
                        boot_session->is_string() && started != object.end() && started->is_string();
  if (!complete) return std::nullopt;
  const auto time = parse_utc(started->get<std::string>());
  if (!time) return std::nullopt;
  return FlightNote{trial->get<std::int64_t>(), cell->get<std::size_t>(), boot_session->get<std::string>(),
                    *time};
}

}  // namespace faultline
