#include "collector/reporter/watch/report_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>

#include "core/files/text_file.h"
#include "core/ips/ips_writer.h"

namespace faultline {
namespace {

constexpr int kMaxAttempts = 1000;
constexpr std::size_t kMaxNameBytes = 128;

std::string file_stem(std::string_view process_name) {
  std::string stem;
  for (const char c : process_name.substr(0, kMaxNameBytes)) {
    const bool odd = c == '/' || static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
    stem += odd ? '_' : c;
  }
  // A name of its own that is not hidden.
  if (stem.empty()) return "_";
  if (stem.front() == '.') stem.insert(stem.begin(), '_');
  return stem;
}

}  // namespace

std::string report_file_name(std::string_view process_name, WallTime time, int zone_minutes, int attempt) {
  // `YYYY-MM-DD HH:MM:SS.ffff ±ZZZZ`
  const auto text = format_report_time(time, zone_minutes);
  auto name = fmt::format("{}-{}-{}{}{}", file_stem(process_name), text.substr(0, 10), text.substr(11, 2),
                          text.substr(14, 2), text.substr(17, 2));
  if (attempt > 0) name += fmt::format(".{:03}", attempt - 1);
  return name + ".ips";
}

Result<std::filesystem::path> write_report_file(const std::filesystem::path& folder,
                                                std::string_view process_name, WallTime time,
                                                std::string_view text) {
  const int zone = local_zone_minutes(time);
  const auto hidden =
      folder / fmt::format(".{}.{}", report_file_name(process_name, time, zone, 0), ::getpid());
  TRY(write_file_atomically(hidden, text));
  int error = EEXIST;
  for (int attempt = 0; attempt < kMaxAttempts && error == EEXIST; ++attempt) {
    const auto path = folder / report_file_name(process_name, time, zone, attempt);
    // link() refuses a name that exists, which rename() would replace.
    if (::link(hidden.c_str(), path.c_str()) == 0) {
      ::unlink(hidden.c_str());
      return path;
    }
    error = errno;
    // A file system without hard links: the supervisor is the only writer of this name at this moment.
    std::error_code ignored;
    if (error != EEXIST && !std::filesystem::exists(path, ignored) &&
        ::rename(hidden.c_str(), path.c_str()) == 0) {
      return path;
    }
  }
  ::unlink(hidden.c_str());
  return fail(io_error("cannot give the report its name in " + folder.string(), error));
}

Result<WrittenReport> write_report(const std::filesystem::path& folder, const CrashReport& report,
                                   std::int64_t pid) {
  TRY_ASSIGN(auto path, write_report_file(folder, report.process_name.value_or("unknown"),
                                          SystemClock().wall(), write_ips(report)));
  return WrittenReport{std::move(path), report.incident.value_or(""), pid};
}

}  // namespace faultline
