#include "app/jobs/job_check.h"

#include <fmt/format.h>

#include <charconv>
#include <system_error>

#include "core/files/text_file.h"

namespace faultline {
namespace {

constexpr std::chrono::milliseconds kPause{100};
constexpr std::uint64_t kLargestOutputBytes = 1 << 20;

std::filesystem::path status_file(const std::filesystem::path& output_file) {
  return output_file.string() + ".status";
}

Result<RecordedEnd> read_recorded(const std::filesystem::path& output_file) {
  RecordedEnd end;
  TRY_ASSIGN(const auto status, read_file(status_file(output_file), kLargestOutputBytes));
  const auto [rest, error] = std::from_chars(status.data(), status.data() + status.size(), end.exit_status);
  if (error != std::errc{} || rest == status.data()) {
    return fail(ErrorKind::parse, fmt::format("{} holds no exit status", status_file(output_file).string()));
  }
  TRY_ASSIGN(end.output, read_file(output_file, kLargestOutputBytes));
  return end;
}

}  // namespace

std::vector<std::string> recorded_command(const std::vector<std::string>& command,
                                          const std::filesystem::path& output_file) {
  // The status appears as a whole, and after the output.
  std::vector<std::string> recorded{
      "/bin/sh", "-c",
      "\"$@\" > \"$0\" 2>&1; echo $? > \"$0.status.part\"; mv \"$0.status.part\" \"$0.status\"",
      output_file.string()};
  recorded.insert(recorded.end(), command.begin(), command.end());
  return recorded;
}

void forget_recorded(const std::filesystem::path& output_file) {
  std::error_code ignored;
  std::filesystem::remove(status_file(output_file), ignored);
  std::filesystem::remove(output_file, ignored);
}

Result<RecordedEnd> wait_for_recorded(const std::filesystem::path& output_file, std::chrono::seconds limit,
                                      Clock& clock, const std::atomic<bool>& stop) {
  const auto deadline = clock.monotonic() + limit;
  std::error_code ignored;
  while (!std::filesystem::exists(status_file(output_file), ignored)) {
    if (stop.load()) return fail(ErrorKind::interrupted, "interrupted before the job had ended");
    if (clock.monotonic() >= deadline) {
      return fail(ErrorKind::timeout,
                  fmt::format("the job did not end within {} s; what it said so far is in {}", limit.count(),
                              output_file.string()));
    }
    clock.sleep(kPause);
  }
  return read_recorded(output_file);
}

}  // namespace faultline
